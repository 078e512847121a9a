//! `mesu bench`: how fast this machine is.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use mesu_lab::{Data, Experiment, measure, presets};
use serde_json::json;

use crate::arguments::{Bench, StreamArguments};
use crate::output::{grouped, print};

/// Updates of a round, and the fewest rounds of a median.
const ROUND: usize = 5_000;
const ROUNDS: usize = 9;

/// The benchmark asked for.
pub(crate) fn bench(bench: &Bench) -> Result<ExitCode> {
    match bench {
        Bench::Stream(arguments) => stream(arguments),
    }
}

/// The loop of batch size 1 on MNIST's digits.
fn stream(arguments: &StreamArguments) -> Result<ExitCode> {
    let Ok(least) = Duration::try_from_secs_f64(arguments.seconds) else {
        bail!("--seconds {}: expected 0 or more", arguments.seconds);
    };
    let sets = [
        format!("network.hidden={:?}", arguments.hidden),
        format!("learner.samples={}", arguments.samples),
        "data.test_examples=1".to_owned(),
    ];
    let experiment = Experiment::find(presets()[0].name, &sets)?;
    let data = Data::load(&experiment.data)?;
    let tasks = data.tasks(&experiment);
    let learner = data.learner(&experiment)?;
    let network: Vec<usize> = [tasks.pixels()]
        .into_iter()
        .chain(arguments.hidden.iter().copied())
        .chain([tasks.classes()])
        .collect();
    let one_core = rayon::ThreadPoolBuilder::new().num_threads(1).build()?;
    let rates = one_core
        .install(|| measure::stream_rates(&learner, &tasks, ROUND, ROUNDS, least))
        .context("bench stream")?;
    let median = measure::median(&rates);

    print(&if arguments.json {
        let whole = json!({
            "bench": "stream",
            "network": network,
            "samples": arguments.samples,
            "updates_per_second": median,
            "updates_per_second_rounds": rates,
        });
        format!("{whole:#}\n")
    } else {
        let fold = |of: fn(f64, f64) -> f64| rates.iter().copied().fold(median, of);
        let layers: Vec<String> = network.iter().map(usize::to_string).collect();
        format!(
            "{} updates/s  ({}, {} samples, one core; median of {} rounds, {} to {})\n",
            grouped(median),
            layers.join("-"),
            arguments.samples,
            rates.len(),
            grouped(fold(f64::min)),
            grouped(fold(f64::max)),
        )
    })?;
    Ok(ExitCode::SUCCESS)
}
