//! Rows at the limits: full disks, readers that have gone, and categories without end.

use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::Stdio;

use serde_json::Value;

use crate::support::{fail, mesu, stdout, succeed};

/// Rows of two numbers and a class that the first tells.
fn write_rows(path: &Path, rows: usize) {
    let mut text = "a,b,class\n".to_owned();
    for i in 0..rows {
        let (a, b) = (i * 7 % 11, i * 5 % 13);
        let class = if a < 5 { "low" } else { "high" };
        let _ = writeln!(text, "{a},{b},{class}");
    }
    fs::write(path, text).unwrap();
}

const LEARN: [&str; 6] = [
    "learn",
    "rows.csv",
    "--target",
    "class",
    "--set",
    "members=linear-1e2",
];

#[test]
fn a_full_disk_is_told_and_the_state_kept() {
    if !Path::new("/dev/full").exists() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    write_rows(&folder.join("rows.csv"), 20_000);
    succeed(folder, &[&LEARN[..], &["--quiet"]].concat());
    let before = fs::read(folder.join("rows.mesu")).unwrap();
    std::os::unix::fs::symlink("/dev/full", folder.join("full.csv")).unwrap();
    let predict = ["predict", "rows.mesu", "rows.csv", "--output", "full.csv"];
    let refused = fail(folder, &predict);
    assert!(refused.contains("no space left"), "{refused}");
    assert_eq!(fs::read(folder.join("rows.mesu")).unwrap(), before);
}

#[test]
fn what_is_read_is_not_written_over() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    write_rows(&folder.join("rows.csv"), 500);
    succeed(folder, &[&LEARN[..], &["--quiet"]].concat());
    let names = ["rows.csv", "rows.mesu"];
    let before = names.map(|name| fs::read(folder.join(name)).unwrap());
    for words in [
        &["report", "rows.mesu", "--out", "rows.mesu"][..],
        &["predict", "rows.mesu", "rows.csv", "--output", "rows.csv"],
        &[
            "predict",
            "rows.mesu",
            "rows.csv",
            "--output",
            "./rows.mesu",
        ],
        &[
            "learn", "rows.csv", "--target", "class", "--state", "rows.csv",
        ],
        &[
            "learn",
            "rows.csv",
            "--target",
            "class",
            "--state",
            "b.mesu",
            "--predictions",
            "rows.csv",
        ],
    ] {
        let refused = fail(folder, words);
        assert!(
            refused.contains("that file is read"),
            "{words:?}: {refused}"
        );
    }
    assert_eq!(
        names.map(|name| fs::read(folder.join(name)).unwrap()),
        before
    );
    // A link to a state stays one.
    fs::create_dir(folder.join("kept")).unwrap();
    fs::rename(folder.join("rows.mesu"), folder.join("kept/rows.mesu")).unwrap();
    std::os::unix::fs::symlink("kept/rows.mesu", folder.join("link.mesu")).unwrap();
    fs::copy(folder.join("rows.csv"), folder.join("more.csv")).unwrap();
    succeed(
        folder,
        &["learn", "more.csv", "--state", "link.mesu", "--quiet"],
    );
    assert!(folder.join("link.mesu").is_symlink());
    assert_ne!(fs::read(folder.join("kept/rows.mesu")).unwrap(), before[1]);
}

#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    write_rows(&folder.join("rows.csv"), 50_000);
    succeed(folder, &[&LEARN[..], &["--quiet"]].concat());
    let mut child = mesu(folder, &["predict", "rows.mesu", "rows.csv", "--quiet"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut first = String::new();
    let mut reader = BufReader::new(child.stdout.take().unwrap());
    reader.read_line(&mut first).unwrap();
    drop(reader);
    let output = child.wait_with_output().unwrap();
    assert!(first.starts_with("row,class,prediction"), "{first}");
    assert!(output.status.success() && output.stderr.is_empty());
}

/// A category that is another one in every row, a million of them.
#[test]
#[ignore = "slow"]
fn slow_a_million_categories_take_no_more_memory_than_few() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let write = |name: &str, categories: usize| {
        let mut text = "a,who,class\n".to_owned();
        // Twice at first, so that the column is one of categories and not of names.
        for i in 0..1_000_000 {
            let who = if i < 1_000 { i % 500 } else { i % categories };
            let _ = writeln!(
                text,
                "{},w{who},{}",
                i % 10,
                if i % 10 < 5 { "low" } else { "high" }
            );
        }
        fs::write(folder.join(name), text).unwrap();
    };
    let peak = |name: &str| {
        let learn = [
            "learn",
            name,
            "--target",
            "class",
            "--set",
            "members=linear-1e2",
            "--json",
            "--quiet",
        ];
        let summary: Value = serde_json::from_str(&stdout(&succeed(folder, &learn))).unwrap();
        assert_eq!(summary["rows"], 1_000_000);
        assert!(summary["accuracy"].as_f64().unwrap() > 0.9, "{summary}");
        summary["peak_memory_bytes"].as_u64().unwrap()
    };
    write("few.csv", 500);
    write("many.csv", 1_000_000);
    let (few, many) = (peak("few.csv"), peak("many.csv"));
    assert!(
        many < few + (8 << 20),
        "{few} bytes with few, {many} with a million"
    );
}
