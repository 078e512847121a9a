//! Limits of the work done at once.

use crate::layer::Layer;

/// Most numbers in the activations of a layer: 64 MiB.
const NUMBERS: usize = 1 << 24;

/// Returns the number of examples worked on together, so that activations of images fit the memory; the same
/// on every machine, since it decides the order of sums and noise.
pub(crate) fn examples_at_once<'a>(
    layers: impl Iterator<Item = &'a Layer>,
    samples: usize,
) -> usize {
    let numbers = layers.map(|layer| layer.input_size().max(layer.outputs * layer.positions()));
    (NUMBERS / (numbers.max().unwrap_or(1) * samples).max(1)).max(1)
}
