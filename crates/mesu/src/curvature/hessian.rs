//! The diagonal of the Hessian of the loss, exactly.
//!
//! The logits of a network with ReLU are linear in any single weight as long as no neuron switches, so
//! that the second derivative of one example's negative log-likelihood is that of softmax alone:
//!
//! ```text
//! d2 NLL / dw_oi^2 = h_i^2 ( sum_k p_k B_ko^2 - (sum_k p_k B_ko)^2 )      B_ko = dlogit_k / da_o
//! ```
//! with h the layer's input, a its pre-activations and p the probabilities. For a bias, h is 1. Of values with noise of
//! variance v it is h_i^2 B_o^2 / v, with B of the mean: v is that of the running estimate, or where the network says the
//! noise, that of the middle of the data.

use crate::network::Network;
use crate::outputs::Outputs;

/// The diagonal of the Hessian of the mean negative log-likelihood (nats) on the examples that
/// `batches` yields: inputs, `[n][network.inputs()]`, of any labels: it does not depend on them. At the
/// means of Gaussian synapses. One list for each group of [`Network::groups`], row by row; zeros when
/// there are no examples, and of heads that are not in use, which the loss does not depend on.
///
/// # Panics
/// When inputs are not whole examples.
#[must_use]
pub fn hessian_diagonal(
    network: &Network,
    batches: &mut dyn Iterator<Item = Vec<f32>>,
) -> Vec<Vec<f64>> {
    let mut layers: Vec<Layer> = network.layers.iter().map(Layer::from).collect();
    let precision = match &network.outputs {
        Outputs::Classes => None,
        Outputs::Values(values) => Some(1.0 / values.variance()),
    };
    let mut examples = 0u64;
    for inputs in batches {
        assert_eq!(inputs.len() % network.inputs(), 0, "whole examples");
        for x in inputs.chunks_exact(network.inputs()) {
            add_example(&mut layers, x, precision);
            examples += 1;
        }
    }
    let share = 1.0 / examples.max(1) as f64;
    let groups = layers.into_iter().flat_map(|layer| {
        let bias = (!layer.bias.is_empty()).then_some(layer.of_bias);
        std::iter::once(layer.of_weight).chain(bias)
    });
    let means = groups.map(|sums| sums.into_iter().map(|sum| sum * share).collect());
    network.with_waiting(means.collect())
}

/// A layer in f64, and the sums of its second derivatives.
struct Layer {
    inputs: usize,
    outputs: usize,
    weight: Vec<f64>,
    bias: Vec<f64>,
    of_weight: Vec<f64>,
    of_bias: Vec<f64>,
    /// Pre-activations of the current example.
    a: Vec<f64>,
}

impl From<&crate::layer::Layer> for Layer {
    fn from(layer: &crate::layer::Layer) -> Self {
        let bias = layer.bias.as_ref();
        let bias: Vec<f64> =
            bias.map_or(vec![], |bias| bias.mu().values().map(f64::from).collect());
        Self {
            inputs: layer.inputs,
            outputs: layer.outputs,
            weight: layer.weight.mu().values().map(f64::from).collect(),
            of_weight: vec![0.0; layer.inputs * layer.outputs],
            of_bias: vec![0.0; layer.outputs],
            a: vec![0.0; layer.outputs],
            bias,
        }
    }
}

fn relu(a: &[f64]) -> Vec<f64> {
    a.iter().map(|a| a.max(0.0)).collect()
}

/// Adds the second derivatives of an example: of classes, or of a value with the precision of its noise.
fn add_example(layers: &mut [Layer], x: &[f32], precision: Option<f64>) {
    let x: Vec<f64> = x.iter().map(|x| f64::from(*x)).collect();
    let mut h = x.clone();
    for layer in &mut *layers {
        for (o, a) in layer.a.iter_mut().enumerate() {
            let row = &layer.weight[o * layer.inputs..(o + 1) * layer.inputs];
            let sum: f64 = row.iter().zip(&h).map(|(w, h)| w * h).sum();
            *a = sum + layer.bias.get(o).copied().unwrap_or(0.0);
        }
        h = relu(&layer.a);
    }
    let Some(last) = layers.last() else { return };
    let p = softmax(&last.a);
    let classes = p.len();

    // B of the last layer is the identity, `[classes][outputs]`.
    let mut b = vec![0.0; classes * classes];
    (0..classes).for_each(|k| b[k * classes + k] = 1.0);
    for l in (0..layers.len()).rev() {
        let (below, rest) = layers.split_at_mut(l);
        let layer = &mut rest[0];
        let h = below
            .last()
            .map_or_else(|| x.clone(), |below| relu(&below.a));
        for o in 0..layer.outputs {
            let column = (0..classes).map(|k| (p[k], b[k * layer.outputs + o]));
            let (mean, square) = column.fold((0.0, 0.0), |(mean, square), (p, b)| {
                (mean + p * b, square + p * b * b)
            });
            let curvature = match precision {
                None => square - mean * mean,
                Some(precision) => precision * b[o] * b[o],
            };
            if curvature == 0.0 {
                continue;
            }
            let sums = &mut layer.of_weight[o * layer.inputs..(o + 1) * layer.inputs];
            for (sum, h) in sums.iter_mut().zip(&h) {
                *sum += curvature * h * h;
            }
            layer.of_bias[o] += curvature;
        }
        if let Some(below) = below.last() {
            b = back(&b, layer, &below.a, classes);
        }
    }
}

/// B of the layer below: through the weights and the open ReLUs.
fn back(b: &[f64], layer: &Layer, a_below: &[f64], classes: usize) -> Vec<f64> {
    let mut through = vec![0.0; classes * layer.inputs];
    for k in 0..classes {
        let to = &mut through[k * layer.inputs..(k + 1) * layer.inputs];
        for o in 0..layer.outputs {
            let factor = b[k * layer.outputs + o];
            let row = &layer.weight[o * layer.inputs..(o + 1) * layer.inputs];
            for ((to, w), a) in to.iter_mut().zip(row).zip(a_below) {
                *to += if *a > 0.0 { factor * w } else { 0.0 };
            }
        }
    }
    through
}

fn softmax(logits: &[f64]) -> Vec<f64> {
    let largest = logits.iter().copied().fold(f64::MIN, f64::max);
    let exps: Vec<f64> = logits.iter().map(|a| (a - largest).exp()).collect();
    let total: f64 = exps.iter().sum();
    exps.iter().map(|e| e / total).collect()
}

#[cfg(test)]
mod tests {
    use mesu_kernels::Generator;

    use super::*;
    use crate::network::{Initialization, NetworkConfig, WeightKind};

    /// Mean loss of the network in f64, every weight of `layers` as it is there.
    fn loss(layers: &mut [Layer], inputs: &[f32], labels: &[usize]) -> f64 {
        let width = layers[0].inputs;
        let mut total = 0.0;
        for (x, label) in inputs.chunks(width).zip(labels) {
            let mut h: Vec<f64> = x.iter().map(|x| f64::from(*x)).collect();
            for layer in &mut *layers {
                let a: Vec<f64> = (0..layer.outputs)
                    .map(|o| {
                        let row = &layer.weight[o * layer.inputs..(o + 1) * layer.inputs];
                        row.iter().zip(&h).map(|(w, h)| w * h).sum::<f64>() + layer.bias[o]
                    })
                    .collect();
                layer.a.clone_from(&a);
                h = relu(&a);
            }
            let logits = &layers[layers.len() - 1].a;
            total -= softmax(logits)[*label].ln();
        }
        total / labels.len() as f64
    }

    #[test]
    fn it_is_the_second_difference_of_the_loss() {
        let config = NetworkConfig {
            hidden: vec![6, 5],
            bias: true,
            init: Initialization::He,
            ..Default::default()
        };
        let mut init = Generator::named(3, "init", &[]);
        let network = Network::new(4, 3, &config, WeightKind::Point, &mut init).unwrap();
        let inputs = Generator::named(1, "inputs", &[]).normals(4 * 30);
        let labels: Vec<usize> = (0..30).map(|i| i % 3).collect();
        let got = hessian_diagonal(&network, &mut inputs.chunks(4 * 7).map(<[f32]>::to_vec));
        let mut layers: Vec<Layer> = network.layers.iter().map(Layer::from).collect();
        let step = 1e-5;
        for l in 0..3 {
            for part in 0..2 {
                let group = &got[2 * l + part];
                for (i, got) in group.iter().enumerate() {
                    let mut at = |change: f64| {
                        let layer = &mut layers[l];
                        let values = if part == 0 {
                            &mut layer.weight
                        } else {
                            &mut layer.bias
                        };
                        let before = values[i];
                        values[i] = before + change;
                        let loss = loss(&mut layers, &inputs, &labels);
                        let layer = &mut layers[l];
                        let values = if part == 0 {
                            &mut layer.weight
                        } else {
                            &mut layer.bias
                        };
                        values[i] = before;
                        loss
                    };
                    let second = (at(step) - 2.0 * at(0.0) + at(-step)) / (step * step);
                    assert!(
                        (got - second).abs() < 1e-4 + 1e-3 * got,
                        "{l} {part} {i}: {got} {second}"
                    );
                }
            }
        }
        assert!(
            hessian_diagonal(&network, &mut std::iter::empty())[0]
                .iter()
                .all(|h| *h == 0.0)
        );
    }
}
