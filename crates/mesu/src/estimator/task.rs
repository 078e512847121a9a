//! Parts of an update.

use mesu_kernels::Generator;

use crate::network::Network;
use crate::outputs::Targets;

/// Examples with their targets.
#[derive(Clone, Copy, Debug)]
pub struct Batch<'a> {
    /// `[targets.len()][network.inputs()]`, finite.
    pub inputs: &'a [f32],
    /// One for each example: labels below the number of classes, or values.
    pub targets: Targets<'a>,
    /// Factors of the examples' losses, one for each, finite and not negative; 1 of all if there are none.
    pub weights: Option<&'a [f32]>,
    /// Loss of an example, in nats, below which nothing is learned from it; 0 to learn from all. Of values, it is what
    /// the loss is above that of the best mean.
    pub(crate) learn_above: f32,
}

impl<'a> Batch<'a> {
    /// Examples, `[targets.len()][inputs]`, with their labels (`&[u32]`) or values (`&[f32]`).
    #[must_use]
    pub fn new(inputs: &'a [f32], targets: impl Into<Targets<'a>>) -> Self {
        Self {
            inputs,
            targets: targets.into(),
            weights: None,
            learn_above: 0.0,
        }
    }

    /// Returns the batch with factors of the examples' losses, `[targets.len()]`.
    #[must_use]
    pub fn weighted(self, weights: Option<&'a [f32]>) -> Self {
        Self { weights, ..self }
    }

    /// Returns the batch with a loss below which nothing is learned from an example.
    #[must_use]
    pub(crate) fn learn_above(self, learn_above: f32) -> Self {
        Self {
            learn_above,
            ..self
        }
    }

    /// Number of examples.
    #[must_use]
    pub fn len(&self) -> usize {
        self.targets.len()
    }

    /// Returns whether there are no examples.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.targets.is_empty()
    }

    /// Examples of `width` numbers one by one, each a batch.
    pub(crate) fn each(self, width: usize) -> impl Iterator<Item = Self> {
        self.parts(1, width)
    }

    /// Consecutive batches of `examples`, the last of what is left; examples are of `width` numbers.
    pub(crate) fn parts(self, examples: usize, width: usize) -> impl Iterator<Item = Self> {
        let parts = self.inputs.chunks(examples * width).enumerate();
        parts.map(move |(part, inputs)| {
            let (first, len) = (part * examples, inputs.len() / width);
            let of_part = |weights: &'a [f32]| &weights[first..first + len];
            Self {
                inputs,
                targets: self.targets.part(first, len),
                weights: self.weights.map(of_part),
                ..self
            }
        })
    }
}

/// Learning part of a learner: a network, its noise and the count of its updates.
#[derive(Debug)]
pub struct Body<'a, N = Generator> {
    /// Network whose synapses move.
    pub network: &'a mut Network,
    /// Source of the estimator's noise.
    pub noise: &'a mut N,
    /// Number of updates made; each one made is added.
    pub updates: &'a mut u64,
}

impl<'a, N> Body<'a, N> {
    /// A network that learns with this noise; `updates` counts on.
    #[must_use]
    pub fn new(network: &'a mut Network, noise: &'a mut N, updates: &'a mut u64) -> Self {
        Self {
            network,
            noise,
            updates,
        }
    }

    /// Lends the same body again.
    pub(crate) fn again(&mut self) -> Body<'_, N> {
        Body {
            network: self.network,
            noise: self.noise,
            updates: self.updates,
        }
    }
}

/// The loss C of a batch: `weight` times the sum over the examples of the mean over the samples of
/// -ln p(target).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Objective {
    /// Noise samples of each example; >= 1. Point weights have one.
    pub samples: usize,
    /// Weight of one example in the batch loss.
    pub weight: f32,
}
