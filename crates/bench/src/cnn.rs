//! Learning images with convolutions: images/s, against a large matrix product, on all cores.
//!
//! A layer with `inputs` numbers in a patch, `outputs` channels and so many positions takes `inputs *
//! outputs * positions` multiply-adds of an image forward, as many for the gradient of its weights and, but in
//! the first layer, as many for the gradient at its input. Weight sampling takes them once for each sample, local
//! reparameterization twice (means and variances), and in the first layer, whose input the samples
//! share, for all samples together. Only these are counted, two operations each; noise, pooling and
//! the rule are overhead.

use mesu::estimator::Estimator;
use mesu::network::Network;
use mesu::{Generator, LearnError, Learner};
use mesu_lab::Experiment;
use serde::Serialize;

use crate::baseline::Baseline;
use crate::comparison::{Comparison, Rates};
use crate::error::BenchError;
use crate::product::{Layout, Product};
use crate::timing::{Effort, learning_rate};

/// Whose network it is.
const PRESET: &str = "incremental-objects";
/// Images: channels, rows and columns.
const IMAGE: [usize; 3] = [3, 32, 32];
/// Classes of a task.
const CLASSES: usize = 10;
/// Draws of the network per update: the paper's, and the fewest.
const SAMPLES: [usize; 2] = [8, 1];

/// Rows, columns and depth of the product that is compared with.
const LARGE: usize = 1024;

/// Results of learning images with convolutions, on all cores.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Cnn {
    /// `cnn`.
    pub bench: &'static str,
    /// Preset whose network it is.
    pub name: &'static str,
    /// Images of an update.
    pub batch_size: usize,
    /// Threads that learn.
    pub threads: usize,
    /// For each estimator and number of samples.
    pub runs: Vec<CnnRun>,
}

/// Learning with an estimator and so many samples.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CnnRun {
    /// Estimator of the gradient.
    pub estimator: Estimator,
    /// Draws of the network per update.
    pub samples: usize,
    /// Images/s, against a large matrix product.
    #[serde(flatten)]
    pub rates: Rates,
}

impl Cnn {
    /// Images of an update of the paper, for a figure to be quoted.
    pub const BATCH: usize = 200;
    /// Few images of an update, for a rough figure.
    pub const SMALL_BATCH: usize = 20;

    /// Learns images of random pixels with the network of `incremental-objects`, `batch` at a time, with
    /// both estimators, eight samples and one. `announce` is told what is measured next.
    ///
    /// # Errors
    /// [`LearnError::Diverged`] in the first update.
    pub fn measure(
        batch: usize,
        effort: Effort,
        announce: &dyn Fn(&str),
    ) -> Result<Self, BenchError> {
        let mut runs = Vec::new();
        for (estimator, name) in [
            (Estimator::WeightSampling, "weight-sampling"),
            (
                Estimator::LocalReparameterization,
                "local-reparameterization",
            ),
        ] {
            for samples in SAMPLES {
                announce(&format!("{name}, {samples} samples"));
                let sets = [
                    format!("learner.estimator={name:?}"),
                    format!("learner.samples={samples}"),
                    format!("network.input={IMAGE:?}"),
                ];
                let Experiment {
                    network,
                    learner,
                    seed,
                    ..
                } = Experiment::find(PRESET, &sets)?;
                let inputs = IMAGE.iter().product();
                let learner = Learner::new(inputs, CLASSES, &network, &learner, seed)?;
                let rates = compare(&learner, (estimator, samples), batch, effort)?.into();
                runs.push(CnnRun {
                    estimator,
                    samples,
                    rates,
                });
            }
        }
        Ok(Self {
            bench: "cnn",
            name: PRESET,
            batch_size: batch,
            threads: rayon::current_num_threads(),
            runs,
        })
    }
}

/// Floating-point operations of the products of learning one image.
pub fn convolution_flops(network: &Network, estimator: Estimator, samples: usize) -> f64 {
    let layers = network.layers.iter().enumerate();
    let operations = layers.map(|(l, layer)| {
        let forward = 2.0 * (layer.inputs * layer.outputs * layer.positions()) as f64;
        let passes = if l == 0 { 2.0 } else { 3.0 };
        let draws = match estimator {
            Estimator::WeightSampling => samples as f64,
            Estimator::LocalReparameterization if l == 0 => 2.0,
            Estimator::LocalReparameterization => 2.0 * samples as f64,
        };
        forward * passes * draws
    });
    operations.sum()
}

/// Images/s that a copy of `fresh` learns, `batch` at a time, on the threads of the current rayon
/// pool, and the baseline's rate on the same threads, in turns. The images are of random pixels.
fn compare(
    fresh: &Learner,
    (estimator, samples): (Estimator, usize),
    batch: usize,
    effort: Effort,
) -> Result<Comparison, LearnError> {
    let network = fresh.network();
    let mut inputs = vec![0.0; batch * network.inputs()];
    Generator::named(1, "bench images", &[]).fill_uniform(&mut inputs, 0.0, 1.0);
    let classes = network.classes() as u32;
    let labels: Vec<u32> = (0..batch as u32).map(|i| i % classes).collect();
    let flops = convolution_flops(network, estimator, samples);
    let mut baseline = Baseline::on_all_threads(&[Product {
        rows: LARGE,
        depth: LARGE,
        columns: LARGE,
        layout: Layout::Plain,
    }]);
    let mut learner = fresh.clone();
    let learn = || {
        let next = || Some((&inputs[..], &labels[..]));
        let updates = learning_rate(effort.round, fresh, &mut learner, next)?;
        Ok(updates * batch as f64)
    };
    let gemm = || baseline.rate(effort.round, 1);
    Comparison::measure(effort, flops, learn, gemm)
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesu::{NetworkConfig, WeightKind};

    #[test]
    fn operations_are_those_of_the_estimators() {
        let config = NetworkConfig {
            hidden: vec![],
            layers: ["conv 4 3x3", "relu", "flatten"]
                .map(str::to_owned)
                .to_vec(),
            input: vec![2, 5, 5],
            ..NetworkConfig::default()
        };
        let noise = &mut Generator::named(1, "network", &[]);
        let network = Network::new(50, 3, &config, WeightKind::Gaussian, noise).unwrap();
        let (first, last) = (f64::from(2 * 18 * 4 * 9), f64::from(2 * 36 * 3));
        let flops = |estimator, samples| convolution_flops(&network, estimator, samples);
        assert_eq!(
            flops(Estimator::WeightSampling, 8),
            8.0 * (2.0 * first + 3.0 * last)
        );
        assert_eq!(
            flops(Estimator::LocalReparameterization, 8),
            2.0 * (2.0 * first + 8.0 * 3.0 * last)
        );
    }
}
