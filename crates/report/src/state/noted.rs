//! Rows that stood out: the surest, the least sure, and the most surprising.

use mesu_stream::{NotedRow, NotedTold, StreamLearner};

use super::parts::{Cell, Head, Section, Table, numbers, words};
use super::words::{count, percent, short};

pub(super) fn section(learner: &StreamLearner) -> Section {
    let history = learner.history();
    let lists = [
        ("surest", "Surest", history.surest()),
        ("least-sure", "Least sure", history.least_sure()),
        (
            "most-surprising",
            "Most surprising",
            history.most_surprising(),
        ),
    ];
    let surest = history.surest();
    let wrong = surest.iter().filter(|row| is_wrong(row)).count();
    let all = lists.iter().flat_map(|(_, _, rows)| *rows);
    let named = (
        all.clone().any(|row| row.id.is_some()),
        all.clone().any(|row| row.time.is_some()),
    );
    let table = |(id, title, rows): (&'static str, &str, &[NotedRow])| Table {
        id,
        title: title.to_owned(),
        heads: heads(named, history.classes().is_some()),
        rows: rows
            .iter()
            .map(|row| cells(row, named, learner.classes()))
            .collect(),
        note: String::new(),
    };
    Section {
        id: "rows",
        name: "Rows",
        title: match (history.classes(), surest.len()) {
            (Some(_), 1..) => format!("{wrong} of the {} surest answers were wrong", surest.len()),
            _ => "Rows that stood out".to_owned(),
        },
        intro: "Rows of the smallest and of the largest total uncertainty, and those whose label was given the least \
                probability; the first 100 rows are left out. Row numbers are those of a row’s own source."
            .to_owned(),
        tables: lists
            .into_iter()
            .filter(|(_, _, rows)| !rows.is_empty())
            .map(table)
            .collect(),
        figures: Vec::new(),
    }
}

fn is_wrong(row: &NotedRow) -> bool {
    matches!(row.told, NotedTold::Class { told, truth, .. } if told != Some(truth))
}

fn heads((id, time): (bool, bool), of_classes: bool) -> Vec<Head> {
    let mut heads = vec![numbers("row")];
    heads.extend(id.then(|| words("id")));
    heads.extend(time.then(|| words("time")));
    match of_classes {
        true => heads.extend([
            words("prediction"),
            numbers("probability"),
            words("truth"),
            numbers("uncertainty, bits"),
        ]),
        false => heads.extend([
            numbers("prediction"),
            numbers("deviation"),
            numbers("truth"),
            numbers("error"),
        ]),
    }
    heads.extend([numbers("spread"), numbers("loss, nats")]);
    heads
}

fn cells(row: &NotedRow, (id, time): (bool, bool), classes: &[String]) -> Vec<Cell> {
    let mut cells: Vec<Cell> = vec![count(row.row).into()];
    let name = |name: &Option<String>| Cell::from(name.as_deref().unwrap_or("–"));
    cells.extend(id.then(|| name(&row.id)));
    cells.extend(time.then(|| name(&row.time)));
    let class = |class: u32| classes.get(class as usize).map_or("–", String::as_str);
    match row.told {
        NotedTold::Class {
            told,
            probability,
            truth,
        } => cells.extend([
            Cell {
                flagged: is_wrong(row),
                ..told.map_or("–", class).into()
            },
            percent(f64::from(probability)).into(),
            class(truth).into(),
            short(row.total).into(),
        ]),
        NotedTold::Value {
            mean,
            deviation,
            truth,
        } => {
            cells.extend([mean, deviation, truth, truth - mean].map(|number| short(number).into()))
        }
        _ => {}
    }
    cells.extend([short(row.spread).into(), short(row.loss).into()]);
    cells
}
