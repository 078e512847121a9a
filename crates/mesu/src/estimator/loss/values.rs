//! Values: the density of a number.

use super::{Learned, Loss};
use crate::estimator::Batch;
use crate::outputs::Values;

impl Loss {
    /// Turns parameters of densities into the gradient of -ln p(value).
    pub(super) fn of_values(
        &mut self,
        values: &Values,
        targets: &[f32],
        batch: Batch<'_>,
        scale: f32,
    ) -> Learned {
        let mut factors = self.factors(batch, scale);
        let density = values.density();
        let width = self.logits.rows();
        let (examples, columns) = (targets.len(), self.logits.columns());
        let samples = (columns / examples) as f64;
        let mut learned = Learned {
            nll: columns as f64 * values.log_deviation(),
            ..Learned::default()
        };
        self.sums.clear();
        self.sums.resize(examples, 0.0);
        for (example, (y, factor)) in targets.iter().zip(&mut factors).enumerate() {
            let z = values.standardized(*y);
            let own = || (example..columns).step_by(examples);
            // What the loss is above that of the best mean.
            let mut excess = 0.0;
            for column in own() {
                let mut sample = self.sample(column);
                let sample = &mut sample[..width];
                self.sums[example] += sample[0];
                if batch.learn_above > 0.0 {
                    let mut best = self.sample(column);
                    best[0] = z;
                    excess -= f64::from(density.gradient(&mut best[..width], z, 0.0));
                }
                let nll = f64::from(density.gradient(sample, z, *factor));
                excess += nll;
                learned.nll += nll;
                for (output, gradient) in sample.iter().enumerate() {
                    self.logits.row_mut(output)[column] = *gradient;
                }
            }
            if batch.learn_above > 0.0 && excess < f64::from(batch.learn_above) * samples {
                learned.gated += 1;
                *factor = 0.0;
                for column in own() {
                    (0..width).for_each(|output| self.logits.row_mut(output)[column] = 0.0);
                }
            }
        }
        self.factors = factors;
        learned
    }

    /// Outputs of a column.
    fn sample(&self, column: usize) -> [f32; 2] {
        let mut sample = [0.0; 2];
        for (output, to) in sample.iter_mut().enumerate().take(self.logits.rows()) {
            *to = self.logits.row(output)[column];
        }
        sample
    }
}
