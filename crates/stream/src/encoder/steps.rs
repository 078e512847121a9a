//! Numbers in steps, for members that see more than their size.

use serde::{Deserialize, Serialize};

use super::category::Categories;
use super::rank::{HATS, Ranks};
use crate::random::Random;
use crate::schema::{Column, Field};

/// Inputs of a number beside its size.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) enum Steps {
    /// Hat functions of the running rank.
    Hats(Ranks),
    /// An input for each of few numbers.
    Codes(Categories),
}

impl Steps {
    pub(super) fn new(column: &Column) -> Self {
        match column.codes {
            true => Self::Codes(Categories::new(column.distinct)),
            false => Self::Hats(Ranks::default()),
        }
    }

    /// Number of inputs.
    pub(super) fn width(&self) -> usize {
        match self {
            Self::Hats(_) => HATS,
            Self::Codes(codes) => codes.width(),
        }
    }

    /// Writes a number's inputs over zeros.
    pub(super) fn write(&self, x: f64, inputs: &mut [f32]) {
        match self {
            Self::Hats(ranks) => ranks.write(x, inputs),
            Self::Codes(codes) => inputs[codes.input(Field::Code(x)).0] = 1.0,
        }
    }

    pub(super) fn learn(&mut self, x: f64, random: &mut Random) {
        match self {
            Self::Hats(ranks) => ranks.learn(x, random),
            Self::Codes(codes) => {
                codes.learn(Field::Code(x));
            }
        }
    }
}
