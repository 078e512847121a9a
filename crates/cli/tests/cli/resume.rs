//! A run that is killed again and again ends where an unbroken one does.
#![cfg(unix)]

use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::support::{assert_same_runs, mesu, small_data, small_run, stderr, succeed};
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};

/// Long enough to be hit often: many samples, a checkpoint after every chunk of examples.
const SLOW: [&str; 8] = [
    "--set",
    "data.epochs=2",
    "--set",
    "learner.samples=400",
    "--set",
    "learner.test_samples=400",
    "--set",
    "checkpoint_seconds=0",
];

/// Kills `mesu run … --resume` (SIGKILL) at random moments until a call ends by itself.
/// Returns how many calls were killed.
fn kill_until_done(folder: &Path, arguments: &[&str], whole: Duration, seed: u64) -> usize {
    let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
    for killed in 0.. {
        let mut command = mesu(folder, arguments);
        let mut child = command
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // Up to a third of the whole, later up to all of it: it does come to an end.
        let longest = whole.mul_f64(0.3 + 0.1 * killed as f64).as_micros() as u64;
        sleep(Duration::from_micros(random.next_u64() % longest));
        if child.try_wait().unwrap().is_none() {
            child.kill().unwrap();
        }
        let output = child.wait_with_output().unwrap();
        match output.status.code() {
            Some(0) => return killed,
            Some(_) => panic!("call {killed}: {}", stderr(&output)),
            None => {}
        }
    }
    unreachable!()
}

/// Breaks runs until at least twelve kills have been survived.
fn killed_equals_unbroken(settings: &[&str], first_seed: u64) {
    let folder = small_data();
    let run = |more: &[&'static str]| -> Vec<String> {
        let all = small_run(&[&SLOW[..], more].concat());
        all.iter()
            .chain(settings)
            .map(|word| (*word).to_owned())
            .collect()
    };
    fn words(owned: &[String]) -> Vec<&str> {
        owned.iter().map(String::as_str).collect()
    }
    let started = Instant::now();
    succeed(folder.path(), &words(&run(&["--out", "unbroken"])));
    let whole = started.elapsed();

    let broken = folder.path().join("broken");
    let arguments = run(&["--out", "broken", "--resume"]);
    let mut killed = 0;
    for seed in first_seed.. {
        killed += kill_until_done(folder.path(), &words(&arguments), whole, seed);
        assert_same_runs(&folder.path().join("unbroken"), &broken);
        if killed >= 12 {
            break;
        }
        std::fs::remove_dir_all(&broken).unwrap();
    }
}

#[test]
fn killed_at_any_moment_one_by_one() {
    killed_equals_unbroken(&[], 1);
}

#[test]
fn killed_at_any_moment_in_batches() {
    let batches = ["data.batch_size=30", "learner.reduction=mean"];
    let settings: Vec<&str> = batches.iter().flat_map(|set| ["--set", set]).collect();
    killed_equals_unbroken(&settings, 101);
}

#[test]
fn killed_at_any_moment_with_a_gate() {
    killed_equals_unbroken(&["--set", "learning.learn_above=0.3"], 501);
}

#[test]
fn killed_at_any_moment_with_several_seeds() {
    killed_equals_unbroken(&["--seeds", "1,2,3"], 201);
}

#[test]
fn killed_at_any_moment_with_tests_within_tasks() {
    let within = [
        "test_every=1",
        "test_window=2",
        "data.epochs=3",
        "data.ood=permuted",
    ];
    let settings: Vec<&str> = within.iter().flat_map(|set| ["--set", set]).collect();
    killed_equals_unbroken(&settings, 401);
}

#[test]
fn killed_at_any_moment_with_several_cells_and_seeds() {
    let cells = [
        "--set",
        "compare=mesu,ewc",
        "--set",
        "grid.learners.mesu.memory_window=[1000,300000]",
        "--seeds",
        "1,2",
    ];
    killed_equals_unbroken(&cells, 301);
}

/// Interrupts a run with `settings` once `file` is there, and goes on as it says.
fn interrupted_equals_unbroken(settings: &[&'static str], file: &str) {
    let folder = small_data();
    let slow = [&SLOW[..], settings].concat();
    succeed(
        folder.path(),
        &small_run(&[&slow[..], &["--out", "unbroken"]].concat()),
    );

    let run = small_run(&[&slow[..], &["--out", "it's broken"]].concat());
    let mut command = mesu(folder.path(), &run);
    let child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let broken = folder.path().join("it's broken");
    let deadline = Instant::now() + Duration::from_secs(30);
    while !broken.join(file).exists() && Instant::now() < deadline {
        sleep(Duration::from_millis(1));
    }
    let status = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status()
        .unwrap();
    assert!(status.success());
    let output = child.wait_with_output().unwrap();
    let text = stderr(&output);
    assert_eq!(output.status.code(), Some(130), "{text}");
    assert!(output.stdout.is_empty());
    let (_, command) = text.split_once("To resume:\n").unwrap();
    assert!(command.trim_end().ends_with("--resume"), "{command}");
    assert!(!broken.join("summary.json").exists());

    let status = Command::new("sh")
        .args(["-c", command.trim()])
        .current_dir(folder.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .unwrap();
    assert!(status.success(), "{command}");
    assert_same_runs(&folder.path().join("unbroken"), &broken);
}

#[test]
fn ctrl_c_saves_and_says_how_to_go_on() {
    let settings = ["--set", "learner.sigma_prior=0.5"];
    interrupted_equals_unbroken(&settings, "metrics.jsonl");
}

#[test]
fn ctrl_c_stops_every_cell() {
    let settings = [
        "--set",
        "compare=mesu,sgd",
        "--set",
        "grid.learners.mesu.sigma_prior=[0.5,1,2]",
    ];
    interrupted_equals_unbroken(&settings, "mesu,sigma_prior=0.5/metrics.jsonl");
}

#[test]
fn two_processes_do_not_write_one_run() {
    let folder = small_data();
    let run = small_run(&[&SLOW[..], &["--out", "out", "--resume"]].concat());
    let mut first = mesu(folder.path(), &run)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let deadline = Instant::now() + Duration::from_secs(30);
    while !folder.path().join("out/metrics.jsonl").exists() && Instant::now() < deadline {
        sleep(Duration::from_millis(1));
    }
    let line = crate::support::fail(folder.path(), &run);
    assert!(
        line.contains("another process is writing this run"),
        "{line}"
    );
    first.kill().unwrap();
    first.wait().unwrap();
}
