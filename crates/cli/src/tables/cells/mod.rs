//! The table of the cells of a comparison: a row for each, and the first against each of the others.

mod layout;
mod paired;
#[cfg(test)]
mod tests;

use std::fmt::Write as _;

use mesu_lab::record::comparison::{Compared, Comparison};
use mesu_lab::record::measures::{Family, MEASURES, Measure};
use mesu_lab::record::unit::Unit;
use mesu_lab::{Summaries, Summary};

use self::layout::{NAME, lead, narrowed, width};
use self::paired::paired;

/// A column of numbers.
struct Column {
    heading: &'static str,
    measure: &'static Measure,
    width: usize,
    /// Columns of the highest rank are left out first where the terminal is too narrow.
    rank: u8,
}

/// The table over cells, at most `columns` wide but for long names.
pub(crate) fn table(comparison: &Comparison, columns: usize) -> String {
    let cells = &comparison.cells;
    let mut text = heading(comparison);
    let indent = cells.iter().map(|cell| width(&cell.cell));
    let indent = indent.filter(|width| *width <= NAME).max();
    let indent = indent.unwrap_or(0).max(4);
    let tasks = finished(cells).map(Summaries::tasks).max();
    let tasks = tasks.unwrap_or(usize::MAX);
    let mut shown = shown(cells, tasks);
    let left_out = narrowed(&mut shown, columns.saturating_sub(indent), |column| {
        (column.width + 1, column.rank)
    });
    above(&mut text, &shown, indent);
    row(&mut text, "cell", indent, &shown, |column| {
        column.heading.to_owned()
    });
    for cell in cells {
        let name = &cell.cell;
        let Ok(summaries) = &cell.result else {
            let _ = writeln!(text, "{name:indent$} failed");
            continue;
        };
        row(&mut text, name, indent, &shown, |column| {
            let number = summaries.number(column.measure);
            number.map_or("-".to_owned(), |(mean, _)| column.measure.unit.short(mean))
        });
        if summaries.seeds().len() > 1 {
            row(&mut text, "", indent, &shown, |column| {
                let std = summaries.number(column.measure).and_then(|number| number.1);
                std.map_or(String::new(), |std| {
                    format!("± {}", column.measure.unit.short(std))
                })
            });
        }
    }
    if !left_out.is_empty() {
        let left_out: Vec<&str> = left_out.iter().map(|column| column.heading).collect();
        let _ = writeln!(text, "(no room: {}; see --json)", left_out.join(", "));
    }
    paired(&mut text, comparison, tasks, columns);
    text
}

fn finished(cells: &[Compared]) -> impl Iterator<Item = &Summaries> {
    cells.iter().filter_map(|cell| cell.result.as_ref().ok())
}

/// The columns that say something of a run of so many tasks.
fn shown(cells: &[Compared], tasks: usize) -> Vec<Column> {
    let any = |measure: &Measure| finished(cells).any(|cell| cell.number(measure).is_some());
    // Of split classes nothing is unknown in the end, but it was along the run: of all detection or none.
    let detection = |measure: &&Measure| measure.family == Family::Detection;
    let of_the_end = MEASURES
        .iter()
        .filter(detection)
        .filter(|m| m.column.is_some());
    let along = !of_the_end.clone().any(any);
    let of = |measure: &'static Measure| {
        let column = measure.column?;
        let measure = match measure.along {
            Some(mean) if along => mean,
            _ => measure,
        };
        let room = match measure.unit {
            Unit::Percent => 6,
            Unit::Count => 9,
            _ => 7,
        };
        (measure.least_tasks <= tasks && any(measure)).then_some(Column {
            heading: column.heading,
            measure,
            width: room.max(width(column.heading)),
            rank: column.rank,
        })
    };
    let mut shown: Vec<Column> = MEASURES.iter().filter_map(of).collect();
    // What stands under one heading stands together.
    shown.sort_by_key(|column| match column.measure.family {
        Family::Accuracy => 0,
        Family::Detection => 1,
        _ => 2,
    });
    shown
}

fn heading(comparison: &Comparison) -> String {
    let mut text = comparison.name.clone();
    let first: Option<&Summaries> = finished(&comparison.cells).next();
    match first.map(|first| (first.seeds().len(), first.first())) {
        Some((seeds @ 2.., _)) => {
            let _ = write!(text, ", mean ± standard deviation of {seeds} seeds");
        }
        Some((_, Some(Summary { seed, .. }))) => {
            let _ = write!(text, ", seed {seed}");
        }
        _ => {}
    }
    text.push_str("\n\n");
    text
}

/// The line over the headings: what several columns are about.
fn above(text: &mut String, shown: &[Column], indent: usize) {
    let along = |column: &Column| column.measure.column.is_none();
    let auroc = match shown.iter().any(along) {
        true => "mean OOD AUROC",
        false => "OOD AUROC",
    };
    let mut line = String::new();
    for (family, name) in [
        (Family::Accuracy, "accuracy, %"),
        (Family::Detection, auroc),
    ] {
        let of = |column: &Column| column.measure.family == family;
        let Some(last) = shown.iter().rposition(of) else {
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

/// Writes a line of the columns' `text` after `name`, which has a line of its own if it is long.
fn row(
    into: &mut String,
    name: &str,
    indent: usize,
    shown: &[Column],
    text: impl Fn(&Column) -> String,
) {
    let mut line = lead(into, name, indent);
    for column in shown {
        let _ = write!(line, " {:>width$}", text(column), width = column.width);
    }
    into.push_str(line.trim_end());
    into.push('\n');
}
