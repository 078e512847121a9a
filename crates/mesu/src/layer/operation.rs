//! Operations without synapses.

use super::Shape;
use super::entry::{Entry, Refusal};
use crate::noise::Noise;

/// A parameter-free operation between layers.
///
/// Activations are `[features][columns * pixels]`: of every feature one plane of pixels after another, one
/// for each column. An operation that keeps their shape works in place.
pub(super) trait Operation: Sized {
    /// First word of its entry in a network's list.
    const NAME: &'static str;
    /// The form of its entry.
    const FORM: &'static str;
    /// True if the output has another shape than the input, and so a buffer of its own.
    const RESHAPES: bool;

    /// Reads an entry that begins with its name; also gives the shape of the output.
    fn read(entry: Entry<'_>) -> Result<(Self, Shape), Refusal>;

    /// Computes the output of `pass`; operations that reshape write it into `output`, others over `x`.
    fn forward(&self, x: &mut [f32], output: &mut Vec<f32>, pass: Pass<'_>);

    /// Goes from the gradient `d` at the output to that at the input `x`; operations that reshape write it
    /// into `dx`, which is as long as `x`, others over `d`. `kept` is what the way there kept.
    fn backward(&self, x: &[f32], d: &mut [f32], dx: &mut [f32], kept: Kept<'_>);
}

/// One way through an operation.
pub(super) struct Pass<'a> {
    /// Number of examples, each as often as there are samples of it.
    pub(super) columns: usize,
    /// Notes for the backward pass, to be filled.
    pub(super) kept: &'a mut Vec<u32>,
    /// Source of noise, while learning.
    pub(super) noise: Option<&'a mut dyn Noise>,
}

/// Notes of the forward pass for the backward pass.
#[derive(Clone, Copy)]
pub(super) struct Kept<'a> {
    pub(super) columns: usize,
    pub(super) kept: &'a [u32],
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Output, and gradient at the input, of `x` with `columns` columns and the gradient `d` at the output.
    pub(in super::super) fn there_and_back<O: Operation>(
        operation: &O,
        x: &[f32],
        d: &[f32],
        columns: usize,
        noise: Option<&mut dyn Noise>,
    ) -> (Vec<f32>, Vec<f32>) {
        let (mut x, mut d) = (x.to_vec(), d.to_vec());
        let (mut kept, mut output, mut dx) = (Vec::new(), Vec::new(), vec![0.0; x.len()]);
        let pass = Pass {
            columns,
            kept: &mut kept,
            noise: noise.map(|noise| noise as &mut dyn Noise),
        };
        operation.forward(&mut x, &mut output, pass);
        let kept = Kept {
            columns,
            kept: &kept,
        };
        operation.backward(&x, &mut d, &mut dx, kept);
        match O::RESHAPES {
            true => (output, dx),
            false => (x, d),
        }
    }
}
