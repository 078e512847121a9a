//! Networks of convolutions: golden gradients, finite differences, and learning.

#![allow(clippy::unwrap_used)]

#[allow(dead_code)]
mod plain;

use mesu::estimator::batch::Batched;
use mesu::estimator::weights::SampledWeights;
use mesu::estimator::{Batch, Body, Objective};
use mesu::layer::{Flatten, Layer, MaxPool, Relu};
use mesu::network::Network;
use mesu::{Generator, Initialization, NetworkConfig, Synapses, WeightKind};
use mesu_kernels::Matrix;
use mesu_kernels::conv::Geometry;
use mesu_kernels::gemm::Threads;
use mesu_kernels::pool::Pool;
use plain::recorded::{Expose, Recorded, SHIFT, assert_close, f32s, flat, golden};
use serde_json::Value;

fn geometry(channels: usize, size: usize, stride: usize, padding: usize) -> Geometry {
    Geometry {
        channels,
        height: size,
        width: size,
        kernel: 3,
        stride,
        padding,
    }
}

/// The network of the file: 6x6 pixels, two convolutions, a pooling and a linear layer.
fn read(params: &Value) -> Network {
    let layer = |name: &str, inputs, outputs, conv, then| {
        let group = |kind: &str, rows, columns| {
            let part = |part: &str| f32s(&params[format!("{kind}_{part}")]);
            Synapses::new(rows, columns, &part("mu"), &part("sigma"))
        };
        Layer {
            inputs,
            outputs,
            weight: group(name, outputs, inputs),
            bias: Some(group(&format!("{name}b"), 1, outputs)),
            conv,
            then,
            prior_scale: 1.0,
            first_sigma: 1.0,
        }
    };
    let pool = Pool {
        height: 4,
        width: 4,
        size: 2,
    };
    let after = vec![Relu.into(), MaxPool(pool).into(), Flatten(4).into()];
    Network::from(vec![
        layer("c1", 18, 3, Some(geometry(2, 6, 1, 1)), vec![Relu.into()]),
        layer("c2", 27, 4, Some(geometry(3, 6, 1, 0)), after),
        layer("fc", 16, 3, None, vec![]),
    ])
}

#[test]
fn local_reparameterization() {
    let file = golden("conv_local");
    let network = read(&file["inputs"]["params"]);
    let (inputs, labels) = (f32s(&file["inputs"]["x"]), flat(&file["inputs"]["y"]));
    let labels: Vec<u32> = labels.into_iter().map(|y| y as u32).collect();
    let (samples, batch) = (2, 2);
    // The file's `[sample][example][channel][pixel]`, as `[channel][sample][example][pixel]`.
    let mut noise = Vec::new();
    for (name, layer) in ["c1", "c2", "fc"].iter().zip(&network.layers) {
        let (z, pixels) = (f32s(&file["inputs"]["noise"][name]), layer.positions());
        for channel in 0..layer.outputs {
            for column in 0..samples * batch {
                let from = (column * layer.outputs + channel) * pixels;
                noise.extend_from_slice(&z[from..from + pixels]);
            }
        }
    }
    let mut local = Batched::new(Threads::One);
    let logits = local.logits(
        &network,
        &inputs,
        samples,
        &mut Recorded::new(noise.clone()),
    );
    let by_row: Vec<f32> = {
        let logits = logits.unwrap();
        let columns = samples * batch;
        (0..columns * 3)
            .map(|i| logits[i % 3 * columns + i / 3])
            .collect()
    };
    let outputs = &file["outputs"];
    assert_close("logits", &by_row, &outputs["logits"]);

    let (mut exposed, mut noise) = (network.clone(), Recorded::new(noise));
    let (mut updates, weight) = (0, 1.0);
    let body = Body::new(&mut exposed, &mut noise, &mut updates);
    let batch = Batch::new(&inputs, &labels);
    let learned = local.learn(body, batch, Objective { samples, weight }, &Expose);
    assert!(noise.is_used_up());
    let (nll, expected) = (learned.unwrap().nll, outputs["loss"].as_f64().unwrap());
    assert!((nll - expected).abs() < 1e-5 * expected, "{nll} {expected}");
    for (name, layer) in ["c1", "c2", "fc"].iter().zip(&exposed.layers) {
        for (name, group) in [
            (name.to_string(), Some(&layer.weight)),
            (format!("{name}b"), layer.bias.as_ref()),
        ] {
            let group = group.unwrap();
            let gradient: Vec<f32> = group.mu().values().collect();
            let at = |part| &outputs["grads"][format!("{name}_{part}")];
            assert_close(&format!("d{name}_mu"), &gradient, at("mu"));
            let sigma = group.sigma().unwrap().values().zip(flat(at("sigma")));
            for (i, (shifted, expected)) in sigma.enumerate() {
                // The shift rounds off 1e-6 (half a unit in the last place of 16).
                let got = f64::from(shifted - SHIFT);
                let close = (got - expected).abs() <= 1e-4 * expected.abs() + 1.5e-6;
                assert!(close, "d{name}_sigma[{i}]: {got}, expected {expected}");
            }
        }
    }
}

/// Networks with every kind of layer between them.
fn networks() -> Vec<Network> {
    let list = |layers: &[&str], input: [usize; 3]| {
        let config = NetworkConfig {
            hidden: vec![],
            layers: layers.iter().map(ToString::to_string).collect(),
            input: input.to_vec(),
            bias: true,
            init: Initialization::He,
            ..NetworkConfig::paper()
        };
        let (inputs, noise) = (
            input.iter().product(),
            &mut Generator::named(3, "network", &[]),
        );
        Network::new(inputs, 3, &config, WeightKind::Gaussian, noise).unwrap()
    };
    vec![
        list(
            &[
                "conv 4 3x3 same",
                "relu",
                "max-pool 2",
                "dropout 0.2",
                "conv 5 3x3",
                "relu",
                "flatten",
                "linear 7",
                "relu",
            ],
            [2, 8, 7],
        ),
        list(
            &[
                "conv 3 3x3 stride 2 pad 1",
                "relu",
                "conv 4 2x2",
                "mean-pool 2",
                "flatten",
            ],
            [2, 7, 9],
        ),
        list(&["flatten", "linear 6", "relu", "dropout 0.5"], [1, 4, 4]),
    ]
}

/// Gradients are those of the loss: along that of the means, or of the standard deviations, of each group
/// alone, the loss rises as the gradient says.
#[test]
fn gradients_are_those_of_the_loss() {
    for network in networks() {
        // More than one part of what convolutions work on at a time.
        let examples = 11;
        let inputs = Generator::named(4, "inputs", &[]).normals(examples * network.inputs());
        let labels: Vec<u32> = (0..examples as u32).map(|i| i % 3).collect();
        let learn = |network: &mut Network, local: bool| {
            let mut noise = Generator::named(5, "noise", &[]);
            let (rule, objective) = (
                &Expose,
                Objective {
                    samples: 3,
                    weight: 1.0,
                },
            );
            let (mut updates, batch) = (0, Batch::new(&inputs, &labels));
            let body = Body::new(network, &mut noise, &mut updates);
            let learned = if local {
                let mut local = Batched::new(Threads::One);
                local.learn(body, batch, objective, rule)
            } else {
                let mut weights = SampledWeights::new(Threads::One);
                weights.learn(body, batch, objective, rule)
            };
            learned.unwrap().nll
        };
        let groups = network.groups().count();
        for (local, of_sigma) in [(true, false), (true, true), (false, false), (false, true)] {
            let mut exposed = network.clone();
            learn(&mut exposed, local);
            for which in 0..groups {
                let group = gradient(&mut exposed, which, of_sigma);
                let length = group.iter().map(|g| f64::from(g * g)).sum::<f64>().sqrt();
                let moved = |step: f32| {
                    let mut moved = network.clone();
                    shift(&mut moved, which, of_sigma, step, &group);
                    learn(&mut moved, local)
                };
                let step = 2e-3 / length;
                let rise = moved(step as f32) - moved(-step as f32);
                let ratio = rise / (2.0 * step * length * length);
                let name = network.groups().nth(which).unwrap().0;
                assert!(
                    (ratio - 1.0).abs() < 0.02,
                    "{name}, local {local}, sigma {of_sigma}: {ratio} of {length}"
                );
            }
        }
    }
}

/// Group number `which` of the network, as [`Network::groups`] counts them.
fn group_mut(network: &mut Network, which: usize) -> &mut Synapses {
    let layer = &mut network.layers[which / 2];
    match which % 2 {
        0 => &mut layer.weight,
        _ => layer.bias.as_mut().unwrap(),
    }
}

/// Rest of one group's gradient that [`Expose`] left.
fn gradient(exposed: &mut Network, which: usize, of_sigma: bool) -> Vec<f32> {
    let group = group_mut(exposed, which);
    match of_sigma {
        false => group.mu().values().collect(),
        true => {
            let shown = group.sigma().unwrap().values();
            shown.map(|g| g - SHIFT).collect()
        }
    }
}

/// Moves one group along `gradient`.
fn shift(network: &mut Network, which: usize, of_sigma: bool, step: f32, gradient: &[f32]) {
    let group = group_mut(network, which);
    let values = |plane: &Matrix| plane.values().collect::<Vec<f32>>();
    let (mut mu, mut sigma) = (values(group.mu()), values(group.sigma().unwrap()));
    let to = if of_sigma { &mut sigma } else { &mut mu };
    to.iter_mut()
        .zip(gradient)
        .for_each(|(to, g)| *to += step * g);
    let (rows, columns) = (group.mu().rows(), group.mu().columns());
    *group = Synapses::new(rows, columns, &mu, &sigma);
}

/// Batches of images are worked on in parts that fit the memory: their gradients add up.
#[test]
fn a_batch_in_parts_has_the_gradients_of_the_whole() {
    let config = NetworkConfig {
        hidden: vec![],
        layers: ["conv 16 3x3 same", "relu", "mean-pool 16", "flatten"]
            .map(str::to_owned)
            .to_vec(),
        input: vec![1, 64, 64],
        bias: true,
        init: Initialization::He,
        ..NetworkConfig::paper()
    };
    let noise = &mut Generator::named(3, "network", &[]);
    let network = Network::new(64 * 64, 3, &config, WeightKind::Gaussian, noise).unwrap();
    // Parts are of 2^24 numbers: 256 examples of 16 channels of 4,096 pixels, for each sample.
    let (whole, part) = (260, 256);
    let inputs = Generator::named(4, "inputs", &[]).normals(whole * network.inputs());
    let labels: Vec<u32> = (0..whole as u32).map(|i| i % 3).collect();
    let at = part * network.inputs();
    for local in [true, false] {
        let learn = |inputs: &[f32], labels: &[u32], noise: &mut Generator| -> Vec<f32> {
            let (mut shown, mut updates) = (network.clone(), 0);
            let body = Body::new(&mut shown, noise, &mut updates);
            let batch = Batch::new(inputs, labels);
            let objective = Objective {
                samples: 1,
                weight: 0.003,
            };
            let learned = if local {
                let mut local = Batched::new(Threads::Pool);
                local.learn(body, batch, objective, &Expose)
            } else {
                let mut weights = SampledWeights::new(Threads::Pool);
                weights.learn(body, batch, objective, &Expose)
            };
            learned.unwrap();
            let groups = shown.groups();
            groups
                .flat_map(|(_, group)| group.mu().values().collect::<Vec<_>>())
                .collect()
        };
        let noise = || Generator::named(5, "noise", &[]);
        let all = learn(&inputs, &labels, &mut noise());
        let mut own = noise();
        let first = learn(&inputs[..at], &labels[..part], &mut own);
        // A draw of the weights serves all parts; pre-activations are drawn part by part.
        let rest = &mut if local { own } else { noise() };
        let second = learn(&inputs[at..], &labels[part..], rest);
        let largest = all.iter().fold(0.0f32, |m, g| m.max(g.abs()));
        for ((all, first), second) in all.iter().zip(&first).zip(&second) {
            assert!(
                (all - first - second).abs() < 1e-4 * largest,
                "{all} {first} {second}"
            );
        }
        assert!(second.iter().any(|g| g.abs() > 1e-3 * largest));
    }
}

#[test]
fn threads_do_not_change_the_bits() {
    let layers = [
        "conv 5 3x3 same",
        "relu",
        "max-pool 2",
        "dropout 0.2",
        "conv 4 3x3 stride 2",
        "flatten",
    ];
    let config = NetworkConfig {
        hidden: vec![],
        layers: layers.map(str::to_owned).to_vec(),
        input: vec![2, 12, 12],
        bias: true,
        init: Initialization::He,
        ..NetworkConfig::paper()
    };
    let noise = &mut Generator::named(3, "network", &[]);
    let network = Network::new(2 * 12 * 12, 3, &config, WeightKind::Gaussian, noise).unwrap();
    let inputs = Generator::named(4, "inputs", &[]).normals(30 * network.inputs());
    let labels: Vec<u32> = (0..30).map(|i| i % 3).collect();
    for local in [true, false] {
        let learned = |threads, pool: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(pool).build();
            let noise = &mut Generator::named(5, "noise", &[]);
            let mut shown = network.clone();
            pool.unwrap().install(|| {
                let (rule, mut updates) = (&Expose, 0);
                let body = Body::new(&mut shown, noise, &mut updates);
                let batch = Batch::new(&inputs, &labels);
                let objective = Objective {
                    samples: 2,
                    weight: 1.0,
                };
                if local {
                    let mut local = Batched::new(threads);
                    local.learn(body, batch, objective, rule)
                } else {
                    let mut weights = SampledWeights::new(threads);
                    weights.learn(body, batch, objective, rule)
                }
                .unwrap()
            });
            shown
        };
        let one = learned(Threads::One, 1);
        assert_eq!(one, learned(Threads::Pool, 1));
        assert_eq!(one, learned(Threads::Pool, 3));
    }
}
