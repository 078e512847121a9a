//! Buffers of the work on rows, and labels as they are read.

use std::borrow::Cow;

use mesu_rows::{Row, Value};

use super::task::Mixing;
use crate::labels;
use crate::members::{Lesson, Opinions};
use crate::schema::{Schema, Target, Unfit, number};

/// Room for the work on rows.
#[derive(Default)]
pub(super) struct Work {
    /// `[rows][inputs]`.
    pub(super) inputs: Vec<f32>,
    pub(super) out_of_range: Vec<f32>,
    pub(super) lessons: Vec<Option<Lesson>>,
    /// Opinions of each member.
    pub(super) opinions: Vec<Opinions>,
    pub(super) mixing: Mixing,
}

/// The row whose inputs and opinions are those of the work, as long as nothing was learned since.
#[derive(Debug, Default)]
pub(super) struct Ahead {
    values: Vec<Value>,
    /// False of none.
    kept: bool,
}

impl Ahead {
    /// Keeps a row.
    pub(super) fn keep(&mut self, row: &Row) {
        self.values.clone_from(&row.values);
        self.kept = true;
    }

    /// Keeps the row no longer.
    pub(super) fn end(&mut self) {
        self.kept = false;
    }

    /// Returns whether the only one of these rows is the one that is kept, and keeps it no longer.
    pub(super) fn take(&mut self, schema: &Schema, rows: &[Row]) -> bool {
        let kept = std::mem::take(&mut self.kept);
        let [row] = rows else { return false };
        let same = |at: usize| match (&row.values[at], &self.values[at]) {
            (Value::Number(a), Value::Number(b)) => a.to_bits() == b.to_bits(),
            (a, b) => a == b,
        };
        kept && schema.features().all(|(at, _)| same(at))
    }
}

/// Label of a row, read.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Label<'a> {
    Missing,
    Class(Cow<'a, str>),
    Value(f32),
}

/// Largest magnitude of a value to be predicted: that of the networks' targets.
const LARGEST: f64 = 1e12;

impl<'a> Label<'a> {
    /// Reads a target's value.
    pub(super) fn read(value: &'a Value, target: &Target) -> Result<Self, Unfit> {
        let Some(name) = labels::name(value) else {
            return Ok(Self::Missing);
        };
        match target {
            Target::Class { .. } => Ok(Self::Class(name)),
            Target::Value => match number(value)? {
                number if number.abs() <= LARGEST => Ok(Self::Value(number as f32)),
                number => Err(Unfit::new(number, "a magnitude of at most 1e12")),
            },
        }
    }
}
