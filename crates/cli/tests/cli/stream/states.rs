//! States looked at, asked for predictions, and gone on with.

use std::fs;

use serde_json::Value;

use super::{elec, folder, learn, parsed, piped, spawn, with_state, write};
use crate::support::{fail, mesu, stderr, stdout, succeed};

#[test]
fn a_state_is_shown_predicts_and_goes_on() {
    let folder = folder();
    let folder = folder.path();
    let text = elec(2_500);
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    write(folder, "monday.csv", &lines[..2_001].concat());
    write(
        folder,
        "tuesday.csv",
        &[&lines[..1], &lines[2_001..]].concat().concat(),
    );
    let more = [
        "--target",
        "y",
        "--time",
        "n_period",
        "--predictions",
        "p.jsonl",
    ];
    let table = stdout(&succeed(folder, &learn("monday.csv", &more)));
    for row in [
        "accuracy",
        "kappa",
        "log loss",
        "ECE",
        "class",
        "values-1e3",
        "rows/s",
        "state:",
    ] {
        assert!(
            table.lines().any(|line| line.starts_with(row)),
            "{row}: {table}"
        );
    }
    assert!(table.lines().count() <= 24, "{table}");
    assert!(
        table.lines().all(|line| line.chars().count() <= 80),
        "{table}"
    );
    let predictions = fs::read_to_string(folder.join("p.jsonl")).unwrap();
    assert_eq!(predictions.lines().count(), 2_000);
    let last: Value = serde_json::from_str(predictions.lines().last().unwrap()).unwrap();
    for key in [
        "row",
        "n_period",
        "y",
        "prediction",
        "probability",
        "total",
        "aleatoric",
        "epistemic",
        "spread",
        "out_of_range",
        "stranger",
        "drift",
    ] {
        assert!(last.get(key).is_some(), "{key}: {last}");
    }

    // With and without the target, to a file and to stdout; nothing is learned.
    let state = fs::read(folder.join("monday.mesu")).unwrap();
    let scored = [
        "predict",
        "monday.mesu",
        "tuesday.csv",
        "--output",
        "out.csv",
        "--quiet",
    ];
    let output = stdout(&succeed(folder, &scored));
    assert!(
        output.starts_with("500 rows predicted\naccuracy "),
        "{output}"
    );
    let unlabeled: String = lines[..1]
        .iter()
        .chain(&lines[2_001..])
        .map(|line| line.rsplit_once(',').unwrap().0.to_owned() + "\n")
        .collect();
    let plain = ["predict", "monday.mesu", "-", "--quiet"];
    let output = stdout(&piped(&mut mesu(folder, &plain), &unlabeled));
    let out = fs::read_to_string(folder.join("out.csv")).unwrap();
    let numbers = |text: &str| -> Vec<String> {
        text.lines()
            .skip(1)
            .map(|line| line.split_once(",,").unwrap().1.to_owned())
            .collect()
    };
    let blanked: String = out
        .lines()
        .map(|line| {
            let mut parts: Vec<&str> = line.split(',').collect();
            parts[2] = "";
            parts.join(",") + "\n"
        })
        .collect();
    assert_eq!(numbers(&blanked), numbers(&output));
    assert!(state == fs::read(folder.join("monday.mesu")).unwrap());

    let shown = stdout(&succeed(folder, &["show", "monday.mesu"]));
    for words in [
        "target y",
        "2,000 rows; the last from monday.csv",
        "n_transfer",
        "! constant",
    ] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    assert!(
        shown.lines().all(|line| line.chars().count() <= 80),
        "{shown}"
    );
    let shown = parsed(&succeed(folder, &["show", "monday.mesu", "--json"]));
    assert_eq!(shown["bookmark"]["place"]["rows"], 2_000);
    assert_eq!(shown["columns"].as_array().unwrap().len(), 5);

    // Tomorrow's rows need no more than the state; the same rows are not learned twice.
    let tuesday = [
        "learn",
        "tuesday.csv",
        "--state",
        "monday.mesu",
        "--json",
        "--quiet",
    ];
    assert_eq!(parsed(&succeed(folder, &tuesday))["rows"], 2_500);
    let line = fail(folder, &tuesday);
    assert!(
        line.contains("has learned 500 rows of tuesday.csv already; --resume"),
        "{line}"
    );
}

#[test]
fn a_reader_that_goes_away_ends_predictions_quietly() {
    let folder = with_state();
    let folder = folder.path();
    let mut child = spawn(&mut mesu(folder, &["predict", "s.mesu", "elec", "--quiet"]));
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    assert_eq!(stderr(&output), "");
}
