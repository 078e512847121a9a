//! A batch through given weights and back: what weight sampling does for every draw, and point
//! weights do once.
//!
//! Activations are feature-major, `[features][examples]`.

use mesu_kernels::Matrix;
use mesu_kernels::gemm::{Left, Packed, Threads, gemm};

use super::local::row_sums;
use super::loss::Loss;
use super::product::{input_gradient, pack, pack_inputs, pack_transposed};
use super::steps::Steps;
use super::{Diverged, Learned, Noise, check_finite, lost};
use crate::layer::Layer;

/// The weights of a layer, `[outputs][inputs]`, and its biases, `[1][outputs]`, in the place of its synapses.
#[derive(Clone, Copy)]
pub(crate) struct Weights<'a> {
    pub(crate) layer: &'a Layer,
    pub(crate) weight: &'a Matrix,
    pub(crate) bias: Option<&'a Matrix>,
}

/// Gradients of the shapes of [`Weights`].
#[derive(Clone, Debug)]
pub(crate) struct Gradients {
    pub(crate) weight: Matrix,
    pub(crate) bias: Option<Matrix>,
}

impl Gradients {
    /// Zeros of the shapes of `weights`.
    pub(crate) fn new(weights: Weights<'_>) -> Self {
        let zeros = |matrix: &Matrix| Matrix::zeros(matrix.rows(), matrix.columns());
        Self {
            weight: zeros(weights.weight),
            bias: weights.bias.map(zeros),
        }
    }
}

/// Buffers for batches; they grow to what a batch needs and stay.
#[derive(Clone, Debug)]
pub(crate) struct Fixed {
    threads: Threads,
    /// Of each layer: pre-activations, `[outputs][examples * positions]`, and what comes of them.
    steps: Vec<Steps>,
    /// Gradients at the pre-activations.
    d: Vec<Vec<f32>>,
    packed: Packed,
    patches: Vec<f32>,
    /// Images as the first layer of a convolutional network takes them.
    images: Vec<f32>,
    pub(super) loss: Loss,
}

impl Fixed {
    /// Buffers whose products run on `threads`.
    pub(crate) fn new(threads: Threads) -> Self {
        Self {
            threads,
            steps: Vec::new(),
            d: Vec::new(),
            packed: Packed::default(),
            patches: Vec::new(),
            images: Vec::new(),
            loss: Loss::new(0, 0),
        }
    }

    /// Logits, `[classes][examples]`, of `inputs`, `[examples][inputs]`; with noise it drops out, to learn
    /// from them.
    pub(crate) fn logits<N: Noise>(
        &mut self,
        layers: &[Weights<'_>],
        inputs: &[f32],
        mut dropping: Option<&mut N>,
    ) -> Result<&mut [f32], Diverged> {
        let examples = inputs.len() / layers[0].layer.input_size();
        self.steps.resize_with(layers.len(), Steps::default);
        for (l, weights) in layers.iter().enumerate() {
            let Weights {
                layer,
                weight,
                bias,
            } = *weights;
            let (below, rest) = self.steps.split_at_mut(l);
            let this = &mut rest[0];
            match below.last() {
                Some(below) => {
                    pack(
                        layer,
                        below.output(&layers[l - 1].layer.then),
                        &mut self.packed,
                    );
                }
                None => pack_inputs(layer, inputs, &mut self.images, &mut self.packed),
            }
            let columns = examples * layer.positions();
            let a = this.activations();
            a.resize(weight.rows() * columns, 0.0);
            let w = Left::rows(weight.padded(), weight.stride());
            gemm(w, &self.packed, a, columns, self.threads);
            if let Some(bias) = bias {
                for (row, b) in a.chunks_exact_mut(columns).zip(bias.row(0)) {
                    row.iter_mut().for_each(|a| *a += b);
                }
            }
            check_finite(l, a, &[])?;
            this.forward(&layer.then, examples, dropping.as_deref_mut());
        }
        Ok(self.steps[layers.len() - 1].output_mut(&[]))
    }

    /// The loss of the last [`logits`](Self::logits), summed over the batch, and the gradients of
    /// `scale` times it.
    pub(crate) fn gradients(
        &mut self,
        layers: &[Weights<'_>],
        inputs: &[f32],
        labels: &[u32],
        scale: f32,
        gradients: &mut [Gradients],
    ) -> Result<Learned, Diverged> {
        let (count, examples) = (layers.len(), labels.len());
        let classes = layers[count - 1].weight.rows();
        self.loss.load(self.steps[count - 1].output(&[]), classes);
        let learned = self.loss.gradient(labels, scale);
        let learned = learned.ok_or_else(|| lost(count))?;
        self.d.resize_with(count, Vec::new);
        self.loss.store(&mut self.d[count - 1]);
        for (l, gradients) in gradients.iter_mut().enumerate().rev() {
            let Weights { layer, weight, .. } = layers[l];
            let (below, rest) = self.d.split_at_mut(l);
            let d = &rest[0];
            let columns = d.len() / layer.outputs;
            match (below.last_mut(), layer.conv) {
                (Some(below), _) => {
                    let w = Left::columns(weight.padded(), weight.stride());
                    let (packed, patches) = (&mut self.packed, &mut self.patches);
                    input_gradient(layer, w, d, packed, patches, below, self.threads);
                    let (steps, then) = (&mut self.steps[l - 1], &layers[l - 1].layer.then);
                    pack_transposed(layer, steps.output(then), packed);
                    steps.backward(then, examples, below);
                }
                (None, None) => self.packed.pack_rows(inputs, examples, layer.inputs),
                (None, Some(_)) => pack_transposed(layer, &self.images, &mut self.packed),
            }
            let (stride, left) = (gradients.weight.stride(), Left::rows(d, columns));
            let out = gradients.weight.padded_mut();
            gemm(left, &self.packed, out, stride, self.threads);
            if let Some(bias) = &mut gradients.bias {
                *bias = row_sums(d, columns);
            }
        }
        Ok(learned)
    }
}
