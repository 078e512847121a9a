//! Experiments that predict values.

use std::fs;
use std::fs::File;
use std::path::Path;

use mesu_data::format::npy::{Array, Elements};
use mesu_data::format::npz;

use crate::support::{fail, json, stdout, succeed};

/// 300 examples of three inputs and a value, most of which is linear.
fn write_values(path: &Path) {
    let input = |i: u32, k: u32| f32::from((i * (7 + 4 * k) % 31) as u16) / 15.0 - 1.0;
    let rows: Vec<[f32; 3]> = (0..300).map(|i| [0, 1, 2].map(|k| input(i, k))).collect();
    let value = |x: &[f32; 3]| f64::from(200.0 + 40.0 * x[0] - 15.0 * x[1] + 5.0 * x[2] * x[2]);
    let values = rows.iter().map(value).collect();
    let inputs = Elements::F32(rows.concat());
    let arrays = [
        ("X", Array::new(&[300, 3], inputs).unwrap()),
        ("y", Array::list(Elements::F64(values))),
    ];
    let arrays: Vec<(&str, &Array)> = arrays.iter().map(|(name, array)| (*name, array)).collect();
    npz::write(File::create(path).unwrap(), &arrays).unwrap();
}

const RUN: &[&str] = &[
    "run",
    "permuted-digits-defaults",
    "--set",
    "data.source=values.npz",
    "--set",
    "data.target=values",
    "--set",
    "data.standardise=each",
    "--set",
    "data.train_examples=240",
    "--set",
    "data.test_examples=60",
    "--set",
    "data.epochs=20",
    "--set",
    "network.hidden=[16]",
    "--quiet",
];

fn with<'a>(base: &[&'a str], more: &[&'a str]) -> Vec<&'a str> {
    [base, more].concat()
}

#[test]
fn values_are_learned_and_scored() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    write_values(&path.join("values.npz"));
    let one = with(RUN, &["--set", "tasks=1", "--out", "one"]);
    let table = stdout(&succeed(path, &one));
    for part in [
        "R2",
        "RMSE",
        "MAE",
        "NLL of values",
        "CRPS",
        "coverage of 90 %",
    ] {
        assert!(table.contains(part), "{part}: {table}");
    }
    assert!(
        !table.contains("accuracy") && !table.contains("ECE"),
        "{table}"
    );
    let summary = json(&path.join("one/summary.json"));
    let value = |key: &str| summary["values"][key].as_f64().unwrap();
    assert!(value("r2") > 0.9 && value("rmse") < 10.0, "{summary}");
    assert!(
        value("mae") <= value("rmse") && value("crps") < value("mae"),
        "{summary}"
    );
    assert!(value("coverage") > 0.7, "{summary}");
    assert_eq!(summary["newest_accuracy"].as_f64(), Some(value("r2")));
    assert!(
        summary.get("ece").is_none() && summary.get("kappa").is_none(),
        "{summary}"
    );
    let config = fs::read_to_string(path.join("one/config.toml")).unwrap();
    assert!(
        config.contains("target = \"values\"") && config.contains("[regression]"),
        "{config}"
    );
    succeed(path, &["report", "one"]);
    let page = fs::read_to_string(path.join("one/report.html")).unwrap();
    assert!(
        page.contains("R2 on the task learned last"),
        "R2 is on the page"
    );
    assert!(!page.contains("earlier version"), "nothing is missing");
    succeed(path, &["doctor", "one"]);

    // Its own description is a run that ends the same.
    succeed(
        path,
        &["run", "one/config.toml", "--quiet", "--out", "again"],
    );
    let again = json(&path.join("again/summary.json"));
    assert_eq!(again["values"], summary["values"]);
}

#[test]
fn tasks_of_values_are_compared() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    write_values(&path.join("values.npz"));
    let more = [
        "--set",
        "tasks=2",
        "--set",
        "compare=mesu,adam,ewc",
        "--set",
        "regression.likelihood=student-t",
        "--out",
        "all",
    ];
    let table = stdout(&succeed(path, &with(RUN, &more)));
    for part in ["RMSE", "mesu", "adam", "ewc"] {
        assert!(table.contains(part), "{part}: {table}");
    }
    succeed(path, &["report", "all"]);
    let page = fs::read_to_string(path.join("all/report.html")).unwrap();
    assert!(page.contains("RMSE"), "RMSE is on the page");
}

#[test]
fn what_is_no_experiment_of_values_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    write_values(&path.join("values.npz"));
    let cases = [
        (
            "data.source=embedded",
            "data.target: found \"values\" of embedded",
        ),
        ("scenario=split", "data.target: found \"values\""),
        ("data.target=numbers", "data.target"),
        (
            "regression.noise_window=0",
            "regression.noise_window: found 0",
        ),
        (
            "regression.degrees_of_freedom=2",
            "regression.degrees_of_freedom: found 2",
        ),
        ("learning.class_weights=[1.0]", "class_weights"),
        ("importance=true", "importance: found true"),
    ];
    for (set, part) in cases {
        let error = fail(path, &with(RUN, &["--set", "tasks=1", "--set", set]));
        assert!(error.contains(part), "{set}: {error}");
    }
    let labels = [
        "--set",
        "data.target=labels",
        "--set",
        "regression.noise_window=9",
    ];
    let error = fail(path, &with(RUN, &labels));
    assert!(error.contains("regression"), "{error}");
}
