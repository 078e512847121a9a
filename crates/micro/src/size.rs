//! Memory that a network takes, before it is built.

use crate::format::Format;
use crate::network::{Network, Neuron};
use crate::shape::{neurons, synapses};

crate::shape! {
    /// The smallest network.
    struct Least: [1, 1], samples 1;
}

/// Bytes of a network, by what they hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Memory {
    /// Synapses, biases included.
    pub synapses: usize,
    /// Sums beside the rows.
    pub rows: usize,
    /// Neurons of all samples.
    pub neurons: usize,
    /// List of active inputs.
    pub active: usize,
    /// Settings, time and noise.
    pub rest: usize,
}

impl Memory {
    /// Memory of a network of these widths and samples, in a format. [`is_shape`](crate::is_shape) says which can
    /// be.
    ///
    /// ```
    /// use mesu_micro::{Memory, Three, Two};
    /// const DIGITS: Memory = Memory::of::<Three>(&[784, 50, 10], 2);
    /// assert_eq!(DIGITS.synapses, 3 * (50 * 785 + 10 * 51));
    /// assert!(DIGITS.total() <= 126_000);
    /// assert!(Memory::of::<Two>(&[196, 24, 10], 2).total() <= 13_000);
    /// ```
    #[must_use]
    pub const fn of<F: Format>(widths: &[usize], samples: usize) -> Self {
        let parts = Self::parts::<F>(widths, samples);
        let least = Self::parts::<F>(&[1, 1], 1);
        Self {
            rest: size_of::<Network<Least, F>>() - least.total(),
            ..parts
        }
    }

    /// Memory that depends on the shape.
    const fn parts<F: Format>(widths: &[usize], samples: usize) -> Self {
        Self {
            synapses: synapses(widths) * size_of::<F>(),
            rows: neurons(widths) * size_of::<F::Row>(),
            neurons: neurons(widths) * samples * size_of::<Neuron<F::Number>>(),
            active: widths[0] * size_of::<F::Index>(),
            rest: 0,
        }
    }

    /// Sum of all: the size of a learner's static, but for what its kind and the compiler's alignment add, 64 bytes
    /// at the most.
    #[must_use]
    pub const fn total(&self) -> usize {
        self.synapses + self.rows + self.neurons + self.active + self.rest
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::classifier::Classifier;
    use crate::format::{Float, Three, Two};
    use crate::regressor::Regressor;
    use crate::shape::Shape;

    crate::shape! { struct Watch: [37, 24, 7], samples 3; }
    crate::shape! { struct Deep: [9, 7, 5, 1], samples 2; }

    fn check<S: Shape, F: Format>(found: usize) {
        let expected = Memory::of::<F>(S::WIDTHS, S::SAMPLES).total();
        assert!(found.abs_diff(expected) <= 64, "{found} {expected}");
    }

    #[test]
    fn the_table_is_the_size_of_learners() {
        fn of<F: Format>() {
            check::<Watch, F>(size_of::<Classifier<Watch, F>>());
            check::<Deep, F>(size_of::<Classifier<Deep, F>>());
            check::<Deep, F>(size_of::<Regressor<Deep, F>>());
        }
        of::<Float>();
        of::<Three>();
        of::<Two>();
    }
}
