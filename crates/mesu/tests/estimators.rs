//! The two estimators agree in the mean, and their gradients are those of the loss.

#![allow(clippy::unwrap_used)]

mod plain;

use mesu::estimator::batch::Batched;
use mesu::estimator::one::OneByOne;
use mesu::estimator::weights::SampledWeights;
use mesu::estimator::{Batch, Body, Noise, Objective};
use mesu::network::{Network, WeightKind};
use mesu::rule::{Gradient, Real, Rule, Synapse};
use mesu::{Generator, NetworkConfig};
use mesu_kernels::gemm::Threads;

/// Turns a synapse into its gradient (sigma shifted, since updates refuse one that is not positive).
#[derive(Clone, Copy)]
struct Expose;

const SHIFT: f32 = 64.0;

impl Rule for Expose {
    type State<R: Real> = Synapse<R>;

    fn step<R: Real>(&self, synapse: Synapse<R>, gradient: Gradient<R>) -> Synapse<R> {
        let sigma = gradient.variance() * synapse.sigma;
        Synapse {
            mu: gradient.mu(),
            sigma: sigma + sigma.constant(f64::from(SHIFT)),
        }
    }
}

/// All gradients in one list: dC/dmu and dC/dsigma of each group.
fn gradients(exposed: &Network) -> Vec<f64> {
    let groups = exposed.groups().collect::<Vec<_>>();
    let parts = groups.iter().flat_map(|(_, group)| {
        let sigma = group
            .sigma()
            .unwrap()
            .values()
            .map(|s| f64::from(s - SHIFT));
        group
            .mu()
            .values()
            .map(f64::from)
            .chain(sigma)
            .collect::<Vec<_>>()
    });
    parts.collect()
}

fn network(bias: bool) -> Network {
    let config = NetworkConfig {
        hidden: vec![4],
        bias,
        ..NetworkConfig::paper()
    };
    Network::new(
        3,
        3,
        &config,
        WeightKind::Gaussian,
        &mut Generator::named(8, "init", &[]),
    )
    .unwrap()
}

/// Mean and standard error of a column of numbers.
fn mean_and_error(rows: &[Vec<f64>], column: usize) -> (f64, f64) {
    let n = rows.len() as f64;
    let mean = rows.iter().map(|row| row[column]).sum::<f64>() / n;
    let variance = rows
        .iter()
        .map(|row| (row[column] - mean).powi(2))
        .sum::<f64>()
        / (n - 1.0);
    (mean, (variance / n).sqrt())
}

#[test]
fn estimators_agree_in_mean_loss_and_mean_gradient() {
    let start = network(true);
    let inputs = [0.7, -1.2, 0.4];
    let labels = [2];
    let repeats = 4_000;
    // One row per repeat: the loss, then all gradients.
    let run = |which: usize| -> Vec<Vec<f64>> {
        let mut noise = Generator::named(21, "agree", &[which as u64]);
        let mut local = Batched::new(Threads::One);
        let mut weights = SampledWeights::new(Threads::One);
        let mut online = OneByOne::new(&start, 5);
        let mut updates = 0;
        (0..repeats)
            .map(|_| {
                let mut network = start.clone();
                let body = Body::new(&mut network, &mut noise, &mut updates);
                let batch = Batch::new(&inputs, &labels);
                let objective = Objective {
                    samples: 5,
                    weight: 1.0,
                };
                let learned = match which {
                    0 => local.learn(body, batch, objective, &Expose),
                    1 => weights.learn(body, batch, objective, &Expose),
                    _ => online.learn_each(body, batch, &Expose),
                };
                [vec![learned.unwrap().nll], gradients(&network)].concat()
            })
            .collect()
    };
    let rows = [run(0), run(1), run(2)];
    for column in 0..rows[0][0].len() {
        let [local, weights, online] = [0, 1, 2].map(|which| mean_and_error(&rows[which], column));
        for (mean, error) in [weights, online] {
            let error = (error * error + local.1 * local.1).sqrt();
            // 5 standard errors, for all 57 numbers at once; 1e-5 for what never varies.
            assert!(
                (mean - local.0).abs() < 5.0 * error + 1e-5,
                "{column}: {mean} {local:?}"
            );
        }
    }
    // Local reparameterization has the lower variance, summed over the gradients.
    let spread = |rows: &[Vec<f64>]| -> f64 {
        (1..rows[0].len())
            .map(|column| mean_and_error(rows, column).1.powi(2))
            .sum()
    };
    assert!(spread(&rows[0]) < spread(&rows[1]));
}

/// Noise that is the same at every call, for finite differences.
struct Repeated(Vec<Vec<f32>>, usize);

impl Noise for Repeated {
    fn fill_normal(&mut self, out: &mut [f32]) {
        out.copy_from_slice(&self.0[self.1]);
        self.1 += 1;
    }

    fn fork(&mut self) -> Self {
        unreachable!("only convolutions are worked on in parts")
    }
}

#[test]
fn gradients_are_those_of_the_loss() {
    let (samples, labels) = (3, [1, 0]);
    let inputs = [0.7f32, -1.2, 0.4, -0.3, 0.9, 1.1];
    for bias in [false, true] {
        let start = network(bias);
        let mut generator = Generator::named(4, "difference", &[]);
        // The batch estimator's order is `[out][sample][example]`, the plain loss's
        // `[sample][example][out]`.
        let columns = samples * labels.len();
        let noise: Vec<Vec<f32>> = start
            .layers
            .iter()
            .map(|l| generator.normals(l.outputs * columns))
            .collect();
        let by_row: Vec<Vec<f64>> = (start.layers.iter().zip(&noise))
            .map(|(l, z)| {
                (0..z.len())
                    .map(|i| f64::from(z[i % l.outputs * columns + i / l.outputs]))
                    .collect()
            })
            .collect();
        let mut exposed = start.clone();
        let mut repeated = Repeated(noise, 0);
        let mut updates = 0;
        let body = Body::new(&mut exposed, &mut repeated, &mut updates);
        let (batch, weight) = (Batch::new(&inputs, &labels), 1.0);
        let objective = Objective { samples, weight };
        let learned = Batched::new(Threads::One).learn(body, batch, objective, &Expose);
        let inputs = inputs.map(f64::from);
        let layers: Vec<_> = start.layers.iter().map(plain::Layer::from).collect();
        let loss =
            |layers: &[plain::Layer]| plain::loss(layers, &inputs, &labels, &by_row, samples);
        assert!((loss(&layers) - learned.unwrap().nll).abs() < 1e-5);

        let mut expected = Vec::new();
        for l in 0..layers.len() {
            for part in 0..4 {
                let count = part_of(&mut layers.clone()[l], part).len();
                for i in 0..count {
                    let at = |change: f64| {
                        let mut changed = layers.clone();
                        part_of(&mut changed[l], part)[i] += change;
                        loss(&changed)
                    };
                    expected.push((at(1e-5) - at(-1e-5)) / 2e-5);
                }
            }
        }
        let got = gradients(&exposed);
        assert_eq!(got.len(), expected.len());
        for (i, (got, expected)) in got.iter().zip(&expected).enumerate() {
            assert!(
                (got - expected).abs() < 1e-5 + 1e-4 * expected.abs(),
                "{i}: {got} {expected}"
            );
        }
    }
}

/// The four parameter groups of a layer in the order of [`gradients`].
fn part_of(layer: &mut plain::Layer, part: usize) -> &mut Vec<f64> {
    match part {
        0 => &mut layer.mu,
        1 => &mut layer.sigma,
        2 => &mut layer.bias_mu,
        _ => &mut layer.bias_sigma,
    }
}
