//! `mesu bench cnn`: images/s learned by the network of `incremental-objects`, on all cores.
//!
//! Both estimators, with the paper's eight samples and with one. The operations of the matrix products that an
//! estimator needs are set against the rate of a large matrix product on the same cores, measured in
//! turns with it.

use std::fmt::Write as _;
use std::process::ExitCode;

use anyhow::{Context, Result};
use mesu::Learner;
use mesu::estimator::Estimator;
use mesu_lab::Experiment;
use mesu_lab::measure;
use serde_json::{Value, json};

use super::{announce, compared, effort, elements, rate_line, show, text};
use crate::arguments::BenchArguments;

/// Whose network it is.
const PRESET: &str = "incremental-objects";
/// Images: channels, rows and columns.
const IMAGE: [usize; 3] = [3, 32, 32];
/// Classes of a task.
const CLASSES: usize = 10;
/// Images of an update: the paper's, and few for a rough figure.
const BATCH: [usize; 2] = [200, 20];
/// Draws of the network per update: the paper's, and the fewest.
const SAMPLES: [usize; 2] = [8, 1];

pub(super) fn run(arguments: &BenchArguments) -> Result<ExitCode> {
    show(*arguments, &measured(arguments.quick)?, lines)
}

pub(super) fn measured(quick: bool) -> Result<Value> {
    let (batch, effort) = (BATCH[usize::from(quick)], effort(quick));
    let mut runs = Vec::new();
    for estimator in [
        Estimator::WeightSampling,
        Estimator::LocalReparameterization,
    ] {
        for samples in SAMPLES {
            let name = serde_json::to_value(estimator)?;
            announce(&format!(
                "{}, {samples} samples",
                name.as_str().unwrap_or_default()
            ));
            let sets = [
                format!("learner.estimator={name}"),
                format!("learner.samples={samples}"),
                format!("network.input={IMAGE:?}"),
            ];
            let Experiment {
                network,
                learner,
                seed,
                ..
            } = Experiment::find(PRESET, &sets)?;
            let learner = Learner::new(IMAGE.iter().product(), CLASSES, &network, &learner, seed)?;
            let rates = measure::convolution_rates(&learner, (estimator, samples), batch, effort);
            let mut value = compared(&rates.context("bench cnn")?);
            value["estimator"] = name;
            value["samples"] = samples.into();
            runs.push(value);
        }
    }
    Ok(json!({
        "bench": "cnn",
        "name": PRESET,
        "batch_size": batch,
        "threads": rayon::current_num_threads(),
        "runs": runs,
    }))
}

pub(super) fn lines(value: &Value) -> String {
    let mut lines = String::new();
    for run in elements(value, "runs") {
        lines += &rate_line(run, "a large GEMM");
        let _ = writeln!(
            lines,
            "  {}, {} per batch, {}, S={}, {} threads",
            text(value, "name"),
            value["batch_size"],
            text(run, "estimator"),
            run["samples"],
            value["threads"],
        );
    }
    lines
}
