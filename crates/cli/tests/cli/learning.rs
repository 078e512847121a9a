//! Examples that are left out of learning: for its loss, since it diverged, or by the weight of its class.

use std::fs;
use std::path::Path;

use crate::support::{fail, json, small_data, small_run, stdout, succeed};
use serde_json::Value;

/// Runs with `settings` into `out`.
fn run(folder: &Path, out: &str, settings: &[&str]) {
    let sets: Vec<&str> = settings.iter().flat_map(|set| ["--set", set]).collect();
    succeed(folder, &small_run(&[&sets[..], &["--out", out]].concat()));
}

/// Returns the diagnosis of `out`, in one line.
fn doctor(folder: &Path, out: &str) -> String {
    let text = stdout(&succeed(folder, &["doctor", out]));
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn what_a_gate_leaves_out_is_counted() {
    let folder = small_data();
    let path = folder.path();
    run(path, "all", &[]);
    run(path, "gate", &["learning.learn_above=0.3"]);
    let summary = json(&path.join("gate/summary.json"));
    let gated = summary["gated"].as_u64().unwrap();
    assert!((100..1_700).contains(&gated), "{gated}");
    assert_eq!(summary["updates"], 1_800 - gated);
    assert_eq!(summary["skipped"], Value::Null);
    let lines = fs::read_to_string(path.join("gate/metrics.jsonl")).unwrap();
    let of_tasks = lines.lines().map(|line| {
        let line: Value = serde_json::from_str(line).unwrap();
        line["gated"].as_u64().unwrap()
    });
    assert_eq!(of_tasks.sum::<u64>(), gated);
    let said = doctor(path, "gate");
    for part in [
        format!("learned from {gated} examples with a loss below learning.learn_above (0.3)"),
        // Of the stream, which went on meanwhile.
        "500 tasks".to_owned(),
    ] {
        assert!(said.replace(',', "").contains(&part), "{part:?}: {said}");
    }
    let config = fs::read_to_string(path.join("gate/config.toml")).unwrap();
    assert!(
        config.contains("[learning]\nlearn_above = 0.3\n"),
        "{config}"
    );

    // Without the setting there is nothing of it, and a file without the section means the same.
    let summary = json(&path.join("all/summary.json"));
    assert_eq!(
        (&summary["gated"], &summary["skipped"]),
        (&Value::Null, &Value::Null)
    );
    let config = fs::read_to_string(path.join("all/config.toml")).unwrap();
    let (before, _) = config.split_once("\n[learning]").unwrap();
    fs::write(path.join("all/config.toml"), before).unwrap();
    let sets = ["--set", "learning.learn_above=0.3"];
    let other = small_run(&[&sets[..], &["--out", "all", "--resume"]].concat());
    let line = fail(path, &other);
    assert!(line.contains("learning.learn_above"), "{line}");
    succeed(path, &small_run(&["--out", "all", "--resume"]));
}

#[test]
fn a_gate_is_swept_like_any_setting() {
    let folder = small_data();
    let path = folder.path();
    let grid = "grid.learning.learn_above=[0.0,0.3]";
    let table = stdout(&succeed(path, &small_run(&["--set", grid, "--out", "out"])));
    assert!(table.contains("gated"), "{table}");
    run(path, "all", &[]);
    let rows = |run: &str| fs::read_to_string(path.join(run).join("accuracy.csv")).unwrap();
    assert_eq!(rows("out/learn_above=0"), rows("all"));
    assert_ne!(rows("out/learn_above=0.3"), rows("all"));
}

#[test]
fn what_diverges_is_skipped_where_that_is_asked_for() {
    let folder = small_data();
    let wild = ["learner.samples=1", "learner.lr_sigma=30"];
    let skip = [&wild[..], &["learning.on_divergence=skip"]].concat();
    run(folder.path(), "out", &skip);
    let summary = json(&folder.path().join("out/summary.json"));
    let skipped = summary["skipped"].as_u64().unwrap();
    assert!(skipped > 0);
    assert_eq!(summary["updates"], 1_800 - skipped);
    assert_eq!(summary["ended"]["how"], "finished");
    let said = doctor(folder.path(), "out");
    assert!(said.contains("that made learning diverge"), "{said}");
}

#[test]
fn weights_of_classes_count() {
    let folder = small_data();
    let path = folder.path();
    run(path, "one", &["learning.class_weights=[0.1,1,1,1]"]);
    let config = fs::read_to_string(path.join("one/config.toml")).unwrap();
    assert!(
        config.contains("class_weights = [0.1, 1.0, 1.0, 1.0]"),
        "{config}"
    );
    run(path, "none", &["learning.class_weights=[0,1,1,1]"]);
    let answers = |run: &str| {
        let checkpoint = fs::read(path.join(run).join("checkpoint.safetensors")).unwrap();
        let (_, header) = safetensors::SafeTensors::read_metadata(&checkpoint).unwrap();
        let metadata = header.metadata().clone().unwrap();
        let description: Value = serde_json::from_str(&metadata["mesu"]).unwrap();
        let note: Value =
            serde_json::from_str(description["notes"]["run"].as_str().unwrap()).unwrap();
        note["classes"]["predicted"][0].as_u64().unwrap()
    };
    // A class that is not learned is hardly ever the answer.
    let (one, none) = (answers("one"), answers("none"));
    assert!(none < 12 && one > 2 * none, "{one} {none}");
}

#[test]
fn what_a_learner_cannot_do_is_refused() {
    let folder = small_data();
    let gate = "learning.learn_above=0.1";
    for (sets, words) in [
        (
            &["learner.kind=replay", gate][..],
            ["learning.learn_above is 0.1; expected 0 beside", "replay"],
        ),
        (
            &["learner.estimator=weight-sampling", gate],
            ["learning.learn_above is 0.1", "weight-sampling"],
        ),
        (
            &["learner.slow_windows=[1e6]", gate],
            ["learning.learn_above is 0.1", "slow copies"],
        ),
        (
            &["learning.class_weights=[1,2]"],
            ["learning.class_weights is [1.0, 2.0]", "4 finite numbers"],
        ),
        (
            &["learning.learn_above=-1"],
            ["learning.learn_above: found -1", ">= 0"],
        ),
        (
            &["learning.on_divergence=ignore"],
            ["learning.on_divergence", "`skip`"],
        ),
        (
            &["learning.learn_abov=1"],
            [
                "learning.learn_abov: unknown key",
                "mean learning.learn_above?",
            ],
        ),
    ] {
        let sets: Vec<&str> = sets.iter().flat_map(|set| ["--set", set]).collect();
        let line = fail(
            folder.path(),
            &small_run(&[&sets[..], &["--out", "no"]].concat()),
        );
        for word in words {
            assert!(line.contains(word), "{sets:?}: {word:?} is not in {line}");
        }
        assert!(!folder.path().join("no").exists(), "{sets:?}");
    }
}
