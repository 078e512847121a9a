//! `mesu bench stream`: updates/s of the loop of batch size 1, on one core.
//!
//! The learner of the paper's digits learns one image after another; only learning is timed. The
//! time per synapse, of an update divided by the synapses of all layers, compares networks of
//! different widths.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use mesu_lab::measure;
use serde_json::{Value, json};

use super::{Digits, elements, name, number, on_one_core, show, text};
use crate::arguments::{BenchArguments, StreamArguments};
use crate::output::grouped;

/// How much to learn.
#[derive(Clone, Copy)]
pub(super) struct Length {
    /// Updates of a round.
    updates: usize,
    /// Fewest rounds of the median.
    rounds: usize,
    /// Least time of all.
    least: Duration,
}

impl Length {
    /// By `--quick` and the seconds to learn for.
    pub(super) fn new(quick: bool, least: Duration) -> Self {
        match quick {
            true => Self {
                updates: 256,
                rounds: 3,
                least: Duration::ZERO,
            },
            false => Self {
                updates: 5_000,
                rounds: 9,
                least,
            },
        }
    }
}

pub(super) fn run(arguments: &StreamArguments) -> Result<ExitCode> {
    let Ok(least) = Duration::try_from_secs_f64(arguments.seconds) else {
        bail!("--seconds {}: expected 0 or more", arguments.seconds);
    };
    let StreamArguments {
        hidden,
        samples,
        quick,
        json,
        ..
    } = arguments;
    let length = Length::new(*quick, least);
    let value = measured(&Digits::load()?, hidden, *samples, length)?;
    let common = BenchArguments {
        quick: *quick,
        json: *json,
    };
    show(common, &value, line)
}

pub(super) fn measured(
    digits: &Digits,
    hidden: &[usize],
    samples: usize,
    length: Length,
) -> Result<Value> {
    let learner = digits.learner(hidden, samples, &[])?;
    let Length {
        updates,
        rounds,
        least,
    } = length;
    let rates = || measure::stream_rates(&learner, &digits.tasks, updates, rounds, least);
    let rates = on_one_core(rates)?.context("bench stream")?;
    let median = measure::median(&rates);
    let widths = digits.widths(hidden);
    Ok(json!({
        "bench": "stream",
        "name": name(&widths),
        "network": widths,
        "samples": samples,
        "updates_per_second": median,
        "nanoseconds_per_synapse": 1e9 / median / learner.network().synapses() as f64,
        "updates_per_second_rounds": rates,
    }))
}

pub(super) fn line(value: &Value) -> String {
    let rounds = elements(value, "updates_per_second_rounds");
    let median = number(value, "updates_per_second");
    let fold = |of: fn(f64, f64) -> f64| rounds.iter().filter_map(Value::as_f64).fold(median, of);
    format!(
        "{} updates/s, {:.3} ns per synapse\n  \
         {}, {} samples, one core; median of {} rounds, {} to {}\n",
        grouped(median),
        number(value, "nanoseconds_per_synapse"),
        text(value, "name"),
        value["samples"],
        rounds.len(),
        grouped(fold(f64::min)),
        grouped(fold(f64::max)),
    )
}
