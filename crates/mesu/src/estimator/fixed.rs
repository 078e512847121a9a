//! A batch through given weights and back: what weight sampling does for every draw, and point
//! weights do once.
//!
//! Activations are feature-major, `[features][examples]`.

use mesu_kernels::gemm::{Left, Packed, Threads, gemm};
use mesu_kernels::{Generator, Matrix};

use super::loss::Loss;
use super::product::{at_once, input_gradient};
use super::steps::Steps;
use super::trunk::{Convolutions, FixedPart, Trunk, convolutions};
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

    /// Those of another part of a batch, in the place of what is there or added to it.
    pub(super) fn add(&mut self, other: &Self, first: bool) {
        let biases = self.bias.iter_mut().zip(&other.bias);
        for (sum, part) in std::iter::once((&mut self.weight, &other.weight)).chain(biases) {
            let sums = sum.padded_mut().iter_mut().zip(part.padded());
            sums.for_each(|(sum, g)| *sum = if first { *g } else { *sum + g });
        }
    }
}

/// Buffers for batches; they grow to what a batch needs and stay. A clone begins with none.
#[derive(Debug)]
pub(crate) struct Fixed {
    threads: Threads,
    trunk: Trunk<FixedPart>,
    /// Of each fully connected layer: pre-activations, `[outputs][examples]`, and what comes of them.
    steps: Vec<Steps>,
    /// Gradients at the pre-activations.
    d: Vec<Vec<f32>>,
    /// The gradient at what the convolutions gave.
    at_trunk: Vec<f32>,
    packed: Packed,
    /// Gradients of a part of a batch.
    part: Vec<f32>,
    /// Of all examples of the last batch that was learned, `[examples][classes]`.
    pub(super) votes: Vec<f32>,
    pub(super) loss: Loss,
}

impl Clone for Fixed {
    fn clone(&self) -> Self {
        Self::new(self.threads)
    }
}

impl Fixed {
    /// Buffers whose products run on `threads`.
    pub(crate) fn new(threads: Threads) -> Self {
        Self {
            threads,
            trunk: Trunk::new(threads),
            steps: Vec::new(),
            d: Vec::new(),
            at_trunk: Vec::new(),
            packed: Packed::default(),
            part: Vec::new(),
            votes: Vec::new(),
            loss: Loss::new(0, 0),
        }
    }

    /// Logits, `[classes][examples]`, of `inputs`, `[examples][inputs]`.
    pub(crate) fn logits(
        &mut self,
        layers: &[Weights<'_>],
        inputs: &[f32],
    ) -> Result<&mut [f32], Diverged> {
        let (conv, linear) = halves(layers);
        let convolutions = Convolutions::new(conv, false);
        self.forward(&convolutions, linear, inputs, None::<&mut Generator>, false)?;
        Ok(self.steps[linear.len() - 1].output_mut(&[]))
    }

    /// From the inputs to the logits; to learn from them, dropping out if there is noise.
    fn forward<N: Noise>(
        &mut self,
        convolutions: &Convolutions<'_>,
        layers: &[Weights<'_>],
        inputs: &[f32],
        mut dropping: Option<&mut N>,
        learning: bool,
    ) -> Result<(), Diverged> {
        let before = convolutions.weights().len();
        let width = convolutions.weights().first().unwrap_or(&layers[0]);
        let width = width.layer.input_size();
        let columns = inputs.len() / width;
        if before > 0 {
            let noise = dropping.as_deref_mut();
            self.trunk.forward(convolutions, inputs, noise, learning)?;
        }
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
                    let x = below.output(&layers[l - 1].layer.then);
                    self.packed.pack_rows(x, layer.inputs, columns);
                }
                None if before > 0 => {
                    let x = self.trunk.output();
                    self.packed.pack_rows(x, layer.inputs, columns);
                }
                None => self.packed.pack_columns(inputs, layer.inputs, columns),
            }
            let a = this.activations();
            a.resize(layer.outputs * columns, 0.0);
            let w = Left::rows(weight.padded(), weight.stride());
            gemm(w, &self.packed, a, columns, self.threads);
            if let Some(bias) = bias {
                for (row, b) in a.chunks_exact_mut(columns).zip(bias.row(0)) {
                    row.iter_mut().for_each(|a| *a += b);
                }
            }
            check_finite(before + l, a, &[])?;
            this.forward(&layer.then, columns, dropping.as_deref_mut());
        }
        Ok(())
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
        let (conv, linear) = halves(layers);
        let convolutions = Convolutions::new(conv, true);
        self.votes.clear();
        let mut learned = Learned::default();
        let parts = inputs.chunks(at_once * width).zip(labels.chunks(at_once));
        for (number, (inputs, labels)) in parts.enumerate() {
            let noise = dropping.as_deref_mut();
            self.forward(&convolutions, linear, inputs, noise, true)?;
            let (first, at) = (number == 0, (inputs, labels));
            learned += self.gradients(&convolutions, linear, at, scale, gradients, first)?;
            self.votes.extend_from_slice(&self.loss.votes);
        }
        Ok(learned)
    }

    /// The loss of the last [`forward`](Self::forward), and the gradients of `scale` times it, which are
    /// added to those of parts before.
    fn gradients(
        &mut self,
        convolutions: &Convolutions<'_>,
        layers: &[Weights<'_>],
        (inputs, labels): (&[f32], &[u32]),
        scale: f32,
        gradients: &mut [Gradients],
        first: bool,
    ) -> Result<Learned, Diverged> {
        let (count, columns) = (layers.len(), labels.len());
        let before = convolutions.weights().len();
        let classes = layers[count - 1].weight.rows();
        self.loss.load(self.steps[count - 1].output(&[]), classes);
        let learned = self.loss.gradient(labels, scale);
        let learned = learned.ok_or_else(|| lost(before + count))?;
        self.d.resize_with(count, Vec::new);
        self.loss.store(&mut self.d[count - 1]);
        let (of_convolutions, gradients) = gradients.split_at_mut(before);
        for (l, gradients) in gradients.iter_mut().enumerate().rev() {
            let Weights { layer, weight, .. } = layers[l];
            let (below, rest) = self.d.split_at_mut(l);
            let d = &rest[0];
            let w = Left::columns(weight.padded(), weight.stride());
            let packed = &mut self.packed;
            if let Some(below) = below.last_mut() {
                input_gradient(layer, w, d, packed, below, self.threads);
                let (steps, then) = (&mut self.steps[l - 1], &layers[l - 1].layer.then);
                packed.pack_columns(steps.output(then), columns, layer.inputs);
                steps.backward(then, columns, below);
            } else if before > 0 {
                input_gradient(layer, w, d, packed, &mut self.at_trunk, self.threads);
                packed.pack_columns(self.trunk.output(), columns, layer.inputs);
            } else {
                packed.pack_rows(inputs, columns, layer.inputs);
            }
            gradients.take(d, &self.packed, first, &mut self.part, self.threads);
        }
        if before > 0 {
            let (d, sums) = (&self.at_trunk, of_convolutions.iter_mut());
            self.trunk.backward(convolutions, inputs, d, sums, first);
        }
        Ok(learned)
    }
}

/// Convolutions, and the fully connected layers after them.
fn halves<'a, 'b>(layers: &'a [Weights<'b>]) -> (&'a [Weights<'b>], &'a [Weights<'b>]) {
    layers.split_at(convolutions(layers.iter().map(|weights| weights.layer)))
}
