//! `mesu bench`: how fast this machine is, and how near the learner comes to its limits.
//!
//! Every benchmark measures what its own file says, through [`mesu_lab::measure`], and gives a
//! value that becomes JSON or a few lines of text; [`all`] collects them.

mod all;
mod batch;
mod cnn;
mod predict;
mod roofline;
mod stream;

use std::io::IsTerminal;
use std::process::ExitCode;

use anyhow::Result;
use mesu::Learner;
use mesu_data::Tasks;
use mesu_lab::measure::{Compared, Effort};
use mesu_lab::{Data, Experiment, presets};
use serde_json::{Value, json};

use crate::arguments::{Bench, BenchArguments};
use crate::output::{grouped, message, print};

/// The benchmark asked for.
pub(crate) fn bench(bench: &Bench) -> Result<ExitCode> {
    match bench {
        Bench::Stream(arguments) => stream::run(arguments),
        Bench::Batch(arguments) => batch::run(arguments),
        Bench::Cnn(arguments) => cnn::run(arguments),
        Bench::Predict(arguments) => predict::run(arguments),
        Bench::Roofline(arguments) => roofline::run(arguments),
        Bench::All(arguments) => all::run(arguments),
    }
}

/// What every benchmark learns: MNIST's digits, as the first preset does.
struct Digits {
    data: Data,
    tasks: Tasks,
}

impl Digits {
    fn load() -> Result<Self> {
        let experiment = Experiment::find(presets()[0].name, &[])?;
        let data = Data::load(&experiment)?;
        let tasks = data.tasks(&experiment)?;
        Ok(Self { data, tasks })
    }

    /// A learner that has seen nothing: `hidden` neurons, `samples` draws, and other settings.
    fn learner(&self, hidden: &[usize], samples: usize, sets: &[&str]) -> Result<Learner> {
        let mut all = vec![
            format!("network.hidden={hidden:?}"),
            format!("learner.samples={samples}"),
        ];
        all.extend(sets.iter().map(ToString::to_string));
        let experiment = Experiment::find(presets()[0].name, &all)?;
        Ok(self.data.learner(&experiment)?)
    }

    /// Widths of the layers, from the pixels to the classes.
    fn widths(&self, hidden: &[usize]) -> Vec<usize> {
        let classes = self.tasks.scenario().classes();
        [&[self.tasks.inputs()], hidden, &[classes]].concat()
    }
}

/// `784-50-10`.
fn name(widths: &[usize]) -> String {
    let widths: Vec<String> = widths.iter().map(usize::to_string).collect();
    widths.join("-")
}

/// Runs `work` on one core.
fn on_one_core<T: Send>(work: impl FnOnce() -> T + Send) -> Result<T> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build()?;
    Ok(pool.install(work))
}

/// How long to measure, by `--quick`.
fn effort(quick: bool) -> Effort {
    if quick { Effort::QUICK } else { Effort::FULL }
}

/// Tells who watches what takes the time now.
fn announce(what: &str) {
    if std::io::stderr().is_terminal() {
        message(&format!("measuring {what} …"));
    }
}

/// Prints `value` as JSON, or what `text` makes of it.
fn show(arguments: BenchArguments, value: &Value, text: fn(&Value) -> String) -> Result<ExitCode> {
    print(&match arguments.json {
        true => format!("{value:#}\n"),
        false => text(value),
    })?;
    Ok(ExitCode::SUCCESS)
}

/// What is told of a rate and the GEMM rate on its shapes.
fn compared(compared: &Compared) -> Value {
    json!({
        "images_per_second": compared.rate(),
        "gflops": compared.flops_per_second() / 1e9,
        "gemm_gflops": compared.gemm() / 1e9,
        "share": compared.share(),
        "images_per_second_rounds": compared.examples_per_second,
    })
}

/// The rate of what [`compared`] told, beside that of `gemm`, in a line.
fn rate_line(value: &Value, gemm: &str) -> String {
    format!(
        "{:>9} images/s  {:5.1} GFLOP/s, {:.0} % of the {:.1} of {gemm}\n",
        grouped(number(value, "images_per_second")),
        number(value, "gflops"),
        100.0 * number(value, "share"),
        number(value, "gemm_gflops"),
    )
}

/// A number of the JSON; 0 where there is none, which no benchmark gives.
fn number(value: &Value, key: &str) -> f64 {
    value[key].as_f64().unwrap_or_default()
}

/// A text of the JSON.
fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

/// The elements of an array of the JSON.
fn elements<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value[key].as_array().map_or(&[], Vec::as_slice)
}
