//! Weights in the place of a layer's synapses, gradients of their shapes, and the products that both take
//! part in.

use mesu_kernels::Matrix;
use mesu_kernels::batch::{Second, update};
use mesu_kernels::gemm::{Left, Packed, Threads, gemm};

use super::neurons::Layer;
use crate::rule::Rule;

/// Weights of a layer, `[outputs][inputs]`, and its biases, `[1][outputs]`, in the place of its synapses.
#[derive(Clone, Copy)]
pub(crate) struct LayerWeights<'a> {
    pub(crate) layer: &'a Layer,
    pub(crate) weight: &'a Matrix,
    pub(crate) bias: Option<&'a Matrix>,
}

impl<'a> LayerWeights<'a> {
    /// The values of point weights, or the means of Gaussian synapses.
    pub(crate) fn means(layer: &'a Layer) -> Self {
        Self {
            layer,
            weight: layer.weight.mu(),
            bias: layer.bias.as_ref().map(|bias| bias.mu()),
        }
    }
}

/// Gradients of the shapes of [`LayerWeights`].
#[derive(Clone, Debug)]
pub(crate) struct Gradients {
    pub(crate) weight: Matrix,
    pub(crate) bias: Option<Matrix>,
}

/// Buffers and threads of a product with a gradient.
pub(crate) struct Product<'a> {
    /// The right factor, `[columns][inputs]`.
    pub(crate) packed: &'a Packed,
    /// Gradients of a part of a batch.
    pub(crate) part: &'a mut Vec<f32>,
    pub(crate) threads: Threads,
}

impl Gradients {
    /// Zeros of the shapes of a layer's synapses.
    pub(crate) fn zeros(layer: &Layer) -> Self {
        let zeros = |matrix: &Matrix| Matrix::zeros(matrix.rows(), matrix.columns());
        let LayerWeights { weight, bias, .. } = LayerWeights::means(layer);
        Self {
            weight: zeros(weight),
            bias: bias.map(zeros),
        }
    }

    /// Sets all to 0.
    pub(crate) fn clear(&mut self) {
        let matrices = std::iter::once(&mut self.weight).chain(&mut self.bias);
        matrices.for_each(|matrix| matrix.padded_mut().fill(0.0));
    }

    /// Takes in the gradients of one part of a batch, the product of `d`, `[outputs][columns]`, with what is
    /// packed: in the place of what is there or, of a part that is not the first, added to it.
    pub(crate) fn set_or_add_product(&mut self, d: &[f32], product: Product<'_>, first: bool) {
        let Product {
            packed,
            part,
            threads,
        } = product;
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

    /// Takes in the gradients of another part of a batch: in the place of what is there or added to it.
    pub(crate) fn set_or_add(&mut self, other: &Self, first: bool) {
        let biases = self.bias.iter_mut().zip(&other.bias);
        for (sum, part) in std::iter::once((&mut self.weight, &other.weight)).chain(biases) {
            let sums = sum.padded_mut().iter_mut().zip(part.padded());
            sums.for_each(|(sum, g)| *sum = if first { *g } else { *sum + g });
        }
    }
}

impl Layer {
    /// Moves all synapses by one step of `rule`; the second gradients are for rules that keep a sigma. Returns
    /// whether every new sigma, if there are any, is positive.
    pub(crate) fn update<R: Rule>(
        &mut self,
        mu: &Gradients,
        second: Option<(&Gradients, Second)>,
        rule: &R,
    ) -> bool {
        let of_weight = second.map(|(gradients, kind)| (&gradients.weight, kind));
        if !update(self.weight.lend(), &mu.weight, of_weight, rule) {
            return false;
        }
        let (Some(bias), Some(mu)) = (&mut self.bias, &mu.bias) else {
            return true;
        };
        let of_bias = second.and_then(|(gradients, kind)| Some((gradients.bias.as_ref()?, kind)));
        update(bias.lend(), mu, of_bias, rule)
    }
}

/// Computes the gradient at the input of a fully connected layer, `dx`, `[inputs][columns]`: the product of
/// `weight`, the transposed matrix, with `d`, `[outputs][columns]`.
pub(crate) fn input_gradient(
    layer: &Layer,
    weight: Left<'_>,
    d: &[f32],
    packed: &mut Packed,
    dx: &mut Vec<f32>,
    threads: Threads,
) {
    let columns = d.len() / layer.outputs;
    packed.pack_rows(d, layer.outputs, columns);
    dx.resize(layer.inputs * columns, 0.0);
    gemm(weight, packed, dx, columns, threads);
}
