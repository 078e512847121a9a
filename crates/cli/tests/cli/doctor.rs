//! `mesu doctor` on what runs leave, and on what they do not.

use std::fs;

use crate::support::{fail, files, small_data, small_run, stdout, succeed};
use serde_json::Value;

/// 600 examples a task: a window of five tasks.
const FITTING: [&str; 2] = ["--set", "learner.memory_window=3000"];

#[test]
fn a_run_and_its_checkpoint_alone() {
    let folder = small_data();
    succeed(
        folder.path(),
        &small_run(&[&FITTING[..], &["--out", "out"]].concat()),
    );
    let before = files(&folder.path().join("out"));
    let of_run = stdout(&succeed(folder.path(), &["doctor", "out"]));
    let mut lines = of_run.lines();
    assert_eq!(lines.next(), Some("healthy: out"), "{of_run}");
    assert_eq!(
        lines.next(),
        Some("mesu, 64-16-4, 1,800 updates, 3 of 3 tasks done")
    );
    for part in [
        "memory: 3,000 updates = 3,000 examples = 5 tasks; in the long run a new task",
        "layer.1.weight     1,024 ",
        "layer.2.weight        64 ",
        "plasticity: sigma^2",
    ] {
        assert!(of_run.contains(part), "{part:?} is not in {of_run}");
    }
    assert!(
        of_run.lines().all(|line| line.chars().count() <= 80),
        "{of_run}"
    );
    assert_eq!(files(&folder.path().join("out")), before);

    // A run's checkpoint knows of its run, wherever it is; a flag knows better.
    fs::rename(
        folder.path().join("out/checkpoint.safetensors"),
        folder.path().join("mine"),
    )
    .unwrap();
    let alone = stdout(&succeed(folder.path(), &["doctor", "mine"]));
    assert_eq!(alone, of_run.replace("healthy: out", "healthy: mine"));
    let flags = [
        "doctor",
        "mine",
        "--task-length",
        "60000",
        "--batch-size",
        "10",
    ];
    let other = stdout(&succeed(folder.path(), &flags));
    assert!(other.starts_with("needs attention: mine\n"), "{other}");
    let flat = other.split_whitespace().collect::<Vec<_>>().join(" ");
    for part in [
        "3,000 updates = 30,000 examples = 0.5 tasks",
        "needs attention: The memory window of 3,000 updates is 50 % of a task",
        "example to 30000 (five tasks).",
    ] {
        assert!(flat.contains(part), "{part:?} is not in {flat}");
    }
}

#[test]
fn unhealthy_runs_are_told_what_to_change() {
    let folder = small_data();
    for (name, verdict, setting, words) in [
        (
            "still",
            "broken",
            "learner.lr_sigma=0",
            &["Sigma is stuck: 100 %", "Raise learner.lr_sigma"][..],
        ),
        (
            "huge",
            "needs attention",
            "learner.memory_window=1e15",
            &["Nothing is ever forgotten", "example to 3000."],
        ),
        (
            "sgd",
            "healthy",
            "learner.kind=sgd",
            &["note: sgd has no memory", "largest"],
        ),
        (
            "ewc",
            "healthy",
            "learner.kind=ewc",
            &["held", "stiffest", "no sigma"],
        ),
        (
            "foovb",
            "healthy",
            "learner.kind=foovb",
            &["forgets nothing"],
        ),
    ] {
        succeed(
            folder.path(),
            &small_run(&["--out", name, "--set", setting]),
        );
        let text = stdout(&succeed(folder.path(), &["doctor", name]));
        assert!(text.starts_with(&format!("{verdict}: {name}\n")), "{text}");
        let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
        for part in words {
            assert!(flat.contains(part), "{part:?} is not in {flat}");
        }
        assert!(
            text.lines().all(|line| line.chars().count() <= 80),
            "{text}"
        );
    }
}

#[test]
fn several_seeds_have_a_section_each() {
    let folder = small_data();
    succeed(
        folder.path(),
        &small_run(&[&FITTING[..], &["--out", "out", "--seeds", "10,2"]].concat()),
    );
    let text = stdout(&succeed(folder.path(), &["doctor", "out"]));
    let headings: Vec<&str> = text
        .lines()
        .filter(|line| line.starts_with("healthy: "))
        .collect();
    assert_eq!(
        headings,
        [
            "healthy: 2 of 2 learners",
            "healthy: out/seed-2",
            "healthy: out/seed-10"
        ]
    );
    let json: Value =
        serde_json::from_slice(&succeed(folder.path(), &["doctor", "out", "--json"]).stdout)
            .unwrap();
    assert_eq!(json.as_array().unwrap().len(), 2);

    let one = ["doctor", "out/seed-2", "--task-length", "10000", "--json"];
    let json: Value = serde_json::from_slice(&succeed(folder.path(), &one).stdout).unwrap();
    assert_eq!(json["verdict"], "look-at-this");
    assert_eq!(json["path"], "out/seed-2/checkpoint.safetensors");
    assert_eq!(
        (&json["updates"], &json["kind"]),
        (&Value::from(1800), &Value::from("mesu"))
    );
    assert_eq!(json["memory"]["tasks"], 0.3);
    assert_eq!(json["groups"][0]["name"], "layer.1.weight");
    assert!(json["groups"][0]["sigma"]["median"].as_f64().unwrap() > 0.0);
    let finding = &json["findings"][0];
    assert_eq!(
        (&finding["kind"], &finding["verdict"]),
        (&Value::from("short-memory"), &Value::from("look-at-this"))
    );
    assert!(
        finding["text"]
            .as_str()
            .unwrap()
            .contains("Raise learner.memory_window")
    );

    // One damaged seed is named, and nothing is printed of the others.
    fs::write(
        folder.path().join("out/seed-10/checkpoint.safetensors"),
        "x",
    )
    .unwrap();
    let line = fail(folder.path(), &["doctor", "out"]);
    assert!(
        line.contains("out/seed-10/checkpoint.safetensors: damaged"),
        "{line}"
    );
}

#[test]
fn what_is_no_learner_is_refused() {
    let folder = small_data();
    let path = folder.path();
    succeed(path, &small_run(&["--out", "out", "--set", "tasks=1"]));
    for (asked, words) in [
        (
            "nowhere",
            [
                "nowhere: can't be looked at",
                "name a run directory or a checkpoint",
            ],
        ),
        (
            "digits",
            [
                "digits: holds no run and no state: it has 4 files",
                "name a run directory, a checkpoint, or a state",
            ],
        ),
        (
            "out/config.toml",
            ["out/config.toml: damaged checkpoint", "use a copy of it"],
        ),
    ] {
        let line = fail(path, &["doctor", asked]);
        for part in words {
            assert!(line.contains(part), "{part:?} is not in {line}");
        }
    }
    let checkpoint = path.join("out/checkpoint.safetensors");
    let whole = fs::read(&checkpoint).unwrap();
    let mut flipped = whole.clone();
    let last = flipped.len() - 1;
    flipped[last] ^= 1;
    for damaged in [&whole[..0], &whole[..100], &whole[..last], &flipped] {
        fs::write(&checkpoint, damaged).unwrap();
        let line = fail(path, &["doctor", "out"]);
        assert!(
            line.contains("out/checkpoint.safetensors: damaged"),
            "{line}"
        );
    }
    for wrong in [&["doctor"][..], &["doctor", "out", "--task-length", "0"]] {
        let output = crate::support::mesu(path, wrong).output().unwrap();
        assert_eq!(output.status.code(), Some(2));
    }
}
