//! The commands as their users call them: what is printed, what is written.

use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::Stdio;

use crate::support::{
    assert_same_runs, fail, json, mesu, small_data, small_run, stderr, stdout, succeed,
};
use serde_json::Value;

#[test]
fn a_run_prints_a_table_and_fills_its_directory() {
    let folder = small_data();
    let output = succeed(folder.path(), &small_run(&["--out", "out"]));
    let table = stdout(&output);
    for row in [
        "   3  ",
        "newest task",
        "average",
        "learning accuracy",
        "forgetting",
        "ECE",
        "updates/s",
        "peak memory",
        "report: out/report.html",
    ] {
        assert!(
            table.lines().any(|line| line.starts_with(row)),
            "{row}: {table}"
        );
    }
    assert!(
        table.lines().all(|line| line.chars().count() <= 80),
        "{table}"
    );
    assert!(stderr(&output).contains("results go to out"));

    let out = folder.path().join("out");
    let names: Vec<String> = crate::support::files(&out)
        .keys()
        .map(|path| path.file_name().unwrap().to_string_lossy().into_owned())
        .collect();
    assert_eq!(
        names,
        [
            "accuracy.csv",
            "accuracy.svg",
            "checkpoint.safetensors",
            "config.toml",
            "metrics.jsonl",
            "report.html",
            "summary.json"
        ]
    );

    let config: toml::Table = fs::read_to_string(out.join("config.toml"))
        .unwrap()
        .parse()
        .unwrap();
    assert_eq!(config["seed"].as_integer(), Some(1));
    assert_eq!(
        config["learner"]["memory_window"].as_float(),
        Some(300_000.0)
    );
    assert_eq!(config["data"]["train_examples"].as_integer(), Some(600));

    let accuracy = fs::read_to_string(out.join("accuracy.csv")).unwrap();
    let rows: Vec<Vec<&str>> = accuracy
        .lines()
        .map(|line| line.split(',').collect())
        .collect();
    assert_eq!(rows.len(), 4);
    assert_eq!(rows[0], ["trained_task", "1", "2", "3"]);
    assert_eq!((rows[1][0], rows[1][2], rows[1][3]), ("1", "", ""));
    let metrics = fs::read_to_string(out.join("metrics.jsonl")).unwrap();
    assert_eq!(metrics.lines().count(), 3);

    let summary = json(&out.join("summary.json"));
    assert_eq!(summary["newest_accuracy"].as_f64(), rows[3][3].parse().ok());
    assert_eq!(summary["updates"], 1800);
    // Folders have no unknown images unless some are given.
    assert!(summary["ood_auroc"].is_null());
    for pointer in [
        "/newest_accuracy",
        "/window_accuracy/5",
        "/window_accuracy/20",
        "/average_accuracy",
        "/learning_accuracy",
        "/ece",
    ] {
        let value = summary.pointer(pointer).and_then(Value::as_f64).unwrap();
        assert!((0.0..=1.0).contains(&value), "{pointer}");
    }
    assert!(
        summary["newest_accuracy"].as_f64().unwrap() > 0.6,
        "{summary}"
    );
    assert!(summary["train_seconds"].as_f64().unwrap() > 0.0);
    assert!(summary["updates_per_second"].as_f64().unwrap() > 0.0);
}

#[test]
fn json_is_alone_on_stdout_and_quiet_is_quiet() {
    let folder = small_data();
    let ood = [
        "--set",
        "data.ood=digits",
        "--set",
        "data.ood_permuted=true",
        "--json",
        "--quiet",
        "--out",
        "out",
    ];
    let output = succeed(folder.path(), &small_run(&ood));
    assert_eq!(stderr(&output), "");
    let printed: Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!(printed, json(&folder.path().join("out/summary.json")));
    // The "unknown" images are the known ones here: no better than chance.
    let auroc = printed["ood_auroc"]["epistemic"].as_f64().unwrap();
    assert!((auroc - 0.5).abs() < 0.1, "{auroc}");
}

#[test]
fn the_embedded_data_are_the_default() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = "run permuted-digits --json --set tasks=1 --set data.train_examples=2000 \
                     --set data.test_examples=300";
    let output = succeed(
        folder.path(),
        &arguments.split_whitespace().collect::<Vec<_>>(),
    );
    let summary: Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert!(
        summary["newest_accuracy"].as_f64().unwrap() > 0.6,
        "{summary}"
    );
    assert!(summary["ood_auroc"]["aleatoric"].is_f64());
    assert!(
        folder
            .path()
            .join("runs/permuted-digits-seed-1/summary.json")
            .exists()
    );
}

#[test]
fn seeds_and_threads_do_not_matter_to_each_other() {
    let folder = small_data();
    let several = small_run(&["--seeds", "3,1", "--out", "both", "--json"]);
    let output = succeed(folder.path(), &several);
    let summary: Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!(summary, json(&folder.path().join("both/summary.json")));
    let of = |value: &Value| value["newest_accuracy"].as_f64().unwrap();
    let seeds = summary["seeds"].as_array().unwrap();
    assert_eq!(
        (seeds[0]["seed"].as_u64(), seeds[1]["seed"].as_u64()),
        (Some(3), Some(1))
    );
    assert!((of(&summary) - (of(&seeds[0]) + of(&seeds[1])) / 2.0).abs() < 1e-12);
    assert_eq!(of(&summary), of(&summary["mean"]));
    assert!(of(&summary["std"]) >= 0.0);

    let alone = small_run(&["--set", "seed=3", "--out", "alone"]);
    let one_thread = mesu(folder.path(), &alone)
        .env("RAYON_NUM_THREADS", "1")
        .output()
        .unwrap();
    assert!(one_thread.status.success());
    assert_same_runs(
        &folder.path().join("both/seed-3"),
        &folder.path().join("alone"),
    );

    // Another seed joins the first two.
    let line = fail(folder.path(), &several);
    assert!(line.contains("--resume"), "{line}");
    let more = small_run(&["--seeds", "1,2,3", "--out", "both", "--json", "--resume"]);
    let output = succeed(folder.path(), &more);
    let summary: Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!(summary["seeds"].as_array().unwrap().len(), 3);
}

#[test]
fn a_file_of_the_users_own_needs_only_what_differs() {
    let folder = small_data();
    let text = "tasks = 1\n[data]\nsource = 'digits'\ntrain_examples = 600\n\
                test_examples = 200\nbatch_size = 32\nepochs = 2\n\
                [learner]\nreduction = 'mean'\n";
    fs::write(folder.path().join("own.toml"), text).unwrap();
    let output = succeed(
        folder.path(),
        &["run", "own.toml", "--set", "tasks=2", "--json"],
    );
    let summary: Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!(summary["name"], "own");
    assert_eq!(summary["tasks"], 2);
    // 600 examples are 18 batches of 32 and one of 24.
    assert_eq!(summary["updates"], 2 * 2 * 19);

    // What a run wrote down can be run.
    let config = "runs/own-seed-1/config.toml";
    succeed(folder.path(), &["run", config, "--out", "again"]);
    let first = folder.path().join("runs/own-seed-1");
    assert_same_runs(&first, &folder.path().join("again"));
}

#[test]
fn list_names_every_preset_and_its_time() {
    let folder = tempfile::tempdir().unwrap();
    let text = stdout(&succeed(folder.path(), &["list"]));
    let presets = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../experiments");
    let streams = mesu_datasets::EmbeddedStream::ALL;
    let all = fs::read_dir(presets).unwrap().count() + streams.len();
    assert_eq!(text.lines().count(), all);
    for stream in streams {
        assert!(
            text.contains(&format!("mesu learn {}", stream.name)),
            "{text}"
        );
    }
    assert!(text.starts_with("permuted-digits  "), "{text}");
    assert!(text.contains(" 10 tasks, about "), "{text}");
    let line = |name: &str| text.lines().find(|line| line.starts_with(name)).unwrap();
    assert!(
        line("memory-window").contains("24 x 200 tasks, about "),
        "{text}"
    );
    assert!(line("remembering").contains("5 x 1 task, about "), "{text}");
}

#[test]
fn bench_prints_its_figure() {
    let folder = tempfile::tempdir().unwrap();
    let short = [
        "bench",
        "stream",
        "--json",
        "--seconds",
        "0",
        "--hidden",
        "8",
    ];
    let figure: Value = serde_json::from_str(&stdout(&succeed(folder.path(), &short))).unwrap();
    assert!(figure["updates_per_second"].as_f64().unwrap() > 100.0);
    assert_eq!(figure["network"], serde_json::json!([784, 8, 10]));
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let folder = small_data();
    let mut command = mesu(folder.path(), &small_run(&["--out", "out", "--quiet"]));
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let mut text = String::new();
    child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut text)
        .unwrap();
    assert!(child.wait().unwrap().success(), "{text}");
    assert_eq!(text, "");
}

#[test]
fn wrong_usage_has_an_exit_code_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let output = mesu(folder.path(), &["run"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
}
