//! The convolutions of a network: a few images at a time, on all cores.
//!
//! A part of a batch goes through all convolutions, from the images to what the first fully connected layer
//! sees, and back, on one thread: what it needs stays near, and no thread waits for another. Every part has
//! noise of its own, and gradients are summed in the order of the parts, so that the number of threads
//! changes no bit. Parts go in waves, so that memory does not grow with their number but for what their way
//! back needs.

mod batch;
mod chunk;
mod given_weights;

use mesu_kernels::gemm::Threads;

pub(super) use self::batch::{GaussianChunk, GaussianConvs};
use self::chunk::{Chunk, Workspace};
pub(super) use self::given_weights::{GivenChunk, GivenConvs};
use super::diverged::Diverged;
use crate::layer::Layer;
use crate::layer::gradients::Gradients;
use crate::noise::Noise;
use crate::parallel::each;

/// Images of a part, each as often as there are samples of it.
const COLUMNS: usize = 8;

/// Parts of a wave. More cores than this find nothing to do.
const WAVE: usize = 16;

/// Examples of a part.
fn examples_per_chunk(samples: usize) -> usize {
    (COLUMNS / samples).max(1)
}

/// The convolutions of a network, and the chunks of a batch.
#[derive(Debug)]
pub(super) struct ConvStack<C> {
    threads: Threads,
    chunks: Vec<C>,
    spaces: Vec<Workspace>,
    /// Output of all parts together, `[features][samples * examples]`.
    output: Vec<f32>,
}

/// Number of layers of a network that are convolutions: they come first.
pub(super) fn convolutions<'a>(layers: impl Iterator<Item = &'a Layer>) -> usize {
    layers.take_while(|layer| layer.conv.is_some()).count()
}

impl<C: Chunk> ConvStack<C> {
    /// Buffers for learning on `threads`; without learning, parts go one after another on the caller's.
    pub(super) fn new(threads: Threads) -> Self {
        Self {
            threads,
            chunks: Vec::new(),
            spaces: Vec::new(),
            output: Vec::new(),
        }
    }

    /// Returns the output of the last batch, `[features][samples * examples]`.
    pub(super) fn output(&self) -> &[f32] {
        &self.output
    }

    /// Goes from `inputs`, `[examples][inputs]`, to the output of the convolutions, with noise if there is
    /// some. To learn from it, every part keeps what its way back needs.
    pub(super) fn forward<N: Noise>(
        &mut self,
        shared: &C::Shared<'_>,
        inputs: &[f32],
        mut noise: Option<&mut N>,
        learning: bool,
    ) -> Result<(), Diverged> {
        let (width, samples) = C::sizes(shared);
        let (examples, size) = (inputs.len() / width, examples_per_chunk(samples));
        let count = if learning { examples.div_ceil(size) } else { 1 };
        // What there is stays, also when a batch is smaller than the one before.
        self.chunks
            .resize_with(self.chunks.len().max(count), C::default);
        self.spaces
            .resize_with(self.spaces.len().max(count.min(WAVE)), Workspace::default);
        let inputs = inputs.chunks(size * width);
        let mut inputs = inputs.map(|inputs| (inputs, noise.as_deref_mut().map(Noise::fork)));
        let all = &mut self.output;
        let mut gather = |number, part: &[f32]| gather(part, all, number * size, examples, samples);
        if !learning {
            let (part, space) = (&mut self.chunks[0], &mut self.spaces[0]);
            for (number, (inputs, noise)) in inputs.enumerate() {
                part.forward(shared, inputs, noise, false, space)?;
                gather(number, part.output(shared));
            }
            return Ok(());
        }
        for (wave, parts) in self.chunks[..count].chunks_mut(WAVE).enumerate() {
            let items = parts.iter_mut().zip(&mut self.spaces).zip(&mut inputs);
            let done = each(self.threads, items.collect(), |((part, space), input)| {
                let (inputs, noise) = input;
                part.forward(shared, inputs, noise, true, space)
            });
            done.into_iter().collect::<Result<(), _>>()?;
            for (number, part) in parts.iter().enumerate() {
                gather(wave * WAVE + number, part.output(shared));
            }
        }
        Ok(())
    }

    /// Goes from the gradient at the output of the last batch, `[features][samples * examples]`, to the
    /// gradients of its layers, added to what is there unless it is the `first` of a batch.
    pub(super) fn backward<'a>(
        &mut self,
        shared: &C::Shared<'_>,
        inputs: &[f32],
        d: &[f32],
        sums: impl Iterator<Item = &'a mut Gradients>,
        first: bool,
    ) {
        let (width, samples) = C::sizes(shared);
        let (examples, size) = (inputs.len() / width, examples_per_chunk(samples));
        let count = examples.div_ceil(size);
        let mut sums: Vec<_> = sums.collect();
        let mut inputs = inputs.chunks(size * width);
        for (wave, parts) in self.chunks[..count].chunks_mut(WAVE).enumerate() {
            let items = parts.iter_mut().zip(&mut self.spaces).zip(&mut inputs);
            let items = items.enumerate().collect();
            each(self.threads, items, |(number, ((part, space), inputs))| {
                let begin = (wave * WAVE + number) * size;
                let here = begin..examples.min(begin + size);
                let own = &mut space.d[0];
                own.clear();
                for sample in d.chunks_exact(examples) {
                    own.extend_from_slice(&sample[here.clone()]);
                }
                part.backward(shared, inputs, space);
            });
            for (number, (_, space)) in parts.iter().zip(&self.spaces).enumerate() {
                let first = first && wave + number == 0;
                for (sum, part) in sums.iter_mut().zip(&space.gradients) {
                    sum.set_or_add(part, first);
                }
            }
        }
    }
}

/// Puts what came out of a part, that begins at example `first`, into what comes out of them all,
/// `[features][samples * examples]`.
fn gather(part: &[f32], all: &mut Vec<f32>, first: usize, examples: usize, samples: usize) {
    let here = examples_per_chunk(samples).min(examples - first);
    all.resize(part.len() / here * examples, 0.0);
    // Row after row, each of so many samples.
    for (all, part) in all.chunks_exact_mut(examples).zip(part.chunks_exact(here)) {
        all[first..first + here].copy_from_slice(part);
    }
}
