//! The arithmetic an update rule needs, for one synapse or a vector of them.

use core::ops::{Add, Div, Mul, Sub};

use crate::elementary;

/// A real number, or a vector of them: a rule written over `Real` is one equation for tests (`f64`),
/// small devices (`f32`) and the kernels (vectors).
pub trait Real:
    Copy + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> + Div<Output = Self>
{
    /// The constant `value`, of the kind of `self`.
    fn constant(self, value: f64) -> Self;
    /// `self * factor + term`, rounded once.
    fn mul_add(self, factor: Self, term: Self) -> Self;
    /// Square root.
    fn sqrt(self) -> Self;
    /// e to the power of self.
    fn exp(self) -> Self;
    /// Natural logarithm.
    fn ln(self) -> Self;
    /// `positive` where self > 0, `other` elsewhere.
    fn choose(self, positive: Self, other: Self) -> Self;
    /// `self` kept inside `[low, high]`; not a number becomes `high`.
    fn limit(self, low: Self, high: Self) -> Self;
}

/// A number of single precision, or a vector of them: access to its bits, for [`elementary`].
pub trait Single: Real {
    /// e and m of `self = 2^e m`, with m in [sqrt(1/2), sqrt(2)); `self` normal and positive.
    fn split_exponent(self) -> (Self, Self);
    /// `self * 2^n`, with n the integer in the low bits of `shifted = 1.5 * 2^23 + n`.
    fn scale(self, shifted: Self) -> Self;
}

impl Real for f32 {
    #[inline(always)]
    fn constant(self, value: f64) -> Self {
        value as f32
    }
    #[inline(always)]
    fn mul_add(self, factor: Self, term: Self) -> Self {
        libm::fmaf(self, factor, term)
    }
    #[inline(always)]
    fn sqrt(self) -> Self {
        libm::sqrtf(self)
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
        if self > 0.0 { positive } else { other }
    }
    #[inline(always)]
    fn limit(self, low: Self, high: Self) -> Self {
        let capped = if self < high { self } else { high };
        if capped > low { capped } else { low }
    }
}

impl Single for f32 {
    #[inline(always)]
    fn split_exponent(self) -> (Self, Self) {
        // Subtracting sqrt(1/2) from the bits rounds e so that m lies around 1.
        let shifted = self.to_bits().wrapping_sub(elementary::ROOT_HALF);
        let exponent = (shifted as i32) >> 23;
        let mantissa = (shifted & 0x007f_ffff) + elementary::ROOT_HALF;
        (exponent as f32, f32::from_bits(mantissa))
    }
    #[inline(always)]
    fn scale(self, shifted: Self) -> Self {
        f32::from_bits(self.to_bits().wrapping_add(shifted.to_bits() << 23))
    }
}

impl Real for f64 {
    #[inline(always)]
    fn constant(self, value: f64) -> Self {
        value
    }
    #[inline(always)]
    fn mul_add(self, factor: Self, term: Self) -> Self {
        libm::fma(self, factor, term)
    }
    #[inline(always)]
    fn sqrt(self) -> Self {
        libm::sqrt(self)
    }
    #[inline(always)]
    fn exp(self) -> Self {
        libm::exp(self)
    }
    #[inline(always)]
    fn ln(self) -> Self {
        libm::log(self)
    }
    #[inline(always)]
    fn choose(self, positive: Self, other: Self) -> Self {
        if self > 0.0 { positive } else { other }
    }
    #[inline(always)]
    fn limit(self, low: Self, high: Self) -> Self {
        let capped = if self < high { self } else { high };
        if capped > low { capped } else { low }
    }
}
