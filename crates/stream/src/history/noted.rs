//! Rows that stood out.

use serde::{Deserialize, Serialize};

use super::scored::Scored;
use crate::answer::{Told, Truth};
use crate::labels;

/// Rows of each kind.
const ROWS: usize = 10;

/// Labels before the first that is noted: at the beginning nothing is known, and all that is least sure is
/// there.
const BEGINNING: u64 = 100;

/// Most characters of an id or a time.
const NAME: usize = 80;

/// A row that stood out, and the answer to it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct NotedRow {
    /// Number of the row in its source, from 1.
    pub row: u64,
    /// Name of the row, if it has one, of at most 80 characters.
    pub id: Option<String>,
    /// Time of the row, if it is known, of at most 80 characters.
    pub time: Option<String>,
    /// Answer and label.
    pub told: NotedTold,
    /// Total uncertainty, bits, or a variance.
    pub total: f64,
    /// Spread of the networks' predictions, >= 0.
    pub spread: f64,
    /// Loss, nats.
    pub loss: f64,
}

/// Answer to a row that stood out, and its label.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum NotedTold {
    /// A class.
    Class {
        /// Class that was told, by its number, if there was any.
        told: Option<u32>,
        /// Its probability.
        probability: f32,
        /// True class, by its number.
        truth: u32,
    },
    /// A value.
    Value {
        /// Mean that was told.
        mean: f64,
        /// Standard deviation that was told.
        deviation: f64,
        /// True value.
        truth: f64,
    },
}

/// Rows that stood out, of each kind the first the farthest.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Noted {
    seen: u64,
    pub(super) surest: Vec<NotedRow>,
    pub(super) least_sure: Vec<NotedRow>,
    pub(super) most_surprising: Vec<NotedRow>,
}

impl Noted {
    pub(super) fn add(&mut self, scored: &Scored<'_>) {
        self.seen += 1;
        let (total, _) = scored.uncertainty();
        if self.seen <= BEGINNING || !total.is_finite() || !scored.loss.is_finite() {
            return;
        }
        insert(&mut self.surest, scored, -total, |row| -row.total);
        insert(&mut self.least_sure, scored, total, |row| row.total);
        insert(&mut self.most_surprising, scored, scored.loss, |row| {
            row.loss
        });
    }
}

/// Inserts the row behind those that are as far out as it, if it is one of the first.
fn insert(rows: &mut Vec<NotedRow>, scored: &Scored<'_>, far: f64, key: fn(&NotedRow) -> f64) {
    if rows.len() == ROWS && rows.last().is_some_and(|last| far <= key(last)) {
        return;
    }
    let Some(row) = noted(scored) else { return };
    let at = rows.partition_point(|other| key(other) >= far);
    rows.insert(at, row);
    rows.truncate(ROWS);
}

fn noted(scored: &Scored<'_>) -> Option<NotedRow> {
    let answer = scored.answer;
    let told = match (&answer.told, scored.truth) {
        (Told::Class(answer), Truth::Class(truth)) => NotedTold::Class {
            told: answer.class,
            probability: answer.confidence(),
            truth,
        },
        (Told::Value(answer), Truth::Value(truth)) => NotedTold::Value {
            mean: answer.mean,
            deviation: answer.total.sqrt(),
            truth,
        },
        _ => return None,
    };
    let short = |name: &str| name.chars().take(NAME).collect::<String>();
    Some(NotedRow {
        row: scored.row,
        id: scored.id.map(short),
        time: scored.time.and_then(labels::name).map(|time| short(&time)),
        told,
        total: scored.uncertainty().0,
        spread: f64::from(answer.spread),
        loss: scored.loss,
    })
}
