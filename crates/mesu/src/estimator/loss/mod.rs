//! The loss at the outputs and its gradient.

mod labels;
mod values;

use mesu_kernels::Matrix;

use super::task::Batch;
use crate::outputs::{Judged, Outputs, Targets};

/// Loss and hits of a call of learn, as they were before the update.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Learned {
    /// Sum over the examples of the mean over the samples of -ln p(target), in nats.
    pub nll: f64,
    /// Examples whose label was the most probable class; 0 of values.
    pub correct: u64,
    /// Sum of the squared errors of predicted values, in squared units of the targets; 0 of classes.
    pub squared_error: f64,
    /// Sum of what the examples say of the noise of values.
    pub(crate) scale_estimates: f64,
    /// Examples whose loss was too small to learn from.
    pub gated: u64,
    /// Examples that were left out, because learning from them diverged; their losses are not counted.
    pub skipped: u64,
}

impl std::ops::AddAssign for Learned {
    fn add_assign(&mut self, other: Self) {
        self.nll += other.nll;
        self.correct += other.correct;
        self.squared_error += other.squared_error;
        self.scale_estimates += other.scale_estimates;
        self.gated += other.gated;
        self.skipped += other.skipped;
    }
}

impl Learned {
    /// Returns it with another judgment of the predictions.
    pub(crate) fn judged(self, judged: Judged) -> Self {
        Self {
            correct: judged.correct,
            squared_error: judged.squared_error,
            scale_estimates: judged.scale_estimates,
            ..self
        }
    }
}

/// The loss of a sample's outputs: `scale` times the weight of the example times -ln p(target).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Criterion<'a> {
    pub(crate) outputs: &'a Outputs,
    pub(crate) scale: f32,
}

/// The outputs of a batch, and the gradient at them.
#[derive(Clone, Debug)]
pub(super) struct Loss {
    /// `[outputs][samples * examples]`: outputs, then the gradient with respect to them.
    pub(super) logits: Matrix,
    log_sum_exp: Matrix,
    /// Probabilities summed over the samples, `[examples][classes]`; of values the means, `[examples]`.
    pub(super) sums: Vec<f32>,
    /// Factors of the examples' gradients, `[examples]`.
    factors: Vec<f32>,
}

impl Loss {
    /// Buffers for logits of `classes` and `columns`.
    pub(super) fn new(classes: usize, columns: usize) -> Self {
        Self {
            logits: Matrix::zeros(classes, columns),
            log_sum_exp: Matrix::zeros(1, columns),
            sums: Vec::new(),
            factors: Vec::new(),
        }
    }

    /// Takes in logits, `[classes][columns]`, without padding.
    pub(super) fn load(&mut self, logits: &[f32], classes: usize) {
        let columns = logits.len() / classes;
        if (self.logits.rows(), self.logits.columns()) != (classes, columns) {
            *self = Self::new(classes, columns);
        }
        for (class, row) in logits.chunks_exact(columns).enumerate() {
            self.logits.row_mut(class).copy_from_slice(row);
        }
    }

    /// Takes in logits, `[columns][classes]`.
    pub(super) fn load_rows(&mut self, logits: &Matrix) {
        let (columns, classes) = (logits.rows(), logits.columns());
        if (self.logits.rows(), self.logits.columns()) != (classes, columns) {
            *self = Self::new(classes, columns);
        }
        for column in 0..columns {
            for (class, logit) in logits.row(column).iter().enumerate() {
                self.logits.row_mut(class)[column] = *logit;
            }
        }
    }

    /// Writes the gradient, `[columns][classes]`.
    pub(super) fn store_rows(&self, gradient: &mut Matrix) {
        for column in 0..gradient.rows() {
            for (class, to) in gradient.row_mut(column).iter_mut().enumerate() {
                *to = self.logits.row(class)[column];
            }
        }
    }

    /// Writes the gradient, `[classes][columns]`, without padding.
    pub(super) fn store(&self, gradient: &mut Vec<f32>) {
        gradient.clear();
        gradient.extend(self.logits.values());
    }

    /// Turns the outputs into the gradient of the sum, over the examples to learn from and the samples, of the
    /// criterion. Returns the sum of all -ln p, without scale and weights, and judges the predictions.
    pub(super) fn gradient(
        &mut self,
        batch: Batch<'_>,
        criterion: Criterion<'_>,
    ) -> Option<Learned> {
        let Criterion { outputs, scale } = criterion;
        let samples = self.logits.columns() / batch.len();
        let learned = match (outputs, batch.targets) {
            (Outputs::Classes, Targets::Labels(labels)) => self.of_labels(labels, batch, scale),
            (Outputs::Values(values), Targets::Values(targets)) => {
                self.of_values(values, targets, batch, scale)
            }
            _ => unreachable!("the kind of targets is checked at the door"),
        };
        let judged = outputs.judge(&self.sums, samples, batch.targets);
        learned.nll.is_finite().then(|| learned.judged(judged))
    }

    /// Factors of the examples' gradients.
    fn factors(&mut self, batch: Batch<'_>, scale: f32) -> Vec<f32> {
        let mut factors = std::mem::take(&mut self.factors);
        factors.clear();
        factors.resize(batch.len(), scale);
        if let Some(weights) = batch.weights {
            factors.iter_mut().zip(weights).for_each(|(f, w)| *f *= w);
        }
        factors
    }
}
