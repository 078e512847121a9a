//! The table of the cells of a comparison: a row for each, and the first against each of the others.

use std::fmt::Write as _;

use serde_json::Value;

use crate::output::grouped;

/// Widest name that shares a line with its numbers; longer ones stand on a line of their own.
const NAME: usize = 16;

/// A column of numbers.
struct Column {
    heading: &'static str,
    /// Heading over the columns of one kind.
    above: Above,
    /// Where the number is in a summary.
    pointer: &'static str,
    shown: fn(f64) -> String,
    width: usize,
    /// Fewest tasks with which the number says something that no other column says.
    tasks: usize,
    /// Columns of the highest rank are left out first where the terminal is too narrow.
    rank: u8,
}

#[derive(Clone, Copy, PartialEq)]
enum Above {
    Accuracy,
    Auroc,
    Nothing,
}

const fn column(
    heading: &'static str,
    above: Above,
    (pointer, shown): (&'static str, fn(f64) -> String),
    width: usize,
    tasks: usize,
    rank: u8,
) -> Column {
    Column {
        heading,
        above,
        pointer,
        shown,
        width,
        tasks,
        rank,
    }
}

const COLUMNS: [Column; 9] = [
    column(
        "newest",
        Above::Accuracy,
        ("/newest_accuracy", percent),
        6,
        1,
        0,
    ),
    column(
        "learning",
        Above::Accuracy,
        ("/learning_accuracy", percent),
        8,
        2,
        2,
    ),
    column(
        "window-5",
        Above::Accuracy,
        ("/window_accuracy/5", percent),
        8,
        6,
        3,
    ),
    column(
        "window-20",
        Above::Accuracy,
        ("/window_accuracy/20", percent),
        9,
        21,
        6,
    ),
    column(
        "average",
        Above::Accuracy,
        ("/average_accuracy", percent),
        7,
        2,
        1,
    ),
    column(
        "epistemic",
        Above::Auroc,
        ("/ood_auroc/epistemic", fraction),
        9,
        1,
        4,
    ),
    column(
        "aleatoric",
        Above::Auroc,
        ("/ood_auroc/aleatoric", fraction),
        9,
        1,
        8,
    ),
    column("ECE", Above::Nothing, ("/ece", fraction), 7, 1, 5),
    column(
        "updates/s",
        Above::Nothing,
        ("/updates_per_second", grouped),
        9,
        1,
        7,
    ),
];

/// Heading, key, factor and digits of the differences that are tested, and as in [`Column`] how many tasks
/// they take and when they are left out.
const TESTED: [(&str, &str, f64, usize, usize, u8); 5] = [
    ("newest, %", "/newest_accuracy", 100.0, 1, 1, 0),
    ("window-5, %", "/window_accuracy/5", 100.0, 1, 6, 2),
    ("window-20, %", "/window_accuracy/20", 100.0, 1, 21, 4),
    ("average, %", "/average_accuracy", 100.0, 1, 2, 1),
    ("epistemic", "/ood_auroc/epistemic", 1.0, 3, 1, 3),
];

/// Width of a difference and its p.
const TESTED_WIDTH: usize = 14;

fn percent(number: f64) -> String {
    format!("{:.1}", 100.0 * number)
}

fn fraction(number: f64) -> String {
    format!("{number:.3}")
}

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
    let tasks = cells.iter().filter_map(|cell| cell["tasks"].as_u64());
    let tasks = tasks.max().map_or(usize::MAX, |tasks| tasks as usize);
    // Of split classes nothing is unknown in the end, but it was along the run.
    let known = |pointer: &str| {
        cells
            .iter()
            .any(|cell| cell.pointer(pointer).is_some_and(Value::is_f64))
    };
    let along = !known("/ood_auroc/epistemic") && known("/mean_ood_auroc/epistemic");
    let any = |column: &Column| {
        cells
            .iter()
            .any(|cell| number(cell, column.pointer, along).is_some())
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
            number(cell, column.pointer, along).map_or("-".to_owned(), column.shown)
        });
        if let Some(std) = cell.get("std") {
            row(&mut text, "", indent, &shown, |column| {
                let value = number(std, column.pointer, along);
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
    paired(&mut text, summary, tasks, columns);
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

/// Takes columns out of `shown`, those of the highest rank first, until they fit into `room`, and returns
/// them; `size` gives the width and the rank of a column.
fn narrowed<T>(shown: &mut Vec<T>, room: usize, size: impl Fn(&T) -> (usize, u8)) -> Vec<T> {
    let mut left_out = Vec::new();
    while shown.iter().map(|column| size(column).0).sum::<usize>() > room {
        let last = (0..shown.len()).max_by_key(|&i| size(&shown[i]).1);
        // The column of rank 0 stays, whatever there is room for.
        let Some(last) = last.filter(|_| shown.len() > 1) else {
            break;
        };
        left_out.insert(0, shown.remove(last));
    }
    left_out
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

/// The beginning of a line, `indent` wide; a longer name goes on the line before.
fn lead(into: &mut String, name: &str, indent: usize) -> String {
    match width(name) <= indent {
        true => format!("{name:indent$}"),
        false => {
            let _ = writeln!(into, "{name}");
            " ".repeat(indent)
        }
    }
}

/// Writes how much better the first cell is than each of the others, and the p of that.
fn paired(text: &mut String, summary: &Value, tasks: usize, columns: usize) {
    let pairs = summary["paired"].as_array().map_or(&[][..], Vec::as_slice);
    let Some(first) = pairs.first() else { return };
    let _ = writeln!(
        text,
        "\n{} minus each of the others, paired over {} seeds:\nmean difference and p of a two-sided t-test\n",
        first["first"].as_str().unwrap_or_default(),
        first["seeds"].as_array().map_or(0, Vec::len),
    );
    let names = || pairs.iter().filter_map(|pair| pair["other"].as_str());
    let indent = names().map(width).filter(|width| *width <= NAME).max();
    let indent = indent.unwrap_or(0).max(4);
    let number =
        |pair: &Value, key: &str, what: &str| pair.pointer(&format!("{key}/{what}"))?.as_f64();
    let any = |key: &str| {
        pairs
            .iter()
            .any(|pair| number(pair, key, "difference").is_some())
    };
    let mut shown: Vec<_> = TESTED
        .into_iter()
        .filter(|(_, key, _, _, least, _)| *least <= tasks && any(key))
        .collect();
    narrowed(&mut shown, columns.saturating_sub(indent), |tested| {
        (TESTED_WIDTH + 1, tested.5)
    });
    let mut line = " ".repeat(indent);
    for (heading, ..) in &shown {
        let _ = write!(line, " {heading:>TESTED_WIDTH$}");
    }
    let _ = writeln!(text, "{line}");
    for pair in pairs {
        let mut line = lead(text, pair["other"].as_str().unwrap_or_default(), indent);
        for (_, key, factor, digits, ..) in &shown {
            let value = match (number(pair, key, "difference"), number(pair, key, "p")) {
                (Some(difference), Some(p)) => {
                    format!("{:+.digits$} {}", factor * difference, chance(p))
                }
                _ => "-".to_owned(),
            };
            let _ = write!(line, " {value:>TESTED_WIDTH$}");
        }
        let _ = writeln!(text, "{line}");
    }
}

fn chance(p: f64) -> String {
    match p < 0.001 {
        true => "p<0.001".to_owned(),
        false => format!("p={p:.3}"),
    }
}

fn name(cell: &Value) -> &str {
    cell["cell"].as_str().unwrap_or_default()
}

fn width(text: &str) -> usize {
    text.chars().count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn numbers(tasks: usize) -> Value {
        json!({
            "newest_accuracy": 0.9468, "learning_accuracy": 0.952, "average_accuracy": 0.8,
            "window_accuracy": {"5": 0.913, "20": 0.824}, "tasks": tasks,
            "ood_auroc": {"epistemic": 0.941, "aleatoric": 0.9},
            "ece": 0.012, "updates_per_second": 92_085.4,
        })
    }

    fn summary(names: &[&str], seeds: bool, tasks: usize) -> Value {
        let cell = |name: &&str| {
            let mut cell = numbers(tasks);
            cell["cell"] = json!(name);
            match seeds {
                true => {
                    cell["std"] = numbers(tasks);
                    cell["seeds"] = json!([1, 2, 3]);
                }
                false => cell["seed"] = json!(7),
            }
            cell
        };
        let test = json!({"difference": 0.0123, "p": 0.0421});
        let pair = |name: &&str| {
            json!({"first": names[0], "other": name, "seeds": [1, 2, 3],
                   "newest_accuracy": test, "average_accuracy": {"difference": -0.5, "p": 1e-9},
                   "ood_auroc": {"epistemic": null}})
        };
        let cells: Vec<Value> = names.iter().map(cell).collect();
        let pairs: Vec<Value> = names[1..].iter().filter(|_| seeds).map(pair).collect();
        json!({"name": "own", "cells": cells, "paired": pairs})
    }

    #[test]
    fn a_row_per_cell() {
        insta::assert_snapshot!(table(&summary(&["mesu", "sgd"], false, 200), 120));
    }

    #[test]
    fn six_cells_fit_eighty_columns() {
        let names = ["mesu", "foovb", "bbb", "sgd", "adam", "streaming-ewc"];
        insta::assert_snapshot!(table(&summary(&names, true, 200), 80));
    }

    #[test]
    fn no_column_repeats_another() {
        insta::assert_snapshot!(table(&summary(&["mesu", "sgd"], false, 5), 80));
        let text = table(&summary(&["mesu", "sgd"], true, 1), 80);
        assert!(
            !text.contains("average") && !text.contains("learning"),
            "{text}"
        );
    }

    #[test]
    fn lines_fit_the_terminal() {
        let long = "memory_window=1200000,hidden=1024";
        let names = ["streaming-ewc", long, "abcdefghijklmnop"];
        for (seeds, columns) in [
            (false, 60),
            (true, 60),
            (false, 80),
            (true, 80),
            (true, 100),
        ] {
            for tasks in [1, 5, 20, 200] {
                let text = table(&summary(&names, seeds, tasks), columns);
                assert!(text.contains(&format!("\n{long}\n")), "{text}");
                for line in text.lines() {
                    assert!(line.chars().count() <= columns, "{line}");
                }
            }
        }
    }

    #[test]
    fn what_failed_or_is_unknown_is_seen() {
        let mut summary = summary(&["mesu", "sgd"], false, 200);
        summary["cells"][0] = json!({"cell": "mesu", "error": "diverged"});
        summary["cells"][1]["ood_auroc"] = Value::Null;
        let text = table(&summary, 120);
        assert!(text.contains("\nmesu failed\n"), "{text}");
        assert!(!text.contains("AUROC"), "{text}");
        summary["cells"][1]["mean_ood_auroc"] = json!({"epistemic": 0.75, "aleatoric": 0.5});
        let text = table(&summary, 120);
        assert!(text.contains(" mean OOD AUROC\n"), "{text}");
        assert!(text.contains("    0.750     0.500   0.012"), "{text}");
        assert!(table(&json!({}), 80).contains("cell"));
    }
}
