//! Tasks: to predict classes, or a value.

mod classes;
mod mixing;
mod values;

use mesu::Target;
use serde::{Deserialize, Serialize};

pub(crate) use self::classes::Classes;
pub(super) use self::mixing::Mixing;
pub(crate) use self::values::Values;
use super::settings::StreamSettings;
use crate::answer::{Told, Truth};
use crate::members::{Lesson, Opinions, Outputs};
use crate::metric::{FLOOR, Measures};
use crate::mixer::{ClassMixer, ValueMixer};
use crate::schema;

/// Classes or a value to predict, and the scores so far.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) enum Task {
    Classes(Box<Classes>),
    Values(Values),
}

impl Task {
    pub(super) fn new(target: &schema::Target, settings: &StreamSettings) -> Self {
        let (members, rate) = (settings.members.len(), settings.mixing_rate);
        match target {
            schema::Target::Class { classes } => {
                let mixer = ClassMixer::new(members, rate, settings.mixing_floor);
                Self::Classes(Box::new(Classes::new(classes.clone(), mixer)))
            }
            schema::Target::Value => Self::Values(Values::new(ValueMixer::new(members, rate))),
        }
    }

    /// Returns whether its parts fit each other, and it is of so many members and of a schema's target.
    pub(super) fn is_sound(&self, target: &schema::Target, members: usize) -> bool {
        let same = match (self, target) {
            (Self::Classes(classes), schema::Target::Class { .. }) => classes.is_sound(),
            (Self::Values(_), schema::Target::Value) => true,
            _ => false,
        };
        same && self.weights().len() == members
    }

    /// Outputs that members have.
    pub(super) fn outputs(&self) -> Outputs {
        match self {
            Self::Classes(classes) => Outputs::Classes(classes.outputs),
            Self::Values(_) => Outputs::Value,
        }
    }

    /// Number of outputs that members have for classes; 0 of a value.
    pub(super) fn class_outputs(&self) -> usize {
        match self {
            Self::Classes(classes) => classes.outputs,
            Self::Values(_) => 0,
        }
    }

    /// Classes known; 0 of a value.
    pub(super) fn known(&self) -> usize {
        match self {
            Self::Classes(classes) => classes.known,
            Self::Values(_) => 0,
        }
    }

    /// Weights of the members.
    pub(super) fn weights(&self) -> &[f64] {
        match self {
            Self::Classes(classes) => classes.mixer.weights(),
            Self::Values(values) => values.mixer.weights(),
        }
    }

    pub(super) fn measures(&self) -> Measures {
        match self {
            Self::Classes(classes) => Measures::Class(classes.scores.measures()),
            Self::Values(values) => Measures::Value(values.scores.measures()),
        }
    }

    /// Measures of the last rows.
    pub(super) fn window(&self) -> Measures {
        match self {
            Self::Classes(classes) => Measures::Class(classes.scores.window()),
            Self::Values(values) => Measures::Value(values.scores.window()),
        }
    }

    /// Mixes what the members say of row `i`, when they had so many outputs; `epistemic` is the networks'
    /// mean.
    pub(super) fn answer(
        &self,
        opinions: &[Opinions],
        i: usize,
        outputs: usize,
        epistemic: f32,
        mixing: &mut Mixing,
    ) -> Told {
        match self {
            Self::Classes(classes) => {
                classes.mix(opinions, i, outputs, mixing);
                Told::Class(classes.answer(outputs, mixing, epistemic))
            }
            Self::Values(values) => {
                values.mix(opinions, i, mixing);
                Told::Value(values.answer(mixing, epistemic))
            }
        }
    }

    /// Mixes the opinions that are there, with the weights of now.
    pub(super) fn remix(&self, mixing: &mut Mixing) {
        match self {
            Self::Classes(classes) => classes.remix(mixing),
            Self::Values(values) => values.remix(mixing),
        }
    }

    /// Scores an answer, given when `known` classes were known, and learns how it should have been mixed;
    /// returns its loss. `None` of an answer from before any class was known.
    pub(super) fn score(
        &mut self,
        told: &Told,
        known: usize,
        lesson: Lesson,
        mixing: &Mixing,
    ) -> Option<f64> {
        let weight = lesson.weight;
        match (self, told, lesson.target) {
            (Self::Classes(classes), Told::Class(answer), Target::Label(class)) => {
                classes.score(answer, known, (class, weight), mixing)
            }
            (Self::Values(values), Told::Value(answer), Target::Value(value)) => {
                Some(values.score(answer, (value, weight), mixing))
            }
            _ => None,
        }
    }

    /// Error of a member's opinion by itself, whatever the unit of a value: nats of a class, or half the
    /// squared distance in variances.
    pub(super) fn error(&self, opinion: &[f32], outputs: usize, target: Target) -> f64 {
        match target {
            Target::Label(class) => {
                let own = opinion[..outputs].get(class as usize);
                let own = f64::from(own.copied().unwrap_or(0.0));
                -libm::log(own.max(FLOOR))
            }
            Target::Value(value) => {
                let off = f64::from(value) - f64::from(opinion[0]);
                0.5 * off * off / variance(opinion)
            }
        }
    }

    /// Loss of a member's opinion by itself, nats.
    pub(super) fn loss(&self, opinion: &[f32], outputs: usize, target: Target) -> f64 {
        let error = self.error(opinion, outputs, target);
        match target {
            Target::Label(_) => error,
            Target::Value(_) => error + 0.5 * libm::log(std::f64::consts::TAU * variance(opinion)),
        }
    }
}

/// Variance of an opinion on a value; above 0.
pub(super) fn variance(opinion: &[f32]) -> f64 {
    f64::from(opinion[1]).max(1e-24)
}

/// Label of a row, for whoever asked.
pub(super) fn truth(target: Target) -> Truth {
    match target {
        Target::Label(class) => Truth::Class(class),
        Target::Value(value) => Truth::Value(f64::from(value)),
    }
}
