//! Classes as what is predicted: their names, the mixture of the members' probabilities, and scores.

use serde::{Deserialize, Serialize};

use super::mixing::Mixing;
use crate::answer::ClassAnswer;
use crate::labels::Labels;
use crate::members::Opinions;
use crate::metric::{ClassScores, FLOOR, Score};
use crate::mixer::ClassMixer;

/// Classes, and how they are told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Classes {
    pub(crate) labels: Labels,
    /// Classes that came, or were known from the start.
    pub(crate) known: usize,
    /// Classes that the members have room for.
    pub(crate) outputs: usize,
    pub(crate) mixer: ClassMixer,
    pub(crate) scores: ClassScores,
}

impl Classes {
    pub(super) fn new(names: Vec<String>, mixer: ClassMixer) -> Self {
        let labels = Labels::from(names);
        Self {
            known: labels.len(),
            outputs: labels.len().max(2),
            labels,
            mixer,
            scores: ClassScores::default(),
        }
    }

    /// Returns whether its numbers fit each other.
    pub(super) fn is_sound(&self) -> bool {
        self.known <= self.labels.len() && self.labels.len() <= self.outputs && 2 <= self.outputs
    }

    /// Returns whether there are more classes than members have room for.
    pub(crate) fn lacks_room(&self) -> bool {
        self.labels.len() > self.outputs
    }

    /// Mixes what the members say of row `i`, of which they had `outputs`: a probability for every class
    /// known and, if there is room for more, one for all others together.
    pub(super) fn mix(&self, opinions: &[Opinions], i: usize, outputs: usize, mixing: &mut Mixing) {
        let entries = &mut mixing.entries;
        entries.clear();
        for opinions in opinions {
            let (known, spare) = opinions.of(i)[..outputs].split_at(self.known);
            entries.extend(known.iter().map(|p| f64::from(*p)));
            if !spare.is_empty() {
                entries.push(spare.iter().map(|p| f64::from(*p)).sum());
            }
        }
        self.remix(mixing);
    }

    /// Mixes the entries that are there, with the weights of now.
    pub(super) fn remix(&self, mixing: &mut Mixing) {
        let count = mixing.entries.len() / self.mixer.weights().len();
        let members = mixing.entries.chunks_exact(count);
        self.mixer.mix(members, count, &mut mixing.mixed);
    }

    /// The mixture as an answer; `epistemic` is the networks' mean.
    pub(super) fn answer(&self, outputs: usize, mixing: &Mixing, epistemic: f32) -> ClassAnswer {
        let mixed = &mixing.mixed.probabilities;
        let mut probabilities: Vec<f32> = Vec::with_capacity(mixed.len());
        probabilities.extend(mixed.iter().map(|p| *p as f32));
        let unseen = match outputs > self.known {
            true => probabilities.pop(),
            false => None,
        };
        let (mut class, mut largest) = (None, 0.0);
        for (number, p) in probabilities.iter().enumerate() {
            if *p > largest {
                (class, largest) = (Some(number as u32), *p);
            }
        }
        let surprise = |p: &f64| if *p > 0.0 { -p * libm::log2(*p) } else { 0.0 };
        let total = mixed.iter().map(surprise).sum::<f64>() as f32;
        let epistemic = epistemic.min(total);
        ClassAnswer {
            class,
            probabilities,
            unseen: unseen.unwrap_or(0.0),
            total,
            aleatoric: total - epistemic,
            epistemic,
        }
    }

    /// Scores an answer to a row of a class, of which `known` were known when it was given, and learns how it
    /// should have been mixed; returns its loss. Where none was known there was nothing to tell: `None`.
    pub(super) fn score(
        &mut self,
        answer: &ClassAnswer,
        known: usize,
        (class, weight): (u32, f32),
        mixing: &Mixing,
    ) -> Option<f64> {
        self.known = self.known.max(class as usize + 1);
        if known == 0 {
            return None;
        }
        // A class that was not known is among all others, if members had room for them.
        let entry = (class as usize).min(known);
        if entry < mixing.mixed.probabilities.len() {
            self.mixer.learn(&mixing.mixed, entry, f64::from(weight));
        }
        let own = match entry < known {
            true => answer.probabilities[entry],
            false => answer.unseen,
        };
        let own = f64::from(own);
        let loss = -libm::log(own.max(FLOOR));
        let all = answer.probabilities.iter().chain([&answer.unseen]);
        let squares: f64 = all.map(|p| f64::from(*p) * f64::from(*p)).sum();
        self.scores.add(Score {
            label: class,
            told: answer.class.unwrap_or(u32::MAX),
            loss,
            // sum_c (p_c - [c = label])^2
            brier: squares - 2.0 * own + 1.0,
            confidence: f64::from(answer.confidence()),
        });
        Some(loss)
    }
}
