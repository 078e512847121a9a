//! The loss of a Bayesian network under local reparameterization, in f64, as plain as can be.

#[allow(dead_code)] // Not every test reads golden files.
pub(crate) mod recorded;

use mesu::layer;
use mesu_kernels::Matrix;

/// A layer with f64 parameters; without a bias its two vectors are empty.
#[derive(Clone)]
pub(crate) struct Layer {
    pub(crate) inputs: usize,
    pub(crate) outputs: usize,
    pub(crate) mu: Vec<f64>,
    pub(crate) sigma: Vec<f64>,
    pub(crate) bias_mu: Vec<f64>,
    pub(crate) bias_sigma: Vec<f64>,
}

impl From<&layer::Layer> for Layer {
    fn from(layer: &layer::Layer) -> Self {
        let f64s = |x: &Matrix| x.values().map(f64::from).collect();
        let bias = layer.bias.as_ref();
        Self {
            inputs: layer.inputs,
            outputs: layer.outputs,
            mu: f64s(layer.weight.mu()),
            sigma: f64s(layer.weight.sigma().unwrap()),
            bias_mu: bias.map_or(vec![], |b| f64s(b.mu())),
            bias_sigma: bias.map_or(vec![], |b| f64s(b.sigma().unwrap())),
        }
    }
}

/// Sum over the examples of the mean over the samples of -ln p(label).
///
/// `inputs` is `[examples][inputs]`, `noise` of a layer `[samples][examples][outputs]`.
pub(crate) fn loss(
    layers: &[Layer],
    inputs: &[f64],
    labels: &[u32],
    noise: &[Vec<f64>],
    samples: usize,
) -> f64 {
    let width = layers[0].inputs;
    let mut total = 0.0;
    for s in 0..samples {
        for (b, label) in labels.iter().enumerate() {
            let mut h = inputs[b * width..(b + 1) * width].to_vec();
            for (l, layer) in layers.iter().enumerate() {
                let mut a = vec![0.0; layer.outputs];
                for (o, a) in a.iter_mut().enumerate() {
                    let (mut m, mut v) = (0.0, 0.0);
                    for (i, h) in h.iter().enumerate() {
                        let sigma = layer.sigma[o * layer.inputs + i];
                        m += layer.mu[o * layer.inputs + i] * h;
                        v += sigma * sigma * h * h;
                    }
                    if !layer.bias_mu.is_empty() {
                        m += layer.bias_mu[o];
                        v += layer.bias_sigma[o] * layer.bias_sigma[o];
                    }
                    *a = m + v.sqrt() * noise[l][(s * labels.len() + b) * layer.outputs + o];
                    if l + 1 < layers.len() {
                        *a = a.max(0.0);
                    }
                }
                h = a;
            }
            let total_exp: f64 = h.iter().map(|a| a.exp()).sum();
            total += total_exp.ln() - h[*label as usize];
        }
    }
    total / samples as f64
}
