//! Runs that are killed or interrupted, and two at once.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Command;

use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};

use super::{elec, folder, json_lines, learn, parsed, piped, spawn, write};
use crate::support::{fail, mesu, stderr, succeed};

/// State and predictions.
fn results(folder: &Path, name: &str) -> [Vec<u8>; 2] {
    ["mesu", "csv"].map(|ending| fs::read(folder.join(format!("{name}.{ending}"))).unwrap())
}

#[test]
fn killed_at_any_row_and_resumed_ends_byte_for_byte() {
    let folder = folder();
    let folder = folder.path();
    let text = elec(4_000);
    write(folder, "rows.csv", &text);
    write(folder, "rows.jsonl", &json_lines(&text));
    let mut random = Xoshiro256PlusPlus::seed_from_u64(1);
    for (rows, kills) in [("rows.csv", 3), ("rows.jsonl", 3), ("-", 5)] {
        let whole = fs::read_to_string(folder.join(rows)).unwrap_or_else(|_| text.clone());
        let arguments = |name: &str| -> Vec<String> {
            let (state, predictions) = (format!("{name}.mesu"), format!("{name}.csv"));
            let more = [
                "--target",
                "y",
                "--quiet",
                "--save-every",
                "0",
                "--state",
                &state,
                "--predictions",
                &predictions,
            ];
            learn(rows, &more)
                .iter()
                .map(|word| (*word).to_owned())
                .collect()
        };
        let command = |name: &str, resume: bool| {
            let mut words = arguments(name);
            words.extend(resume.then(|| "--resume".to_owned()));
            mesu(
                folder,
                &words.iter().map(String::as_str).collect::<Vec<_>>(),
            )
        };
        let output = piped(&mut command("whole", false), &whole);
        assert!(output.status.success(), "{}", stderr(&output));
        let mut killed = 0;
        while killed < kills {
            let mut child = spawn(&mut command("broken", true));
            if rows == "-" {
                // Killed while the rest of the rows has not come: it can't end before.
                let bytes = random.next_u64() as usize % whole.len();
                let _ = child
                    .stdin
                    .as_mut()
                    .unwrap()
                    .write_all(&whole.as_bytes()[..bytes]);
            } else {
                // Killed when it has written so much, or a little later.
                let enough = random.next_u64() % 300_000;
                let path = folder.join("broken.csv");
                while fs::metadata(&path).map_or(0, |file| file.len()) < enough
                    && child.try_wait().unwrap().is_none()
                {
                    std::thread::yield_now();
                }
            }
            child.kill().unwrap();
            let code = child.wait_with_output().unwrap();
            assert!(
                matches!(code.status.code(), None | Some(0)),
                "{}",
                stderr(&code)
            );
            killed += 1;
        }
        let output = piped(&mut command("broken", true), &whole);
        assert!(output.status.success(), "{}", stderr(&output));
        assert!(
            results(folder, "whole") == results(folder, "broken"),
            "{rows}"
        );
        for name in ["whole", "broken"] {
            fs::remove_file(folder.join(format!("{name}.mesu"))).unwrap();
        }
    }
}

#[test]
fn two_processes_do_not_learn_into_one_state() {
    let folder = folder();
    let folder = folder.path();
    let text = elec(1_500);
    write(folder, "rows.csv", &text);
    let first = [
        "--target",
        "y",
        "--state",
        "s.mesu",
        "--predictions",
        "p.csv",
        "--save-every",
        "0",
        "--quiet",
    ];
    let mut child = spawn(&mut mesu(folder, &learn("-", &first)));
    child
        .stdin
        .as_mut()
        .unwrap()
        .write_all(text.as_bytes())
        .unwrap();
    // It holds the lock until the pipe ends.
    while !folder.join("s.mesu").exists() {
        std::thread::yield_now();
    }
    let line = fail(
        folder,
        &learn("rows.csv", &["--target", "y", "--state", "s.mesu"]),
    );
    assert!(
        line.contains("s.mesu: another process is learning into it; wait"),
        "{line}"
    );
    // It can be looked at meanwhile.
    for command in ["show", "doctor", "report"] {
        succeed(folder, &[command, "s.mesu"]);
    }
    assert!(folder.join("s.html").exists());
    drop(child.stdin.take());
    assert!(child.wait().unwrap().success());
    // Nothing of the lock is left.
    assert!(!folder.join(".s.mesu.lock").exists());
}

#[test]
#[cfg(unix)]
fn an_interrupted_run_is_saved_and_says_how_to_go_on() {
    let folder = folder();
    let folder = folder.path();
    let text = elec(1_500);
    let more = [
        "--target",
        "y",
        "--state",
        "s.mesu",
        "--save-every",
        "0",
        "--quiet",
    ];
    let arguments = learn("-", &more);
    let mut child = spawn(&mut mesu(folder, &arguments));
    child
        .stdin
        .as_mut()
        .unwrap()
        .write_all(text.as_bytes())
        .unwrap();
    while !folder.join("s.mesu").exists() {
        std::thread::yield_now();
    }
    let signal = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status()
        .unwrap();
    assert!(signal.success());
    // The pipe stays open: its end would end the run before the signal does.
    let pipe = child.stdin.take();
    let output = child.wait_with_output().unwrap();
    drop(pipe);
    assert_eq!(output.status.code(), Some(130));
    let line = stderr(&output);
    assert!(
        line.starts_with("stopped, and saved after ") && line.contains("--resume"),
        "{line}"
    );
    let summary = parsed(&piped(
        &mut mesu(folder, &[&arguments[..], &["--resume", "--json"]].concat()),
        &text,
    ));
    assert_eq!(summary["rows"], 1_500);
}
