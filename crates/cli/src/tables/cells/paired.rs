//! The first cell against each of the others.

use std::fmt::Write as _;

use mesu_lab::record::comparison::{Comparison, Pair};
use mesu_lab::record::measures::Measure;
use mesu_lab::record::paired::Paired;
use mesu_lab::record::unit::Unit;

use super::layout::{NAME, lead, narrowed, width};

/// Width of a difference and its p.
const TESTED_WIDTH: usize = 14;

/// Writes how much better the first cell is than each of the others, and the p of that.
pub(super) fn paired(text: &mut String, comparison: &Comparison, tasks: usize, columns: usize) {
    let pairs = comparison.pairs();
    let Some(first) = pairs.first() else { return };
    let _ = writeln!(
        text,
        "\n{} minus each of the others, paired over {} seeds:\nmean difference and p of a two-sided t-test\n",
        first.first,
        first.seeds.len(),
    );
    let names = pairs.iter().map(|pair| width(&pair.other));
    let indent = names.filter(|width| *width <= NAME).max();
    let indent = indent.unwrap_or(0).max(4);
    let test = |pair: &Pair, of: &Measure| -> Option<Paired> {
        let tests = pair.tests.iter();
        let mut tests = tests.filter(|(measure, _)| *measure == of);
        tests.next()?.1
    };
    let measures = first.tests.iter().map(|(measure, _)| *measure);
    let mut shown: Vec<(String, &Measure, u8)> = measures
        .filter(|measure| measure.least_tasks <= tasks)
        .filter(|measure| pairs.iter().any(|pair| test(pair, measure).is_some()))
        .filter_map(|measure| {
            let column = measure.column?;
            let unit = measure.unit.short_name().trim_start();
            let heading = match unit {
                "" => column.heading.to_owned(),
                unit => format!("{}, {unit}", column.heading),
            };
            Some((heading, measure, column.rank))
        })
        .collect();
    narrowed(&mut shown, columns.saturating_sub(indent), |tested| {
        (TESTED_WIDTH + 1, tested.2)
    });
    let mut line = " ".repeat(indent);
    for (heading, ..) in &shown {
        let _ = write!(line, " {heading:>TESTED_WIDTH$}");
    }
    let _ = writeln!(text, "{line}");
    for pair in &pairs {
        let mut line = lead(text, &pair.other, indent);
        for (_, measure, _) in &shown {
            let value = test(pair, measure).map_or("-".to_owned(), |test| {
                let difference = match measure.unit {
                    Unit::Percent => format!("{:+.1}", 100.0 * test.difference),
                    unit => {
                        let sign = if test.difference < 0.0 { "" } else { "+" };
                        format!("{sign}{}", unit.short(test.difference))
                    }
                };
                format!("{difference} {}", chance(test.p))
            });
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
