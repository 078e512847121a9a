//! Measures of answers that were given before their rows were learned.

mod bins;
mod classes;

pub use self::classes::{ClassMeasures, Measures};
pub(crate) use self::classes::{ClassScores, FLOOR, Score};

/// Rows of the measures of late.
pub const WINDOW: usize = 1_000;
