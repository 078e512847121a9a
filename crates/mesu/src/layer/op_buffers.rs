//! Steps from the activations of a layer to the input of the next, and back.
//!
//! Activations are `[features][columns * pixels]`: of every feature one plane of pixels after another,
//! one for each column.

use super::op::Op;
use super::operation::{Kept, Pass};
use crate::noise::Noise;

/// Results of the operations after a layer, and what their way back needs.
#[derive(Clone, Debug, Default)]
pub(crate) struct OpBuffers {
    /// Activations, then the output of each operation that changes shapes. Others work in place.
    values: Vec<Vec<f32>>,
    /// Notes of each operation for its backward pass: where the largest were, or which numbers were not
    /// dropped (their bits).
    kept: Vec<Vec<u32>>,
    /// Gradients on their way.
    d: Vec<f32>,
}

/// Number of operations that have a buffer of their own.
fn reshaping(ops: &[Op]) -> usize {
    ops.iter().filter(|op| op.reshapes()).count()
}

impl OpBuffers {
    /// The activations, to be filled in.
    pub(crate) fn activations(&mut self) -> &mut Vec<f32> {
        if self.values.is_empty() {
            self.values.push(Vec::new());
        }
        &mut self.values[0]
    }

    /// Output of the last operation.
    pub(crate) fn output(&self, ops: &[Op]) -> &[f32] {
        &self.values[reshaping(ops)]
    }

    /// Output of the last operation, to change.
    pub(crate) fn output_mut(&mut self, ops: &[Op]) -> &mut [f32] {
        &mut self.values[reshaping(ops)]
    }

    /// Goes through the operations; drops out only with noise.
    pub(crate) fn forward<N: Noise>(
        &mut self,
        ops: &[Op],
        columns: usize,
        mut noise: Option<&mut N>,
    ) {
        self.kept.resize_with(ops.len(), Vec::new);
        self.values
            .resize_with(self.values.len().max(reshaping(ops) + 1), Vec::new);
        // Output of an operation that works in place.
        let mut none = Vec::new();
        let mut at = 0;
        for (op, kept) in ops.iter().zip(&mut self.kept) {
            let (before, after) = self.values.split_at_mut(at + 1);
            let output = after.first_mut().unwrap_or(&mut none);
            let noise = noise.as_deref_mut().map(|noise| noise as &mut dyn Noise);
            let pass = Pass {
                columns,
                kept,
                noise,
            };
            op.forward(&mut before[at], output, pass);
            at += usize::from(op.reshapes());
        }
    }

    /// Goes from the gradient `d` at the output to the gradient at the activations, after
    /// [`forward`](Self::forward).
    pub(crate) fn backward(&mut self, ops: &[Op], columns: usize, d: &mut Vec<f32>) {
        let mut at = reshaping(ops);
        for (op, kept) in ops.iter().zip(&self.kept).rev() {
            at -= usize::from(op.reshapes());
            let x = &self.values[at];
            let kept = Kept { columns, kept };
            if op.reshapes() {
                self.d.resize(x.len(), 0.0);
            }
            op.backward(x, d, &mut self.d, kept);
            if op.reshapes() {
                std::mem::swap(d, &mut self.d);
                d.truncate(x.len());
            }
        }
    }
}
