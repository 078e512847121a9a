//! `mesu bench all`: every benchmark, with the machine that it ran on.

use std::fmt::Write as _;
use std::process::ExitCode;

use anyhow::Result;
use mesu_lab::measure::Machine;
use serde_json::{Value, json};

use super::roofline::{Measured, measured};
use super::{batch, cnn, elements, number, predict, roofline, show, stream, text};
use crate::arguments::BenchArguments;

pub(super) fn run(arguments: &BenchArguments) -> Result<ExitCode> {
    let machine = Machine::here();
    let Measured {
        streams,
        batch,
        predict,
        roofline,
    } = measured(&machine, arguments.quick)?;
    let cnn = cnn::measured(arguments.quick)?;
    let value = json!({
        "bench": "all",
        "quick": arguments.quick,
        "machine": machine,
        "stream": streams,
        "batch": batch,
        "predict": predict,
        "cnn": cnn,
        "roofline": roofline,
    });
    show(*arguments, &value, lines)
}

fn lines(value: &Value) -> String {
    let machine = &value["machine"];
    let mut lines = format!(
        "mesu {} on {}, {} cores, {}",
        text(machine, "version"),
        machine["cpu"].as_str().unwrap_or(text(machine, "platform")),
        machine["cores"],
        text(machine, "simd"),
    );
    if machine["memory_bytes"].is_u64() {
        let gibibytes = number(machine, "memory_bytes") / f64::from(1 << 30);
        let _ = write!(lines, ", {gibibytes:.0} GiB");
    }
    lines.push_str("\n\nstream\n");
    for run in elements(value, "stream") {
        lines.push_str(&stream::line(run));
    }
    let parts = [
        ("batch", batch::lines as fn(&Value) -> String),
        ("predict", predict::lines),
        ("cnn", cnn::lines),
        ("roofline", roofline::lines),
    ];
    for (part, of) in parts {
        let _ = write!(lines, "\n{part}\n{}", of(&value[part]));
    }
    lines
}
