//! Measures of values that were told.

use mesu::Prediction;
use mesu::metric::{RegressionScores, RegressionSums};
use serde::{Deserialize, Serialize};

use super::window::Last;

/// Measures of values that were told, in units of the target where they have one.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ValueMeasures {
    /// Rows with a value.
    pub rows: u64,
    /// Mean absolute error.
    pub mae: f64,
    /// Root of the mean squared error.
    pub rmse: f64,
    /// Share of the variance that is explained; at most 1.
    pub r2: f64,
    /// Mean of -ln of the density, nats.
    pub nll: f64,
    /// Mean continuous ranked probability score.
    pub crps: f64,
    /// Share of values within their intervals of the probability 0.9.
    #[serde(rename = "coverage.90")]
    pub coverage: f64,
}

/// Value of a row, and the mean and variance that were told.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct ValueScore {
    pub(crate) value: f32,
    pub(crate) mean: f32,
    pub(crate) variance: f32,
}

/// Scores of all rows, and of the last ones.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct ValueScores {
    all: RegressionSums,
    last: Last<ValueScore>,
}

impl ValueScore {
    pub(crate) fn add_to(&self, sums: &mut RegressionSums) {
        let prediction = Prediction {
            mean: vec![self.mean],
            total: vec![self.variance],
            ..Prediction::default()
        };
        sums.add(self.value, &prediction, 0);
    }
}

impl ValueMeasures {
    pub(crate) fn of(sums: &RegressionSums) -> Self {
        let rows = sums.len();
        match sums.scores() {
            Some(RegressionScores {
                rmse,
                mae,
                r2,
                nll,
                crps,
                coverage,
                ..
            }) => ValueMeasures {
                rows,
                mae,
                rmse,
                r2,
                nll,
                crps,
                coverage,
            },
            None => ValueMeasures {
                rows,
                mae: f64::NAN,
                rmse: f64::NAN,
                r2: f64::NAN,
                nll: f64::NAN,
                crps: f64::NAN,
                coverage: f64::NAN,
            },
        }
    }
}

impl ValueScores {
    pub(crate) fn add(&mut self, score: ValueScore) {
        score.add_to(&mut self.all);
        self.last.add(score);
    }

    pub(crate) fn measures(&self) -> ValueMeasures {
        ValueMeasures::of(&self.all)
    }

    /// Measures of the last rows.
    pub(crate) fn window(&self) -> ValueMeasures {
        let mut sums = RegressionSums::default();
        self.last.iter().for_each(|score| score.add_to(&mut sums));
        ValueMeasures::of(&sums)
    }
}
