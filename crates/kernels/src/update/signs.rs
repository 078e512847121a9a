//! Detection of sigmas that are not positive.

use fearless_simd::{Simd, f32x16, prelude::*, u32x16};

/// Detector of numbers that are zero or below, with three integer operations each: the floating-point units
/// are busy with the update. NaN and infinity count by their sign bit; they are found in the next forward
/// pass.
#[derive(Clone, Copy)]
pub(crate) struct Signs<S: Simd>(u32x16<S>);

impl<S: Simd> Signs<S> {
    #[inline(always)]
    pub(crate) fn new(simd: S) -> Self {
        Self(u32x16::splat(simd, 0))
    }

    #[inline(always)]
    pub(crate) fn watch(&mut self, x: f32x16<S>) {
        let bits: u32x16<S> = x.to_bits();
        // The top bit is set in the bits of negative numbers and -0; in those of 0, less 1, too.
        self.0 = self.0 | bits | (bits - u32x16::splat(bits.token(), 1));
    }

    #[inline(always)]
    pub(crate) fn all_positive(self) -> bool {
        self.0.to_array().iter().all(|bits| bits >> 31 == 0)
    }
}
