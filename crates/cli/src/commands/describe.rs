//! `mesu describe`: a network, layer by layer, before it is run.

use std::fmt::Write as _;
use std::process::ExitCode;

use anyhow::Result;
use mesu::network::Line;
use mesu_lab::{DataSets, Plan};
use serde_json::{Value, json};

use crate::arguments::DescribeArguments;
use crate::output::{grouped, print};

/// Prints the network of every cell; cells with the same one share it.
pub(crate) fn describe(arguments: &DescribeArguments) -> Result<ExitCode> {
    let plan = Plan::find(&arguments.experiment, &arguments.sets)?;
    let mut sets = DataSets::default();
    let mut networks: Vec<(Vec<Line>, Vec<&str>)> = Vec::new();
    for cell in &plan.cells {
        let data = sets.load(&cell.experiment)?;
        let lines = data.describe(&cell.experiment)?;
        match networks.iter_mut().find(|(known, _)| *known == lines) {
            Some((_, cells)) => cells.push(&cell.name),
            None => networks.push((lines, vec![&cell.name])),
        }
    }
    let several = networks.len() > 1;
    let mut text = String::new();
    let mut json = Vec::new();
    for (lines, cells) in &networks {
        if several {
            let _ = writeln!(text, "{}", cells.join(", "));
        }
        text.push_str(&table(lines));
        json.push(value(lines, cells));
    }
    print(&match (arguments.json, &json[..]) {
        (false, _) => text,
        (true, [one]) => format!("{one:#}\n"),
        (true, _) => format!("{:#}\n", Value::Array(json)),
    })?;
    Ok(ExitCode::SUCCESS)
}

fn total(lines: &[Line]) -> usize {
    lines.iter().map(|line| line.synapses).sum()
}

fn table(lines: &[Line]) -> String {
    let rows = lines.iter().enumerate().map(|(i, line)| {
        let output = i + 1 == lines.len();
        let end = if output { " (output)" } else { "" };
        let synapses = match line.synapses {
            0 => String::new(),
            n => grouped(n as f64),
        };
        [
            format!("{}{end}", line.layer),
            line.shape.to_string(),
            synapses,
        ]
    });
    let head = ["layer", "gives", "synapses"].map(str::to_owned);
    let sum = [
        "all".to_owned(),
        String::new(),
        grouped(total(lines) as f64),
    ];
    let rows: Vec<[String; 3]> = [head].into_iter().chain(rows).chain([sum]).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].len()).max().unwrap_or(0);
    let (layer, gives, synapses) = (width(0), width(1), width(2));
    let mut text = String::new();
    for [name, shape, count] in &rows {
        let line = format!("{name:layer$}  {shape:>gives$}  {count:>synapses$}");
        let _ = writeln!(text, "{}", line.trim_end());
    }
    text
}

fn value(lines: &[Line], cells: &[&str]) -> Value {
    let layers = lines.iter().map(|line| {
        json!({ "layer": line.layer, "shape": line.shape.to_string(), "synapses": line.synapses })
    });
    json!({ "cells": cells, "layers": layers.collect::<Vec<_>>(), "synapses": total(lines) })
}
