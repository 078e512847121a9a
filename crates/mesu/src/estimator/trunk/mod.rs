//! The convolutions of a network: a few images at a time, on all cores.
//!
//! A part of a batch goes through all convolutions, from the images to what the first fully connected layer
//! sees, and back, on one thread: what it needs stays near, and no thread waits for another. Every part has
//! noise of its own, and gradients are summed in the order of the parts, so that the number of threads changes
//! no bit.

mod fixed;
mod local;

use std::fmt::Debug;

use mesu_kernels::batch::total;
use mesu_kernels::conv::{Geometry, Pixels, Work, weight_gradient};
use mesu_kernels::gemm::Threads;
use rayon::prelude::*;

pub(super) use self::fixed::{Convolutions, FixedPart};
pub(super) use self::local::{LocalPart, Moments};
use super::fixed::Gradients;
use super::{Diverged, Noise};
use crate::layer::Layer;

/// Images of a part, each as often as there are samples of it.
const COLUMNS: usize = 8;

/// Examples of a part.
fn part(samples: usize) -> usize {
    (COLUMNS / samples).max(1)
}

/// The work on one part of a batch, and what its way back needs.
pub(super) trait Part: Debug + Default + Send {
    /// The convolutions and what else all parts share.
    type Shared<'a>: Sync;

    /// Goes through the convolutions with `inputs`, `[examples][inputs]`.
    fn forward<N: Noise>(
        &mut self,
        shared: &Self::Shared<'_>,
        inputs: &[f32],
        noise: Option<N>,
        learning: bool,
    ) -> Result<(), Diverged>;

    /// What comes out, `[features][samples * examples]`.
    fn output(&self, shared: &Self::Shared<'_>) -> &[f32];

    /// The gradient at the output, to be filled in, then the way back.
    fn gradient(&mut self) -> &mut Vec<f32>;

    /// From the gradient at the output to the gradients of all layers; the inputs are those of the way there.
    fn backward(&mut self, shared: &Self::Shared<'_>, inputs: &[f32]);

    /// Numbers of an example, and samples of each.
    fn sizes(shared: &Self::Shared<'_>) -> (usize, usize);

    /// Those gradients, layer by layer: one of each, or where synapses have two, both.
    fn gradients(&self) -> &[Gradients];
}

/// The parts of a batch.
#[derive(Debug)]
pub(super) struct Trunk<P> {
    threads: Threads,
    parts: Vec<P>,
    /// Of all parts together, `[features][samples * examples]`.
    output: Vec<f32>,
}

/// Number of layers of a network that are convolutions: they come first.
pub(super) fn convolutions<'a>(layers: impl Iterator<Item = &'a Layer>) -> usize {
    layers.take_while(|layer| layer.conv.is_some()).count()
}

impl<P: Part> Trunk<P> {
    pub(super) fn new(threads: Threads) -> Self {
        Self {
            threads,
            parts: Vec::new(),
            output: Vec::new(),
        }
    }

    /// What came out of the last batch, `[features][samples * examples]`.
    pub(super) fn output(&self) -> &[f32] {
        &self.output
    }

    /// From `inputs`, `[examples][inputs]`, to the output of the convolutions, with noise if there is some. To
    /// learn from it, every part keeps what its way back needs.
    pub(super) fn forward<N: Noise>(
        &mut self,
        shared: &P::Shared<'_>,
        inputs: &[f32],
        mut noise: Option<&mut N>,
        learning: bool,
    ) -> Result<(), Diverged> {
        let (width, samples) = P::sizes(shared);
        let (examples, size) = (inputs.len() / width, part(samples));
        let parts = inputs.chunks(size * width);
        let count = parts.len();
        let noises = parts.map(|inputs| (inputs, noise.as_deref_mut().map(Noise::fork)));
        let all = &mut self.output;
        let mut gather = |number, part: &[f32]| gather(part, all, number * size, examples, samples);
        // Parts stay when a batch is smaller than the one before.
        let kept = if learning { count } else { 1 };
        self.parts
            .resize_with(self.parts.len().max(kept), P::default);
        if !learning {
            let part = &mut self.parts[0];
            for (number, (inputs, noise)) in noises.enumerate() {
                part.forward(shared, inputs, noise, false)?;
                gather(number, part.output(shared));
            }
            return Ok(());
        }
        let noises: Vec<_> = noises.collect();
        let parts = &mut self.parts[..count];
        let work = |(part, (inputs, noise)): (&mut P, (&[f32], Option<N>))| {
            part.forward(shared, inputs, noise, true)
        };
        match self.threads {
            Threads::One => parts.iter_mut().zip(noises).try_for_each(work)?,
            Threads::Pool => {
                let done = parts.par_iter_mut().zip(noises).with_max_len(1);
                let done: Vec<_> = done.map(work).collect();
                done.into_iter().collect::<Result<(), _>>()?;
            }
        }
        for (number, part) in parts.iter().enumerate() {
            gather(number, part.output(shared));
        }
        Ok(())
    }

    /// From the gradient at the output of the last batch, `[features][samples * examples]`, to the gradients of its
    /// layers, added to what is there unless it is the `first` of a batch.
    pub(super) fn backward<'a>(
        &mut self,
        shared: &P::Shared<'_>,
        inputs: &[f32],
        d: &[f32],
        sums: impl Iterator<Item = &'a mut Gradients>,
        first: bool,
    ) {
        let (width, samples) = P::sizes(shared);
        let (examples, size) = (inputs.len() / width, part(samples));
        let work = |(number, part): (usize, &mut P)| {
            let begin = number * size;
            let here = begin..examples.min(begin + size);
            let own = part.gradient();
            own.clear();
            for sample in d.chunks_exact(examples) {
                own.extend_from_slice(&sample[here.clone()]);
            }
            part.backward(shared, &inputs[here.start * width..here.end * width]);
        };
        let parts = &mut self.parts[..examples.div_ceil(size)];
        match self.threads {
            Threads::One => parts.iter_mut().enumerate().for_each(work),
            Threads::Pool => {
                let parts = parts.par_iter_mut().enumerate();
                parts.with_max_len(1).for_each(work);
            }
        }
        for (layer, sum) in sums.enumerate() {
            for (number, part) in parts.iter().enumerate() {
                sum.add(&part.gradients()[layer], first && number == 0);
            }
        }
    }
}

/// Puts what came out of a part, that begins at example `first`, into what comes out of them all, `[features][samples *
/// examples]`.
fn gather(part: &[f32], all: &mut Vec<f32>, first: usize, examples: usize, samples: usize) {
    let here = self::part(samples).min(examples - first);
    all.resize(part.len() / here * examples, 0.0);
    // Row after row, each of so many samples.
    for (all, part) in all.chunks_exact_mut(examples).zip(part.chunks_exact(here)) {
        all[first..first + here].copy_from_slice(part);
    }
}

/// The gradients of a layer's weights and biases: of `d`, `[outputs][images * positions]`, and the images that it saw.
fn take(geometry: &Geometry, pixels: &Pixels, d: &[f32], work: &mut Work, to: &mut Gradients) {
    let (stride, columns) = (to.weight.stride(), d.len() / to.weight.rows());
    let weight = (to.weight.padded_mut(), stride);
    weight_gradient(geometry, pixels, d, work, weight);
    if let Some(bias) = &mut to.bias {
        let rows = d.chunks_exact(columns).map(total);
        bias.row_mut(0)
            .iter_mut()
            .zip(rows)
            .for_each(|(to, row)| *to = row);
    }
}
