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
//! are overhead.

use mesu::{LearnError, Learner};
use mesu_data::Tasks;

use super::product::{Layout, Product, Yardstick, flops};
use super::{Compared, Effort, learning_rate, rate_of};

/// Batches held in memory and learned in turn.
const BATCHES: usize = 16;

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
/// of the current rayon pool, and the GEMM rate on one thread, in turns. Meant for a pool of one.
///
/// Should the copy diverge, another one takes its place.
///
/// # Errors
/// [`LearnError::Diverged`] in the first update.
pub fn batch_rates(
    fresh: &Learner,
    tasks: &Tasks,
    batch: usize,
    effort: Effort,
) -> Result<Compared, LearnError> {
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
    let mut yardstick = Yardstick::new(&products);
    let mut learner = fresh.clone();
    let learn = || {
        let next = || batches.next().map(|(x, labels)| (&x[..], &labels[..]));
        let updates = learning_rate(effort.round, fresh, &mut learner, next)?;
        Ok(updates * batch as f64)
    };
    let gemm = || rate_of(effort.round, || yardstick.run()) * flops(&products);
    Compared::measure(effort, flops(&products) / batch as f64, learn, gemm)
}

/// Widths of the learner's layers, from the input to the classes.
pub(super) fn widths(learner: &Learner) -> Vec<usize> {
    let network = learner.network();
    let outputs = network.layers.iter().map(|layer| layer.outputs);
    std::iter::once(network.inputs()).chain(outputs).collect()
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
