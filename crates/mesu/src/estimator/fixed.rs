//! A batch through given weights and back: what weight sampling does for every draw, and point
//! weights do once.
//!
//! Activations are feature-major, `[features][examples]`.

use mesu_kernels::Matrix;
use mesu_kernels::gemm::{Left, Packed, Threads, gemm};

use super::loss::Loss;
use super::product::{at_once, input_gradient, pack, pack_inputs, pack_transposed};
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

    /// Of a layer's synapses.
    pub(super) fn of(layer: &Layer) -> Self {
        Self::new(Weights {
            layer,
            weight: layer.weight.mu(),
            bias: layer.bias.as_ref().map(|bias| bias.mu()),
        })
    }

    /// Those of one part of a batch: the product of `d`, `[outputs][columns]`, with what is packed,
    /// `[columns][inputs]`. They take the place of what is there or, of a part that is not the first,
    /// are added to it.
    pub(super) fn take(
        &mut self,
        d: &[f32],
        packed: &Packed,
        first: bool,
        part: &mut Vec<f32>,
        threads: Threads,
    ) {
        let columns = d.len() / self.weight.rows();
        let (stride, left) = (self.weight.stride(), Left::rows(d, columns));
        let sums = self.weight.padded_mut();
        if first {
            gemm(left, packed, sums, stride, threads);
        } else {
            part.clear();
            part.resize(sums.len(), 0.0);
            gemm(left, packed, part, stride, threads);
            sums.iter_mut().zip(part).for_each(|(sum, g)| *sum += *g);
        }
        if let Some(bias) = &mut self.bias {
            let rows = d.chunks_exact(columns).map(|row| row.iter().sum::<f32>());
            for (sum, g) in bias.row_mut(0).iter_mut().zip(rows) {
                *sum = if first { g } else { *sum + g };
            }
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
    /// Gradients of a part of a batch.
    part: Vec<f32>,
    /// Of all examples of the last batch that was learned, `[examples][classes]`.
    pub(super) votes: Vec<f32>,
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
            part: Vec::new(),
            votes: Vec::new(),
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

    /// The loss, summed over a batch: `inputs`, `[labels.len()][inputs]`; and the gradients of `scale`
    /// times it. With noise it drops out.
    pub(crate) fn learn<N: Noise>(
        &mut self,
        layers: &[Weights<'_>],
        inputs: &[f32],
        labels: &[u32],
        scale: f32,
        gradients: &mut [Gradients],
        mut dropping: Option<&mut N>,
    ) -> Result<Learned, Diverged> {
        let width = layers[0].layer.input_size();
        let at_once = at_once(layers.iter().map(|weights| weights.layer), 1);
        self.votes.clear();
        let mut learned = Learned::default();
        let parts = inputs.chunks(at_once * width).zip(labels.chunks(at_once));
        for (number, (inputs, labels)) in parts.enumerate() {
            self.logits(layers, inputs, dropping.as_deref_mut())?;
            learned += self.gradients(layers, inputs, labels, scale, gradients, number == 0)?;
            self.votes.extend_from_slice(&self.loss.votes);
        }
        Ok(learned)
    }

    /// The loss of the last [`logits`](Self::logits), and the gradients of `scale` times it, which are
    /// added to those of parts before.
    fn gradients(
        &mut self,
        layers: &[Weights<'_>],
        inputs: &[f32],
        labels: &[u32],
        scale: f32,
        gradients: &mut [Gradients],
        first: bool,
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
            gradients.take(d, &self.packed, first, &mut self.part, self.threads);
        }
        Ok(learned)
    }
}
