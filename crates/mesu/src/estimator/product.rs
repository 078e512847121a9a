//! The matrix products of a fully connected layer, and how many examples go through them together.

use mesu_kernels::gemm::{Left, Packed, Threads, gemm};

use crate::layer::Layer;

/// The gradient at the input, `dx`, `[inputs][columns]`: the product of `weight`, the transposed matrix, with
/// `d`, `[outputs][columns]`.
pub(super) fn input_gradient(
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

/// Most numbers in the activations of a layer: 64 MiB.
const NUMBERS: usize = 1 << 24;

/// Examples worked on together, so that activations of images fit the memory; the same on every
/// machine, since it decides the order of sums and noise.
pub(crate) fn at_once<'a>(layers: impl Iterator<Item = &'a Layer>, samples: usize) -> usize {
    let numbers = layers.map(|layer| layer.input_size().max(layer.outputs * layer.positions()));
    (NUMBERS / (numbers.max().unwrap_or(1) * samples).max(1)).max(1)
}
