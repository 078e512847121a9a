//! The table after the cells of a plan: a row for each, and the first against each other.

use std::fmt::Write as _;

use serde_json::Value;

use crate::output::grouped;

/// Widest name that shares a line with its numbers; those of longer ones go below it.
const NAME: usize = 16;

type Shown = fn(f64) -> String;

/// Heading, key of a summary, form, width.
const COLUMNS: [(&str, &str, Shown, usize); 9] = [
    ("newest", "/newest_accuracy", percent, 6),
    ("learning", "/learning_accuracy", percent, 8),
    ("window-5", "/window_accuracy/5", percent, 8),
    ("window-20", "/window_accuracy/20", percent, 9),
    ("average", "/average_accuracy", percent, 7),
    ("epistemic", "/ood_auroc/epistemic", fraction, 9),
    ("aleatoric", "/ood_auroc/aleatoric", fraction, 9),
    ("ECE", "/ece", fraction, 7),
    ("updates/s", "/updates_per_second", grouped, 9),
];

/// Heading, key, and what to multiply differences by.
const TESTED: [(&str, &str, f64, usize); 5] = [
    ("newest, %", "/newest_accuracy", 100.0, 1),
    ("window-5, %", "/window_accuracy/5", 100.0, 1),
    ("window-20, %", "/window_accuracy/20", 100.0, 1),
    ("average, %", "/average_accuracy", 100.0, 1),
    ("epistemic", "/ood_auroc/epistemic", 1.0, 3),
];

fn percent(number: f64) -> String {
    format!("{:.1}", 100.0 * number)
}

fn fraction(number: f64) -> String {
    format!("{number:.3}")
}

/// The table of a summary over cells, at most 100 columns wide but for long names.
pub(crate) fn table(summary: &Value) -> String {
    let empty = Vec::new();
    let cells = summary["cells"].as_array().unwrap_or(&empty);
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
    let names = || cells.iter().map(|cell| width(name(cell)));
    let indent = names()
        .filter(|width| *width <= NAME)
        .max()
        .unwrap_or(0)
        .max(4);
    let accuracy: usize = COLUMNS[..5].iter().map(|column| column.3 + 1).sum();
    let auroc = COLUMNS[5].3 + COLUMNS[6].3 + 2;
    // Of split classes nothing is unknown in the end, but it was along the run.
    let known = |pointer: &str| cells.iter().any(|cell| cell.pointer(pointer).is_some());
    let along = !known("/ood_auroc/epistemic") && known("/mean_ood_auroc/epistemic");
    let heading = match along {
        true => "mean OOD AUROC by",
        false => "OOD AUROC by",
    };
    let _ = writeln!(
        text,
        "{:indent$}{:>accuracy$}{heading:>auroc$}",
        "", "accuracy, %"
    );
    row(&mut text, "cell", indent, |column| column.0.to_owned());
    for cell in cells {
        if cell.get("error").is_some() {
            let _ = writeln!(text, "{:indent$} failed", name(cell));
            continue;
        }
        row(&mut text, name(cell), indent, |column| {
            number(cell, column.1, along).map_or("-".to_owned(), column.2)
        });
        if let Some(std) = cell.get("std") {
            row(&mut text, "", indent, |column| {
                let value = number(std, column.1, along);
                value.map_or(String::new(), |value| format!("± {}", column.2(value)))
            });
        }
    }
    paired(&mut text, summary);
    text
}

/// The number of `summary` at `pointer`; with `along`, AUROCs are means along the run.
fn number(summary: &Value, pointer: &str, along: bool) -> Option<f64> {
    let mean = pointer.replace("/ood_", "/mean_ood_");
    let pointer = if along { &mean } else { pointer };
    summary.pointer(pointer)?.as_f64()
}

/// A line of the columns' `text`, after `name`, which has a line of its own if it is long.
fn row(
    into: &mut String,
    name: &str,
    indent: usize,
    text: impl Fn(&(&str, &str, Shown, usize)) -> String,
) {
    let mut line = lead(into, name, indent);
    for column in &COLUMNS {
        let _ = write!(line, " {:>width$}", text(column), width = column.3);
    }
    into.push_str(line.trim_end());
    into.push('\n');
}

/// What a line begins with, `indent` wide; a longer name goes on the line before.
fn lead(into: &mut String, name: &str, indent: usize) -> String {
    match width(name) <= indent {
        true => format!("{name:indent$}"),
        false => {
            let _ = writeln!(into, "{name}");
            " ".repeat(indent)
        }
    }
}

/// How much better the first cell is than each other, and the p of that.
fn paired(text: &mut String, summary: &Value) {
    let pairs = summary["paired"].as_array().map_or(&[][..], Vec::as_slice);
    let Some(first) = pairs.first() else { return };
    let _ = writeln!(
        text,
        "\n{} minus each other, paired over {} seeds: mean difference, and p of a two-sided t-test\n",
        first["first"].as_str().unwrap_or_default(),
        first["seeds"].as_array().map_or(0, Vec::len),
    );
    let names = || pairs.iter().filter_map(|pair| pair["other"].as_str());
    let indent = names().map(width).filter(|width| *width <= NAME).max();
    let indent = indent.unwrap_or(0).max(4);
    let mut line = " ".repeat(indent);
    for (heading, ..) in TESTED {
        let _ = write!(line, " {heading:>14}");
    }
    let _ = writeln!(text, "{line}");
    for pair in pairs {
        let mut line = lead(text, pair["other"].as_str().unwrap_or_default(), indent);
        for (_, key, factor, digits) in TESTED {
            let number = |what: &str| pair.pointer(&format!("{key}/{what}"))?.as_f64();
            let shown = match (number("difference"), number("p")) {
                (Some(difference), Some(p)) => {
                    format!("{:+.digits$} {}", factor * difference, chance(p))
                }
                _ => "-".to_owned(),
            };
            let _ = write!(line, " {shown:>14}");
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

    fn numbers() -> Value {
        json!({
            "newest_accuracy": 0.9468, "learning_accuracy": 0.952, "average_accuracy": 0.8,
            "window_accuracy": {"5": 0.913, "20": 0.824},
            "ood_auroc": {"epistemic": 0.941, "aleatoric": 0.9},
            "ece": 0.012, "updates_per_second": 92_085.4,
        })
    }

    fn summary(names: &[&str], seeds: bool) -> Value {
        let cell = |name: &&str| {
            let mut cell = numbers();
            cell["cell"] = json!(name);
            match seeds {
                true => {
                    cell["std"] = numbers();
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
        let text = table(&summary(&["mesu", "sgd"], false));
        let expected = "\
own, seed 7

                                 accuracy, %       OOD AUROC by
cell newest learning window-5 window-20 average epistemic aleatoric     ECE updates/s
mesu   94.7     95.2     91.3      82.4    80.0     0.941     0.900   0.012    92,085
sgd    94.7     95.2     91.3      82.4    80.0     0.941     0.900   0.012    92,085
";
        let squeeze = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(squeeze(&text), squeeze(expected), "{text}");
        assert_eq!(text.lines().nth(4), expected.lines().nth(4));
    }

    #[test]
    fn seeds_have_spreads_and_pairs() {
        let text = table(&summary(&["mesu", "streaming-ewc"], true));
        assert!(text.starts_with("own, mean ± standard deviation of 3 seeds\n"));
        assert!(text.contains("± 94.7"), "{text}");
        assert!(text.contains("mesu minus each other, paired over 3 seeds"));
        let line = text.lines().last().unwrap_or_default();
        assert!(line.starts_with("streaming-ewc"), "{line}");
        assert!(
            line.contains("+1.2 p=0.042") && line.contains("-50.0 p<0.001"),
            "{line}"
        );
        assert!(line.ends_with("-"), "{line}");
    }

    #[test]
    fn lines_fit_a_hundred_columns() {
        let long = "memory_window=1200000,hidden=1024";
        for seeds in [false, true] {
            let text = table(&summary(
                &["streaming-ewc", long, "abcdefghijklmnop"],
                seeds,
            ));
            assert!(text.contains(&format!("\n{long}\n")), "{text}");
            for line in text.lines() {
                assert!(line.chars().count() <= 100, "{line}");
            }
        }
    }

    #[test]
    fn what_failed_or_is_unknown_is_seen() {
        let mut summary = summary(&["mesu", "sgd"], false);
        summary["cells"][0]["error"] = json!("diverged");
        summary["cells"][1]["ood_auroc"] = Value::Null;
        let text = table(&summary);
        assert!(text.contains("\nmesu failed\n"), "{text}");
        assert!(text.contains("        -         -   0.012"), "{text}");
        assert!(!text.contains("mean OOD"), "{text}");
        summary["cells"][1]["mean_ood_auroc"] = json!({"epistemic": 0.75, "aleatoric": 0.5});
        summary["cells"][0] = json!({"cell": "mesu", "error": "diverged"});
        let text = table(&summary);
        assert!(text.contains(" mean OOD AUROC by\n"), "{text}");
        assert!(text.contains("    0.750     0.500   0.012"), "{text}");
        assert!(table(&json!({})).contains("cell"));
    }
}
