//! Buffers of the work on rows, and labels as they are read.

use std::borrow::Cow;

use mesu_rows::Value;

use super::task::Mixing;
use crate::labels;
use crate::members::{Lesson, Opinions};
use crate::schema::{Target, Unfit, number};

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
