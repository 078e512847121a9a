//! `mesu bench predict`: images/s of probabilities and entropies, on all cores.
//!
//! The 10,000 test images of MNIST go through 784-50-10 with 10 samples, as a test does; the
//! operations of the matrix products in it are set against the rate of a fast matrix product on the
//! same shapes and cores, measured in turns with it.

use std::process::ExitCode;

use anyhow::{Context, Result};
use mesu_lab::measure::{self, Effort};
use serde_json::Value;

use super::{Digits, compared, effort, name, rate_line, show, text};
use crate::arguments::BenchArguments;

/// Neurons of the hidden layer.
pub(super) const HIDDEN: [usize; 1] = [50];
/// Draws of the network per image.
pub(super) const SAMPLES: usize = 10;
/// Test images.
const IMAGES: usize = 10_000;

pub(super) fn run(arguments: &BenchArguments) -> Result<ExitCode> {
    let value = measured(&Digits::load()?, effort(arguments.quick))?;
    show(*arguments, &value, lines)
}

pub(super) fn measured(digits: &Digits, effort: Effort) -> Result<Value> {
    let samples = format!("learner.test_samples={SAMPLES}");
    let learner = digits.learner(&HIDDEN, SAMPLES, &[&samples])?;
    let rates = measure::predict_rates(&learner, &digits.tasks, IMAGES, effort);
    let mut value = compared(&rates.context("bench predict")?);
    let widths = digits.widths(&HIDDEN);
    value["bench"] = "predict".into();
    value["name"] = name(&widths).into();
    value["network"] = widths.into();
    value["samples"] = SAMPLES.into();
    value["images"] = IMAGES.into();
    value["threads"] = rayon::current_num_threads().into();
    Ok(value)
}

pub(super) fn lines(value: &Value) -> String {
    let rate = rate_line(value, "a GEMM on the same shapes");
    format!(
        "{rate}  {}, {} samples, probabilities and entropies of {} images, {} threads\n",
        text(value, "name"),
        value["samples"],
        value["images"],
        value["threads"],
    )
}
