//! Runs of the lab taken over by states: they predict as the run did, and learn on.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::support::{fail, stdout, succeed};

const RUN: [&str; 8] = [
    "run",
    "permuted-digits",
    "--out",
    "digits",
    "--quiet",
    "--set=tasks=2",
    "--set=data.train_examples=3000",
    "--set=data.test_examples=400",
];

/// Test images as rows of pixels, as they are stored.
fn write_rows(path: &Path, images: usize) {
    let test = mesu_datasets::embedded::mnist_test().unwrap();
    let mut text: String = (0..784).map(|at| format!("pixel{at},")).collect();
    text += "label\n";
    for at in 0..images {
        for pixel in test.image(at).unwrap() {
            let _ = write!(text, "{pixel},");
        }
        let _ = writeln!(text, "{}", test.labels()[at]);
    }
    fs::write(path, text).unwrap();
}

/// Accuracy that `predict` tells of rows with labels.
fn accuracy(text: &str) -> f64 {
    let line = text
        .lines()
        .find(|line| line.starts_with("accuracy"))
        .unwrap();
    let number = line.split_whitespace().nth(1).unwrap();
    number.parse::<f64>().unwrap() / 100.0
}

#[test]
fn a_run_goes_on_as_a_state() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    succeed(folder, &RUN);
    write_rows(&folder.join("rows.csv"), 400);
    let metrics = fs::read_to_string(folder.join("digits/metrics.jsonl")).unwrap();
    let last: Value = serde_json::from_str(metrics.lines().last().unwrap()).unwrap();
    let run: Vec<f64> = last["accuracy"]
        .as_array()
        .unwrap()
        .iter()
        .map(|x| x.as_f64().unwrap())
        .collect();
    for (task, out) in [("1", "first.mesu"), ("2", "second.mesu")] {
        succeed(
            folder,
            &["state", "from", "digits", "--task", task, "--out", out],
        );
        let done = succeed(
            folder,
            &["predict", out, "rows.csv", "--output", "p.csv", "--quiet"],
        );
        let (found, expected) = (
            accuracy(&stdout(&done)),
            run[task.parse::<usize>().unwrap() - 1],
        );
        // Other noise samples: a few answers of 400 differ.
        assert!(
            (found - expected).abs() < 0.03,
            "task {task}: {found}, {expected}"
        );
    }
    // It is unsure, as a network of Bayesian synapses is.
    let answers = fs::read_to_string(folder.join("p.csv")).unwrap();
    let mut lines = answers
        .lines()
        .map(|line| line.split(',').collect::<Vec<_>>());
    let header = lines.next().unwrap();
    for column in ["epistemic", "spread"] {
        let at = header.iter().position(|name| *name == column).unwrap();
        assert!(
            lines
                .clone()
                .all(|line| line[at].parse::<f64>().unwrap() > 0.0),
            "{column}"
        );
    }
    // A pixel far out of range is cut off.
    let wild = fs::read_to_string(folder.join("rows.csv")).unwrap();
    let wild: String = wild.split_inclusive('\n').take(40).collect();
    fs::write(
        folder.join("wild.csv"),
        wild.replacen("\n0,", "\n1e90,", 20),
    )
    .unwrap();
    let learn = [
        "learn",
        "wild.csv",
        "--state",
        "second.mesu",
        "--quiet",
        "--json",
    ];
    succeed(folder, &learn);
    let newest = succeed(folder, &["state", "from", "digits", "--out", "newest.mesu"]);
    assert!(
        stdout(&newest).contains("pixel0 to pixel783"),
        "{}",
        stdout(&newest)
    );
    let before = accuracy(&stdout(&succeed(
        folder,
        &[
            "predict",
            "newest.mesu",
            "rows.csv",
            "--output",
            "q.csv",
            "--quiet",
        ],
    )));
    let learn = [
        "learn",
        "rows.csv",
        "--state",
        "newest.mesu",
        "--quiet",
        "--json",
    ];
    let summary: Value = serde_json::from_str(&stdout(&succeed(folder, &learn))).unwrap();
    assert_eq!(summary["rows"], 400);
    assert!(summary["accuracy"].as_f64().unwrap() > before - 0.05);
    assert_eq!(summary["members"][0]["name"], "mesu");
}

#[test]
fn runs_that_cannot_be_taken_over_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    succeed(folder, &RUN);
    let from = |more: &[&str]| fail(folder, &[&["state", "from"], more].concat());
    for (more, part) in [
        (&["gone", "--out", "a.mesu"][..], "gone"),
        (&["digits", "--task", "3", "--out", "a.mesu"], "1 to 2"),
        (&["digits", "--task", "0", "--out", "a.mesu"], "1 to 2"),
        (&["digits", "--out", "no/a.mesu"], "no/a.mesu"),
        (
            &["digits", "--target", "pixel3", "--out", "a.mesu"],
            "pixel3",
        ),
        (&["digits/config.toml", "--out", "a.mesu"], "config.toml"),
    ] {
        let refused = from(more);
        assert!(refused.contains(part), "{more:?}: {refused}");
        assert!(!folder.join("a.mesu").exists());
    }
    succeed(folder, &["state", "from", "digits", "--out", "a.mesu"]);
    assert!(from(&["digits", "--out", "a.mesu"]).contains("is there already"));
}
