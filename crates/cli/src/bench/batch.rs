//! `mesu bench batch`: images/s learned from batches of 128 by 784-400-400-10, on one core.
//!
//! Floating-point operations are those of local reparameterization's matrix products alone; their
//! rate is set against that of a fast matrix product on the same shapes, measured in turns with it.
//! With 10 samples most of the work is in the products; with 1, what surrounds them weighs more.

use std::fmt::Write as _;
use std::process::ExitCode;

use anyhow::{Context, Result};
use mesu_lab::measure::{self, Effort};
use serde_json::{Value, json};

use super::{Digits, compared, effort, elements, name, on_one_core, rate_line, show, text};
use crate::arguments::BenchArguments;

/// Neurons of the hidden layers.
pub(super) const HIDDEN: [usize; 2] = [400, 400];
/// Images of an update.
pub(super) const BATCH: usize = 128;
/// Draws of the network per update: the paper's, and the fewest.
const SAMPLES: [usize; 2] = [10, 1];

pub(super) fn run(arguments: &BenchArguments) -> Result<ExitCode> {
    let value = measured(&Digits::load()?, effort(arguments.quick))?;
    show(*arguments, &value, lines)
}

pub(super) fn measured(digits: &Digits, effort: Effort) -> Result<Value> {
    let mut runs = Vec::new();
    for samples in SAMPLES {
        // A mean keeps the steps of a batch as small as those of one example.
        let learner = digits.learner(&HIDDEN, samples, &["learner.reduction=\"mean\""])?;
        let rates = || measure::batch_rates(&learner, &digits.tasks, BATCH, effort);
        let mut value = compared(&on_one_core(rates)?.context("bench batch")?);
        value["samples"] = samples.into();
        runs.push(value);
    }
    let widths = digits.widths(&HIDDEN);
    Ok(json!({
        "bench": "batch",
        "name": name(&widths),
        "network": widths,
        "batch_size": BATCH,
        "runs": runs,
    }))
}

pub(super) fn lines(value: &Value) -> String {
    let mut lines = String::new();
    for run in elements(value, "runs") {
        lines += &rate_line(run, "a GEMM on the same shapes");
        let _ = writeln!(
            lines,
            "  {}, {} per batch, S={}, learning on one core",
            text(value, "name"),
            value["batch_size"],
            run["samples"],
        );
    }
    lines
}
