//! Predicting a test set: images/s on all threads, against matrix products on the same shapes.
//!
//! Images go through the network in chunks of 128; with S samples the first layer's m and v are two
//! products on 128 columns, those of the layers above two on 128 S. Softmax, entropies and noise are
//! overhead. The baseline runs the same products on as many threads, each thread its own.

use mesu::{Generator, LearnError, Learner};
use mesu_data::Tasks;
use serde::Serialize;

use crate::baseline::Baseline;
use crate::comparison::{Comparison, Rates};
use crate::digits::Digits;
use crate::error::BenchError;
use crate::product::{Layout, Product, flops, name, widths};
use crate::timing::{Effort, rate};

/// Neurons of the hidden layer.
const HIDDEN: [usize; 1] = [50];
/// Draws of the network per image.
const SAMPLES: usize = 10;
/// Test images.
const IMAGES: usize = 10_000;

/// Images of a chunk, as [`Learner::predict`] cuts them.
pub(crate) const CHUNK: usize = 128;

/// Results of predicting the test images, on all cores.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Predict {
    /// `predict`.
    pub bench: &'static str,
    /// The network's widths, as text.
    pub name: String,
    /// Widths from the pixels to the classes.
    pub network: Vec<usize>,
    /// Draws of the network per image.
    pub samples: usize,
    /// Number of images that are predicted.
    pub images: usize,
    /// Threads that predict.
    pub threads: usize,
    /// Images/s, against matrix products on the same shapes.
    #[serde(flatten)]
    pub rates: Rates,
}

impl Predict {
    /// Predicts the test digits with 784-50-10.
    ///
    /// # Errors
    /// [`LearnError::Diverged`].
    pub fn measure(digits: &Digits, effort: Effort) -> Result<Self, BenchError> {
        let samples = format!("learner.test_samples={SAMPLES}");
        let learner = digits.learner(&HIDDEN, SAMPLES, &[&samples])?;
        let rates = compare(&learner, &digits.tasks, IMAGES, effort)?.into();
        let network = digits.widths(&HIDDEN);
        Ok(Self {
            bench: "predict",
            name: name(&network),
            network,
            samples: SAMPLES,
            images: IMAGES,
            threads: rayon::current_num_threads(),
            rates,
        })
    }
}

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
/// of the current rayon pool, and the baseline's rate on the same threads, in turns.
fn compare(
    learner: &Learner,
    tasks: &Tasks,
    images: usize,
    effort: Effort,
) -> Result<Comparison, LearnError> {
    let (mut inputs, mut labels) = (Vec::new(), Vec::new());
    tasks.fill(&tasks.test(0), 0..images, &mut inputs, &mut labels);

    let products = prediction_products(&widths(learner), learner.config().samples().1);
    let mut baseline = Baseline::on_all_threads(&products);
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
    let gemm = || baseline.rate(effort.round, times);
    Comparison::measure(effort, flops(&products) / CHUNK as f64, predict, gemm)
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
