//! The last rows.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

/// Rows of the measures of late.
pub const WINDOW: usize = 1_000;

/// The last [`WINDOW`] scores.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Last<S>(VecDeque<S>);

impl<S> Default for Last<S> {
    fn default() -> Self {
        Self(VecDeque::new())
    }
}

impl<S> Last<S> {
    pub(super) fn add(&mut self, score: S) {
        if self.0.len() == WINDOW {
            self.0.pop_front();
        }
        self.0.push_back(score);
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &S> {
        self.0.iter()
    }
}
