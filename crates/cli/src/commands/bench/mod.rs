//! `mesu bench`: measures through [`mesu_bench`], and prints what it found as JSON or as text.

mod text;

use std::io::IsTerminal;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use mesu_bench::{Batch, Cnn, Digits, Effort, Measured, Predict, Stream, StreamLength};
use mesu_lab::record::Machine;
use serde::Serialize;
use serde_json::json;

use crate::arguments::{Bench, BenchArguments, StreamArguments};
use crate::output::{message, print};

/// The benchmark asked for.
pub(crate) fn bench(bench: &Bench) -> Result<ExitCode> {
    match bench {
        Bench::Stream(arguments) => stream(arguments),
        Bench::Batch(arguments) => {
            let digits = Digits::load()?;
            let batch = Batch::measure(&digits, effort(arguments.quick)).context("bench batch")?;
            show(arguments.json, &batch, || {
                text::batch(&batch) + &text::without_baselines("batch")
            })
        }
        Bench::Cnn(arguments) => {
            let cnn = cnn(arguments.quick)?;
            show(arguments.json, &cnn, || {
                text::cnn(&cnn) + &text::without_baselines("cnn")
            })
        }
        Bench::Predict(arguments) => {
            let digits = Digits::load()?;
            let effort = effort(arguments.quick);
            let predict = Predict::measure(&digits, effort).context("bench predict")?;
            show(arguments.json, &predict, || {
                text::predict(&predict) + &text::without_baselines("predict")
            })
        }
        Bench::Roofline(arguments) => {
            let Measured { roofline, .. } = measured(&Machine::here(), arguments.quick)?;
            show(arguments.json, &roofline, || text::roofline(&roofline))
        }
        Bench::All(arguments) => all(*arguments),
    }
}

fn stream(arguments: &StreamArguments) -> Result<ExitCode> {
    let Ok(least) = Duration::try_from_secs_f64(arguments.seconds) else {
        bail!("--seconds {}: expected 0 or more", arguments.seconds);
    };
    let length = match arguments.quick {
        true => StreamLength::QUICK,
        false => StreamLength::full(least),
    };
    let digits = Digits::load()?;
    let stream = Stream::measure(&digits, &arguments.hidden, arguments.samples, length);
    let stream = stream.context("bench stream")?;
    show(arguments.json, &stream, || text::stream(&stream))
}

/// Every benchmark, with the machine that it ran on.
fn all(arguments: BenchArguments) -> Result<ExitCode> {
    let machine = Machine::here();
    let measured = measured(&machine, arguments.quick)?;
    let cnn = cnn(arguments.quick)?;
    let value = json!({
        "bench": "all",
        "quick": arguments.quick,
        "machine": machine,
        "stream": measured.stream,
        "batch": measured.batch,
        "predict": measured.predict,
        "cnn": cnn,
        "roofline": measured.roofline,
    });
    show(arguments.json, &value, || {
        text::all(&machine, &measured, &cnn)
    })
}

fn measured(machine: &Machine, quick: bool) -> Result<Measured> {
    let length = match quick {
        true => StreamLength::QUICK,
        false => StreamLength::ROOFLINE,
    };
    Measured::new(machine, effort(quick), length, &announce).context("bench roofline")
}

fn cnn(quick: bool) -> Result<Cnn> {
    let batch = if quick { Cnn::SMALL_BATCH } else { Cnn::BATCH };
    Cnn::measure(batch, effort(quick), &announce).context("bench cnn")
}

/// Effort of measuring, by `--quick`.
fn effort(quick: bool) -> Effort {
    if quick { Effort::QUICK } else { Effort::FULL }
}

/// Tells who watches what takes the time now.
fn announce(what: &str) {
    if std::io::stderr().is_terminal() {
        message(&format!("measuring {what} …"));
    }
}

/// Prints `value` as JSON, or `text`.
fn show(as_json: bool, value: &impl Serialize, text: impl FnOnce() -> String) -> Result<ExitCode> {
    print(&match as_json {
        true => format!("{:#}\n", serde_json::to_value(value)?),
        false => text(),
    })?;
    Ok(ExitCode::SUCCESS)
}
