//! Labels: softmax of logits.

use mesu_kernels::softmax::softmax;

use super::{Learned, Loss};
use crate::estimator::Batch;

impl Loss {
    /// Turns logits into the gradient of -ln p(label).
    pub(super) fn of_labels(&mut self, labels: &[u32], batch: Batch<'_>, scale: f32) -> Learned {
        let mut factors = self.factors(batch, scale);
        let learn_above = batch.learn_above;
        let Self {
            logits,
            log_sum_exp,
            sums: probability_sums,
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
            // One example is all columns at once; in its short rows of one number each, a loop costs more than it does.
            if let [factor] = factors[..] {
                row.iter_mut().for_each(|p| *p *= factor);
                continue;
            }
            for sample in row.chunks_exact_mut(examples) {
                sample.iter_mut().zip(&factors).for_each(|(p, f)| *p *= f);
            }
        }
        let padded = logits.padded_mut();
        for sample in (0..columns).step_by(examples) {
            for (example, (label, f)) in labels.iter().zip(&factors).enumerate() {
                padded[own(sample + example, *label)] -= f;
            }
        }
        *factors_kept = factors;
        Learned {
            nll,
            gated,
            ..Learned::default()
        }
    }
}
