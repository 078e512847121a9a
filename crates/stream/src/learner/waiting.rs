//! Rows that wait for their labels.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};

use crate::answer::Answer;

/// Rows that were answered and whose labels may still come, the oldest first to be given up.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Waiting {
    /// By id, with their numbers in the order.
    rows: BTreeMap<String, (u64, WaitingRow)>,
    /// Ids in the order in which they came, each with the number of its row in this order.
    order: VecDeque<(u64, String)>,
    came: u64,
    /// Rows that were given up.
    given_up: u64,
}

/// A row as it was when it was answered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct WaitingRow {
    /// Number in its source.
    pub(super) row: u64,
    pub(super) inputs: Vec<f32>,
    pub(super) weight: f32,
    /// Opinions of the members, `[members][entries]`.
    pub(super) entries: Vec<f64>,
    /// Classes that were known.
    pub(super) known: usize,
    pub(super) answer: Answer,
}

impl Waiting {
    /// Keeps a row; of two with one id, the later, and returns the number of the earlier. Gives up the oldest
    /// if there are more than `most`.
    pub(super) fn keep(&mut self, id: &str, row: WaitingRow, most: usize) -> Option<u64> {
        if most == 0 {
            return None;
        }
        let came = self.came;
        self.came += 1;
        let earlier = self.rows.insert(id.to_owned(), (came, row));
        self.order.push_back((came, id.to_owned()));
        while self.order.len() > most {
            if let Some((came, id)) = self.order.pop_front()
                && self.rows.get(&id).is_some_and(|row| row.0 == came)
            {
                self.rows.remove(&id);
                self.given_up += 1;
            }
        }
        earlier.map(|(_, row)| row.row)
    }

    pub(super) fn contains(&self, id: &str) -> bool {
        self.rows.contains_key(id)
    }

    /// Takes out a row. Its place in the order stays until its turn.
    pub(super) fn take(&mut self, id: &str) -> Option<WaitingRow> {
        self.rows.remove(id).map(|(_, row)| row)
    }

    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    pub(super) fn given_up(&self) -> u64 {
        self.given_up
    }
}
