//! The table after rows were learned, and that of a state.

use std::fmt::Write as _;
use std::path::Path;

use mesu_stream::run::{Bookmark, Inspected, Summary};
use mesu_stream::{ColumnReport, Kind, MeasureUnit, Measures, NamedMeasure};

use crate::output::{counted, grouped};

/// Most classes, drifts and columns that get a line.
const CLASSES: usize = 6;
const DRIFTS: usize = 5;
const COLUMNS: usize = 20;

/// Longest name that is printed whole.
const NAME: usize = 18;

/// Table of what was learned, at most 80 columns wide (long paths aside).
pub(crate) fn table(summary: &Summary, bookmark: &Bookmark, state: &Path) -> String {
    let mut text = numbers(summary, bookmark);
    if let Some(speed) = summary.rows_per_second {
        line(
            &mut text,
            "rows/s",
            &grouped(speed),
            "predicted, then learned",
        );
    }
    if let Some(bytes) = summary.peak_memory_bytes {
        let shown = format!("{:.0} MB", bytes as f64 / 1e6);
        line(&mut text, "peak memory", &shown, "of this process");
    }
    let _ = writeln!(text, "\nstate: {}", state.display());
    text
}

/// Table of what a state holds.
pub(crate) fn state(state: &Inspected, path: &Path) -> String {
    let schema = &state.schema;
    let name = |at: usize| &schema.columns[at].name;
    let mut text = format!("{}: target {}", path.display(), name(schema.target));
    for (what, at) in [("id", schema.id), ("weight", schema.weight)] {
        if let Some(at) = at {
            let _ = write!(text, ", {what} {}", name(at));
        }
    }
    let _ = writeln!(
        text,
        ", {} inputs, {:.1} kB\n",
        state.inputs,
        state.bytes as f64 / 1e3
    );
    text += &numbers(&state.summary, &state.bookmark);
    text.truncate(text.trim_end().len());
    text.push('\n');
    let _ = writeln!(
        text,
        "\n{:<NAME$} {:<8} {:>8} {:>8} {:>10} {:>10} {:>10}",
        "column", "kind", "missing", "outside", "mean", "smallest", "largest"
    );
    for column in state.columns.iter().take(COLUMNS) {
        columns(&mut text, column);
    }
    if state.columns.len() > COLUMNS {
        let more = state.columns.len() - COLUMNS;
        let _ = writeln!(text, "and {more} more; --json has all");
    }
    text.push_str("outside: rows whose value was out of the range seen before, or has no input\n");
    text
}

fn columns(text: &mut String, column: &ColumnReport) {
    let kind = serde_json::to_value(column.kind).unwrap_or_default();
    let kind = kind.as_str().unwrap_or_default();
    let missing = format!("{:.1} %", 100.0 * column.missing);
    let name = shortened(&column.name);
    let outside = format!("{:.1} %", 100.0 * column.out_of_range);
    let mut one = format!("{name:<NAME$} {kind:<8} {missing:>8} {outside:>8}");
    if let Some(numbers) = &column.numbers {
        for number in [numbers.mean, numbers.low, numbers.high] {
            let _ = write!(one, " {:>10}", short(number));
        }
    }
    if let Some(values) = column.categories {
        let values = counted(values as u64, "value");
        let _ = write!(one, " {values:>10}");
    }
    let _ = writeln!(text, "{}", one.trim_end());
    if column.is_constant() {
        let _ = writeln!(text, "  ! constant: nothing can be learned from it");
    }
    if column.missing > 0.5 {
        let _ = writeln!(text, "  ! mostly missing");
    }
    if column.kind != Kind::Category && column.out_of_range > 0.01 {
        let _ = writeln!(text, "  ! often far out of the range seen before");
    }
}

/// Measures, classes, members and what else there is to tell.
fn numbers(summary: &Summary, bookmark: &Bookmark) -> String {
    let mut text = counted(summary.rows, "row");
    if summary.labeled != summary.rows {
        let _ = write!(text, ", {} with a label", grouped(summary.labeled as f64));
    }
    match &bookmark.origin[..] {
        "" => text.push_str("\n\n"),
        origin => {
            let _ = writeln!(text, "; the last from {origin}\n");
        }
    }
    text += &scores(&summary.measures, Some(&summary.window));
    if !summary.classes.is_empty() {
        let _ = writeln!(
            text,
            "\n{:<NAME$} {:>9} {:>9} {:>9}",
            "class", "rows", "recall", "precision"
        );
    }
    for class in summary.classes.iter().take(CLASSES) {
        let _ = writeln!(
            text,
            "{:<NAME$} {:>9} {:>9} {:>9}",
            shortened(&class.class),
            grouped(class.rows as f64),
            share(class.recall),
            share(class.precision)
        );
    }
    if summary.classes.len() > CLASSES {
        let _ = writeln!(
            text,
            "and {} more; --json has all",
            summary.classes.len() - CLASSES
        );
    }
    let _ = writeln!(
        text,
        "\n{:<NAME$} {:>9} {:>9}",
        "member", "weight", "log loss"
    );
    for member in &summary.members {
        let (name, weight) = (shortened(&member.name), member.weight);
        let _ = writeln!(
            text,
            "{name:<NAME$} {weight:>9.3} {:>9}",
            short(member.log_loss)
        );
    }
    text.push('\n');
    if !summary.drifts.is_empty() {
        let last = summary.drifts.iter().rev().take(DRIFTS).rev();
        let rows: Vec<String> = last.map(|drift| drift.row.to_string()).collect();
        let meaning = match &rows[..] {
            [row] => format!("change, at row {row}"),
            rows => format!("changes; the last at rows {}", rows.join(", ")),
        };
        line(
            &mut text,
            "drifts",
            &summary.drifts.len().to_string(),
            &meaning,
        );
    }
    if bookmark.bad_rows > 0 {
        let rows = summary.first_bad_rows.iter().take(DRIFTS);
        let rows: Vec<String> = rows.map(|bad| bad.row.to_string()).collect();
        let meaning = format!("not learned: {}", first(&rows));
        line(
            &mut text,
            "bad rows",
            &grouped(bookmark.bad_rows as f64),
            &meaning,
        );
    }
    if summary.waiting > 0 || summary.given_up > 0 {
        let wait = match summary.waiting {
            1 => "row waits for its label",
            _ => "rows wait for their labels",
        };
        let meaning = format!("{wait}; {} given up", grouped(summary.given_up as f64));
        line(
            &mut text,
            "waiting",
            &grouped(summary.waiting as f64),
            &meaning,
        );
    }
    if summary.replaced > 0 {
        let rows = summary.first_replaced.iter().take(DRIFTS);
        let rows: Vec<String> = rows.map(|replaced| replaced.row.to_string()).collect();
        let more = if summary.replaced > rows.len() as u64 {
            ", …"
        } else {
            ""
        };
        let at = if rows.len() == 1 { "row" } else { "rows" };
        let meaning = format!("their id came again at {at} {}{more}", rows.join(", "));
        line(
            &mut text,
            "replaced",
            &grouped(summary.replaced as f64),
            &meaning,
        );
    }
    text
}

/// The first rows of a sort.
fn first(rows: &[String]) -> String {
    match rows {
        [row] => format!("row {row}"),
        rows => format!("the first are rows {}", rows.join(", ")),
    }
}

fn line(text: &mut String, name: &str, number: &str, meaning: &str) {
    let _ = writeln!(text, "{name:<NAME$} {number:>9}  {meaning}");
}

/// Measures of all rows and, if they are given, of the last.
pub(crate) fn scores(all: &Measures, window: Option<&Measures>) -> String {
    let mut text = String::new();
    if window.is_some() {
        let _ = writeln!(text, "{:<NAME$} {:>9} {:>11}", "", "all rows", "last 1,000");
    }
    let last = window.map(Measures::list).unwrap_or_default();
    for (at, measure) in all.list().iter().enumerate() {
        let _ = write!(text, "{:<NAME$} {:>9}", measure.name, value(measure));
        if let Some(last) = last.get(at) {
            let _ = write!(text, " {:>11}", value(last));
        }
        let _ = writeln!(text, "  {}", measure.meaning);
    }
    text
}

fn value(measure: &NamedMeasure) -> String {
    match measure.unit {
        MeasureUnit::Share => share(measure.value),
        MeasureUnit::OfTarget => short(measure.value),
        _ => decimal(measure.value),
    }
}

fn share(share: f64) -> String {
    match share.is_finite() {
        true => format!("{:.1} %", 100.0 * share),
        false => "–".to_owned(),
    }
}

fn decimal(number: f64) -> String {
    match number.is_finite() {
        true => format!("{number:.3}"),
        false => "–".to_owned(),
    }
}

/// Four digits.
fn short(number: f64) -> String {
    let size = number.abs();
    match number {
        _ if !number.is_finite() => "–".to_owned(),
        0.0 => "0".to_owned(),
        _ if (1e-3..1e6).contains(&size) => {
            let digits = (3 - size.log10().floor() as i32).clamp(0, 6) as usize;
            format!("{number:.digits$}")
        }
        _ => format!("{number:.2e}"),
    }
}

/// `name`, cut where it is too long for its column; a terminal takes no orders from it.
fn shortened(name: &str) -> String {
    let name = name.replace(char::is_control, "?");
    let name = &name[..];
    match name.chars().count() > NAME {
        true => name.chars().take(NAME - 1).chain(['…']).collect(),
        false => name.to_owned(),
    }
}
