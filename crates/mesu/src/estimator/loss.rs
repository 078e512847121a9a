//! The loss at the logits and its gradient.

use mesu_kernels::Matrix;
use mesu_kernels::softmax::softmax;

use super::task::Batch;
use crate::numeric::argmax;

/// Loss and hits of a call of learn, as they were before the update.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Learned {
    /// Sum over the examples of the mean over the samples of -ln p(label), in nats.
    pub nll: f64,
    /// Examples whose label was the most probable class.
    pub correct: u64,
    /// Examples whose loss was too small to learn from.
    pub gated: u64,
    /// Examples that were left out, because learning from them diverged; their losses are not counted.
    pub skipped: u64,
}

impl std::ops::AddAssign for Learned {
    fn add_assign(&mut self, other: Self) {
        self.nll += other.nll;
        self.correct += other.correct;
        self.gated += other.gated;
        self.skipped += other.skipped;
    }
}

/// The logits of a batch, and the gradient at them.
#[derive(Clone, Debug)]
pub(super) struct Loss {
    /// `[classes][samples * examples]`: logits, then the gradient with respect to them.
    pub(super) logits: Matrix,
    log_sum_exp: Matrix,
    /// Probabilities summed over the samples, `[examples][classes]`.
    pub(super) probability_sums: Vec<f32>,
    /// Factors of the examples' gradients, `[examples]`.
    factors: Vec<f32>,
}

impl Loss {
    /// Buffers for logits of `classes` and `columns`.
    pub(super) fn new(classes: usize, columns: usize) -> Self {
        Self {
            logits: Matrix::zeros(classes, columns),
            log_sum_exp: Matrix::zeros(1, columns),
            probability_sums: Vec::new(),
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

    /// Turns the logits into the gradient of `scale` times the sum, over the examples to learn from and the samples, of
    /// their weight times -ln p(label). Returns the sum of all losses, unscaled and without weights, and counts the
    /// examples whose label has the largest sum of probabilities.
    pub(super) fn gradient(&mut self, batch: Batch<'_>, scale: f32) -> Option<Learned> {
        let Batch {
            labels,
            weights,
            learn_above,
            ..
        } = batch;
        let Self {
            logits,
            log_sum_exp,
            probability_sums,
            factors: factors_kept,
        } = self;
        let (classes, stride, examples) = (logits.rows(), logits.stride(), labels.len());
        let columns = logits.columns();
        let own = |column: usize, label: u32| label as usize * stride + column;
        let pairs = || (0..columns).zip(labels.iter().cycle());
        let padded = logits.padded();
        let own_logits: f64 = pairs()
            .map(|(c, label)| f64::from(padded[own(c, *label)]))
            .sum();
        let mut factors = std::mem::take(factors_kept);
        factors.clear();
        factors.resize(examples, scale);
        if let Some(weights) = weights {
            factors.iter_mut().zip(weights).for_each(|(f, w)| *f *= w);
        }
        let own_of_examples = (learn_above > 0.0).then(|| {
            let mut own_logits = vec![0.0; examples];
            pairs().for_each(|(c, label)| {
                own_logits[c % examples] += f64::from(padded[own(c, *label)])
            });
            own_logits
        });
        softmax(logits, log_sum_exp);
        let nll = log_sum_exp
            .row(0)
            .iter()
            .map(|x| f64::from(*x))
            .sum::<f64>()
            - own_logits;
        let mut gated = 0;
        if let Some(own_logits) = own_of_examples {
            let sums = log_sum_exp.row(0);
            for (example, (own, factor)) in own_logits.iter().zip(&mut factors).enumerate() {
                let of_samples = sums.iter().skip(example).step_by(examples);
                let loss = of_samples.map(|x| f64::from(*x)).sum::<f64>() - own;
                if loss < f64::from(learn_above) * (columns / examples) as f64 {
                    *factor = 0.0;
                    gated += 1;
                }
            }
        }

        probability_sums.clear();
        probability_sums.resize(examples * classes, 0.0);
        for class in 0..classes {
            let row = logits.row_mut(class);
            for (example, sum) in probability_sums
                .iter_mut()
                .skip(class)
                .step_by(classes)
                .enumerate()
            {
                *sum = row.iter().skip(example).step_by(examples).sum();
            }
            for sample in row.chunks_exact_mut(examples) {
                sample.iter_mut().zip(&factors).for_each(|(p, f)| *p *= f);
            }
        }
        let padded = logits.padded_mut();
        pairs()
            .zip(factors.iter().cycle())
            .for_each(|((c, label), f)| padded[own(c, *label)] -= f);
        let correct = correct_predictions(probability_sums, labels);
        *factors_kept = factors;
        nll.is_finite().then_some(Learned {
            nll,
            correct,
            gated,
            skipped: 0,
        })
    }
}

/// Number of rows of `probability_sums`, `[examples][classes]`, that are largest at their label.
pub(super) fn correct_predictions(probability_sums: &[f32], labels: &[u32]) -> u64 {
    let rows = probability_sums.chunks_exact(probability_sums.len() / labels.len());
    rows.zip(labels)
        .filter(|(row, label)| argmax(row) == **label as usize)
        .count() as u64
}
