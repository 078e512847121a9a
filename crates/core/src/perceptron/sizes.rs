//! Sizes of a perceptron, and the memory they ask for.

use crate::sum::LANES;
use crate::synapse::{Rule, State};

/// Sizes of a perceptron.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sizes<'a> {
    /// Inputs, neurons of each hidden layer, classes; each 1 or more.
    pub widths: &'a [usize],
    /// True if neurons have a bias.
    pub bias: bool,
    /// Noise samples per update and per prediction, S; 1 or more.
    pub samples: usize,
}

/// Rows of scratch memory that a layer has for each sample.
#[derive(Clone, Copy)]
pub(super) enum Row {
    /// Means of the pre-activations.
    M,
    /// Their variances.
    V,
    /// Noise, then `z / sqrt(v)`.
    Q,
    /// Activations; logits and then probabilities in the last layer.
    H,
    /// dC/da.
    D,
    /// d q.
    R,
}

/// Number of rows.
const ROWS: usize = Row::R as usize + 1;

impl Sizes<'_> {
    /// Number of synapses, biases included.
    #[must_use]
    pub const fn connections(&self) -> usize {
        let (mut count, mut l) = (0, 1);
        while l < self.widths.len() {
            count += self.widths[l] * (self.widths[l - 1] + self.bias as usize);
            l += 1;
        }
        count
    }

    /// Floats that a rule keeps of all synapses.
    #[must_use]
    pub const fn synapses<R: Rule>(&self) -> usize {
        self.connections() * <R::State<f32> as State<f32>>::PLANES
    }

    /// Floats of scratch memory that an update or a prediction needs.
    #[must_use]
    pub const fn scratch(&self) -> usize {
        let (mut count, mut l) = (0, 1);
        while l < self.widths.len() {
            count += ROWS * self.samples * padded(self.widths[l]);
            l += 1;
        }
        count
    }
}

/// Width of a row that is a whole number of vectors, as the kernels have them.
const fn padded(width: usize) -> usize {
    width.next_multiple_of(LANES)
}

/// Memory that does not fit a perceptron.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Misfit {
    /// Fewer than two widths, a width of 0, or no samples.
    Sizes,
    /// A rule of point weights.
    PointWeights,
    /// Memory for the synapses of another length than [`Sizes::synapses`].
    Synapses {
        /// Floats given.
        found: usize,
        /// Floats needed.
        expected: usize,
    },
    /// Scratch memory shorter than [`Sizes::scratch`].
    Scratch {
        /// Floats given.
        found: usize,
        /// Floats needed.
        expected: usize,
    },
}

impl core::fmt::Display for Misfit {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Sizes => {
                f.write_str("expected two widths or more, and widths and samples above 0")
            }
            Self::PointWeights => f.write_str("expected a rule of Gaussian synapses"),
            Self::Synapses { found, expected } => {
                write!(f, "{found} floats for the synapses; expected {expected}")
            }
            Self::Scratch { found, expected } => {
                write!(f, "{found} floats of scratch memory; expected {expected}")
            }
        }
    }
}

impl core::error::Error for Misfit {}

/// Places of a layer in the memory of a perceptron.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub(super) inputs: usize,
    pub(super) outputs: usize,
    /// First float of the layer's synapses.
    pub(super) synapses: usize,
    /// First float of its scratch memory.
    pub(super) scratch: usize,
}

impl Place {
    /// Floats of a row of scratch memory.
    pub(super) fn stride(&self) -> usize {
        padded(self.outputs)
    }

    /// First float of a row of a sample.
    pub(super) fn row(&self, row: Row, sample: usize, samples: usize) -> usize {
        self.scratch + (row as usize * samples + sample) * self.stride()
    }
}
