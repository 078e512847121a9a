//! The synapses of a layer, lent to an update.

use fearless_simd::{Simd, f32x16};

use crate::Matrix;
use crate::lanes::{load_whole, store_whole};
use mesu_core::{MAX_PLANES, State};

/// What a rule keeps of a layer's synapses: a few matrices `[outputs][inputs]` of one shape, the
/// planes of its [`State`], weights or means first and standard deviations, if any, second.
pub struct PlanesMut<'a> {
    pub(crate) outputs: usize,
    pub(crate) stride: usize,
    pub(crate) planes: Planes<'a>,
}

impl<'a> PlanesMut<'a> {
    /// A layer of these planes.
    ///
    /// # Panics
    /// When there are none or too many, or their shapes differ.
    pub fn new(planes: impl IntoIterator<Item = &'a mut Matrix>) -> Self {
        let mut layer = Self {
            outputs: 0,
            stride: 0,
            planes: Planes(std::array::from_fn(|_| &mut [][..])),
        };
        for (number, matrix) in planes.into_iter().enumerate() {
            let shape = (matrix.rows(), matrix.stride());
            if number == 0 {
                (layer.outputs, layer.stride) = shape;
            }
            assert_eq!(shape, (layer.outputs, layer.stride), "layer: planes");
            layer.planes.0[number] = matrix.padded_mut();
        }
        assert!(!layer.planes.0[0].is_empty() || layer.outputs * layer.stride == 0);
        layer
    }
}

impl PlanesMut<'_> {
    /// The same layer, lent on.
    pub(crate) fn reborrow(&mut self) -> PlanesMut<'_> {
        PlanesMut {
            outputs: self.outputs,
            stride: self.stride,
            planes: Planes(self.planes.0.each_mut().map(|plane| &mut **plane)),
        }
    }
}

/// The planes as slices. Always indexed by constants, so that a kernel holds them in registers.
pub(crate) struct Planes<'a>([&'a mut [f32]; MAX_PLANES]);

impl Planes<'_> {
    /// The states of the synapses from `at` on.
    #[inline(always)]
    pub(crate) fn load<S: Simd, T: State<f32x16<S>>>(&self, simd: S, at: usize) -> T {
        const { assert!(T::PLANES <= MAX_PLANES) };
        T::read(|plane| load_whole(simd, self.0[plane], at))
    }

    /// Writes the states of the synapses from `at` on.
    #[inline(always)]
    pub(crate) fn store<S: Simd, T: State<f32x16<S>>>(&mut self, state: T, at: usize) {
        state.write(|plane, vector| store_whole(vector, self.0[plane], at));
    }

    /// Weights or means, and what comes next.
    pub(crate) fn first_two(&self) -> (&[f32], &[f32]) {
        (&*self.0[0], &*self.0[1])
    }

    /// Number of synapses, padding included.
    pub(crate) fn len(&self) -> usize {
        self.0[0].len()
    }
}
