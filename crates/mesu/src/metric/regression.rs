//! Scores of predicted values.

use std::f64::consts::PI;

use crate::numeric::normal_cdf;
use crate::prediction::Prediction;

/// Probability of the intervals whose coverage is measured.
pub const INTERVAL: f64 = 0.9;

/// Scores of predicted values, in units of the targets where they have one.
#[derive(Clone, Copy, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
#[non_exhaustive]
pub struct RegressionScores {
    /// Root of the mean squared error, >= 0.
    pub rmse: f64,
    /// Mean absolute error, >= 0.
    pub mae: f64,
    /// Share of the targets' variance that is explained, at most 1; NaN if the targets have none.
    pub r2: f64,
    /// Mean of -ln of the density of the target, in nats, under a normal distribution of the predicted mean and total
    /// variance.
    pub nll: f64,
    /// Mean continuous ranked probability score of that distribution, >= 0 (Gneiting, Raftery 2007).
    pub crps: f64,
    /// Share of targets within their interval of the probability 0.9.
    pub coverage: f64,
}

impl RegressionScores {
    /// Scores the predictions of values, one for each target; `None` without a target.
    ///
    /// # Panics
    /// When there is not one prediction of a value for each target.
    #[must_use]
    pub fn new(targets: &[f32], prediction: &Prediction) -> Option<Self> {
        assert_eq!(targets.len(), prediction.mean.len(), "predicted values");
        let mut sums = RegressionSums::default();
        for (i, y) in targets.iter().enumerate() {
            sums.add(*y, prediction, i);
        }
        sums.scores()
    }
}

/// Sums that [`RegressionScores`] are made of, so that predictions can be scored as they come.
#[derive(Clone, Copy, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct RegressionSums {
    count: u64,
    mean: f64,
    squares: f64,
    squared_error: f64,
    absolute_error: f64,
    nll: f64,
    crps: f64,
    covered: u64,
}

impl RegressionSums {
    /// Adds the prediction of example `i`, whose target is `target`.
    ///
    /// # Panics
    /// When there is no such prediction of a value.
    pub fn add(&mut self, target: f32, prediction: &Prediction, i: usize) {
        let (y, variance) = (f64::from(target), f64::from(prediction.total[i]));
        let error = y - f64::from(prediction.mean[i]);
        self.count += 1;
        let before = y - self.mean;
        self.mean += before / self.count as f64;
        self.squares += before * (y - self.mean);
        self.squared_error += error * error;
        self.absolute_error += error.abs();
        self.nll += normal_nll(error, variance);
        self.crps += normal_crps(error, variance.sqrt());
        let (low, high) = prediction.interval(i, INTERVAL);
        self.covered += u64::from(low <= y && y <= high);
    }

    /// Adds the sums of other predictions (Chan, Golub, LeVeque 1979).
    pub fn merge(&mut self, other: &Self) {
        if other.count == 0 {
            return;
        }
        let (a, b) = (self.count as f64, other.count as f64);
        let apart = other.mean - self.mean;
        self.squares += other.squares + apart * apart * a * b / (a + b);
        self.mean += apart * b / (a + b);
        self.count += other.count;
        self.squared_error += other.squared_error;
        self.absolute_error += other.absolute_error;
        self.nll += other.nll;
        self.crps += other.crps;
        self.covered += other.covered;
    }

    /// Number of predictions.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.count
    }

    /// Returns whether there are no predictions.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Returns the scores of all predictions; `None` if there are none.
    #[must_use]
    pub fn scores(&self) -> Option<RegressionScores> {
        let share = 1.0 / self.count as f64;
        (self.count > 0).then(|| RegressionScores {
            rmse: (share * self.squared_error).sqrt(),
            mae: share * self.absolute_error,
            r2: 1.0 - self.squared_error / self.squares,
            nll: share * self.nll,
            crps: share * self.crps,
            coverage: share * self.covered as f64,
        })
    }
}

/// Smallest variance of a density: that of a certain prediction has none.
const CERTAIN: f64 = 1e-24;

fn normal_nll(error: f64, variance: f64) -> f64 {
    let variance = variance.max(CERTAIN);
    0.5 * (2.0 * PI * variance).ln() + 0.5 * error * error / variance
}

/// Continuous ranked probability score of a normal distribution of this deviation.
fn normal_crps(error: f64, deviation: f64) -> f64 {
    if deviation == 0.0 {
        return error.abs();
    }
    let z = error / deviation;
    let density = (-0.5 * z * z).exp() / (2.0 * PI).sqrt();
    deviation * (z * (2.0 * normal_cdf(z) - 1.0) + 2.0 * density - 1.0 / PI.sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prediction(mean: Vec<f32>, total: Vec<f32>) -> Prediction {
        Prediction {
            mean,
            total,
            ..Prediction::default()
        }
    }

    /// The integral of (F(x) - [x >= y])^2, of which the score is the closed form.
    #[test]
    fn the_ranked_score_is_its_integral() {
        for (error, deviation) in [(0.0, 1.0), (1.5, 0.7), (-4.0, 2.0)] {
            let step = 1e-3;
            let integral: f64 = (-40_000..40_000)
                .map(|i| {
                    let x = (f64::from(i) + 0.5) * step;
                    let above = if x >= error { 1.0 } else { 0.0 };
                    (normal_cdf(x / deviation) - above).powi(2) * step
                })
                .sum();
            let found = normal_crps(error, deviation);
            assert!((found - integral).abs() < 1e-6, "{found} {integral}");
        }
        assert_eq!(normal_crps(-2.0, 0.0), 2.0);
    }

    #[test]
    fn scores_of_a_few_values() {
        let scores = RegressionScores::new(
            &[1.0, 2.0, 6.0],
            &prediction(vec![1.0, 3.0, 4.0], vec![1.0, 1.0, 1.0]),
        )
        .unwrap();
        assert!((scores.rmse - (5.0f64 / 3.0).sqrt()).abs() < 1e-12);
        assert!((scores.mae - 1.0).abs() < 1e-12);
        // Squares around the mean 3: 4 + 1 + 9.
        assert!((scores.r2 - (1.0 - 5.0 / 14.0)).abs() < 1e-12);
        let nll = 0.5 * (2.0 * PI).ln() + 0.5 * 5.0 / 3.0;
        assert!((scores.nll - nll).abs() < 1e-12);
        // 1.645 deviations hold errors of 0 and 1.
        assert!((scores.coverage - 2.0 / 3.0).abs() < 1e-12);
        assert!(RegressionScores::new(&[], &Prediction::default()).is_none());
    }

    #[test]
    fn parts_are_scored_as_one() {
        let targets = [1.0, 2.0, 6.0, -3.0, 0.5];
        let all = prediction(
            vec![1.0, 3.0, 4.0, -2.0, 0.0],
            vec![1.0, 2.0, 0.5, 1.0, 4.0],
        );
        let mut parts = [RegressionSums::default(); 3];
        for (i, y) in targets.into_iter().enumerate() {
            parts[if i < 2 { 0 } else { 1 }].add(y, &all, i);
        }
        let [mut merged, second, empty] = parts;
        [empty, second, empty]
            .iter()
            .for_each(|part| merged.merge(part));
        let mut from_empty = empty;
        from_empty.merge(&merged);
        let whole = RegressionScores::new(&targets, &all).unwrap();
        for found in [merged, from_empty].map(|sums| sums.scores().unwrap()) {
            assert!((found.r2 - whole.r2).abs() < 1e-12 && (found.nll - whole.nll).abs() < 1e-12);
            assert_eq!((found.coverage, found.mae), (whole.coverage, whole.mae));
        }
    }
}
