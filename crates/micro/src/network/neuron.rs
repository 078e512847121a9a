//! Neurons, and their places in the memory of a network.

use mesu_core::Real;

use crate::shape::{Cell, Shape};

/// Numbers of a neuron in one sample.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Neuron<N> {
    /// Mean of the pre-activation.
    pub(super) m: N,
    /// Its variance.
    pub(super) v: N,
    /// Noise, then `z / sqrt(v)`, then r, d times that.
    pub(super) q: N,
    /// Activation; an output of the last layer.
    pub(crate) h: N,
    /// dC/da.
    pub(crate) d: N,
}

impl<N: Cell> Cell for Neuron<N> {
    const EMPTY: Self = Self {
        m: N::EMPTY,
        v: N::EMPTY,
        q: N::EMPTY,
        h: N::EMPTY,
        d: N::EMPTY,
    };
}

/// Place of a layer in the memory of a network.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub(super) inputs: usize,
    pub(super) outputs: usize,
    /// First synapse.
    pub(super) synapses: usize,
    /// Neurons of the layers below.
    pub(super) rows: usize,
}

impl Place {
    pub(super) fn of<S: Shape>(l: usize) -> Self {
        let below = &S::WIDTHS[..=l];
        Self {
            inputs: S::WIDTHS[l],
            outputs: S::WIDTHS[l + 1],
            synapses: crate::shape::synapses(below),
            rows: crate::shape::neurons(below),
        }
    }

    /// Synapses of neuron `o`, its bias last.
    pub(super) fn row(&self, o: usize) -> core::ops::Range<usize> {
        let start = self.synapses + o * (self.inputs + 1);
        start..start + self.inputs + 1
    }

    /// Neurons of a sample.
    pub(super) fn neurons<S: Shape>(&self, sample: usize) -> core::ops::Range<usize> {
        let start = self.rows * S::SAMPLES + sample * self.outputs;
        start..start + self.outputs
    }
}

impl<N: Real> Neuron<N> {
    /// From d to r.
    pub(super) fn weigh(&mut self) {
        self.q = self.d * self.q;
    }

    /// From the moments and noise to the activation.
    pub(super) fn fire(&mut self, last: bool) {
        let (zero, one) = (self.m.constant(0.0), self.m.constant(1.0));
        let std = self.v.sqrt();
        let a = std.mul_add(self.q, self.m);
        // Not by `choose`, which would divide by 0.
        self.q = self.q * self.v.choose(one / self.v.choose(std, one), zero);
        self.h = if last { a } else { a.choose(a, zero) };
    }
}
