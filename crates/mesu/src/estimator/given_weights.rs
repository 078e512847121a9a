//! A batch through given weights and back: what weight sampling does for every draw, and point
//! weights do once.
//!
//! Activations are feature-major, `[features][examples]`.

use mesu_kernels::Generator;
use mesu_kernels::gemm::{Left, Packed, Threads, gemm};

use super::budget::examples_at_once;
use super::conv_stack::{ConvStack, GivenChunk, GivenConvs, convolutions};
use super::diverged::{Diverged, check_finite};
use super::loss::{Criterion, Learned, Loss};
use super::task::Batch;
use crate::layer::OpBuffers;
use crate::layer::gradients::{Gradients, LayerWeights, Product, input_gradient};
use crate::noise::Noise;

/// Buffers for batches; they grow to what a batch needs and stay. A clone begins with none.
#[derive(Debug)]
pub(crate) struct GivenWeights {
    threads: Threads,
    convs: ConvStack<GivenChunk>,
    /// Pre-activations of each fully connected layer, `[outputs][examples]`, and what comes of them.
    ops: Vec<OpBuffers>,
    /// Gradients at the pre-activations.
    d: Vec<Vec<f32>>,
    /// The gradient at what the convolutions gave.
    at_convs: Vec<f32>,
    packed: Packed,
    /// Gradients of a part of a batch.
    part: Vec<f32>,
    /// Sums over the samples of all examples of the last batch that was learned, of probabilities or of means.
    pub(super) sums: Vec<f32>,
    pub(super) loss: Loss,
}

impl Clone for GivenWeights {
    fn clone(&self) -> Self {
        Self::new(self.threads)
    }
}

impl GivenWeights {
    /// Buffers whose products run on `threads`.
    pub(crate) fn new(threads: Threads) -> Self {
        Self {
            threads,
            convs: ConvStack::new(threads),
            ops: Vec::new(),
            d: Vec::new(),
            at_convs: Vec::new(),
            packed: Packed::default(),
            part: Vec::new(),
            sums: Vec::new(),
            loss: Loss::new(0, 0),
        }
    }

    /// Logits, `[classes][examples]`, of `inputs`, `[examples][inputs]`.
    pub(crate) fn logits(
        &mut self,
        layers: &[LayerWeights<'_>],
        inputs: &[f32],
    ) -> Result<&mut [f32], Diverged> {
        let (conv, linear) = halves(layers);
        let convolutions = GivenConvs::new(conv, false);
        self.forward(&convolutions, linear, inputs, None::<&mut Generator>, false)?;
        Ok(self.ops[linear.len() - 1].output_mut(&[]))
    }

    /// Goes from the inputs to the logits; to learn from them, dropping out if there is noise.
    fn forward<N: Noise>(
        &mut self,
        convolutions: &GivenConvs<'_>,
        layers: &[LayerWeights<'_>],
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
            self.convs.forward(convolutions, inputs, noise, learning)?;
        }
        self.ops.resize_with(layers.len(), OpBuffers::default);
        for (l, weights) in layers.iter().enumerate() {
            let LayerWeights {
                layer,
                weight,
                bias,
            } = *weights;
            let (below, rest) = self.ops.split_at_mut(l);
            let this = &mut rest[0];
            match below.last() {
                Some(below) => {
                    let x = below.output(&layers[l - 1].layer.then);
                    self.packed.pack_rows(x, layer.inputs, columns);
                }
                None if before > 0 => {
                    let x = self.convs.output();
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

    /// Computes the loss, summed over a batch, and the gradients of the criterion. With noise it drops out.
    pub(crate) fn learn<N: Noise>(
        &mut self,
        layers: &[LayerWeights<'_>],
        batch: Batch<'_>,
        criterion: Criterion<'_>,
        gradients: &mut [Gradients],
        mut dropping: Option<&mut N>,
    ) -> Result<Learned, Diverged> {
        let width = layers[0].layer.input_size();
        let examples_at_once = examples_at_once(layers.iter().map(|weights| weights.layer), 1);
        let (conv, linear) = halves(layers);
        let convolutions = GivenConvs::new(conv, true);
        self.sums.clear();
        let mut learned = Learned::default();
        for (number, part) in batch.parts(examples_at_once, width).enumerate() {
            let noise = dropping.as_deref_mut();
            self.forward(&convolutions, linear, part.inputs, noise, true)?;
            let first = number == 0;
            learned += self.gradients(&convolutions, linear, part, criterion, gradients, first)?;
            self.sums.extend_from_slice(&self.loss.sums);
        }
        Ok(learned)
    }

    /// The loss of the last [`forward`](Self::forward), and the gradients of the criterion, which are added to those
    /// of parts before.
    fn gradients(
        &mut self,
        convolutions: &GivenConvs<'_>,
        layers: &[LayerWeights<'_>],
        batch: Batch<'_>,
        criterion: Criterion<'_>,
        gradients: &mut [Gradients],
        first: bool,
    ) -> Result<Learned, Diverged> {
        let (inputs, count, columns) = (batch.inputs, layers.len(), batch.len());
        let before = convolutions.weights().len();
        let classes = layers[count - 1].weight.rows();
        self.loss.load(self.ops[count - 1].output(&[]), classes);
        let learned = self.loss.gradient(batch, criterion);
        let learned = learned.ok_or_else(|| Diverged::at_loss(before + count))?;
        self.d.resize_with(count, Vec::new);
        self.loss.store(&mut self.d[count - 1]);
        let (of_convolutions, gradients) = gradients.split_at_mut(before);
        for (l, gradients) in gradients.iter_mut().enumerate().rev() {
            let LayerWeights { layer, weight, .. } = layers[l];
            let (below, rest) = self.d.split_at_mut(l);
            let d = &rest[0];
            let w = Left::columns(weight.padded(), weight.stride());
            let packed = &mut self.packed;
            if let Some(below) = below.last_mut() {
                input_gradient(layer, w, d, packed, below, self.threads);
                let (ops, then) = (&mut self.ops[l - 1], &layers[l - 1].layer.then);
                packed.pack_columns(ops.output(then), columns, layer.inputs);
                ops.backward(then, columns, below);
            } else if before > 0 {
                input_gradient(layer, w, d, packed, &mut self.at_convs, self.threads);
                packed.pack_columns(self.convs.output(), columns, layer.inputs);
            } else {
                packed.pack_rows(inputs, columns, layer.inputs);
            }
            let product = Product {
                packed: &self.packed,
                part: &mut self.part,
                threads: self.threads,
            };
            gradients.set_or_add_product(d, product, first);
        }
        if before > 0 {
            let (d, sums) = (&self.at_convs, of_convolutions.iter_mut());
            self.convs.backward(convolutions, inputs, d, sums, first);
        }
        Ok(learned)
    }
}

/// Convolutions, and the fully connected layers after them.
fn halves<'a, 'b>(
    layers: &'a [LayerWeights<'b>],
) -> (&'a [LayerWeights<'b>], &'a [LayerWeights<'b>]) {
    layers.split_at(convolutions(layers.iter().map(|weights| weights.layer)))
}
