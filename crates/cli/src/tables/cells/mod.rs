//! The table of the cells of a comparison: a row for each, and the first against each of the others.

mod columns;
mod layout;
mod paired;
#[cfg(test)]
mod tests;

use std::fmt::Write as _;

use serde_json::Value;

use self::columns::{Above, COLUMNS, Column};
use self::layout::{NAME, lead, narrowed, width};
use self::paired::paired;
use crate::tables::has_epistemic;

/// The table of a summary over cells, at most `columns` wide but for long names.
pub(crate) fn table(summary: &Value, columns: usize) -> String {
    let empty = Vec::new();
    let cells = summary["cells"].as_array().unwrap_or(&empty);
    let mut text = heading(summary, cells);
    let names = || cells.iter().map(|cell| width(name(cell)));
    let indent = names()
        .filter(|width| *width <= NAME)
        .max()
        .unwrap_or(0)
        .max(4);
    // A mean over the seeds where there are several.
    let tasks = cells.iter().filter_map(|cell| cell["tasks"].as_f64());
    let tasks = tasks
        .reduce(f64::max)
        .map_or(usize::MAX, |tasks| tasks as usize);
    // Of split classes nothing is unknown in the end, but it was along the run.
    let known = |pointer: &str| {
        cells
            .iter()
            .any(|cell| cell.pointer(pointer).is_some_and(Value::is_f64))
    };
    let along = !known("/ood_auroc/aleatoric") && known("/mean_ood_auroc/aleatoric");
    let number = |cell: &Value, of: &Value, column: &Column| {
        let epistemic = column.pointer.ends_with("/epistemic");
        number(of, column.pointer, along).filter(|_| !epistemic || has_epistemic(cell))
    };
    let any = |column: &Column| {
        cells
            .iter()
            .any(|cell| number(cell, cell, column).is_some())
    };
    let mut shown: Vec<&Column> = COLUMNS
        .iter()
        .filter(|column| column.tasks <= tasks && (column.above != Above::Auroc || any(column)))
        .collect();
    let left_out = narrowed(&mut shown, columns.saturating_sub(indent), |column| {
        (column.width + 1, column.rank)
    });
    above(&mut text, &shown, indent, along);
    row(&mut text, "cell", indent, &shown, |column| {
        column.heading.to_owned()
    });
    for cell in cells {
        if cell.get("error").is_some() {
            let _ = writeln!(text, "{:indent$} failed", name(cell));
            continue;
        }
        row(&mut text, name(cell), indent, &shown, |column| {
            number(cell, cell, column).map_or("-".to_owned(), column.shown)
        });
        if let Some(std) = cell.get("std") {
            row(&mut text, "", indent, &shown, |column| {
                let value = number(cell, std, column);
                value.map_or(String::new(), |value| {
                    format!("± {}", (column.shown)(value))
                })
            });
        }
    }
    if !left_out.is_empty() {
        let left_out: Vec<&str> = left_out.iter().map(|column| column.heading).collect();
        let _ = writeln!(text, "(no room: {}; see --json)", left_out.join(", "));
    }
    paired(&mut text, summary, cells, tasks, columns);
    text
}

fn heading(summary: &Value, cells: &[Value]) -> String {
    let seeds = cells.iter().find_map(|cell| cell["seeds"].as_array());
    let mut text = summary["name"].as_str().unwrap_or_default().to_owned();
    match (seeds, cells.iter().find_map(|cell| cell["seed"].as_u64())) {
        (Some(seeds), _) => {
            let _ = write!(text, ", mean ± standard deviation of {} seeds", seeds.len());
        }
        (None, Some(seed)) => {
            let _ = write!(text, ", seed {seed}");
        }
        (None, None) => {}
    }
    text.push_str("\n\n");
    text
}

/// The line over the headings: what several columns are about.
fn above(text: &mut String, shown: &[&Column], indent: usize, along: bool) {
    let auroc = if along { "mean OOD AUROC" } else { "OOD AUROC" };
    let mut line = String::new();
    for (above, name) in [(Above::Accuracy, "accuracy, %"), (Above::Auroc, auroc)] {
        let Some(last) = shown.iter().rposition(|column| column.above == above) else {
            continue;
        };
        let end = indent
            + shown[..=last]
                .iter()
                .map(|column| column.width + 1)
                .sum::<usize>();
        let room = end.saturating_sub(width(&line)).max(width(name) + 1);
        let _ = write!(line, "{name:>room$}");
    }
    text.push_str(&line);
    text.push('\n');
}

/// The number of `summary` at `pointer`; with `along`, AUROCs are means along the run.
fn number(summary: &Value, pointer: &str, along: bool) -> Option<f64> {
    let mean = pointer.replace("/ood_", "/mean_ood_");
    let pointer = if along { &mean } else { pointer };
    summary.pointer(pointer)?.as_f64()
}

/// Writes a line of the columns' `text` after `name`, which has a line of its own if it is long.
fn row(
    into: &mut String,
    name: &str,
    indent: usize,
    shown: &[&Column],
    text: impl Fn(&Column) -> String,
) {
    let mut line = lead(into, name, indent);
    for column in shown {
        let _ = write!(line, " {:>width$}", text(column), width = column.width);
    }
    into.push_str(line.trim_end());
    into.push('\n');
}

fn name(cell: &Value) -> &str {
    cell["cell"].as_str().unwrap_or_default()
}
