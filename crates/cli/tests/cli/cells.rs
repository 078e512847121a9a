//! Several learners and values in one call: folders, tables, going on, and what is refused.

use std::fs;
use std::path::Path;

use crate::support::{
    assert_same_runs, fail, files, json, mesu, small_data, small_run, stderr, stdout, succeed,
};
use serde_json::Value;

/// Two learners, one of them with two memory windows: three cells.
const CELLS: [&str; 4] = [
    "--set",
    "compare=mesu,sgd",
    "--set",
    "grid.learners.mesu.memory_window=[1000,300000]",
];

const NAMES: [&str; 3] = [
    "mesu,memory_window=1000",
    "mesu,memory_window=300000",
    "sgd",
];

fn cells<'a>(more: &[&'a str]) -> Vec<&'a str> {
    small_run(&[&CELLS[..], more].concat())
}

fn folders(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap().map(Result::unwrap);
    let mut names: Vec<String> = entries
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn every_cell_is_an_ordinary_run_in_one_table() {
    let folder = small_data();
    let output = succeed(folder.path(), &cells(&["--out", "out"]));
    let out = folder.path().join("out");
    assert_eq!(folders(&out), NAMES);
    let table = stdout(&output);
    for name in NAMES {
        assert!(table.lines().any(|line| line.starts_with(name)), "{table}");
    }
    for line in table.lines() {
        assert!(line.chars().count() <= 100, "{line}");
    }

    let summary = json(&out.join("summary.json"));
    assert_eq!(summary["name"], "permuted-digits");
    assert_eq!(summary["paired"], serde_json::json!([]));
    for (number, name) in NAMES.iter().enumerate() {
        let cell = &summary["cells"][number];
        assert_eq!(cell["cell"], *name);
        let mut run = json(&out.join(name).join("summary.json"));
        run["cell"] = cell["cell"].clone();
        run["settings"] = cell["settings"].clone();
        assert_eq!(*cell, run);
    }
    let settings = &summary["cells"][1]["settings"];
    assert_eq!(settings["learner.kind"], "mesu");
    assert_eq!(settings["learner.memory_window"], 300_000);

    // The same as alone.
    let alone = small_run(&["--set", "learner.kind=sgd", "--out", "alone"]);
    succeed(folder.path(), &alone);
    assert_same_runs(&folder.path().join("alone"), &out.join("sgd"));

    // Gone on with after its end, it prints the summary again, and one more cell is run.
    let more = cells(&[
        "--out",
        "out",
        "--resume",
        "--json",
        "--set",
        "compare=mesu,sgd,si",
    ]);
    let before = files(&out.join("sgd"));
    let printed: Value = serde_json::from_str(&stdout(&succeed(folder.path(), &more))).unwrap();
    assert_eq!(printed["cells"].as_array().unwrap().len(), 4);
    assert_eq!(printed, json(&out.join("summary.json")));
    assert_eq!(files(&out.join("sgd")), before);
}

#[test]
fn seeds_are_paired() {
    let folder = small_data();
    let seeds = ["--seeds", "1,2,3", "--out", "out"];
    let output = succeed(folder.path(), &cells(&seeds));
    let out = folder.path().join("out");
    assert_eq!(folders(&out.join("sgd")), ["seed-1", "seed-2", "seed-3"]);
    let several = small_run(&[
        "--seeds",
        "1,2,3",
        "--set",
        "learner.kind=sgd",
        "--out",
        "sgd",
    ]);
    succeed(folder.path(), &several);
    assert_same_runs(&folder.path().join("sgd"), &out.join("sgd"));

    let summary = json(&out.join("summary.json"));
    let pair = &summary["paired"][1];
    assert_eq!(pair["first"], NAMES[0]);
    assert_eq!(pair["other"], "sgd");
    assert_eq!(pair["seeds"], serde_json::json!([1, 2, 3]));
    let mean = |number: usize| {
        let cell = &summary["cells"][number]["mean"];
        cell.pointer("/window_accuracy/5")
            .unwrap()
            .as_f64()
            .unwrap()
    };
    let test = &pair["window_accuracy"]["5"];
    let difference = test["difference"].as_f64().unwrap();
    assert!((difference - (mean(0) - mean(2))).abs() < 1e-12, "{test}");
    assert_eq!(test["degrees_of_freedom"], 2);
    assert!((0.0..=1.0).contains(&test["p"].as_f64().unwrap()));
    assert!(pair["ood_auroc"]["epistemic"].is_null());
    let table = stdout(&output);
    assert!(table.contains("paired over 3 seeds"), "{table}");
    assert!(table.contains(" ± "), "{table}");
}

#[test]
fn a_cell_that_fails_does_not_lose_the_others() {
    let folder = small_data();
    let wild = small_run(&[
        "--set",
        "grid.learner.lr_sigma=[1000,0]",
        "--out",
        "out",
        "--quiet",
    ]);
    let output = mesu(folder.path(), &wild).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let line = stderr(&output);
    assert!(
        line.starts_with("error: lr_sigma=1000: seed 1, task 1: "),
        "{line}"
    );
    assert_eq!(line.matches('\n').count(), 1, "{line}");
    assert!(
        stdout(&output).contains("lr_sigma=1000 failed"),
        "{}",
        stdout(&output)
    );
    let summary = json(&folder.path().join("out/summary.json"));
    let error = summary["cells"][0]["error"].as_str().unwrap();
    assert!(
        error.contains("lr_sigma=1000/checkpoint.safetensors"),
        "{error}"
    );
    assert!(summary["cells"][1]["newest_accuracy"].is_f64());
}

#[test]
fn refusals_leave_no_trace() {
    let folder = small_data();
    let refuse = |sets: &[&str], words: &[&str]| {
        let sets: Vec<&str> = sets.iter().flat_map(|set| ["--set", set]).collect();
        let line = fail(
            folder.path(),
            &small_run(&[&sets[..], &["--out", "refused"]].concat()),
        );
        for word in words {
            assert!(line.contains(word), "{word:?} is not in {line}");
        }
        assert!(!folder.path().join("refused").exists(), "{line}");
    };
    refuse(
        &["compare=mesu,ewq"],
        &["--set: compare: found \"ewq\"", "online-ewc"],
    );
    refuse(&["compare=[]"], &["--set: compare", "one or more"]);
    refuse(&["grid.tasks=[]"], &["--set: grid.tasks", "one or more"]);
    refuse(&["grid.tasks=3"], &["--set: grid.tasks: found 3", "a list"]);
    refuse(
        &["grid.learner.memory_windw=[1]"],
        &[
            "grid.learner.memory_windw: unknown key",
            "grid.learner.memory_window?",
        ],
    );
    refuse(
        &["compare=mesu,sgd", "grid.learner.memory_window=[1,2]"],
        &[
            "grid.learner.memory_window: sgd has no such setting",
            "lr, reduction",
        ],
    );
    refuse(&["compare=mesu,sgd", "grid.tasks=[1,1]"], &["listed twice"]);
    refuse(
        &["grid.learner.sigma_prior=[1,0]"],
        &["learner.sigma_prior", "> 0"],
    );
    refuse(
        &["grid.data.batch_size=[1,601]"],
        &["data.batch_size: found 601"],
    );
    refuse(
        &["grid.data.source=[digits,nowhere]"],
        &["nowhere", "no such folder"],
    );
}

#[test]
fn tests_within_tasks_are_a_curve() {
    let folder = small_data();
    let within = [
        "--set",
        "test_every=2",
        "--set",
        "data.epochs=5",
        "--set",
        "data.ood=permuted",
        "--out",
        "out",
    ];
    succeed(folder.path(), &small_run(&within));
    let read = |name: &str| -> Vec<Value> {
        let text = fs::read_to_string(folder.path().join("out").join(name)).unwrap();
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    };
    let (epochs, tasks) = (read("epochs.jsonl"), read("metrics.jsonl"));
    let places: Vec<(u64, u64)> = epochs
        .iter()
        .map(|test| {
            (
                test["task"].as_u64().unwrap(),
                test["epoch"].as_u64().unwrap(),
            )
        })
        .collect();
    let expected: Vec<(u64, u64)> = (1..=3)
        .flat_map(|task| [2, 4, 5].map(|epoch| (task, epoch)))
        .collect();
    assert_eq!(places, expected);
    // The last test of a task is the task's own.
    assert_eq!(epochs[8]["accuracy"], tasks[2]["accuracy"]);
    assert_eq!(epochs[8]["ood_auroc"], tasks[2]["ood_auroc"]);
    // Never seen in that order of pixels: told apart.
    assert!(
        epochs[8]["ood_auroc"]["epistemic"].as_f64().unwrap() > 0.6,
        "{}",
        epochs[8]
    );
    assert!(tasks[2]["test_seconds"].as_f64() > epochs[8]["test_seconds"].as_f64());
}

#[test]
fn occupied_folders_are_kept() {
    let folder = small_data();
    succeed(folder.path(), &cells(&["--out", "out"]));
    let out = folder.path().join("out");
    let before = files(&out);
    let line = fail(folder.path(), &cells(&["--out", "out"]));
    assert!(line.contains("--resume"), "{line}");
    // One of the cells is another run than it was: none is begun.
    let other = [
        "--out",
        "out",
        "--resume",
        "--set",
        "learners.sgd.lr=0.5",
        "--set",
        "compare=mesu,si,sgd",
    ];
    let line = fail(folder.path(), &cells(&other));
    assert!(
        line.contains("out/sgd: holds a run with other settings"),
        "{line}"
    );
    assert!(
        line.contains("learner.lr: 0.002 there, 0.5 asked for"),
        "{line}"
    );
    // A run of several seeds in the place of one, and a plain run in the place of cells.
    let line = fail(
        folder.path(),
        &cells(&["--out", "out", "--resume", "--seeds", "1,2"]),
    );
    assert!(line.contains("holds accuracy.csv"), "{line}");
    let line = fail(folder.path(), &small_run(&["--out", "out", "--resume"]));
    assert!(line.contains("out: holds "), "{line}");
    assert_eq!(files(&out), before);
}

#[test]
fn a_damaged_cell_does_not_hide_the_others() {
    let folder = small_data();
    let out = ["--out", "out", "--resume"];
    succeed(folder.path(), &cells(&out));
    let checkpoint = folder.path().join("out/sgd/checkpoint.safetensors");
    let bytes = fs::read(&checkpoint).unwrap();
    fs::write(&checkpoint, &bytes[..bytes.len() / 2]).unwrap();
    let output = mesu(folder.path(), &cells(&out)).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let (table, errors) = (stdout(&output), stderr(&output));
    assert!(table.contains("mesu,memory_window=1000"), "{table}");
    let told = |line: &str| line.starts_with("error: sgd: ") && line.contains("checkpoint");
    assert_eq!(
        errors.lines().filter(|line| told(line)).count(),
        1,
        "{errors}"
    );
    let page = fs::read_to_string(folder.path().join("out/report.html")).unwrap();
    assert!(page.contains("memory_window=300000"));
    // Nothing of what is damaged was overwritten.
    assert_eq!(fs::read(&checkpoint).unwrap(), bytes[..bytes.len() / 2]);
}
