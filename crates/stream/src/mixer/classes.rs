//! Probabilities of members mixed in the log domain, by weights that are learned row by row:
//!
//! ```text
//! p = softmax_c( sum_m w_m log p_m(c) ),  p_m floored
//! w_m <- w_m - eta sum_c ( p(c) - [c = y] ) log p_m(c),   eta = rate / members,  w_m = 1 / members at first
//! ```

use serde::{Deserialize, Serialize};

/// Weights of members; their sum is free, so that a mixture can be surer than its members, or less sure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct ClassMixer {
    weights: Vec<f64>,
    rate: f64,
    floor: f64,
}

/// Room for the mixing of one row.
#[derive(Clone, Debug, Default)]
pub(crate) struct Mixed {
    /// Logarithms of the members' probabilities, `[members][entries]`.
    logs: Vec<f64>,
    /// Probabilities of the mixture, `[entries]`.
    pub(crate) probabilities: Vec<f64>,
}

impl ClassMixer {
    pub(crate) fn new(members: usize, rate: f64, floor: f64) -> Self {
        let share = 1.0 / members as f64;
        Self {
            weights: vec![share; members],
            rate: rate * share,
            floor,
        }
    }

    pub(crate) fn weights(&self) -> &[f64] {
        &self.weights
    }

    /// Mixes the probabilities of the members, each of as many entries.
    pub(crate) fn mix<'a>(
        &self,
        members: impl Iterator<Item = &'a [f64]>,
        entries: usize,
        mixed: &mut Mixed,
    ) {
        let Mixed {
            logs,
            probabilities,
        } = mixed;
        logs.clear();
        probabilities.clear();
        probabilities.resize(entries, 0.0);
        for (weight, of_member) in self.weights.iter().zip(members) {
            for (sum, p) in probabilities.iter_mut().zip(of_member) {
                let log = libm::log(p.max(self.floor));
                logs.push(log);
                *sum += weight * log;
            }
        }
        let largest = probabilities.iter().copied().fold(f64::MIN, f64::max);
        let mut total = 0.0;
        for p in probabilities.iter_mut() {
            *p = libm::exp(*p - largest);
            total += *p;
        }
        probabilities.iter_mut().for_each(|p| *p /= total);
    }

    /// Learns that `entry` was right of what was mixed.
    pub(crate) fn learn(&mut self, mixed: &Mixed, entry: usize, weight: f64) {
        let entries = mixed.probabilities.len();
        let rate = self.rate * weight;
        for (w, logs) in self
            .weights
            .iter_mut()
            .zip(mixed.logs.chunks_exact(entries))
        {
            let pairs = mixed.probabilities.iter().zip(logs);
            let slope = pairs.map(|(p, log)| p * log).sum::<f64>() - logs[entry];
            *w -= rate * slope;
        }
    }
}
