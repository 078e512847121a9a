//! A value as what is predicted: the mixture of the members' densities, and scores.

use serde::{Deserialize, Serialize};

use super::mixing::Mixing;
use crate::answer::ValueAnswer;
use crate::members::{OF_VALUE, Opinions};
use crate::metric::{ValueScore, ValueScores};
use crate::mixer::{Normal, ValueMixer};

/// A value, and how it is told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Values {
    pub(crate) mixer: ValueMixer,
    pub(crate) scores: ValueScores,
}

impl Values {
    pub(super) fn new(mixer: ValueMixer) -> Self {
        Self {
            mixer,
            scores: ValueScores::default(),
        }
    }

    /// Takes in what the members say of row `i`.
    pub(super) fn mix(&self, opinions: &[Opinions], i: usize, mixing: &mut Mixing) {
        let entries = &mut mixing.entries;
        entries.clear();
        for opinions in opinions {
            entries.extend(opinions.of(i).iter().map(|number| f64::from(*number)));
        }
        self.remix(mixing);
    }

    /// Mixes the entries that are there, with the weights of now.
    pub(super) fn remix(&self, mixing: &mut Mixing) {
        let members = mixing.entries.chunks_exact(OF_VALUE);
        let normal = |of_member: &[f64]| Normal {
            mean: of_member[0],
            variance: of_member[1],
        };
        mixing.normals.clear();
        mixing.normals.extend(members.map(normal));
        mixing.normal = self.mixer.mix(&mixing.normals);
    }

    /// The mixture as an answer; `epistemic` is the networks' mean.
    pub(super) fn answer(&self, mixing: &Mixing, epistemic: f32) -> ValueAnswer {
        let Normal { mean, variance } = mixing.normal;
        let epistemic = f64::from(epistemic).min(variance);
        ValueAnswer {
            mean,
            total: variance,
            aleatoric: variance - epistemic,
            epistemic,
        }
    }

    /// Scores an answer, and learns how it should have been mixed; returns its loss.
    pub(super) fn score(
        &mut self,
        answer: &ValueAnswer,
        (value, weight): (f32, f32),
        mixing: &Mixing,
    ) -> f64 {
        let (normals, y) = (&mixing.normals, f64::from(value));
        self.mixer
            .learn(normals, mixing.normal, y, f64::from(weight));
        self.scores.add(ValueScore {
            value,
            mean: answer.mean as f32,
            variance: answer.total as f32,
        });
        let off = y - answer.mean;
        let circle = std::f64::consts::TAU * answer.total;
        0.5 * libm::log(circle) + 0.5 * off * off / answer.total
    }
}
