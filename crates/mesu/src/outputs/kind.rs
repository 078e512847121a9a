//! Classes, or a number with its noise.

use mesu_kernels::Matrix;
use mesu_kernels::softmax::softmax;

use super::config::RegressionConfig;
use super::judged::Judged;
use super::target::Targets;
use super::values::Values;
use crate::config::ConfigError;
use crate::numeric::argmax;

/// Meaning of a network's outputs.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) enum Outputs {
    /// Logits of classes.
    #[default]
    Classes,
    /// Parameters of a number's density.
    Values(Values),
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

    /// Turns outputs, `[width][columns]`, into the weights q of the loss's mean curvature at them, which is
    /// `diag(q) - q q^T` of classes, whose q are probabilities, and `diag(q)` of values.
    pub(crate) fn curvature(&self, outputs: &mut Matrix) {
        match self {
            Self::Classes => {
                let mut log_sums = Matrix::zeros(1, outputs.columns());
                softmax(outputs, &mut log_sums);
            }
            Self::Values(values) => {
                let density = values.density();
                let mut sample = vec![0.0; outputs.rows()];
                for column in 0..outputs.columns() {
                    let rows = 0..outputs.rows();
                    rows.clone()
                        .for_each(|row| sample[row] = outputs.row(row)[column]);
                    density.information(&mut sample);
                    rows.for_each(|row| outputs.row_mut(row)[column] = sample[row]);
                }
            }
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

/// Target of a learner: one of some classes, or a value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum OutputsConfig {
    /// One of so many classes.
    Classes(usize),
    /// A value.
    Regression(RegressionConfig),
}

impl OutputsConfig {
    /// Number of outputs of the network.
    pub(crate) fn number(&self) -> usize {
        match self {
            Self::Classes(classes) => *classes,
            Self::Regression(config) => config.outputs(),
        }
    }

    /// Number of classes; 0 of a value.
    #[cfg(feature = "checkpoint")]
    pub(crate) fn classes(&self) -> usize {
        match self {
            Self::Classes(classes) => *classes,
            Self::Regression(_) => 0,
        }
    }

    /// Meaning of the outputs, before anything is learned.
    pub(crate) fn outputs(&self) -> Result<Outputs, ConfigError> {
        match self {
            Self::Classes(_) => Ok(Outputs::Classes),
            Self::Regression(config) => {
                config.check()?;
                Ok(Outputs::Values(config.into()))
            }
        }
    }
}
