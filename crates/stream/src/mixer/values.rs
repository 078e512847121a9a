//! Normal densities of members mixed in the log domain, by weights that are learned row by row:
//!
//! ```text
//! 1/v = sum_m w_m / v_m      mean = v sum_m w_m mean_m / v_m
//! w_m <- w_m + eta ( log p_m(y) - E log p_m ),   the mean under the mixture,  w_m >= 0
//!      = w_m + eta/2 ( (v + (mean - mean_m)^2) / v_m - (y - mean_m)^2 / v_m )
//! ```
//!
//! A row's two terms count at most 25 each. eta = 10 rate / members, and w_m = 1 / members at first.

use serde::{Deserialize, Serialize};

/// Most that a squared distance counts, in variances.
const MOST: f64 = 25.0;

/// Rate of values over that of classes: a density says more of a row than a class does.
const FASTER: f64 = 10.0;

/// Least variance.
const LEAST: f64 = 1e-24;

/// A normal density.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Normal {
    pub(crate) mean: f64,
    pub(crate) variance: f64,
}

/// Weights of members.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct ValueMixer {
    weights: Vec<f64>,
    rate: f64,
}

impl ValueMixer {
    pub(crate) fn new(members: usize, rate: f64) -> Self {
        let share = 1.0 / members as f64;
        Self {
            weights: vec![share; members],
            rate: FASTER * rate * share,
        }
    }

    pub(crate) fn weights(&self) -> &[f64] {
        &self.weights
    }

    /// Mixes the densities of the members.
    pub(crate) fn mix(&self, members: &[Normal]) -> Normal {
        let (mut precision, mut mean) = (0.0, 0.0);
        for (weight, member) in self.weights.iter().zip(members) {
            let part = weight / member.variance.max(LEAST);
            precision += part;
            mean += part * member.mean;
        }
        Normal {
            mean: mean / precision,
            variance: 1.0 / precision,
        }
    }

    /// Learns that `y` was right of what was mixed.
    pub(crate) fn learn(&mut self, members: &[Normal], mixed: Normal, y: f64, weight: f64) {
        let rate = 0.5 * self.rate * weight;
        for (w, member) in self.weights.iter_mut().zip(members) {
            let variance = member.variance.max(LEAST);
            let (found, apart) = (y - member.mean, mixed.mean - member.mean);
            let expected = ((mixed.variance + apart * apart) / variance).min(MOST);
            let found = (found * found / variance).min(MOST);
            *w = (*w + rate * (expected - found)).max(0.0);
        }
        // Nobody may be left without a word.
        let least = 0.05 / self.weights.len() as f64;
        if self.weights.iter().sum::<f64>() < 0.05 {
            self.weights.iter_mut().for_each(|w| *w += least);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_members_are_as_one() {
        let mixer = ValueMixer::new(4, 0.1);
        let one = Normal {
            mean: 3.0,
            variance: 2.0,
        };
        assert_eq!(mixer.mix(&[one; 4]), one);
    }

    /// The gradient of the log density, by differences.
    #[test]
    fn weights_climb_the_log_density() {
        let members = [(1.0, 2.0), (-0.5, 0.7), (0.2, 4.0)];
        let members = members.map(|(mean, variance)| Normal { mean, variance });
        let density = |mixer: &ValueMixer, y: f64| {
            let Normal { mean, variance } = mixer.mix(&members);
            -0.5 * libm::log(variance) - 0.5 * (y - mean).powi(2) / variance
        };
        for y in [-2.0, 0.3, 1.7] {
            let mixer = ValueMixer::new(3, 3e-7);
            let mut after = mixer.clone();
            after.learn(&members, mixer.mix(&members), y, 1.0);
            for m in 0..3 {
                let (mut up, mut down) = (mixer.clone(), mixer.clone());
                up.weights[m] += 1e-5;
                down.weights[m] -= 1e-5;
                let slope = (density(&up, y) - density(&down, y)) / 2e-5;
                let step = (after.weights[m] - mixer.weights[m]) / 1e-6;
                assert!((slope - step).abs() < 1e-4, "{y}, {m}: {slope}, {step}");
            }
        }
    }
}
