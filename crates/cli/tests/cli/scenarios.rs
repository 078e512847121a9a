//! Runs of split classes and of domains, from data to summary.

use std::fs::File;
use std::path::Path;

use crate::support::{assert_same_runs, fail, json, small_data, stderr, stdout, succeed};
use mesu_data::format::npy::{Array, Elements};
use mesu_data::format::npz;

/// The four classes of [`small_data`] in two tasks, each in three parts.
const SPLIT: [&str; 18] = [
    "run",
    "permuted-digits",
    "--set",
    "scenario=split",
    "--set",
    "data.source=digits",
    "--set",
    "tasks=2",
    "--set",
    "splits=3",
    "--set",
    "network.hidden=[16]",
    "--set",
    "data.epochs=3",
    "--set",
    "learners.mesu.sigma_step=closed-form",
    "--quiet",
    "--out",
];

fn with<'a>(base: &[&'a str], more: &[&'a str]) -> Vec<&'a str> {
    [base, more].concat()
}

#[test]
fn parts_of_tasks_come_in_turns_and_each_task_has_its_head() {
    let folder = small_data();
    let at = |name: &str| folder.path().join(name);
    succeed(folder.path(), &with(&SPLIT, &["whole"]));
    let summary = json(&at("whole/summary.json"));
    assert_eq!(summary["tasks"], 2, "two tasks, in six stages");
    assert_eq!(summary["task_accuracy"].as_array().unwrap().len(), 2);
    assert!(
        summary["average_accuracy"].as_f64().unwrap() > 0.9,
        "{summary}"
    );
    assert!(summary["ood_auroc"].is_null(), "all classes were seen");
    let table = std::fs::read_to_string(at("whole/accuracy.csv")).unwrap();
    let columns: Vec<usize> = table
        .lines()
        .map(|line| line.split(',').filter(|cell| !cell.is_empty()).count())
        .collect();
    assert_eq!(columns, [3, 2, 3, 3, 3, 3, 3]);
    let metrics = std::fs::read_to_string(at("whole/metrics.jsonl")).unwrap();
    let first: serde_json::Value = serde_json::from_str(metrics.lines().next().unwrap()).unwrap();
    let auroc = first["ood_auroc"]["epistemic"].as_f64().unwrap();
    assert!(
        (0.0..=1.0).contains(&auroc),
        "the second task is unknown yet"
    );
    assert_eq!(
        first["ood_auroc_of_tasks"],
        serde_json::json!([first["ood_auroc"]])
    );
    let line = fail(
        folder.path(),
        &with(&SPLIT, &["ood", "--set", "data.ood=digits"]),
    );
    assert!(
        line.contains("data.ood: found \"digits\", expected none with scenario = \"split\""),
        "{line}"
    );
    let layers = "network.layers=['conv 2 3x3', 'flatten']";
    let misread = ["--set", layers, "--set", "network.input=[1,4,16]"];
    let line = fail(folder.path(), &[&SPLIT[..], &["input"], &misread].concat());
    assert!(
        line.contains("network.input: found [1, 4, 16], expected nothing or [1, 8, 8]"),
        "{line}"
    );
    // A learner that is told of boundaries, and one that stores examples of both heads.
    for kind in ["ewc", "replay"] {
        let set = format!("learner.kind={kind}");
        succeed(folder.path(), &with(&SPLIT, &[kind, "--set", &set]));
        let summary = json(&at(kind).join("summary.json"));
        assert!(
            summary["average_accuracy"].as_f64().unwrap() > 0.8,
            "{kind}: {summary}"
        );
    }
    // A run that begins with a checkpoint of the middle ends like the whole one.
    let half = with(&SPLIT, &["half", "--set", "checkpoint_seconds=0"]);
    let mut child = crate::support::mesu(folder.path(), &half).spawn().unwrap();
    std::thread::sleep(std::time::Duration::from_millis(150));
    let _ = child.kill();
    let _ = child.wait();
    succeed(folder.path(), &with(&half, &["--resume"]));
    let again = with(&SPLIT, &["again", "--set", "checkpoint_seconds=0"]);
    succeed(folder.path(), &again);
    assert_same_runs(&at("half"), &at("again"));
}

/// Two classes in three domains, two features: the class moves the first, the domain the second; 20
/// examples of each. With strangers and a kind that is never learned.
fn write_features(path: &Path, shift: f32) {
    let (mut features, mut labels, mut domains) = (Vec::new(), Vec::new(), Vec::new());
    for i in 0..120_u16 {
        let (label, domain) = (i % 2, i / 2 % 3);
        let noise = f32::from(i * 7 % 11) / 50.0;
        features.extend([
            f32::from(label) + noise + shift,
            f32::from(domain) - noise,
            noise,
        ]);
        labels.push(label as u8);
        domains.push(domain as u8);
    }
    let rows =
        |values: Vec<f32>| Array::new(&[values.len() / 3, 3], Elements::F32(values)).unwrap();
    let arrays = [
        ("features", rows(features)),
        ("labels", Array::list(Elements::U8(labels))),
        ("domains", Array::list(Elements::U8(domains))),
        (
            "domain_names",
            Array::list(Elements::Text(
                ["spring", "summer", "winter"].map(str::to_owned).into(),
            )),
        ),
        ("features_unseen", rows([0.5, 4.0, 0.0].repeat(10))),
        ("features_ood", rows([9.0, 9.0, 9.0].repeat(10))),
    ];
    let arrays: Vec<(&str, &Array)> = arrays.iter().map(|(name, array)| (*name, array)).collect();
    npz::write(File::create(path).unwrap(), &arrays).unwrap();
}

#[test]
fn domains_of_features_are_learned_one_after_another() {
    let folder = tempfile::tempdir().unwrap();
    write_features(&folder.path().join("features.npz"), 0.0);
    let run = [
        "run",
        "permuted-digits",
        "--set",
        "scenario=domain",
        "--set",
        "data.source=features.npz",
        "--set",
        "tasks=3",
        "--set",
        "data.epochs=10",
        "--set",
        "data.standardise=each",
        "--set",
        "domains.shuffled=true",
        "--set",
        "domains.gradual=0.2",
        "--set",
        "network.hidden=[16]",
        "--json",
        "--quiet",
    ];
    let output = succeed(folder.path(), &with(&run, &["--out", "out"]));
    let summary: serde_json::Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert!(
        summary["average_accuracy"].as_f64().unwrap() > 0.9,
        "{summary}"
    );
    for auroc in ["ood_auroc", "unseen_auroc"] {
        assert!(
            summary[auroc]["epistemic"].as_f64().unwrap() > 0.5,
            "{summary}"
        );
    }
    // Features may be read as if they were an image.
    let layers = "network.layers=['conv 2 1x1', 'flatten']";
    let image = [
        "--set",
        "network.hidden=[]",
        "--set",
        layers,
        "--set",
        "network.input=[3,1,1]",
        "--set",
        "data.epochs=1",
        "--out",
        "image",
    ];
    succeed(folder.path(), &with(&run, &image));
    let bits = |of: &str| summary["uncertainty"][of]["epistemic"].as_f64().unwrap();
    assert!(bits("foreign") > bits("known"), "{summary}");
    // Of each domain by itself, and their mean.
    let metrics = std::fs::read_to_string(folder.path().join("out/metrics.jsonl")).unwrap();
    let last: serde_json::Value = serde_json::from_str(metrics.lines().last().unwrap()).unwrap();
    let each = last["ood_auroc_of_tasks"].as_array().unwrap();
    let each = each
        .iter()
        .map(|auroc| auroc["epistemic"].as_f64().unwrap());
    let mean = last["ood_auroc"]["epistemic"].as_f64().unwrap();
    assert!((each.sum::<f64>() / 3.0 - mean).abs() < 1e-12, "{last}");

    let line = fail(
        folder.path(),
        &with(&run, &["--set", "tasks=4", "--out", "four"]),
    );
    assert!(
        line.contains("tasks: found 4, expected 1 to 3 (domains in the data)"),
        "{line}"
    );
    let line = fail(
        folder.path(),
        &with(&run, &["--set", "splits=2", "--out", "cut"]),
    );
    assert!(
        line.contains("splits: found 2, expected 1, but for scenario = \"split\""),
        "{line}"
    );
    assert!(!folder.path().join("four").exists() && !folder.path().join("cut").exists());
}

#[test]
fn domains_left_out_are_named_and_other_data_are_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let features = folder.path().join("features.npz");
    write_features(&features, 0.0);
    let run = [
        "run",
        "photographs",
        "--set",
        "data.source=features.npz",
        "--out",
        "two",
    ];
    let output = succeed(folder.path(), &run);
    let note = "not learned: winter (--set tasks=3 takes them in)";
    assert!(stderr(&output).contains(note), "{}", stderr(&output));
    let again = with(&run, &["--resume"]);
    succeed(folder.path(), &again);

    write_features(&features, 0.25);
    let checkpoint = folder.path().join("two/checkpoint.safetensors");
    let before = std::fs::read(&checkpoint).unwrap();
    let line = fail(folder.path(), &again);
    assert!(
        line.contains("data.source: features.npz has changed since the run in two began"),
        "{line}"
    );
    assert_eq!(std::fs::read(&checkpoint).unwrap(), before);
}
