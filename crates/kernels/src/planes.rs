//! Mutable planes of a layer's synapses, for an update.

use fearless_simd::{Simd, f32x16};

use crate::Matrix;
use crate::lanes::{load_whole, store_whole};
use mesu_core::{MAX_PLANES, State};

/// Mutable planes of a layer's synapses: matrices `[outputs][inputs]` of one shape, one for each number of a
/// rule's [`State`]; weights or means first and standard deviations, if any, second.
pub struct PlanesMut<'a> {
    pub(crate) outputs: usize,
    pub(crate) stride: usize,
    pub(crate) planes: Planes<'a>,
}

impl<'a> PlanesMut<'a> {
    /// Borrows these planes as a layer.
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
    /// Reborrows the layer.
    pub(crate) fn reborrow(&mut self) -> PlanesMut<'_> {
        PlanesMut {
            outputs: self.outputs,
            stride: self.stride,
            planes: Planes(self.planes.0.each_mut().map(|plane| &mut **plane)),
        }
    }
}

/// Planes as slices. Always indexed by constants, so that a kernel keeps their pointers in registers.
pub(crate) struct Planes<'a>([&'a mut [f32]; MAX_PLANES]);

impl Planes<'_> {
    /// Loads the states of the `LANES` synapses from `at` on.
    #[inline(always)]
    pub(crate) fn load<S: Simd, T: State<f32x16<S>>>(&self, simd: S, at: usize) -> T {
        const { assert!(T::PLANES <= MAX_PLANES) };
        T::read(|plane| load_whole(simd, self.0[plane], at))
    }

    /// Stores the states of the `LANES` synapses from `at` on.
    #[inline(always)]
    pub(crate) fn store<S: Simd, T: State<f32x16<S>>>(&mut self, state: T, at: usize) {
        state.write(|plane, vector| store_whole(vector, self.0[plane], at));
    }

    /// The first plane, and the second, which is empty if there is none.
    pub(crate) fn first_two(&self) -> (&[f32], &[f32]) {
        (&*self.0[0], &*self.0[1])
    }

    /// Number of synapses, padding included.
    pub(crate) fn len(&self) -> usize {
        self.0[0].len()
    }
}
