//! `mesu bench roofline`: what bounds each benchmark on this machine, and how close it comes.
//!
//! Measures the limits of one core (bandwidth of every cache level, multiply-adds, normals) and then
//! every benchmark. The bound of a benchmark is the largest of the least times that its resources
//! take, each on its own: a true roofline, which supposes perfect overlap and is never reached.

use std::fmt::Write as _;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Result;
use mesu_lab::measure::{Limits, Machine, Work};
use serde_json::{Map, Value, json};

use super::stream::Length;
use super::{Digits, announce, batch, effort, elements, number, predict, show, stream, text};
use crate::arguments::BenchArguments;
use crate::output::grouped;

/// Widths of the one hidden layer in the streams: in L2, and beyond.
const STREAMS: [usize; 3] = [50, 512, 1024];
/// Draws of the network per update of a stream.
const SAMPLES: usize = 10;

/// What every benchmark gave, as JSON.
pub(super) struct Measured {
    pub(super) streams: Vec<Value>,
    pub(super) batch: Value,
    pub(super) predict: Value,
    pub(super) roofline: Value,
}

pub(super) fn run(arguments: &BenchArguments) -> Result<ExitCode> {
    let measured = measured(&Machine::here(), arguments.quick)?;
    show(*arguments, &measured.roofline, lines)
}

pub(super) fn measured(machine: &Machine, quick: bool) -> Result<Measured> {
    let digits = Digits::load()?;
    let effort = effort(quick);
    announce("the machine's limits");
    let limits = Limits::measure(machine, effort);
    let mut table = Vec::new();

    let length = Length::new(quick, Duration::from_secs(5));
    let mut streams = Vec::new();
    for hidden in STREAMS {
        announce(&format!("stream, {hidden} neurons"));
        let value = stream::measured(&digits, &[hidden], SAMPLES, length)?;
        let work = Work::stream(&digits.widths(&[hidden]), SAMPLES);
        let what = format!("stream {}", text(&value, "name"));
        let rate = number(&value, "updates_per_second");
        table.push(row(&limits, &what, "updates/s", work, 1, rate));
        streams.push(value);
    }

    announce("batch");
    let batch = batch::measured(&digits, effort)?;
    for run in elements(&batch, "runs") {
        let samples = run["samples"].as_u64().unwrap_or_default() as usize;
        let work = Work::batch(&digits.widths(&batch::HIDDEN), batch::BATCH, samples);
        let rate = number(run, "images_per_second");
        let what = format!("batch {}, S={samples}", text(&batch, "name"));
        table.push(row(&limits, &what, "images/s", work, 1, rate));
    }

    announce("predict");
    let predict = predict::measured(&digits, effort)?;
    let work = Work::predict(&digits.widths(&predict::HIDDEN), predict::SAMPLES);
    let cores = rayon::current_num_threads();
    let what = format!("predict {}", text(&predict, "name"));
    let rate = number(&predict, "images_per_second");
    table.push(row(&limits, &what, "images/s", work, cores, rate));

    let levels = limits.levels.iter().map(|level| {
        json!({
            "name": level.name,
            "measured_bytes": level.measured_bytes,
            "gigabytes_per_second": level.bytes_per_second / 1e9,
        })
    });
    let roofline = json!({
        "bench": "roofline",
        "simd": machine.simd,
        "limits": {
            "bandwidth": levels.collect::<Vec<_>>(),
            "gflops": limits.flops_per_second() / 1e9,
            "normals_per_second": limits.normals_per_second,
        },
        "table": table,
    });
    Ok(Measured {
        streams,
        batch,
        predict,
        roofline,
    })
}

/// A row of the table: `what`, measured at `rate`, against its bound on `cores` cores.
fn row(limits: &Limits, what: &str, unit: &str, work: Work, cores: usize, rate: f64) -> Value {
    let bound = work.bound(limits, cores);
    let rates: Map<String, Value> = bound
        .rates
        .iter()
        .map(|(resource, rate)| (resource.to_string(), json!(rate)))
        .collect();
    json!({
        "bench": what,
        "unit": unit,
        "cores": cores,
        "bounded_by": bound.resource().to_string(),
        "bound": bound.rate(),
        "bounds": rates,
        "measured": rate,
        "share": rate / bound.rate(),
    })
}

pub(super) fn lines(value: &Value) -> String {
    let mut lines = format!("one core, {}\n", text(value, "simd"));
    let limits = &value["limits"];
    for level in elements(limits, "bandwidth") {
        let _ = writeln!(
            lines,
            "  {:<16} {:>7.1} GB/s     read and written, two arrays of {} KiB",
            text(level, "name"),
            number(level, "gigabytes_per_second"),
            grouped(number(level, "measured_bytes") / 2048.0),
        );
    }
    let _ = writeln!(
        lines,
        "  {:<16} {:>7.1} GFLOP/s  fused, in registers\n  {:<16} {:>7.2} /ns\n",
        "multiply-adds",
        number(limits, "gflops"),
        "normals",
        number(limits, "normals_per_second") / 1e9,
    );
    let _ = writeln!(
        lines,
        "{:<28} {:<14} {:>9} {:>10}  {:<9} {:>5}",
        "bench", "bounded by", "bound", "measured", "", "share"
    );
    for row in elements(value, "table") {
        let _ = writeln!(
            lines,
            "{:<28} {:<14} {:>9} {:>10}  {:<9} {:>3.0} %",
            text(row, "bench"),
            text(row, "bounded_by"),
            grouped(number(row, "bound")),
            grouped(number(row, "measured")),
            text(row, "unit"),
            100.0 * number(row, "share"),
        );
    }
    lines.push_str(
        "The bound is the largest of the times that each resource takes on its own, as if all\n\
         overlapped perfectly.\n",
    );
    lines
}
