//! Answers that are values: whether their densities hold what they say.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::answer::ValueAnswer;

/// Bins of the place of values in their densities.
const PLACES: usize = 40;

/// Bins in which a deviation doubles.
const OCTAVE: f64 = 2.0;

/// Smallest and largest number of a bin of deviations.
const ENDS: (f64, f64) = (-200.0, 200.0);

/// Answers that are values.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ValueHistory {
    /// Values by the probability below them that was told.
    places: Vec<u64>,
    /// Answers by the deviation that was told.
    deviations: BTreeMap<i16, Errors>,
}

/// Answers of like deviations.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Errors {
    rows: u64,
    deviation: f64,
    absolute: f64,
    squared: f64,
}

/// Answers that told like deviations, in units of the target.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct DeviationBin {
    /// Number of answers.
    pub rows: u64,
    /// Mean of the standard deviations that were told.
    pub deviation: f64,
    /// Mean absolute error.
    pub mae: f64,
    /// Root of the mean squared error: the deviation itself, if that is right.
    pub rmse: f64,
}

impl Default for ValueHistory {
    fn default() -> Self {
        Self {
            places: vec![0; PLACES],
            deviations: BTreeMap::new(),
        }
    }
}

impl ValueHistory {
    pub(super) fn is_sound(&self) -> bool {
        self.places.len() == PLACES
    }

    pub(super) fn add(&mut self, answer: &ValueAnswer, value: f64) {
        let (deviation, error) = (answer.total.sqrt(), value - answer.mean);
        let below = 0.5 * libm::erfc(-error / deviation * std::f64::consts::FRAC_1_SQRT_2);
        if below.is_nan() {
            return;
        }
        self.places[((below * PLACES as f64) as usize).min(PLACES - 1)] += 1;
        let bin = (OCTAVE * libm::log2(deviation)).floor();
        let bin = bin.clamp(ENDS.0, ENDS.1) as i16;
        let errors = self.deviations.entry(bin).or_default();
        errors.rows += 1;
        errors.deviation += deviation;
        errors.absolute += error.abs();
        errors.squared += error * error;
    }

    /// Number of values by the probability that was told of what is below them, 40 bins from 0 to 1: all
    /// alike, if densities are right.
    #[must_use]
    pub fn places(&self) -> &[u64] {
        &self.places
    }

    /// Share of values within the central interval of a probability, which is one of 0.05, 0.10 up to 1: the
    /// same, if densities are right; not a number as long as there are none.
    #[must_use]
    pub fn coverage(&self, probability: f64) -> f64 {
        let half = (0.5 * probability * PLACES as f64).round() as usize;
        let half = half.min(PLACES / 2);
        let inside = &self.places[PLACES / 2 - half..PLACES / 2 + half];
        let all: u64 = self.places.iter().sum();
        inside.iter().sum::<u64>() as f64 / all as f64
    }

    /// Answers by the deviation that was told, the smallest first, two bins to a doubling.
    #[must_use]
    pub fn deviations(&self) -> Vec<DeviationBin> {
        let bin = |errors: &Errors| {
            let rows = errors.rows as f64;
            DeviationBin {
                rows: errors.rows,
                deviation: errors.deviation / rows,
                mae: errors.absolute / rows,
                rmse: (errors.squared / rows).sqrt(),
            }
        };
        self.deviations.values().map(bin).collect()
    }
}
