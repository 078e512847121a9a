//! Sums of a row, and what it is owed.

use super::step::relative_variance;
use crate::format::code::Code;
use crate::format::form::Row;
use crate::plain::Plain;
use crate::shape::Cell;

/// Record kept beside a row of compact synapses.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CompactRow {
    /// Sum of the codes of the inputs' means.
    pub(super) means: i32,
    /// Sum of the inputs' variances, over the prior's.
    pub(super) variances: Plain,
    /// Sums of d and r since the row was settled.
    pub(super) deferred: [Plain; 2],
    /// Time at which it was settled.
    pub(super) settled: u32,
}

impl Cell for CompactRow {
    const EMPTY: Self = Self {
        means: 0,
        variances: Plain(0.0),
        deferred: [Plain(0.0); 2],
        settled: 0,
    };
}

impl Row for CompactRow {
    const WORDS: usize = 5;

    fn save(&self, put: impl FnMut(u32)) {
        let [d, r] = self.deferred;
        let [variances, d, r] = [self.variances, d, r].map(|x| x.0.to_bits());
        let words = [self.means as u32, variances, d, r, self.settled];
        words.into_iter().for_each(put);
    }

    fn restore(mut get: impl FnMut() -> u32) -> Self {
        let means = get() as i32;
        let [variances, d, r] = core::array::from_fn(|_| Plain(f32::from_bits(get())));
        Self {
            means,
            variances,
            deferred: [d, r],
            settled: get(),
        }
    }
}

impl CompactRow {
    /// The record of a row that was just settled, by its inputs' synapses.
    pub(super) fn of<C: Code>(cells: impl Iterator<Item = C>, settled: u32) -> Self {
        let mut row = Self {
            settled,
            ..Self::EMPTY
        };
        for cell in cells {
            row.means += cell.codes().0;
            row.variances = row.variances + relative_variance(cell);
        }
        row
    }
}
