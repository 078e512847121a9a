//! Answers to rows, and what came of them.

use serde::{Deserialize, Serialize};

use crate::drift::Drift;

/// Answer to a row.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Answer {
    /// A class.
    Class(ClassAnswer),
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
    /// Spread of the networks' logits over their samples, >= 0; see [`mesu::Prediction`].
    pub spread: f32,
    /// Share of the row's values that are out of the range seen, 0 to 1.
    pub out_of_range: f32,
    /// True if the spread is far above the usual: the row is unlike those before.
    pub stranger: bool,
}

impl ClassAnswer {
    /// Probability of the most probable class; 0 if there is none.
    #[must_use]
    pub fn confidence(&self) -> f32 {
        let top = self
            .class
            .and_then(|class| self.probabilities.get(class as usize));
        top.copied().unwrap_or(0.0)
    }
}

/// Result of a row: the answer from before it was learned, and how right it was.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Outcome {
    /// Number of the row in its source.
    pub row: u64,
    /// Answer, from before the row was learned.
    pub answer: Answer,
    /// Class of the row, by its number, if it has a label.
    pub class: Option<u32>,
    /// Loss of the answer, nats, if the row has a label.
    pub loss: Option<f64>,
    /// Change of the stream that this row's label made known.
    pub drift: Option<Drift>,
    /// Number of the row that this one brings the label of, and whose answer this is.
    pub label_of: Option<u64>,
}
