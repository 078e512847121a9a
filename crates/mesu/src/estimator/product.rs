//! The matrix products of a layer, fully connected or a convolution, with its input feature-major:
//! `[features][columns * pixels]`.

use mesu_kernels::gemm::{Left, Packed, Threads, gemm};

use crate::layer::Layer;

/// Packs the input for [`gemm`] with the weights, `[inputs][columns * positions]`.
pub(super) fn pack(layer: &Layer, x: &[f32], packed: &mut Packed) {
    match &layer.conv {
        None => packed.pack_rows(x, layer.inputs, x.len() / layer.inputs),
        Some(geometry) => packed.pack_patches(x, geometry),
    }
}

/// Packs it for the weights' gradient, `[columns * positions][inputs]`.
pub(super) fn pack_transposed(layer: &Layer, x: &[f32], packed: &mut Packed) {
    match &layer.conv {
        None => packed.pack_columns(x, x.len() / layer.inputs, layer.inputs),
        Some(geometry) => packed.pack_patches_transposed(x, geometry),
    }
}

/// The gradient at the input, `dx`: that of its patches is the product of `weight`, the transposed
/// matrix, with `d`, `[outputs][columns * positions]`.
pub(super) fn input_gradient(
    layer: &Layer,
    weight: Left<'_>,
    d: &[f32],
    packed: &mut Packed,
    patches: &mut Vec<f32>,
    dx: &mut Vec<f32>,
    threads: Threads,
) {
    let columns = d.len() / layer.outputs;
    packed.pack_rows(d, layer.outputs, columns);
    let examples = columns / layer.positions();
    dx.clear();
    dx.resize(layer.input_size() * examples, 0.0);
    match &layer.conv {
        None => gemm(weight, packed, dx, columns, threads),
        Some(geometry) => {
            patches.resize(layer.inputs * columns, 0.0);
            gemm(weight, packed, patches, columns, threads);
            geometry.fold(patches, dx);
        }
    }
}

/// Packs the inputs of the first layer, `[examples][inputs]`; images by way of `images`, which keeps them
/// feature-major.
pub(super) fn pack_inputs(
    layer: &Layer,
    inputs: &[f32],
    images: &mut Vec<f32>,
    packed: &mut Packed,
) {
    let Some(geometry) = layer.conv else {
        packed.pack_columns(inputs, layer.inputs, inputs.len() / layer.inputs);
        return;
    };
    let pixels = geometry.pixels();
    images.clear();
    for channel in 0..geometry.channels {
        for example in inputs.chunks_exact(geometry.channels * pixels) {
            images.extend_from_slice(&example[channel * pixels..(channel + 1) * pixels]);
        }
    }
    pack(layer, images, packed);
}

/// Numbers in the largest buffer that a batch may need: 64 MiB.
const NUMBERS: usize = 1 << 24;

/// Examples worked on together, so that patches and activations of images fit the memory; the same on every
/// machine, since it decides the order of sums and noise.
pub(crate) fn at_once<'a>(layers: impl Iterator<Item = &'a Layer>, samples: usize) -> usize {
    let numbers = layers.map(|layer| layer.inputs.max(layer.outputs) * layer.positions());
    (NUMBERS / (numbers.max().unwrap_or(1) * samples).max(1)).max(1)
}
