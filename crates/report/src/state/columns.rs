//! Columns: what was seen of them, and how firm the networks' evidence about each is.

use mesu_stream::{ColumnReport, Kind, StreamLearner};

use super::parts::{Cell, Section, Table, numbers, words};
use super::words::{percent, short};

/// Most columns that have a line.
const MOST: usize = 100;

/// Shares from which on they are worth a look.
const MISSING: f64 = 0.5;
const OUT_OF_RANGE: f64 = 0.01;
/// Share of a category's rows without an input of its own; the first of all have none either.
const SHARED: f64 = 0.2;

pub(super) fn section(learner: &StreamLearner) -> Section {
    let mut columns = learner.columns();
    columns.sort_by(|a, b| b.importance.total_cmp(&a.importance));
    let Some(first) = columns.first() else {
        return Section::default();
    };
    let title = match columns.len() {
        1 => format!("{} is the only column", first.name),
        several => format!(
            "{} has the firmest weights of {several} columns",
            first.name
        ),
    };
    let most = first.importance;
    let rows = columns.iter().take(MOST).map(|column| row(column, most));
    let table = Table {
        id: "columns",
        title: String::new(),
        heads: vec![
            words("column"),
            words("kind"),
            numbers("importance"),
            numbers("missing"),
            numbers("out of range"),
            numbers("smallest"),
            numbers("mean"),
            numbers("largest"),
            words(""),
        ],
        rows: rows.collect(),
        note: match columns.len().saturating_sub(MOST) {
            0 => String::new(),
            more => format!("And {more} more of smaller importance; mesu show has all."),
        },
    };
    Section {
        id: "columns",
        name: "Columns",
        title,
        intro: "Importance: |mu| / sigma of the synapses from a column’s inputs to the first layer, its mean over the \
                networks by their weights. It says how firm the evidence in the weights is, not what a column does to an \
                answer: of two columns that say the same, either may have it. Out of range: rows whose value was far from \
                all before, or a category without an input of its own."
            .to_owned(),
        tables: vec![table],
        figures: Vec::new(),
    }
}

fn row(column: &ColumnReport, most: f64) -> Vec<Cell> {
    let flagged = |share: f64, most: f64| Cell {
        flagged: share > most,
        ..percent(share).into()
    };
    let (low, mean, high) = match (&column.numbers, column.categories) {
        (Some(numbers), _) => (short(numbers.low), short(numbers.mean), short(numbers.high)),
        (None, Some(values)) => (format!("{values} values"), String::new(), String::new()),
        (None, None) => Default::default(),
    };
    let remark = match column.kind {
        _ if column.missing > MISSING => "mostly missing",
        _ if column.is_constant() => "constant",
        Kind::Category if column.out_of_range > SHARED => "shares inputs",
        Kind::Category => "",
        _ if column.out_of_range > OUT_OF_RANGE => "often out of range",
        _ => "",
    };
    vec![
        column.name.as_str().into(),
        kind(column.kind).into(),
        Cell {
            bar: Some((100.0 * column.importance / most.max(f64::MIN_POSITIVE)) as u32),
            ..short(column.importance).into()
        },
        flagged(column.missing, MISSING),
        match column.kind {
            Kind::Category => flagged(column.out_of_range, SHARED),
            _ => flagged(column.out_of_range, OUT_OF_RANGE),
        },
        low.into(),
        mean.into(),
        high.into(),
        Cell {
            flagged: true,
            ..remark.into()
        },
    ]
}

fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Number => "number",
        Kind::Boolean => "truth value",
        Kind::Category => "category",
        Kind::Date => "date",
        _ => "",
    }
}
