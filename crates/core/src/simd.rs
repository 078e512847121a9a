//! Vectors of sixteen floats as [`Real`], on `fearless_simd`.

use fearless_simd::{Level, Simd, dispatch, f32x16, f64x8, i32x16, prelude::*, u32x16};

use crate::elementary;
use crate::real::{Real, Single};

/// Floats in a vector, on every machine: narrower hardware works on several registers.
const LANES: usize = 16;

impl<S: Simd> Real for f32x16<S> {
    #[inline(always)]
    fn constant(self, value: f64) -> Self {
        Self::splat(self.token(), value as f32)
    }
    #[inline(always)]
    fn mul_add(self, factor: Self, term: Self) -> Self {
        self.fused(factor, term)
    }
    #[inline(always)]
    fn sqrt(self) -> Self {
        SimdFloat::sqrt(self)
    }
    #[inline(always)]
    fn exp(self) -> Self {
        elementary::exp(self)
    }
    #[inline(always)]
    fn ln(self) -> Self {
        elementary::ln(self)
    }
    #[inline(always)]
    fn choose(self, positive: Self, other: Self) -> Self {
        self.simd_gt(self.constant(0.0)).select(positive, other)
    }
    #[inline(always)]
    fn limit(self, low: Self, high: Self) -> Self {
        let capped = self.simd_lt(high).select(self, high);
        capped.simd_gt(low).select(capped, low)
    }
}

impl<S: Simd> Single for f32x16<S> {
    #[inline(always)]
    fn split_exponent(self) -> (Self, Self) {
        let simd = self.token();
        let bits: u32x16<S> = self.to_bits();
        let shifted = bits - u32x16::splat(simd, elementary::ROOT_HALF);
        let exponent: i32x16<S> = shifted.bitcast::<i32x16<S>>() >> 23;
        let mantissa = (shifted & u32x16::splat(simd, 0x007f_ffff)) + elementary::ROOT_HALF;
        (exponent.to_float(), f32x16::from_bits(mantissa))
    }
    #[inline(always)]
    fn scale(self, shifted: Self) -> Self {
        let exponent: u32x16<S> = shifted.to_bits() << 23;
        f32x16::from_bits(self.to_bits() + exponent)
    }
}

/// Multiply-add of all kernels.
pub trait Fused {
    /// `self * factor + term`, rounded once on every machine.
    #[must_use]
    fn fused(self, factor: Self, term: Self) -> Self;
}

impl<S: Simd> Fused for f32x16<S> {
    #[inline(always)]
    fn fused(self, factor: Self, term: Self) -> Self {
        let simd = self.token();
        if has_fused(simd.level()) {
            return self.mul_add_precise(factor, term);
        }
        let mut lanes = self.to_array();
        in_software(
            simd.level(),
            &mut lanes,
            &factor.to_array(),
            &term.to_array(),
        );
        f32x16::load_array_ref(simd, &lanes)
    }
}

impl<S: Simd> Fused for f64x8<S> {
    #[inline(always)]
    fn fused(self, factor: Self, term: Self) -> Self {
        let simd = self.token();
        if has_fused(simd.level()) {
            return self.mul_add_precise(factor, term);
        }
        let mut lanes = self.to_array();
        for ((x, factor), term) in lanes.iter_mut().zip(factor.to_array()).zip(term.to_array()) {
            *x = libm::fma(*x, factor, term);
        }
        f64x8::load_array_ref(simd, &lanes)
    }
}

/// Tests for a fused multiply-add in hardware; a constant wherever the level is.
#[inline(always)]
fn has_fused(level: Level) -> bool {
    match level {
        #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
        Level::Sse2(_) | Level::Sse4_2(_) => false,
        level => !level.is_fallback(),
    }
}

/// A call, where the instruction would be: written out at every place, exact rounding in software
/// makes kernels of a hundred kilobytes each, which take minutes to compile.
#[inline(never)]
fn in_software(level: Level, lanes: &mut [f32; LANES], factor: &[f32; LANES], term: &[f32; LANES]) {
    dispatch!(level, simd => {
        let load = |lanes| f32x16::load_array_ref(simd, lanes);
        *lanes = load(lanes).mul_add_precise(load(factor), load(term)).to_array();
    });
}
