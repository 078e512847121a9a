//! The first cell against each of the others.

use std::fmt::Write as _;

use serde_json::Value;

use super::layout::{NAME, lead, narrowed, width};
use crate::tables::has_epistemic;

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

/// Writes how much better the first cell is than each of the others, and the p of that.
pub(super) fn paired(
    text: &mut String,
    summary: &Value,
    cells: &[Value],
    tasks: usize,
    columns: usize,
) {
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
    let doubts = |pair: &Value| {
        let cell = |name: &Value| cells.iter().find(|cell| cell["cell"] == *name);
        let both = [cell(&pair["first"]), cell(&pair["other"])];
        both.into_iter().flatten().all(has_epistemic)
    };
    let number = |pair: &Value, key: &str, what: &str| {
        let measured = !key.ends_with("/epistemic") || doubts(pair);
        let number = pair.pointer(&format!("{key}/{what}"))?.as_f64()?;
        measured.then_some(number)
    };
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
