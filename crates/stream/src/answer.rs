//! Answers to rows, and what came of them.

use serde::{Deserialize, Serialize};

use crate::drift::Drift;

/// Answer to a row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Answer {
    /// Class or value.
    pub told: Told,
    /// Spread of the networks' predictions over their samples, >= 0; see [`mesu::Prediction`].
    pub spread: f32,
    /// Share of the row's values that are out of the range seen, 0 to 1.
    pub out_of_range: f32,
    /// True if the spread is far above the usual: the row is unlike those before.
    pub stranger: bool,
}

/// Class or value that was told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Told {
    /// A class.
    Class(ClassAnswer),
    /// A value.
    Value(ValueAnswer),
}

impl Answer {
    /// Probabilities of classes; `None` of a value.
    #[must_use]
    pub fn class(&self) -> Option<&ClassAnswer> {
        match &self.told {
            Told::Class(answer) => Some(answer),
            Told::Value(_) => None,
        }
    }

    /// Mean and variance of a value; `None` of classes.
    #[must_use]
    pub fn value(&self) -> Option<&ValueAnswer> {
        match &self.told {
            Told::Class(_) => None,
            Told::Value(answer) => Some(answer),
        }
    }
}

/// Probabilities of the classes of a row, and how sure they are.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ClassAnswer {
    /// The most probable class, by its number, if there is any.
    pub class: Option<u32>,
    /// Probabilities of the classes known, in the order of their numbers.
    pub probabilities: Vec<f32>,
    /// Probability of a class that was never seen; the sum of all is 1.
    pub unseen: f32,
    /// Entropy of the probabilities, bits.
    pub total: f32,
    /// Part of it that more rows would not take away, bits.
    pub aleatoric: f32,
    /// Part of it that more rows would take away, bits: the networks' mean.
    pub epistemic: f32,
}

impl ClassAnswer {
    /// Probability of the most probable class; 0 if there is none.
    #[must_use]
    pub fn confidence(&self) -> f32 {
        let class = self
            .class
            .and_then(|class| self.probabilities.get(class as usize));
        class.copied().unwrap_or(0.0)
    }
}

/// Normal density of the value of a row, in units of the target.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ValueAnswer {
    /// Mean.
    pub mean: f64,
    /// Variance.
    pub total: f64,
    /// Part of it that more rows would not take away.
    pub aleatoric: f64,
    /// Part of it that more rows would take away: the networks' mean.
    pub epistemic: f64,
}

impl ValueAnswer {
    /// Interval that holds the value with a probability of 0.9.
    #[must_use]
    pub fn interval(&self) -> (f64, f64) {
        let half = QUANTILE * self.total.sqrt();
        (self.mean - half, self.mean + half)
    }
}

/// Quantile 0.95 of the normal distribution.
const QUANTILE: f64 = 1.644_853_626_951_472_2;

/// Result of a row: the answer from before it was learned, and how right it was.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Outcome {
    /// Number of the row in its source.
    pub row: u64,
    /// Answer, from before the row was learned.
    pub answer: Answer,
    /// Class, by its number, or value, if the row has one.
    pub truth: Option<Truth>,
    /// Loss of the answer, nats, if the row has a label: -ln p(class), p at least 1e-6, or -ln of the
    /// density.
    pub loss: Option<f64>,
    /// Change of the stream that this row's label made known.
    pub drift: Option<Drift>,
    /// Number of the row that this one brings the label of, and whose answer this is.
    pub label_of: Option<u64>,
    /// Number of the row whose place this one took: it waited for its label under the same id, and waits no
    /// longer.
    pub replaced: Option<u64>,
}

/// Label of a row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Truth {
    /// Class, by its number.
    Class(u32),
    /// Value.
    Value(f64),
}
