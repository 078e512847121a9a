//! Rows of streams, tested and then learned one by one: log loss and accuracy of a learner beside SGD at several
//! rates, on the same encoding.
//!
//! ```sh
//! cargo bench -p mesu-bench --bench rows -- ../../../shared/data/streams --settings '{"kind": "mesu", "samples": 10}'
//! cargo bench -p mesu-bench --bench rows -- ../../../shared/data/streams --strangers
//! cargo bench -p mesu-bench --bench rows -- ../../../shared/data/streams --values
//! ```
//!
//! Cargo runs benchmarks in the folder of their crate, which relative paths are from. The folder holds `NAME.csv.gz`; those of `*regression*` are all of `--values`, which predicts values, and are
//! left out else. `--settings` gives a learner as JSON, the
//! library's default MESU without it, and may be repeated; `--network` the network. `--strangers` measures
//! something else: how well uncertainty tells rows that are far away (AUROC).

#![allow(clippy::print_stdout)]

mod strangers;
mod stream;

use std::error::Error;
use std::path::{Path, PathBuf};

use mesu::metric::RegressionSums;
use mesu::{
    Generator, Learner, LearnerConfig, MesuConfig, NetworkConfig, RegressionConfig, SgdConfig,
};
use rayon::prelude::*;

use crate::strangers::SCORES;
use crate::stream::Stream;

type AnyError = Box<dyn Error + Send + Sync>;

/// Rows of each stream.
const ROWS: usize = 12_000;
/// Least probability that is counted.
const FLOOR: f32 = 1e-6;
const RATES: [f64; 4] = [0.003, 0.01, 0.03, 0.1];
const SEED: u64 = 1;

struct Options {
    folder: PathBuf,
    learners: Vec<(String, LearnerConfig)>,
    network: NetworkConfig,
    strangers: bool,
    /// Likelihood of values, if they are to be predicted.
    values: Option<RegressionConfig>,
}

impl Options {
    fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Self, AnyError> {
        let mut options = Self {
            folder: PathBuf::from("../../../shared/data/streams"),
            learners: Vec::new(),
            network: NetworkConfig::default(),
            strangers: false,
            values: None,
        };
        while let Some(argument) = arguments.next() {
            let mut value = || {
                let value = arguments.next();
                value.ok_or_else(|| format!("{argument} has no value"))
            };
            match &argument[..] {
                // Cargo says so to every benchmark.
                "--bench" => {}
                "--strangers" => options.strangers = true,
                "--values" => options.values = Some(RegressionConfig::default()),
                "--likelihood" => {
                    let likelihood = serde_json::from_value(value()?.into())?;
                    options.values = Some(RegressionConfig::default().likelihood(likelihood));
                }
                "--network" => options.network = serde_json::from_str(&value()?)?,
                "--settings" => {
                    let text = value()?;
                    let learner = serde_json::from_str(&text)?;
                    options.learners.push((text, learner));
                }
                name if name.starts_with("--") => {
                    return Err(format!("no such option: {name}").into());
                }
                folder => options.folder = PathBuf::from(folder),
            }
        }
        if options.learners.is_empty() {
            let default = MesuConfig::default().into();
            options.learners.push(("mesu".to_owned(), default));
        }
        Ok(options)
    }
}

/// Streams of `folder` by name, those of values or those of classes.
fn streams(folder: &Path, of_values: bool) -> Result<Vec<Stream>, AnyError> {
    let entries = std::fs::read_dir(folder)?.collect::<Result<Vec<_>, _>>()?;
    let mut paths: Vec<PathBuf> = entries.iter().map(std::fs::DirEntry::path).collect();
    paths.retain(|path| {
        let name = path.to_string_lossy();
        name.ends_with(".csv.gz") && name.contains("regression") == of_values
    });
    paths.sort();
    let rows = if of_values { usize::MAX } else { ROWS };
    let read = paths.par_iter().map(|path| Stream::read(path, rows));
    read.collect()
}

fn learner(
    stream: &Stream,
    config: &LearnerConfig,
    options: &Options,
) -> Result<Learner, AnyError> {
    let network = &options.network;
    let network = network.clone().active_inputs(stream.columns as f64);
    let builder = Learner::builder(stream.width).network(network).seed(SEED);
    let builder = match &options.values {
        Some(regression) => builder.regression(regression.clone()),
        None => builder.classes(stream.classes),
    };
    Ok(builder.config(config.clone()).build()?)
}

/// First rows that are not counted, of values.
const FIRST: usize = 100;

/// Scores of predicted values, each from before its row was learned.
fn predicted_then_learned(stream: &Stream, mut learner: Learner) -> Result<Vec<f64>, AnyError> {
    let mut sums = RegressionSums::default();
    let rows = stream.inputs.chunks_exact(stream.width);
    for (number, (x, y)) in rows.zip(&stream.values).enumerate() {
        let step = learner.learn_one(x, *y)?;
        if number >= FIRST {
            sums.add(*y, &step.prediction, 0);
        }
    }
    let scores = sums.scores().ok_or("no more rows than are not counted")?;
    Ok(vec![
        scores.r2,
        scores.mae,
        scores.rmse,
        scores.nll,
        scores.crps,
        scores.coverage,
    ])
}

/// Log loss and accuracy of `learner`, tested on every row before it learns it.
fn tested_then_learned(stream: &Stream, mut learner: Learner) -> Result<Vec<f64>, AnyError> {
    let (mut loss, mut correct) = (0.0, 0);
    for (number, (x, label)) in stream.rows(0).enumerate() {
        let noise = Generator::named(SEED, "test", &[number as u64]);
        let prediction = learner.predict(x, noise)?;
        let probability = prediction.probabilities[label as usize];
        loss -= f64::from(probability.max(FLOOR)).ln();
        correct += usize::from(prediction.top(0).0 == label);
        learner.learn(x, &[label])?;
    }
    let rows = stream.values.len() as f64;
    Ok(vec![loss / rows, correct as f64 / rows])
}

fn main() -> Result<(), AnyError> {
    let options = Options::parse(std::env::args().skip(1))?;
    let streams = streams(&options.folder, options.values.is_some())?;
    let mut learners = options.learners.clone();
    let (measure, heads): (fn(&Stream, Learner) -> _, Vec<&str>) = match options.strangers {
        _ if options.values.is_some() => {
            let heads = vec!["R2", "MAE", "RMSE", "NLL", "CRPS", "coverage"];
            (predicted_then_learned, heads)
        }
        true => (strangers::told, SCORES.map(|(name, _)| name).to_vec()),
        false => (tested_then_learned, vec!["log loss", "accuracy"]),
    };
    if !options.strangers {
        let sgd = |lr: f64| (format!("sgd {lr}"), SgdConfig::default().lr(lr).into());
        learners.extend(RATES.map(sgd));
    }
    let line = |name: &str, cells: &[String]| {
        let cells = cells.iter().map(|cell| format!("{cell:>11}"));
        let text = format!("{name:12}{}", cells.collect::<String>());
        println!("{}", text.trim_end());
    };
    for (name, config) in &learners {
        println!("\n{name}");
        line(
            "",
            &heads
                .iter()
                .map(|head| (*head).to_owned())
                .collect::<Vec<_>>(),
        );
        let figures = |stream| measure(stream, learner(stream, config, &options)?);
        let all: Vec<Result<Vec<f64>, AnyError>> = streams.par_iter().map(figures).collect();
        let mut sums = vec![0.0; heads.len()];
        for (stream, figures) in streams.iter().zip(all) {
            // Of one that diverged the reason is printed, and there is no mean.
            let (figures, said) = match figures {
                Ok(figures) => (figures, String::new()),
                Err(error) => (vec![f64::NAN; heads.len()], error.to_string()),
            };
            sums.iter_mut().zip(&figures).for_each(|(sum, x)| *sum += x);
            let cells = figures.iter().map(|x| format!("{x:.3}"));
            line(
                &stream.name,
                &cells.chain([format!("  {said}")]).collect::<Vec<_>>(),
            );
        }
        let means = sums
            .iter()
            .map(|sum| format!("{:.4}", sum / streams.len() as f64));
        line("mean", &means.collect::<Vec<_>>());
    }
    Ok(())
}
