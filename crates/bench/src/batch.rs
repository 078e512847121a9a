//! Learning from batches: images/s, against the GEMM rate on the products that it is made of.
//!
//! Local reparameterization with B images and S samples takes, in a layer of `[outputs][inputs]`,
//!
//! ```text
//! m = mu x                v = sigma^2 x^2              forward
//! mu^T d                  (sigma^2)^T r                back to the inputs, but for the first layer
//! d x^T                   r (x^2)^T                    weight gradients
//! ```
//!
//! on B columns in the first layer, whose input the samples share, and on S B columns above it. Only
//! these multiply-adds are counted, two operations each; noise, activations, packing and the rule
//! are overhead. With 10 samples most of the work is in the products; with 1, what surrounds them
//! weighs more.

use mesu::{LearnError, Learner};
use mesu_data::Tasks;
use serde::Serialize;

use crate::baseline::Baseline;
use crate::comparison::{Comparison, Rates};
use crate::digits::Digits;
use crate::error::BenchError;
use crate::product::{Layout, Product, flops, name, widths};
use crate::timing::{Effort, learning_rate, on_one_core};

/// Neurons of the hidden layers.
const HIDDEN: [usize; 2] = [400, 400];
/// Images of an update.
const BATCH: usize = 128;
/// Draws of the network per update: the paper's, and the fewest.
const SAMPLES: [usize; 2] = [10, 1];
/// Batches held in memory and learned in turn.
const BATCHES: usize = 16;

/// Results of learning in batches, on one core.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Batch {
    /// `batch`.
    pub bench: &'static str,
    /// The network's widths, as text.
    pub name: String,
    /// Widths from the pixels to the classes.
    pub network: Vec<usize>,
    /// Images of an update.
    pub batch_size: usize,
    /// For each number of samples.
    pub runs: Vec<BatchRun>,
}

/// Learning with so many samples.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct BatchRun {
    /// Draws of the network per update.
    pub samples: usize,
    /// Images/s, against matrix products on the same shapes.
    #[serde(flatten)]
    pub rates: Rates,
}

impl Batch {
    /// Learns digits with 784-400-400-10.
    ///
    /// # Errors
    /// [`LearnError::Diverged`] in the first update.
    pub fn measure(digits: &Digits, effort: Effort) -> Result<Self, BenchError> {
        let mut runs = Vec::new();
        for samples in SAMPLES {
            // A mean keeps the steps of a batch as small as those of one example.
            let learner = digits.learner(&HIDDEN, samples, &["learner.reduction=\"mean\""])?;
            let comparison = on_one_core(|| compare(&learner, &digits.tasks, BATCH, effort))??;
            let rates = comparison.into();
            runs.push(BatchRun { samples, rates });
        }
        let network = digits.widths(&HIDDEN);
        Ok(Self {
            bench: "batch",
            name: name(&network),
            network,
            batch_size: BATCH,
            runs,
        })
    }
}

/// The matrix products of one update on a batch; `widths` from the input to the classes.
pub fn learning_products(widths: &[usize], batch: usize, samples: usize) -> Vec<Product> {
    let mut products = Vec::new();
    for (l, pair) in widths.windows(2).enumerate() {
        let (inputs, outputs) = (pair[0], pair[1]);
        let mut twice = |rows, depth, columns, layout| {
            let product = Product {
                rows,
                depth,
                columns,
                layout,
            };
            products.extend([product; 2]);
        };
        if l == 0 {
            twice(outputs, inputs, batch, Layout::RightTransposed);
            twice(outputs, batch, inputs, Layout::Plain);
        } else {
            let columns = samples * batch;
            twice(outputs, inputs, columns, Layout::Plain);
            twice(inputs, outputs, columns, Layout::LeftTransposed);
            twice(outputs, columns, inputs, Layout::RightTransposed);
        }
    }
    products
}

/// Images/s that a copy of `fresh` learns from task 0 of `tasks`, `batch` at a time, on the threads
/// of the current rayon pool, and the baseline's rate on one thread, in turns. Meant for a pool of one.
fn compare(
    fresh: &Learner,
    tasks: &Tasks,
    batch: usize,
    effort: Effort,
) -> Result<Comparison, LearnError> {
    let mut stream = tasks.batches(0, 0, 0);
    let batches: Vec<(Vec<f32>, Vec<u32>)> = (0..BATCHES)
        .map(|_| {
            let (mut inputs, mut labels) = (Vec::new(), Vec::new());
            stream.next_batch(batch, &mut inputs, &mut labels);
            (inputs, labels)
        })
        .filter(|(_, labels)| labels.len() == batch)
        .collect();
    let mut batches = batches.iter().cycle();
    let products = learning_products(&widths(fresh), batch, fresh.config().samples().0);
    let mut baseline = Baseline::on_this_thread(&products);
    let mut learner = fresh.clone();
    let learn = || {
        let next = || batches.next().map(|(x, labels)| (&x[..], &labels[..]));
        let updates = learning_rate(effort.round, fresh, &mut learner, next)?;
        Ok(updates * batch as f64)
    };
    let gemm = || baseline.rate(effort.round, 1);
    Comparison::measure(effort, flops(&products) / batch as f64, learn, gemm)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_are_those_of_local_reparameterization() {
        let (b, s) = (128.0, 10.0);
        let first = 4.0 * b * 784.0 * 400.0;
        let above = 6.0 * s * b * (400.0 * 400.0 + 400.0 * 10.0);
        let products = learning_products(&[784, 400, 400, 10], 128, 10);
        assert_eq!(products.len(), 4 + 6 + 6);
        assert_eq!(flops(&products), 2.0 * (first + above));
    }
}
