//! Runs that test the newest tasks alone: what they test is what runs that test all find.

use std::fs;
use std::path::Path;

use crate::support::scenarios::{domain, split};
use crate::support::{json, small_data, small_run, succeed, without_times};
use serde_json::Value;

type Row = Vec<Option<f64>>;

/// The lines of `file`, times aside, and the accuracies of each.
fn lines(run: &Path, file: &str) -> (Vec<Value>, Vec<Row>) {
    let text = fs::read_to_string(run.join(file)).unwrap();
    let line = |line| without_times(serde_json::from_str(line).unwrap());
    let lines: Vec<Value> = text.lines().map(line).collect();
    let row = |line: &Value| serde_json::from_value(line["accuracy"].clone()).unwrap();
    let rows = lines.iter().map(row).collect();
    (lines, rows)
}

/// Which tasks were tested, from 1, in each of `rows`.
fn tested(rows: &[Row]) -> Vec<Vec<usize>> {
    let of = |row: &Row| {
        (1..=row.len())
            .filter(|task| row[task - 1].is_some())
            .collect()
    };
    rows.iter().map(of).collect()
}

fn assert_known_are_equal(some: &[Row], all: &[Row]) {
    assert_eq!(some.len(), all.len());
    for (some, all) in some.iter().zip(all) {
        assert_eq!(some.len(), all.len());
        let mut pairs = some.iter().zip(all);
        assert!(
            pairs.all(|(some, all)| some.is_none() || some == all),
            "{some:?} {all:?}"
        );
    }
}

/// Runs what `arguments` give for the end of a command line, without the setting and with it; the known
/// are equal, and so are the last tests, which are of all. Returns what was tested with the setting.
fn compared<'a>(
    folder: &Path,
    arguments: impl Fn(&[&'a str]) -> Vec<&'a str>,
    [set, out]: [&'a str; 2],
) -> Vec<Vec<usize>> {
    if !folder.join("all").exists() {
        succeed(folder, &arguments(&["--out", "all"]));
    }
    succeed(folder, &arguments(&["--set", set, "--out", out]));
    let (some, all) = (folder.join(out), folder.join("all"));
    let [(some_lines, rows), (all_lines, all_rows)] =
        [&some, &all].map(|run| lines(run, "metrics.jsonl"));
    assert_known_are_equal(&rows, &all_rows);
    assert_eq!(some_lines.last(), all_lines.last());
    assert_eq!(some_lines[0], all_lines[0]);

    // The table has nothing where nothing was tested.
    let table = fs::read_to_string(some.join("accuracy.csv")).unwrap();
    let known = |line: &str| {
        line.split(',')
            .skip(1)
            .filter(|cell| !cell.is_empty())
            .count()
    };
    let counts: Vec<usize> = table.lines().skip(1).map(known).collect();
    let tested = tested(&rows);
    assert_eq!(counts, tested.iter().map(Vec::len).collect::<Vec<_>>());

    let [some_numbers, all_numbers] = [&some, &all].map(|run| json(&run.join("summary.json")));
    for whole in [
        "newest_accuracy",
        "average_accuracy",
        "learning_accuracy",
        "window_accuracy",
        "task_accuracy",
        "backward_transfer",
        "ood_auroc",
        "past",
        "ece",
    ] {
        assert_eq!(some_numbers[whole], all_numbers[whole], "{whole}");
    }
    let left_out = table
        .lines()
        .skip(1)
        .zip(&all_rows)
        .any(|(line, all)| known(line) < all.len());
    let page = fs::read_to_string(some.join("report.html")).unwrap();
    let svg = fs::read_to_string(some.join("accuracy.svg")).unwrap();
    for text in [&page, &svg] {
        assert!(!text.contains("NaN") && !text.contains("null"));
    }
    assert_eq!(page.contains("not tested then"), left_out);
    assert_eq!(svg.contains("blank: not tested"), left_out);
    tested
}

#[test]
fn permuted_tasks() {
    let folder = small_data();
    let run = |more: &[&'static str]| {
        let own = ["--set", "tasks=4", "--set", "data.ood=digits", "--quiet"];
        small_run(&[&own[..], more].concat())
    };
    let compared = |set, out| compared(folder.path(), run, [set, out]);
    let all = [vec![1], vec![1, 2], vec![1, 2, 3], vec![1, 2, 3, 4]];
    assert_eq!(
        compared("test_window=1", "one"),
        [&[1][..], &[2], &[3], &all[3]]
    );
    assert_eq!(
        compared("test_window=2", "two"),
        [&[1][..], &[1, 2], &[2, 3], &all[3]]
    );
    for (set, out) in [
        ("test_window=4", "four"),
        ("test_window=4000000000", "many"),
    ] {
        assert_eq!(compared(set, out), all);
        let [some, all] =
            [out, "all"].map(|run| json(&folder.path().join(run).join("summary.json")));
        assert_eq!(without_times(some), without_times(all));
    }
    let summary = |run: &str| json(&folder.path().join(run).join("summary.json"));
    assert!(summary("all")["mean_window_accuracy"]["5"].is_f64());
    assert_eq!(
        summary("two")["mean_window_accuracy"],
        serde_json::json!({})
    );

    // Side by side, pictures and data too.
    let report = [
        "report", "all", "one", "two", "four", "--out", "all.html", "--csv", "data",
    ];
    succeed(folder.path(), &report);
    let page = fs::read_to_string(folder.path().join("all.html")).unwrap();
    for text in [
        "test_window=1",
        "only the newest task is tested",
        "only the 2 newest tasks are tested",
    ] {
        assert!(page.contains(text), "{text}");
    }
    assert!(!page.contains("NaN"));
    for file in fs::read_dir(folder.path().join("data")).unwrap() {
        let path = file.unwrap().path();
        assert!(
            !fs::read_to_string(&path).unwrap().contains("NaN"),
            "{path:?}"
        );
    }
}

#[test]
fn a_single_task_and_tests_within_tasks() {
    let folder = small_data();
    let one =
        |more: &[&'static str]| small_run(&[&["--set", "tasks=1", "--quiet"][..], more].concat());
    assert_eq!(
        compared(folder.path(), one, ["test_window=1", "one"]),
        [[1]]
    );

    let folder = small_data();
    let within = |more: &[&'static str]| {
        let own = ["--set", "test_every=1", "--set", "data.epochs=2", "--quiet"];
        small_run(&[&own[..], more].concat())
    };
    compared(folder.path(), within, ["test_window=1", "one"]);
    let rows = |run| lines(&folder.path().join(run), "epochs.jsonl").1;
    assert_known_are_equal(&rows("one"), &rows("all"));
    let expected = [&[1][..], &[1], &[2], &[2], &[3], &[1, 2, 3]];
    assert_eq!(tested(&rows("one")), expected);
}

#[test]
fn domains_and_tasks_that_come_back() {
    let folder = small_data();
    let domains = |more: &[&'static str]| domain(folder.path(), more);
    let found = compared(folder.path(), domains, ["test_window=1", "one"]);
    assert_eq!(found, [&[1][..], &[2], &[1, 2, 3]]);

    let folder = small_data();
    let parts = |more: &[&'static str]| split(more);
    let found = compared(folder.path(), parts, ["test_window=1", "one"]);
    assert_eq!(found, [&[1][..], &[2], &[1], &[2], &[1], &[1, 2]]);
    let found = compared(folder.path(), parts, ["test_window=2", "two"]);
    assert_eq!(found[2..], [[1, 2]; 4]);
}
