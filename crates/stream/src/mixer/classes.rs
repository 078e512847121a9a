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

#[cfg(test)]
mod tests {
    use super::*;

    const MEMBERS: [[f64; 3]; 2] = [[0.7, 0.2, 0.1], [0.3, 0.3, 0.4]];

    fn mixed(mixer: &ClassMixer) -> Mixed {
        let mut mixed = Mixed::default();
        mixer.mix(MEMBERS.iter().map(|p| &p[..]), 3, &mut mixed);
        mixed
    }

    #[test]
    fn a_member_alone_is_itself() {
        let mut mixed = Mixed::default();
        ClassMixer::new(1, 0.1, 1e-4).mix([&MEMBERS[0][..]].into_iter(), 3, &mut mixed);
        let pairs = mixed.probabilities.iter().zip(MEMBERS[0]);
        pairs.for_each(|(p, q)| assert!((p - q).abs() < 1e-12));
    }

    /// The gradient of the log loss, by differences.
    #[test]
    fn weights_go_down_the_log_loss() {
        for entry in 0..3 {
            let mixer = ClassMixer::new(2, 2e-6, 1e-4);
            let mut after = mixer.clone();
            after.learn(&mixed(&mixer), entry, 1.0);
            for m in 0..2 {
                let (mut up, mut down) = (mixer.clone(), mixer.clone());
                up.weights[m] += 1e-5;
                down.weights[m] -= 1e-5;
                let loss = |mixer| -libm::log(mixed(mixer).probabilities[entry]);
                let slope = (loss(&up) - loss(&down)) / 2e-5;
                let step = (mixer.weights[m] - after.weights[m]) / 1e-6;
                assert!((slope - step).abs() < 1e-6, "{entry}, {m}: {slope}, {step}");
            }
        }
    }
}
