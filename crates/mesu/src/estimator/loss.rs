//! The loss at the logits and its gradient.

use mesu_kernels::Matrix;
use mesu_kernels::softmax::softmax;

use crate::numeric::argmax;

/// Loss and hits of a call of learn, as they were before the update.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Learned {
    /// Sum over the examples of the mean over the samples of -ln p(label), in nats.
    pub nll: f64,
    /// Examples whose label was the most probable class.
    pub correct: u64,
}

impl std::ops::AddAssign for Learned {
    fn add_assign(&mut self, other: Self) {
        self.nll += other.nll;
        self.correct += other.correct;
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
}

impl Loss {
    /// Buffers for logits of `classes` and `columns`.
    pub(super) fn new(classes: usize, columns: usize) -> Self {
        Self {
            logits: Matrix::zeros(classes, columns),
            log_sum_exp: Matrix::zeros(1, columns),
            probability_sums: Vec::new(),
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

    /// Turns the logits into the gradient of `scale` times the sum, over examples and samples, of
    /// -ln p(label). Returns that sum, unscaled, and counts the examples whose label has the largest sum of probabilities.
    pub(super) fn gradient(&mut self, labels: &[u32], scale: f32) -> Option<Learned> {
        let Self {
            logits,
            log_sum_exp,
            probability_sums,
        } = self;
        let (classes, stride, examples) = (logits.rows(), logits.stride(), labels.len());
        let columns = logits.columns();
        let own = |column: usize, label: u32| label as usize * stride + column;
        let pairs = || (0..columns).zip(labels.iter().cycle());
        let padded = logits.padded();
        let own_logits: f64 = pairs()
            .map(|(c, label)| f64::from(padded[own(c, *label)]))
            .sum();
        softmax(logits, log_sum_exp);
        let nll = log_sum_exp
            .row(0)
            .iter()
            .map(|x| f64::from(*x))
            .sum::<f64>()
            - own_logits;

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
            row.iter_mut().for_each(|p| *p *= scale);
        }
        let padded = logits.padded_mut();
        pairs().for_each(|(c, label)| padded[own(c, *label)] -= scale);
        let correct = correct_predictions(probability_sums, labels);
        nll.is_finite().then_some(Learned { nll, correct })
    }
}

/// Number of rows of `probability_sums`, `[examples][classes]`, that are largest at their label.
pub(super) fn correct_predictions(probability_sums: &[f32], labels: &[u32]) -> u64 {
    let rows = probability_sums.chunks_exact(probability_sums.len() / labels.len());
    rows.zip(labels)
        .filter(|(row, label)| argmax(row) == **label as usize)
        .count() as u64
}
