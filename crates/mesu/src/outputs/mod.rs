//! Meaning of a network's outputs: classes, or a number with its noise.

mod config;
mod noise;
mod predict;
mod scale;
mod target;
mod values;

use crate::numeric::argmax;

pub use self::config::{RegressionConfig, ValueLikelihood};
pub(crate) use self::target::OwnedTargets;
pub use self::target::{Target, Targets};
#[cfg(feature = "checkpoint")]
pub(crate) use self::values::SavedValues;
pub(crate) use self::values::Values;

/// Meaning of a network's outputs.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) enum Outputs {
    /// Logits of classes.
    #[default]
    Classes,
    /// Parameters of a number's density.
    Values(Values),
}

/// Sums over examples that follow from their mean predictions.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Judged {
    /// Examples whose label was the most probable class.
    pub(crate) correct: u64,
    /// Sum of the squared errors of predicted means.
    pub(crate) squared_error: f64,
    /// Sum of what the examples say of the squared scale of the noise.
    pub(crate) scale_estimates: f64,
}

impl Outputs {
    /// Number of classes, if the network has `width` outputs; 0 of values.
    pub(crate) fn classes(&self, width: usize) -> usize {
        match self {
            Self::Classes => width,
            Self::Values(_) => 0,
        }
    }

    /// No targets, of the kind that the outputs are of.
    pub(crate) fn targets(&self) -> Targets<'static> {
        match self {
            Self::Classes => Targets::Labels(&[]),
            Self::Values(_) => Targets::Values(&[]),
        }
    }

    /// Begins an update on these targets.
    pub(crate) fn begin(&mut self, targets: Targets<'_>) {
        if let (Self::Values(values), Targets::Values(targets)) = (self, targets) {
            values.begin(targets);
        }
    }

    /// Ends an update on `examples` examples.
    pub(crate) fn end(&mut self, scale_estimates: f64, examples: usize) {
        if let Self::Values(values) = self {
            values.end(scale_estimates, examples as u64);
        }
    }

    /// Length of an example's row of sums over the samples, of probabilities or of means, if the network has `width`
    /// outputs.
    pub(crate) fn sums(&self, width: usize) -> usize {
        match self {
            Self::Classes => width,
            Self::Values(_) => 1,
        }
    }

    /// Judges predictions by the targets: `sums`, `[examples][sums(width)]`, over `samples` samples.
    ///
    /// # Panics
    /// When the targets are of another kind than the outputs.
    pub(crate) fn judge(&self, sums: &[f32], samples: usize, targets: Targets<'_>) -> Judged {
        match (self, targets) {
            (Self::Classes, Targets::Labels(labels)) => {
                let rows = sums.chunks_exact(sums.len() / labels.len());
                let correct = rows
                    .zip(labels)
                    .filter(|(row, label)| argmax(row) == **label as usize);
                Judged {
                    correct: correct.count() as u64,
                    ..Judged::default()
                }
            }
            (Self::Values(values), Targets::Values(targets)) => {
                values.judge(sums, samples, targets)
            }
            _ => unreachable!("the kind of targets is checked at the door"),
        }
    }
}
