//! Runs from sources into state files: exactly once, whatever happens.
#![allow(clippy::unwrap_used)]

use std::fmt::Write as _;
use std::fs;
use std::io::{self, Read};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use mesu_rows::{RowsError, Source};
use mesu_stream::run::{
    Event, Input, LearnOptions, Learned, OnBadRow, PredictOptions, Resume, RunError, inspect,
    is_state, learn, learn_labels, open, predict,
};

/// CSV of two numbers, a category and a class that follows from them.
fn csv(rows: usize, ids: bool) -> String {
    let mut text = String::from(if ids { "id,a,b,c,y\n" } else { "a,b,c,y\n" });
    let mut x = 1_u32;
    for row in 1..=rows {
        x = x.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let (a, b) = (f64::from(x >> 16) / 65_536.0, (x >> 8) % 100);
        let color = ["red", "green", "blue"][(x >> 4) as usize % 3];
        let class = if a > 0.5 && color == "red" {
            "warm"
        } else {
            "cold"
        };
        if ids {
            let _ = write!(text, "order {row},");
        }
        let _ = writeln!(text, "{a:.4},{b},{color},{class}");
    }
    text
}

/// Text that is given a few bytes at a time.
struct Slow(io::Cursor<String>, usize);

impl Read for Slow {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = buffer.len().min(self.1);
        self.0.read(&mut buffer[..most])
    }
}

fn input(text: &str, bytes: usize) -> Input {
    let reader = Slow(io::Cursor::new(text.to_owned()), bytes);
    Input {
        origin: "rows".to_owned(),
        source: Source::reader("rows", reader),
        pipe: false,
    }
}

fn options(folder: &Path) -> LearnOptions {
    let mut options = LearnOptions::default();
    options.target.target = Some("y".to_owned());
    options.settings = vec![("members".to_owned(), "values-1e3,neighbors".to_owned())];
    options.predictions = Some(folder.join("p.csv"));
    options.save_every = Duration::from_secs(1_000);
    options
}

fn run(folder: &Path, input: Input, options: &LearnOptions) -> Result<Learned, RunError> {
    let stop = AtomicBool::new(false);
    let learned = learn(input, &folder.join("s.mesu"), options, &stop, &mut |_| {});
    learned.map(Option::unwrap)
}

/// State and predictions.
fn results(folder: &Path) -> [Vec<u8>; 2] {
    ["s.mesu", "p.csv"].map(|name| fs::read(folder.join(name)).unwrap())
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

#[test]
fn neither_the_pace_of_a_pipe_nor_savings_nor_stops_change_anything() {
    let text = csv(3_000, true);
    let whole = folder();
    let mut asked = options(whole.path());
    asked.target.id = Some("id".to_owned());
    let learned = run(whole.path(), input(&text, 1 << 20), &asked).unwrap();
    assert_eq!((learned.new_rows, learned.stopped), (3_000, false));
    let lines = fs::read_to_string(whole.path().join("p.csv")).unwrap();
    assert_eq!(lines.lines().count(), 3_001);
    assert!(
        lines.starts_with("row,id,y,prediction,probability,total,"),
        "{lines:.100}"
    );

    // The history is part of the state.
    let (restored, _) = open(&whole.path().join("s.mesu")).unwrap();
    let history = restored.history();
    assert!(history == learned.learner.history());
    let points = history.trace(usize::MAX);
    let labeled: u64 = points.iter().map(|point| point.labeled).sum();
    assert_eq!((labeled, points.last().unwrap().rows), (3_000, 3_000));
    let [surest, ..] = history.surest() else {
        panic!("no row stands out")
    };
    let name = format!("order {}", surest.row);
    assert_eq!(surest.id.as_ref(), Some(&name));

    let slow = folder();
    asked.predictions = Some(slow.path().join("p.csv"));
    asked.save_every = Duration::ZERO;
    run(slow.path(), input(&text, 5), &asked).unwrap();
    assert!(results(slow.path()) == results(whole.path()));

    // Stopped after the first batch, and again after each.
    let broken = folder();
    asked.predictions = Some(broken.path().join("p.csv"));
    asked.resume = Resume::Source;
    let mut calls = 0;
    loop {
        calls += 1;
        let stop = AtomicBool::new(false);
        let mut on = |event: Event<'_>| {
            if let Event::Progress { progress, .. } = event
                && progress.new_rows > 0
            {
                stop.store(true, Ordering::Relaxed);
            }
        };
        let state = broken.path().join("s.mesu");
        let done = learn(input(&text, 4_000), &state, &asked, &stop, &mut on).unwrap();
        // What a killed run wrote behind its state is cut off.
        let path = broken.path().join("p.csv");
        let mut more = fs::read(&path).unwrap();
        let done = done.unwrap();
        if !done.stopped {
            break;
        }
        more.extend(b"half a li");
        fs::write(&path, more).unwrap();
    }
    assert!(calls > 1);
    assert!(results(broken.path()) == results(whole.path()));
}

#[test]
fn a_source_is_learned_once() {
    let folder = folder();
    let asked = options(folder.path());
    let text = csv(200, false);
    run(folder.path(), input(&text, 999), &asked).unwrap();
    let before = results(folder.path());
    let error = run(folder.path(), input(&text, 999), &asked).err().unwrap();
    let words = "has learned 200 rows of rows already";
    assert!(error.to_string().contains(words), "{error}");
    // Rows that were added to it are learned by a resumed run, and none twice.
    let longer = csv(300, false);
    let mut resumed = asked.clone();
    resumed.resume = Resume::Source;
    let learned = run(folder.path(), input(&longer, 999), &resumed).unwrap();
    assert_eq!((learned.new_rows, learned.learner.rows()), (100, 300));
    let again = run(folder.path(), input(&longer, 999), &resumed).unwrap();
    assert_eq!((again.new_rows, again.learner.rows()), (0, 300));
    // Another beginning is another source.
    let other = longer.replacen("0.", "1.", 1);
    let error = run(folder.path(), input(&other, 999), &resumed)
        .err()
        .unwrap();
    assert!(
        matches!(error, RunError::Rows(RowsError::Changed { .. })),
        "{error}"
    );
    assert!(before != results(folder.path()));
    // Tomorrow's rows have a name of their own.
    let mut tomorrow = input(&text, 999);
    tomorrow.origin = "tomorrow".to_owned();
    let learned = run(folder.path(), tomorrow, &asked).unwrap();
    let rows = (learned.learner.rows(), learned.bookmark.before);
    assert_eq!(rows, (500, 300));
}

#[test]
fn the_rest_of_a_pipe_goes_on_where_the_state_is() {
    let text = csv(1_500, false);
    let whole = folder();
    let mut asked = options(whole.path());
    run(whole.path(), input(&text, 999), &asked).unwrap();
    let parts = folder();
    asked.predictions = Some(parts.path().join("p.csv"));
    let lines: Vec<&str> = text.lines().collect();
    let part = |from: usize, to: usize| [&lines[..1], &lines[from..to]].concat().join("\n");
    // The schema comes from the first 1,000 rows.
    run(parts.path(), input(&part(1, 1_001), 999), &asked).unwrap();
    asked.resume = Resume::Rest;
    let learned = run(parts.path(), input(&part(1_001, 1_501), 999), &asked).unwrap();
    assert_eq!(
        (learned.new_rows, learned.bookmark.place.rows),
        (500, 1_500)
    );
    assert!(results(parts.path()) == results(whole.path()));
}

#[test]
fn bad_rows_are_treated_as_asked_for() {
    let good = csv(60, false);
    let bad = good
        .replacen("\n0.", "\nmuch", 1)
        .lines()
        .enumerate()
        .map(|(at, line)| match at {
            30 => format!("{line},more\n"),
            _ => format!("{line}\n"),
        })
        .collect::<String>();
    // The first value that is no number makes a column of categories: the schema is of good rows.
    let text = format!("{good}{}", bad.split_once('\n').unwrap().1);
    let schema_rows = csv(1_000, false);
    let text = format!("{schema_rows}{}", text.split_once('\n').unwrap().1);
    for (policy, expected) in [
        (OnBadRow::Stop, Err("column \"a\": \"much")),
        (OnBadRow::Skip, Ok((1_118, 1_118))),
        (OnBadRow::Predict, Ok((1_119, 1_118))),
    ] {
        let folder = folder();
        let mut asked = options(folder.path());
        asked.on_bad_row = policy;
        match (run(folder.path(), input(&text, 999), &asked), expected) {
            (Ok(learned), Ok((predicted, rows))) => {
                assert_eq!(
                    (learned.new_rows, learned.learner.rows()),
                    (predicted, rows)
                );
                let bookmark = &learned.bookmark;
                assert_eq!((bookmark.bad_rows, bookmark.first_bad_rows.len()), (2, 2));
                let second = &bookmark.first_bad_rows[1];
                assert!(second.reason.contains("5 values; expected 4"), "{second:?}");
            }
            (Err(error), Err(words)) => {
                assert!(error.to_string().contains(words), "{error}");
                let state = inspect(&folder.path().join("s.mesu")).unwrap();
                // Rows before it are learned, and it is the next.
                let row = state.bookmark.place.rows + 1;
                assert!(
                    error.to_string().contains(&format!("row {row}, ")),
                    "{error}"
                );
                assert_eq!(state.summary.rows, row - 1);
            }
            (done, expected) => panic!("{:?}: {expected:?}", done.err()),
        }
    }
}

#[test]
fn rows_that_stand_out_have_their_times() {
    let folder = folder();
    let mut asked = options(folder.path());
    asked.target.time = Some("b".to_owned());
    let text = csv(1_200, false);
    let learned = run(folder.path(), input(&text, 999), &asked).unwrap();
    let rows = learned.learner.history().most_surprising();
    assert_eq!(rows.len(), 10);
    for row in rows {
        let line = text.lines().nth(row.row as usize).unwrap();
        let time = line.split(',').nth(1);
        assert_eq!(
            (row.time.as_deref(), row.id.as_ref()),
            (time, None),
            "{line}"
        );
    }
    let names = learned
        .learner
        .columns()
        .into_iter()
        .map(|column| column.name);
    assert_eq!(names.collect::<Vec<_>>(), ["a", "c"]);
}

#[test]
fn labels_come_late_and_once() {
    let folder = folder();
    let mut asked = options(folder.path());
    asked.target.id = Some("id".to_owned());
    let text = csv(400, true);
    let (known, _) = text.split_once("order 301,").unwrap();
    let unlabeled = text.lines().skip(301).map(|line| {
        let (row, _) = line.rsplit_once(',').unwrap();
        format!("{row},\n")
    });
    let all = known.to_owned() + &unlabeled.collect::<String>();
    let learned = run(folder.path(), input(&all, 999), &asked).unwrap();
    assert_eq!(learned.learner.waiting(), (100, 0));

    let labels = text.lines().skip(301).map(|line| {
        let mut parts = line.split(',');
        let (id, class) = (parts.next().unwrap(), parts.next_back().unwrap());
        format!("{class},{id}\n")
    });
    let labels = "y,id\n".to_owned() + &labels.collect::<String>() + "warm,order 9\n";
    let state = folder.path().join("s.mesu");
    let stop = AtomicBool::new(false);
    let bring = || learn_labels(input(&labels, 999), &state, &asked, &stop, &mut |_| {});
    let labeled = bring().unwrap();
    assert_eq!((labeled.learned, labeled.unknown), (100, 1));
    let once = fs::read(&state).unwrap();
    let again = bring().unwrap();
    assert_eq!((again.learned, again.unknown), (0, 101));
    assert!(fs::read(&state).unwrap() == once);
    let summary = inspect(&state).unwrap().summary;
    assert_eq!(
        (summary.rows, summary.labeled, summary.waiting),
        (400, 400, 0)
    );
}

#[test]
fn prediction_changes_nothing_and_scores_what_has_labels() {
    let folder = folder();
    let asked = options(folder.path());
    run(folder.path(), input(&csv(2_000, false), 999), &asked).unwrap();
    let state = folder.path().join("s.mesu");
    assert!(is_state(&state) && !is_state(&folder.path().join("p.csv")));
    let before = fs::read(&state).unwrap();
    let stop = AtomicBool::new(false);
    let mut to = PredictOptions::default();
    to.output = Some(folder.path().join("out.csv"));
    to.probabilities = true;
    let predicted = predict(
        input(&csv(500, false), 999),
        &state,
        &to,
        &stop,
        &mut |_| {},
    )
    .unwrap();
    let measures = predicted.measures.unwrap();
    assert_eq!(predicted.rows, 500);
    assert!(measures.class().unwrap().accuracy > 0.9, "{measures:?}");
    let out = fs::read_to_string(folder.path().join("out.csv")).unwrap();
    let (header, first) = out.split_once('\n').unwrap();
    assert!(
        header.ends_with(",drift,probability_cold,probability_warm"),
        "{header}"
    );
    let values: Vec<&str> = first.lines().next().unwrap().split(',').collect();
    let sum: f64 = values
        .iter()
        .rev()
        .take(2)
        .map(|p| p.parse::<f64>().unwrap())
        .sum();
    assert!((sum - 1.0).abs() < 1e-3, "{first:.200}");

    let without = "c,a,b\nred,0.7,3\nblue,,9\n";
    let predicted = predict(input(without, 999), &state, &to, &stop, &mut |_| {}).unwrap();
    assert_eq!((predicted.rows, predicted.measures), (2, None));
    assert!(fs::read(&state).unwrap() == before);
}
