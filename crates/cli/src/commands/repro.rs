//! `mesu repro`: reproduces a figure of the paper and compares the numbers.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::Result;
use mesu_lab::Plan;
use mesu_report::repro::{Figure, Reached};
use mesu_report::{Record, results};
use serde_json::json;

use crate::arguments::{ReproArguments, RunArguments};
use crate::commands::run::{self, Done, INTERRUPTED};
use crate::hints;
use crate::output::{message, print, span};

/// Runs the preset of a figure and prints which targets are met.
pub(crate) fn repro(arguments: &ReproArguments) -> Result<ExitCode> {
    let figure = arguments.figure;
    let quick = if arguments.quick { "-quick" } else { "" };
    let default = || PathBuf::from(format!("runs/repro-{}{quick}", figure.name));
    let path = arguments.out.clone().unwrap_or_else(default);
    let sets = figure.settings(arguments.quick);
    let seeds = match &arguments.seeds[..] {
        [] => figure.seeds.clone(),
        seeds => seeds.to_vec(),
    };
    // Only a run that was never interrupted has a duration to record.
    let whole = !path.exists();
    let plan = Plan::find(&figure.preset, &sets)?;
    let run = RunArguments {
        experiment: figure.preset.clone(),
        sets,
        seeds,
        out: Some(path.clone()),
        // Cells that are finished are not run again.
        resume: true,
        quiet: arguments.quiet,
        json: arguments.json,
    };
    if let Some(folder) = &arguments.record {
        results::prepare(folder)?;
    }
    let started = Instant::now();
    let Done {
        results: numbers,
        failed,
        ..
    } = run::follow(&run, &plan, &path)?;
    let Some(numbers) = numbers else {
        message("stopped, and saved. The same command resumes it");
        return Ok(ExitCode::from(INTERRUPTED));
    };
    let rows = figure.reached(&numbers);
    let seconds = started.elapsed();
    print(&if arguments.json {
        let value = json!({ "figure": figure.name, "title": figure.title, "quick": arguments.quick,
            "seeds": numbers.seeds(), "wall_seconds": seconds.as_secs_f64(), "rows": rows });
        format!("{value:#}\n")
    } else {
        table(figure, arguments.quick, &rows, numbers.seeds(), seconds)
    })?;
    if let Some(folder) = &arguments.record {
        let wall = whole.then_some(seconds.as_secs_f64());
        let cpu = mesu_lab::record::Machine::here().cpu;
        Record::new(figure, &numbers, wall, cpu).write(folder)?;
    }
    for (cell, error) in &failed {
        message(&format!("error: {cell}: {}", hints::advised(error)));
    }
    Ok(if failed.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// The cells that a target is relative to.
fn best_of(others: &[String]) -> String {
    match others {
        [one] => one.clone(),
        several => format!("best of {}", several.join(", ")),
    }
}

fn table(figure: &Figure, quick: bool, rows: &[Reached], seeds: usize, time: Duration) -> String {
    let mut text = format!("{}\n", figure.title);
    let plural = if seeds == 1 { "" } else { "s" };
    let _ = writeln!(text, "{seeds} seed{plural}, {} in this call", span(time));
    if quick {
        text.push_str(
            "quick: a tenth of the length, so not comparable with the paper or the targets\n",
        );
    }
    let number = |value: f64| format!("{value:.4}");
    let pair = |value: Option<f64>, std: Option<f64>| match (value, std) {
        (Some(value), Some(std)) => format!("{} ± {}", number(value), number(std)),
        (Some(value), None) => number(value),
        (None, _) => "–".to_owned(),
    };
    let mut lines = vec![["cell", "number", "paper", "ours", "target", "met"].map(str::to_owned)];
    for row in rows {
        lines.push([
            row.cell.clone(),
            row.number.clone(),
            pair(row.paper.first().copied(), row.paper.get(1).copied()),
            pair(row.ours, row.std),
            match (row.target, row.within) {
                (Some(target), _) if !row.over.is_empty() => {
                    format!("{} + {}", best_of(&row.over), number(target))
                }
                (Some(target), _) => number(target),
                (None, Some(within)) => format!("within {within}"),
                (None, None) => String::new(),
            },
            match row.met {
                None => "",
                Some(true) => "yes",
                Some(false) => "no",
            }
            .to_owned(),
        ]);
    }
    let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max();
    text.push('\n');
    for line in &lines {
        let mut shown = String::new();
        for (column, cell) in line.iter().enumerate() {
            let pad = width(column).unwrap_or(0) - cell.chars().count() + 2;
            let _ = write!(shown, "{cell}{:pad$}", "");
        }
        let _ = writeln!(text, "{}", shown.trim_end());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesu_lab::record::comparison::Compared;
    use mesu_lab::{Comparison, Results, Summaries, Summary};

    #[test]
    fn tables_align_and_say_what_is_met() {
        let figure = Figure::find("fig3").expect("the main one");
        let summary = Summary {
            learning_accuracy: 0.95,
            ..Summary::default()
        };
        let cell = Compared {
            cell: "mesu".to_owned(),
            settings: Default::default(),
            result: Ok(Summaries::new(vec![summary])),
        };
        let rows = figure.reached(&Results::Cells(Comparison {
            name: String::new(),
            cells: vec![cell],
        }));
        let text = table(figure, true, &rows, 1, Duration::from_secs(90));
        assert!(
            text.contains("quick:") && text.contains("1 seed,"),
            "{text}"
        );
        let line = text
            .lines()
            .find(|line| line.contains("0.9500"))
            .unwrap_or_default();
        assert!(
            line.contains("0.9468 ± 0.0014") && line.ends_with("yes"),
            "{line}"
        );
        assert!(
            text.lines()
                .any(|line| line.starts_with("foovb") && line.ends_with("no"))
        );
    }
}
