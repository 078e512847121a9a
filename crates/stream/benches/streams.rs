//! Streams of rows, tested and then learned: accuracy, log loss, calibration, strangers told, and rows a
//! second.
//!
//! ```sh
//! cargo bench -p mesu-stream --bench streams -- FOLDER
//! cargo bench -p mesu-stream --bench streams -- FOLDER --only elec --members hats-3e3 --threads 1
//! ```
//!
//! The folder holds `NAME.csv.gz`, whose last column is the class. `--only` takes names, `--members` the
//! mixture's, both with commas between them; `--rows` the number of rows of each stream. `--regression` takes
//! the streams whose names have it, and prints R2, NLL and coverage in the place of accuracy, log loss and
//! ECE. `--shuffled` learns the rows in an order of chance, so that nothing changes and every alarm is false.

#![allow(clippy::print_stdout)]

use std::error::Error;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::Instant;

use flate2::read::GzDecoder;
use mesu_stream::{MemberSettings, Roles, Row, Schema, StreamLearner, StreamSettings, Value};

type AnyError = Box<dyn Error + Send + Sync>;

/// The last rows, which strangers are held against.
const TESTED: usize = 1_000;
/// Rows that are given to the learner together.
const CHUNK: usize = 1_024;

struct Options {
    folder: PathBuf,
    only: Vec<String>,
    rows: usize,
    strangers: bool,
    regression: bool,
    shuffled: bool,
    settings: StreamSettings,
}

impl Options {
    fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Self, AnyError> {
        let mut options = Self {
            folder: PathBuf::from("../../../shared/data/streams"),
            only: Vec::new(),
            rows: usize::MAX,
            strangers: true,
            regression: false,
            shuffled: false,
            settings: StreamSettings::default(),
        };
        while let Some(argument) = arguments.next() {
            let mut value = || {
                let value = arguments.next();
                value.ok_or_else(|| format!("{argument} has no value"))
            };
            match &argument[..] {
                // Cargo says so to every benchmark.
                "--bench" => {}
                "--only" => options.only = value()?.split(',').map(str::to_owned).collect(),
                "--rows" => options.rows = value()?.parse()?,
                "--no-strangers" => options.strangers = false,
                "--regression" => options.regression = true,
                "--shuffled" => options.shuffled = true,
                "--rate" => options.settings.mixing_rate = value()?.parse()?,
                "--drift" => options.settings.drift_chance = value()?.parse()?,
                "--seed" => options.settings.seed = value()?.parse()?,
                "--threads" => {
                    let threads = value()?.parse()?;
                    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
                    pool.build_global()?;
                }
                "--members" => {
                    let members = value()?;
                    let named = |name| {
                        MemberSettings::named(name).ok_or_else(|| format!("no member {name}"))
                    };
                    options.settings.members =
                        members.split(',').map(named).collect::<Result<_, _>>()?;
                }
                name if name.starts_with("--") => {
                    return Err(format!("no such option: {name}").into());
                }
                folder => options.folder = PathBuf::from(folder),
            }
        }
        Ok(options)
    }
}

struct Stream {
    header: Vec<String>,
    rows: Vec<Row>,
}

fn read(path: &Path, most: usize) -> Result<Stream, AnyError> {
    let mut text = String::new();
    GzDecoder::new(File::open(path)?).read_to_string(&mut text)?;
    let mut lines = text.lines();
    let header = lines.next().unwrap_or_default();
    let value = |field: &str| match field {
        "" => Value::Missing,
        text => Value::Text(text.to_owned()),
    };
    let row = |(number, line): (usize, &str)| Row {
        number: number as u64 + 1,
        values: line.split(',').map(value).collect(),
    };
    Ok(Stream {
        header: header.split(',').map(str::to_owned).collect(),
        rows: lines.take(most).enumerate().map(row).collect(),
    })
}

/// SplitMix64, for strangers.
fn draw(state: &mut u64) -> f64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let x = (*state ^ (*state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((x ^ (x >> 31)) >> 11) as f64 / (1u64 << 53) as f64
}

/// Mean and deviation of the columns that are numbers.
fn moments(stream: &Stream) -> Vec<Option<(f64, f64)>> {
    let columns = 0..stream.header.len() - 1;
    let numbers = |column: usize| {
        stream
            .rows
            .iter()
            .filter_map(move |row| match &row.values[column] {
                Value::Text(text) => text.parse::<f64>().ok(),
                _ => None,
            })
    };
    columns
        .map(|column| {
            if !stream.header[column].starts_with("n_") {
                return None;
            }
            let count = numbers(column).count().max(1) as f64;
            let mean = numbers(column).sum::<f64>() / count;
            let squares: f64 = numbers(column).map(|x| (x - mean).powi(2)).sum();
            Some((mean, (squares / count).sqrt()))
        })
        .collect()
}

/// A row with half of its numbers moved by 4 to 8 deviations.
fn stranger(row: &Row, moments: &[Option<(f64, f64)>], state: &mut u64) -> Row {
    let mut far = row.clone();
    let mut numbers: Vec<usize> = (0..moments.len())
        .filter(|i| moments[*i].is_some())
        .collect();
    for i in (1..numbers.len()).rev() {
        let j = (draw(state) * (i + 1) as f64) as usize;
        numbers.swap(i, j);
    }
    let half = numbers.len().div_ceil(2);
    for column in numbers.into_iter().take(half) {
        let (Some((_, deviation)), Value::Text(text)) = (moments[column], &far.values[column])
        else {
            continue;
        };
        let step = (4.0 + 4.0 * draw(state)) * if draw(state) < 0.5 { -1.0 } else { 1.0 };
        let Ok(x) = text.parse::<f64>() else { continue };
        far.values[column] = Value::Number(x + step * deviation.max(1e-9));
    }
    far
}

/// Spread, epistemic uncertainty and share out of range of a row, and whether it is marked.
fn doubts(learner: &StreamLearner, row: &Row) -> Result<[f32; 4], AnyError> {
    let answer = learner.predict(row)?;
    let epistemic = match (answer.class(), answer.value()) {
        (Some(class), _) => class.epistemic,
        (_, Some(value)) => value.epistemic as f32,
        _ => 0.0,
    };
    let mark = f32::from(u8::from(answer.stranger));
    Ok([answer.spread, epistemic, answer.out_of_range, mark])
}

fn main() -> Result<(), AnyError> {
    let options = Options::parse(std::env::args().skip(1))?;
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(&options.folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let Some(name) = name.strip_suffix(".csv.gz").map(str::to_owned) else {
            continue;
        };
        let asked = options.only.is_empty() || options.only.contains(&name);
        if asked && name.contains("regression") == options.regression {
            paths.push((name, path));
        }
    }
    paths.sort();
    println!(
        "{:11}{:>8}{:>7}{:>9}{:>9}{:>7}{:>7}{:>7}{:>7}{:>9}  weights",
        "", "rows", "inputs", "accuracy", "log loss", "ece", "far", "epist.", "range", "rows/s"
    );
    let mut sums = [0.0; 6];
    for (name, path) in &paths {
        let mut stream = read(path, options.rows)?;
        if options.shuffled {
            let mut state = options.settings.seed;
            for i in (1..stream.rows.len()).rev() {
                stream
                    .rows
                    .swap(i, (draw(&mut state) * (i + 1) as f64) as usize);
            }
        }
        let target = stream.header.last().cloned().unwrap_or_default();
        let mut roles = Roles::target(target);
        roles.regression = options.regression;
        let schema = Schema::infer(&stream.header, &roles, &stream.rows)?;
        let mut learner = StreamLearner::new(schema, options.settings.clone())?;
        let tested = stream.rows.len().saturating_sub(TESTED);
        let mut strange = 0;
        let began = Instant::now();
        for rows in stream.rows[..tested].chunks(CHUNK) {
            let outcomes = learner.predict_then_learn_rows(rows)?;
            strange += outcomes
                .iter()
                .filter(|outcome| outcome.answer.stranger)
                .count();
        }
        let seconds = began.elapsed().as_secs_f64();
        let (mut told, mut marks) = ([f64::NAN; 3], [0; 2]);
        if options.strangers {
            let (moments, mut state) = (moments(&stream), 7);
            let mut strangers = [0; 2];
            let mut scores: [[Vec<f32>; 2]; 3] = Default::default();
            for row in &stream.rows[tested..] {
                let far = stranger(row, &moments, &mut state);
                let answers = [doubts(&learner, row)?, doubts(&learner, &far)?];
                strangers[0] += u32::from(answers[0][3] > 0.0);
                strangers[1] += u32::from(answers[1][3] > 0.0);
                for (score, [known, away]) in scores.iter_mut().enumerate() {
                    known.push(answers[0][score]);
                    away.push(answers[1][score]);
                }
            }
            marks = strangers;
            told = scores.map(|[known, away]| mesu::metric::auroc(&known, &away));
        }
        learner.predict_then_learn_rows(&stream.rows[tested..])?;
        let measures = learner.measures();
        let members = learner.members();
        let weights: Vec<String> = members.iter().map(|m| format!("{:.2}", m.weight)).collect();
        let scores = match (measures.class(), measures.value()) {
            (Some(m), _) => [m.accuracy, m.log_loss, m.ece],
            (_, Some(m)) => {
                println!("{m:?}");
                [m.r2, m.nll, m.coverage]
            }
            _ => [f64::NAN; 3],
        };
        let figures = [scores[0], scores[1], scores[2], told[0], told[1], told[2]];
        sums.iter_mut().zip(figures).for_each(|(sum, x)| *sum += x);
        let drifts: Vec<String> = learner
            .drifts()
            .iter()
            .map(|drift| drift.row.to_string())
            .collect();
        println!(
            "{name:11}{:>8}{:>7}{:>9.4}{:>9.4}{:>7.4}{:>7.3}{:>7.3}{:>7.3}{:>9.0}  {}  marked {strange}, {}/{}  drifts {}: {}",
            stream.rows.len(),
            learner.inputs(),
            figures[0],
            figures[1],
            figures[2],
            told[0],
            told[1],
            told[2],
            tested as f64 / seconds,
            weights.join(" "),
            marks[0],
            marks[1],
            drifts.len(),
            drifts[..drifts.len().min(12)].join(" ")
        );
    }
    let mean = sums.map(|sum| sum / paths.len() as f64);
    println!(
        "{:11}{:>15}{:>9.4}{:>9.4}{:>7.4}{:>7.3}{:>7.3}{:>7.3}",
        "mean", "", mean[0], mean[1], mean[2], mean[3], mean[4], mean[5]
    );
    Ok(())
}
