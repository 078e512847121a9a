//! A batch through given weights and back: what weight sampling does for every draw, and point
//! weights do once.
//!
//! Activations are feature-major, `[features][examples]`.

use mesu_kernels::Matrix;
use mesu_kernels::batch::gate;
use mesu_kernels::gemm::{Left, Packed, Threads, gemm};

use super::local::{relu, row_sums};
use super::loss::Loss;
use super::{Diverged, Learned, check_finite, lost};

/// The weights of a layer, `[outputs][inputs]`, and its biases, `[1][outputs]`.
#[derive(Clone, Copy)]
pub(crate) struct Weights<'a> {
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
    /// `[outputs][examples]` of each layer: pre-activations, then what ReLU leaves of them.
    h: Vec<Vec<f32>>,
    /// Gradients at the pre-activations.
    d: Vec<Vec<f32>>,
    packed: Packed,
    zeros: Vec<f32>,
    pub(super) loss: Loss,
}

impl Fixed {
    /// Buffers whose products run on `threads`.
    pub(crate) fn new(threads: Threads) -> Self {
        Self {
            threads,
            h: Vec::new(),
            d: Vec::new(),
            packed: Packed::default(),
            zeros: Vec::new(),
            loss: Loss::new(0, 0),
        }
    }

    /// Logits, `[classes][examples]`, of `inputs`, `[examples][inputs]`.
    pub(crate) fn logits(
        &mut self,
        layers: &[Weights<'_>],
        inputs: &[f32],
    ) -> Result<&mut [f32], Diverged> {
        let examples = inputs.len() / layers[0].weight.columns();
        self.h.resize_with(layers.len(), Vec::new);
        for (l, Weights { weight, bias }) in layers.iter().enumerate() {
            let (below, rest) = self.h.split_at_mut(l);
            let this = &mut rest[0];
            if let Some(below) = below.last_mut() {
                relu(below);
                self.packed.pack_rows(below, weight.columns(), examples);
            } else {
                self.packed.pack_columns(inputs, weight.columns(), examples);
            }
            this.resize(weight.rows() * examples, 0.0);
            let w = Left::rows(weight.padded(), weight.stride());
            gemm(w, &self.packed, this, examples, self.threads);
            if let Some(bias) = bias {
                for (row, b) in this.chunks_exact_mut(examples).zip(bias.row(0)) {
                    row.iter_mut().for_each(|a| *a += b);
                }
            }
            check_finite(l, this, &[])?;
        }
        Ok(&mut self.h[layers.len() - 1])
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
        self.loss.load(&self.h[count - 1], classes);
        let learned = self.loss.gradient(labels, scale);
        let learned = learned.ok_or_else(|| lost(count))?;
        self.d.resize_with(count, Vec::new);
        self.loss.store(&mut self.d[count - 1]);
        for (l, gradients) in gradients.iter_mut().enumerate().rev() {
            let weight = layers[l].weight;
            let (below, rest) = self.d.split_at_mut(l);
            let d = &rest[0];
            if let Some(below) = below.last_mut() {
                let h = &self.h[l - 1];
                below.resize(h.len(), 0.0);
                self.packed.pack_rows(d, weight.rows(), examples);
                let w = Left::columns(weight.padded(), weight.stride());
                gemm(w, &self.packed, below, examples, self.threads);
                self.zeros.resize(h.len(), 0.0);
                gate(h, below, &self.zeros);
                self.packed.pack_columns(h, examples, weight.columns());
            } else {
                self.packed.pack_rows(inputs, examples, weight.columns());
            }
            let (stride, left) = (gradients.weight.stride(), Left::rows(d, examples));
            let out = gradients.weight.padded_mut();
            gemm(left, &self.packed, out, stride, self.threads);
            if let Some(bias) = &mut gradients.bias {
                *bias = row_sums(d, examples);
            }
        }
        Ok(learned)
    }
}
