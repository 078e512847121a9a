//! Rows learned, from any kind of source.

use serde_json::Value;

use super::{elec, folder, json_lines, learn, parsed, piped, spawn, write};
use crate::support::{mesu, stderr, stdout, succeed, without_times};

#[test]
fn files_pipes_and_json_lines_give_the_same_summary() {
    let folder = folder();
    let folder = folder.path();
    let text = elec(3_000);
    write(folder, "rows.csv", &text);
    write(folder, "rows.jsonl", &json_lines(&text));
    let json = ["--target", "y", "--json", "--quiet"];
    let summary = |name: &str, state: &str| {
        let output = succeed(
            folder,
            &[&learn(name, &json)[..], &["--state", state]].concat(),
        );
        assert_eq!(stderr(&output), "");
        parsed(&output)
    };
    let of_file = summary("rows.csv", "a.mesu");
    for key in [
        "rows",
        "accuracy",
        "kappa",
        "balanced_accuracy",
        "log_loss",
        "brier",
        "ece",
        "window",
        "classes",
        "rows_per_second",
        "drifts",
        "members",
        "bad_rows",
    ] {
        assert!(!of_file[key].is_null(), "{key}: {of_file:#}");
    }
    assert_eq!(
        (&of_file["rows"], &of_file["bad_rows"]),
        (&3_000.into(), &0.into())
    );
    assert!(of_file["accuracy"].as_f64().unwrap() > 0.75, "{of_file:#}");
    assert_eq!(of_file["window"]["rows"], 1_000);
    assert_eq!(of_file["members"][0]["name"], "values-1e3");
    if cfg!(target_os = "linux") {
        assert!(of_file["peak_memory_bytes"].as_u64().unwrap() < 100_000_000);
    }
    let timeless = |mut value: Value| {
        value.as_object_mut().unwrap().remove("rows_per_second");
        without_times(value)
    };
    let of_json = summary("rows.jsonl", "b.mesu");
    assert_eq!(timeless(of_file.clone()), timeless(of_json));
    let mut command = mesu(
        folder,
        &[&learn("-", &json)[..], &["--state", "c.mesu"]].concat(),
    );
    let output = piped(&mut command, &text);
    assert!(output.status.success(), "{}", stderr(&output));
    assert_eq!(timeless(of_file), timeless(parsed(&output)));
}

#[test]
fn embedded_streams_need_no_target() {
    let folder = folder();
    let mut child = spawn(&mut mesu(
        folder.path(),
        &learn("bike", &["--quiet", "--json"]),
    ));
    drop(child.stdin.take());
    let summary = parsed(&child.wait_with_output().unwrap());
    assert!(summary["r2"].as_f64().unwrap() > 0.5, "{summary:#}");
    for key in ["mae", "rmse", "nll", "crps", "coverage.90"] {
        assert!(summary[key].is_f64(), "{key}: {summary:#}");
    }
    assert_eq!(summary["rows"], 17_379);
    assert!(folder.path().join("bike.mesu").exists());
}

/// With --probabilities they add up to 1, a class that never came before included.
#[test]
fn probabilities_are_of_all_classes_and_those_never_seen() {
    let folder = folder();
    let folder = folder.path();
    let row = |n: usize| {
        let class = ["low", "high", "odd"][if n < 1_300 { n % 2 } else { 2 }];
        format!("{},{class}\n", n % 2)
    };
    let text: String = (0..1_500).map(row).collect();
    write(folder, "rows.csv", &format!("a,y\n{text}"));
    let more = ["--target", "y", "--predictions", "p.csv", "--probabilities"];
    succeed(folder, &learn("rows.csv", &more));
    let more = ["--output", "q.csv", "--probabilities"];
    succeed(
        folder,
        &[&["predict", "rows.mesu", "rows.csv"], &more[..]].concat(),
    );
    for (file, classes) in [("p.csv", 2), ("q.csv", 3)] {
        let text = std::fs::read_to_string(folder.join(file)).unwrap();
        let mut lines = text.lines().map(|line| line.split(',').collect::<Vec<_>>());
        let header = lines.next().unwrap();
        let own = |name: &&str| *name == "unseen" || name.starts_with("probability_");
        let columns: Vec<usize> = (0..header.len()).filter(|at| own(&header[*at])).collect();
        assert_eq!(
            (columns.len(), header[columns[0]]),
            (classes + 1, "unseen"),
            "{file}"
        );
        // Those of the file's columns, of rows from before another class came.
        for line in lines.take(1_300) {
            let sum: f64 = columns
                .iter()
                .map(|at| line[*at].parse::<f64>().unwrap())
                .sum();
            assert!((sum - 1.0).abs() < 1e-5, "{file}: {line:?}");
        }
    }
}

#[test]
fn odd_columns_and_many_classes_are_learned() {
    let folder = folder();
    let folder = folder.path();
    let (mut odd, mut many) = ("a,same,none,y\n".to_owned(), "a,key,y\n".to_owned());
    for row in 0..1_500 {
        odd += &format!("{},7,,one\n", row % 5);
        many += &format!("{row},key {},class {}\n", row * 7, row % 1_000);
    }
    write(folder, "odd.csv", &odd);
    write(folder, "many.csv", &many);
    let summary = |name| {
        parsed(&succeed(
            folder,
            &learn(name, &["--target", "y", "--json", "--quiet"]),
        ))
    };
    let odd = summary("odd.csv");
    assert_eq!(odd["classes"].as_array().unwrap().len(), 1);
    for measures in [&odd, &odd["window"]] {
        assert!(measures["kappa"].is_null() && measures["balanced_accuracy"].is_null());
        assert!(measures["accuracy"].as_f64().unwrap() > 0.99);
    }
    let many = summary("many.csv");
    assert_eq!(many["classes"].as_array().unwrap().len(), 1_000);
    let shown = stdout(&succeed(folder, &["show", "odd.mesu"]));
    let kappa = shown
        .lines()
        .find(|line| line.starts_with("kappa"))
        .unwrap();
    assert_eq!(kappa.matches('–').count(), 2, "{shown}");
    assert!(
        shown.contains("! constant") && shown.contains("! mostly missing"),
        "{shown}"
    );
}
