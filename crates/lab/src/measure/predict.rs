//! Predicting a test set: images/s on all threads, against the GEMM rate on the products in it.
//!
//! Images go through the network in chunks of 128; with S samples the first layer's m and v are two
//! products on 128 columns, those of the layers above two on 128 S. Softmax, entropies and noise are
//! overhead. The yardstick runs the same products on as many threads, each thread its own.

use mesu::{Generator, LearnError, Learner};
use mesu_data::Tasks;

use super::batch::widths;
use super::product::{Layout, Product, Yardsticks, flops};
use super::{Compared, Effort, rate, rate_of};

/// Images of a chunk, as [`Learner::predict`] cuts them.
pub(super) const CHUNK: usize = 128;

/// The matrix products of one chunk; `widths` from the input to the classes.
pub fn prediction_products(widths: &[usize], samples: usize) -> Vec<Product> {
    let mut products = Vec::new();
    for (l, pair) in widths.windows(2).enumerate() {
        let (columns, layout) = match l {
            0 => (CHUNK, Layout::RightTransposed),
            _ => (CHUNK * samples, Layout::Plain),
        };
        let product = Product {
            rows: pair[1],
            depth: pair[0],
            columns,
            layout,
        };
        products.extend([product; 2]);
    }
    products
}

/// Images/s that `learner` predicts of the first `images` of the test set of `tasks`, on the threads
/// of the current rayon pool, and the GEMM rate on the same threads, in turns.
///
/// # Errors
/// [`LearnError::Diverged`].
pub fn predict_rates(
    learner: &Learner,
    tasks: &Tasks,
    images: usize,
    effort: Effort,
) -> Result<Compared, LearnError> {
    let (mut inputs, mut labels) = (Vec::new(), Vec::new());
    tasks.fill(&tasks.test(0), 0..images, &mut inputs, &mut labels);

    let products = prediction_products(&widths(learner), learner.config().samples().1);
    let yardsticks = Yardsticks::new(&products);
    // As many products in all as the images take.
    let chunks = labels.len().div_ceil(CHUNK);
    let times = chunks.div_ceil(rayon::current_num_threads());
    let predict = || {
        let sets = rate(effort.round, || {
            let noise = Generator::named(1, "bench predict", &[]);
            std::hint::black_box(learner.predict(&inputs, noise)?);
            Ok(())
        })?;
        Ok(sets * labels.len() as f64)
    };
    let gemm = || {
        let runs = rate_of(effort.round, || yardsticks.run(times));
        runs * times as f64 * yardsticks.flops()
    };
    Compared::measure(effort, flops(&products) / CHUNK as f64, predict, gemm)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_are_those_of_the_forward_pass() {
        let per_image = flops(&prediction_products(&[784, 50, 10], 10)) / CHUNK as f64;
        assert_eq!(per_image, 4.0 * (784.0 * 50.0) + 4.0 * 10.0 * (50.0 * 10.0));
    }
}
