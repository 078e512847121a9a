//! Parts of an update.

use mesu_kernels::Generator;

use crate::network::Network;

/// Labeled examples.
#[derive(Clone, Copy, Debug)]
pub struct Batch<'a> {
    /// `[labels.len()][network.inputs()]`, finite.
    pub inputs: &'a [f32],
    /// One for each example, below the number of classes.
    pub labels: &'a [u32],
    /// Factors of the examples' losses, one for each, finite and not negative; 1 of all if there are none.
    pub weights: Option<&'a [f32]>,
    /// Loss of an example, in nats, below which nothing is learned from it; 0 to learn from all.
    pub(crate) learn_above: f32,
}

impl<'a> Batch<'a> {
    /// Examples, `[labels.len()][inputs]`, with their labels.
    #[must_use]
    pub fn new(inputs: &'a [f32], labels: &'a [u32]) -> Self {
        Self {
            inputs,
            labels,
            weights: None,
            learn_above: 0.0,
        }
    }

    /// Returns the batch with factors of the examples' losses, `[labels.len()]`.
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
        self.labels.len()
    }

    /// Returns whether there are no examples.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// Examples of `width` numbers one by one, each a batch.
    pub(crate) fn each(self, width: usize) -> impl Iterator<Item = Self> {
        self.parts(1, width)
    }

    /// Consecutive batches of `examples`, the last of what is left; examples are of `width` numbers.
    pub(crate) fn parts(self, examples: usize, width: usize) -> impl Iterator<Item = Self> {
        let inputs = self.inputs.chunks(examples * width);
        let parts = inputs.zip(self.labels.chunks(examples)).enumerate();
        parts.map(move |(part, (inputs, labels))| {
            let first = part * examples;
            let of_part = |weights: &'a [f32]| &weights[first..first + labels.len()];
            Self {
                inputs,
                labels,
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
/// -ln p(label).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Objective {
    /// Noise samples of each example; >= 1. Point weights have one.
    pub samples: usize,
    /// Weight of one example in the batch loss.
    pub weight: f32,
}
