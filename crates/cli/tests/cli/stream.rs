//! Streams of rows: learned, predicted, shown, and killed.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};
use serde_json::Value;

use crate::support::{fail, first_rows, mesu, stderr, stdout, succeed, without_times};

/// Members that learn fast.
const SMALL: [&str; 2] = ["--set", "members=values-1e3,linear-1e2"];

/// The first rows of the embedded stream, as CSV.
fn elec(rows: usize) -> String {
    first_rows("elec", rows)
}

/// The same rows as JSON lines of numbers, and classes as text.
fn json_lines(csv: &str) -> String {
    let mut lines = csv.lines();
    let names: Vec<&str> = lines.next().unwrap().split(',').collect();
    let mut text = String::new();
    for line in lines {
        let values = names.iter().zip(line.split(','));
        let values = values.map(|(name, value)| match *name {
            "y" => format!("\"y\":\"{value}\""),
            name => format!("\"{name}\":{value}"),
        });
        text += &format!("{{{}}}\n", values.collect::<Vec<_>>().join(","));
    }
    text
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

fn write(folder: &Path, name: &str, text: &str) {
    fs::write(folder.join(name), text).unwrap();
}

/// `learn` with [`SMALL`] and `more`.
fn learn<'a>(rows: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    [&["learn", rows], &SMALL[..], more].concat()
}

fn parsed(output: &Output) -> Value {
    serde_json::from_str(&stdout(output)).unwrap()
}

/// Runs `command` with `text` on its standard input.
fn piped(command: &mut Command, text: &str) -> Output {
    let mut child = spawn(command);
    // A program that has ended does not read the rest.
    let _ = child.stdin.take().unwrap().write_all(text.as_bytes());
    child.wait_with_output().unwrap()
}

fn spawn(command: &mut Command) -> Child {
    let command = command.stdin(Stdio::piped()).stdout(Stdio::piped());
    command.stderr(Stdio::piped()).spawn().unwrap()
}

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
}

#[test]
fn labels_come_late() {
    let folder = folder();
    let folder = folder.path();
    let (mut rows, mut labels) = ("id,a,y\n".to_owned(), "id,y\n".to_owned());
    for row in 0..400 {
        let (a, class) = (row % 7, if row % 7 > 3 { "high" } else { "low" });
        match row {
            0..300 => rows += &format!("r{row},{a},{class}\n"),
            _ => rows += &format!("r{row},{a},\n"),
        }
        if row >= 300 {
            labels += &format!("r{row},{class}\n");
        }
    }
    write(folder, "rows.csv", &rows);
    write(folder, "labels.csv", &labels);
    let more = ["--target", "y", "--id", "id", "--json", "--quiet"];
    let summary = parsed(&succeed(folder, &learn("rows.csv", &more)));
    assert_eq!(
        (&summary["rows"], &summary["labeled"], &summary["waiting"]),
        (&400.into(), &300.into(), &100.into())
    );
    let late = [
        "learn",
        "--labels",
        "labels.csv",
        "--state",
        "rows.mesu",
        "--json",
    ];
    let output = succeed(folder, &late);
    assert!(stderr(&output).contains("100 labels learned, 0 of rows that do not wait"));
    let summary = parsed(&output);
    assert_eq!(
        (&summary["rows"], &summary["labeled"], &summary["waiting"]),
        (&400.into(), &400.into(), &0.into())
    );
}

/// A state of `elec`'s first rows in `s.mesu`, from `good.csv`.
fn with_state() -> tempfile::TempDir {
    let folder = folder();
    write(folder.path(), "good.csv", &elec(1_200));
    let more = ["--target", "y", "--state", "s.mesu", "--quiet"];
    succeed(folder.path(), &learn("good.csv", &more));
    folder
}

#[test]
fn bad_rows_are_told_with_their_places_and_the_state_is_kept() {
    let folder = with_state();
    let folder = folder.path();
    let before = fs::read(folder.join("s.mesu")).unwrap();
    let header = "n_period,n_nswprice,n_nswdemand,n_vicprice,n_vicdemand,n_transfer,y";
    let good = "0.5,0.05,0.4,0.003,0.4,0.4,1";
    let cases: [(&str, &[u8], &[&str]); 9] = [
        ("width", b"0.5,0.1,1", &["row 3", "3 values; expected 7"]),
        ("again", header.as_bytes(), &["row 3", "the header again"]),
        (
            "text",
            b"0.5,0.05,much,0.003,0.4,0.4,1",
            &["row 3", "n_nswdemand", "\"much\""],
        ),
        (
            "nan",
            b"0.5,0.05,NaN,0.003,0.4,0.4,1",
            &["row 3", "n_nswdemand", "a finite number"],
        ),
        (
            "huge",
            b"0.5,0.05,1e400,0.003,0.4,0.4,1",
            &["row 3", "n_nswdemand", "finite"],
        ),
        (
            "utf8",
            b"0.5,0.05,0.4,0.003,0.4,0.4,\xff",
            &["row 3", "0xff", "UTF-8"],
        ),
        (
            "quote",
            b"0.5,\"0.05\"x,0.4,0.003,0.4,0.4,1",
            &["row 3", "quote"],
        ),
        ("empty", b"", &[]),
        ("bom", b"", &[]),
    ];
    for (name, line, words) in cases {
        let file = format!("{name}.csv");
        let mut bytes = format!("{header}\n{good}\n{good}\n").into_bytes();
        if name == "bom" {
            bytes.splice(0..0, *b"\xef\xbb\xbf");
        }
        bytes.extend(line);
        bytes.extend(format!("\n{good}\n").bytes());
        fs::write(folder.join(&file), bytes).unwrap();
        fs::write(folder.join("s.mesu"), &before).unwrap();
        let stop = ["learn", &file, "--state", "s.mesu", "--quiet"];
        if words.is_empty() {
            succeed(folder, &stop);
            continue;
        }
        let told = fail(folder, &stop);
        for word in words.iter().chain(&["--on-bad-row"]) {
            assert!(told.contains(word), "{name}: {word:?} is not in {told}");
        }
        let shown = parsed(&succeed(folder, &["show", "s.mesu", "--json"]));
        assert_eq!(shown["rows"], 1_202, "{name}");
        let skip = [&stop[..], &["--resume", "--on-bad-row", "skip", "--json"]].concat();
        let summary = parsed(&succeed(folder, &skip));
        assert_eq!(
            (&summary["rows"], &summary["bad_rows"]),
            (&1_203.into(), &1.into()),
            "{name}"
        );
        assert_eq!(summary["first_bad_rows"][0]["row"], 3, "{name}");
    }
}

#[test]
fn sources_and_columns_that_do_not_fit_are_refused() {
    let folder = with_state();
    let folder = folder.path();
    let before = fs::read(folder.join("s.mesu")).unwrap();
    write(folder, "empty.csv", "");
    write(folder, "header.csv", "a,b,y\n");
    write(folder, "other.csv", "a,b,y\n1,2,x\n");
    write(folder, "price.csv", "id,size,price\na,1,10\nb,2,much\n");
    write(folder, "words.csv", "size,price\n1,some\n2,much\n3,all\n");
    let to = ["--state", "s.mesu"];
    let new = ["--state", "new.mesu"];
    let cases: [(&[&str], &[&str], &[&str]); 19] = [
        (&["empty.csv"], &to, &["empty.csv: empty"]),
        (&["header.csv"], &to, &["no column n_period"]),
        (
            &["header.csv", "--target", "y"],
            &new,
            &["header.csv: a header alone"],
        ),
        (
            &["other.csv"],
            &to,
            &["other.csv: no column n_period", "choose another --state"],
        ),
        (
            &["gone.csv"],
            &to,
            &["gone.csv: can't be opened", "check the path"],
        ),
        (
            &["elect"],
            &new,
            &["elect: can't be opened", "did you mean the stream elec?"],
        ),
        (&["good.csv"], &new, &["no target is named", "--target y"]),
        (
            &["good.csv", "--target", "n_transfr"],
            &new,
            &["no column \"n_transfr\"", "did you mean n_transfer?"],
        ),
        (
            &["good.csv", "--target", "n_period"],
            &to,
            &["its target is y; asked for n_period"],
        ),
        (
            &["good.csv", "--regression"],
            &to,
            &["what it predicts is a class"],
        ),
        (
            &["good.csv", "--set", "seed=2"],
            &to,
            &["its setting is another seed"],
        ),
        (
            &["good.csv", "--set", "sed=2"],
            &new,
            &["sed: unknown setting; expected one of", "drift_chance"],
        ),
        (
            &["good.csv", "--set", "members=forest"],
            &new,
            &["members: found \"forest\"", "neighbors"],
        ),
        (
            &["good.csv", "--target", "y", "--id", "y"],
            &new,
            &["\"y\" is given two parts"],
        ),
        (
            &["good.csv", "--target", "y", "--predictions", "p.txt"],
            &new,
            &["p.txt", ".csv, .tsv or .jsonl"],
        ),
        (
            &["words.csv", "--target", "price", "--regression"],
            &new,
            &["row 1, column \"price\"", "some"],
        ),
        (
            &["price.csv", "--target", "price", "--regression"],
            &new,
            &["row 2, column \"price\"", "much"],
        ),
        (
            &["good.csv"],
            &to,
            &["has learned 1200 rows of good.csv already"],
        ),
        (
            &["other.csv", "--target", "y"],
            &["--state", "no/such.mesu"],
            &["no/such.mesu", "check the path"],
        ),
    ];
    for (rows, state, words) in cases {
        let line = fail(folder, &[&["learn"], rows, state, &["--quiet"]].concat());
        for word in words {
            assert!(line.contains(word), "{rows:?}: {word:?} is not in {line}");
        }
    }
    assert!(before == fs::read(folder.join("s.mesu")).unwrap());
    let output = mesu(folder, &["learn"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn damaged_states_are_refused_and_left() {
    let folder = with_state();
    let folder = folder.path();
    let state = fs::read(folder.join("s.mesu")).unwrap();
    let mut flipped = state.clone();
    flipped[state.len() / 2] ^= 1;
    let mut later = state.clone();
    later[8] = 77;
    let cases: [(&str, &[u8], &str); 4] = [
        ("cut", &state[..state.len() / 3], "a damaged state"),
        ("flipped", &flipped, "a damaged state"),
        ("later", &later, "version 77"),
        ("foreign", b"a,b,y\n1,2,x\n", "not a state"),
    ];
    for (name, bytes, words) in cases {
        let file = format!("{name}.mesu");
        fs::write(folder.join(&file), bytes).unwrap();
        for command in [
            &["learn", "good.csv", "--resume", "--state", &file, "--quiet"][..],
            &["predict", &file, "good.csv"],
            &["show", &file],
        ] {
            let line = fail(folder, command);
            assert!(line.contains(&file) && line.contains(words), "{line}");
        }
        assert!(fs::read(folder.join(&file)).unwrap() == bytes);
    }
    let line = fail(folder, &["predict", "gone.mesu", "good.csv"]);
    assert!(
        line.contains("gone.mesu: no such state; mesu learn"),
        "{line}"
    );
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
    let many = summary("many.csv");
    assert_eq!(many["classes"].as_array().unwrap().len(), 1_000);
    let shown = stdout(&succeed(folder, &["show", "odd.mesu"]));
    assert!(
        shown.contains("! constant") && shown.contains("! mostly missing"),
        "{shown}"
    );
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_leaves_the_state_as_it_was() {
    let folder = with_state();
    let folder = folder.path();
    let before = fs::read(folder.join("s.mesu")).unwrap();
    write(folder, "more.csv", &elec(1_100));
    std::os::unix::fs::symlink("/dev/full", folder.join("full.csv")).unwrap();
    let more = [
        "learn",
        "more.csv",
        "--state",
        "s.mesu",
        "--predictions",
        "full.csv",
        "--quiet",
    ];
    let line = fail(folder, &more);
    assert!(line.contains("full.csv: no space left"), "{line}");
    assert!(before == fs::read(folder.join("s.mesu")).unwrap());
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
