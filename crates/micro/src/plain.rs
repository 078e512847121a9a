//! Single precision whose every operation is rounded: the same bits with and without a floating-point unit.

use core::ops::{Add, Div, Mul, Sub};

use mesu_core::{Real, Single, elementary};

/// A float that never fuses a product with a sum. A fused one costs thousands of instructions on a chip
/// without a floating-point unit.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
pub struct Plain(pub f32);

macro_rules! operators {
    ($($kind:ident $function:ident $operator:tt),+) => {$(
        impl $kind for Plain {
            type Output = Self;
            #[inline(always)]
            fn $function(self, other: Self) -> Self {
                Self(self.0 $operator other.0)
            }
        }
    )+};
}
operators!(Add add +, Sub sub -, Mul mul *, Div div /);

impl crate::shape::Cell for Plain {
    const EMPTY: Self = Self(0.0);
}

impl From<f32> for Plain {
    #[inline(always)]
    fn from(x: f32) -> Self {
        Self(x)
    }
}

impl From<Plain> for f32 {
    #[inline(always)]
    fn from(x: Plain) -> Self {
        x.0
    }
}

impl Real for Plain {
    #[inline(always)]
    fn constant(self, value: f64) -> Self {
        Self(value as f32)
    }
    #[inline(always)]
    fn mul_add(self, factor: Self, term: Self) -> Self {
        self * factor + term
    }
    #[inline(always)]
    fn sqrt(self) -> Self {
        Self(Real::sqrt(self.0))
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
        if self.0 > 0.0 { positive } else { other }
    }
    #[inline(always)]
    fn limit(self, low: Self, high: Self) -> Self {
        Self(self.0.limit(low.0, high.0))
    }
}

impl Single for Plain {
    #[inline(always)]
    fn split_exponent(self) -> (Self, Self) {
        let (e, m) = self.0.split_exponent();
        (Self(e), Self(m))
    }
    #[inline(always)]
    fn scale(self, shifted: Self) -> Self {
        Self(self.0.scale(shifted.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exponential_and_logarithm_are_close_to_exact() {
        for k in -80..=80 {
            let x = k as f32 * 0.5;
            let (found, exact) = (f64::from(Plain(x).exp().0), f64::from(x).exp());
            // Unfused, the reduced argument is off by half a digit of x.
            assert!((found / exact - 1.0).abs() < 5e-6, "{x}: {found} {exact}");
            let back = Plain(exact as f32).ln().0;
            assert!((back - x).abs() < 1e-5, "{x}: {back}");
        }
    }

    #[test]
    fn products_and_sums_are_rounded_apart() {
        let (a, c) = (1.0 + f32::EPSILON, -1.0 - 2.0 * f32::EPSILON);
        assert_eq!(Plain(a).mul_add(Plain(a), Plain(c)).0, 0.0);
        assert!(Real::mul_add(a, a, c) > 0.0);
    }
}
