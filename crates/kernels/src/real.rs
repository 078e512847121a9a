//! The arithmetic an update rule needs, for one synapse or a vector of them.

use std::ops::{Add, Div, Mul, Sub};

use fearless_simd::{Simd, f32x16, prelude::*};

use crate::lanes::Fused;
use crate::math;

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

macro_rules! scalar {
    ($float:ty) => {
        impl Real for $float {
            #[inline(always)]
            fn constant(self, value: f64) -> Self {
                value as $float
            }
            #[inline(always)]
            fn mul_add(self, factor: Self, term: Self) -> Self {
                <$float>::mul_add(self, factor, term)
            }
            #[inline(always)]
            fn sqrt(self) -> Self {
                <$float>::sqrt(self)
            }
            #[inline(always)]
            fn exp(self) -> Self {
                <$float>::exp(self)
            }
            #[inline(always)]
            fn ln(self) -> Self {
                <$float>::ln(self)
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
    };
}
scalar!(f32);
scalar!(f64);

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
        math::exp(self)
    }
    #[inline(always)]
    fn ln(self) -> Self {
        math::ln(self)
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
