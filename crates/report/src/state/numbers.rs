//! Measures of all answers and of the last ones, and the members.

use mesu_stream::{MeasureUnit, NamedMeasure, StreamLearner};

use super::parts::{Cell, Section, Table, numbers, words};
use super::words::{decimal, percent, short};

/// Most changes of the stream that have a line, the last ones.
const CHANGES: usize = 20;

pub(super) fn section(learner: &StreamLearner) -> Section {
    Section {
        id: "numbers",
        name: "Numbers",
        title: "Numbers".to_owned(),
        intro: "Of answers that were given before their rows were learned.".to_owned(),
        tables: [
            Some(measures(learner)),
            Some(members(learner)),
            changes(learner),
        ]
        .into_iter()
        .flatten()
        .collect(),
        figures: Vec::new(),
    }
}

fn measures(learner: &StreamLearner) -> Table {
    let (all, last) = (learner.measures().list(), learner.window().list());
    let row = |(all, last): (&NamedMeasure, &NamedMeasure)| -> Vec<Cell> {
        vec![
            all.name.into(),
            value(all).into(),
            value(last).into(),
            all.meaning.into(),
        ]
    };
    Table {
        id: "measures",
        title: String::new(),
        heads: vec![
            words(""),
            numbers("all rows"),
            numbers("last 1,000"),
            words("meaning"),
        ],
        rows: all.iter().zip(&last).map(row).collect(),
        note: String::new(),
    }
}

fn value(measure: &NamedMeasure) -> String {
    match measure.unit {
        MeasureUnit::Share => percent(measure.value),
        MeasureUnit::OfTarget => short(measure.value),
        _ => decimal(measure.value),
    }
}

fn members(learner: &StreamLearner) -> Table {
    let row = |member: mesu_stream::MemberReport| -> Vec<Cell> {
        vec![
            member.name.into(),
            decimal(member.weight).into(),
            decimal(member.log_loss).into(),
        ]
    };
    Table {
        id: "members",
        title: String::new(),
        heads: vec![words("member"), numbers("weight"), numbers("log loss")],
        rows: learner.members().into_iter().map(row).collect(),
        note: "Log loss of each by itself, nats.".to_owned(),
    }
}

fn changes(learner: &StreamLearner) -> Option<Table> {
    let drifts = learner.drifts();
    let row = |drift: &mesu_stream::Drift| -> Vec<Cell> {
        let sign = match drift.sign {
            mesu_stream::Sign::Loss => "loss",
            mesu_stream::Sign::Lag => "lag behind a short memory",
            _ => "epistemic uncertainty",
        };
        vec![
            drift.row.to_string().into(),
            sign.into(),
            short(drift.means[0]).into(),
            short(drift.means[1]).into(),
        ]
    };
    (!drifts.is_empty()).then(|| Table {
        id: "changes",
        title: String::new(),
        heads: vec![
            numbers("change at row"),
            words("rise of"),
            numbers("before"),
            numbers("after"),
        ],
        rows: drifts.iter().rev().take(CHANGES).rev().map(row).collect(),
        note: match drifts.len().saturating_sub(CHANGES) {
            0 => "Of the longest memory.".to_owned(),
            more => format!("Of the longest memory; {more} earlier ones are left out."),
        },
    })
}
