//! Single numbers as [`Real`].

use crate::elementary;
use crate::real::{Real, Single};

impl Real for f32 {
    #[inline(always)]
    fn constant(self, value: f64) -> Self {
        value as f32
    }
    #[inline(always)]
    fn mul_add(self, factor: Self, term: Self) -> Self {
        fused(self, factor, term)
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

/// Computes `a b + c`, rounded once. The crate `libm`, and C libraries on machines without the instruction,
/// may round sums near zero twice.
#[inline]
fn fused(a: f32, b: f32, c: f32) -> f32 {
    // The product is exact, the sum is not. Rounded to odd, an inexact sum can be rounded again to the fewer
    // digits of a float with the same result as rounding once (Boldo, Melquiond 2008).
    let (product, c) = (f64::from(a) * f64::from(b), f64::from(c));
    let sum = product + c;
    let share = sum - product;
    let error = (product - (sum - share)) + (c - share);
    let bits = sum.to_bits();
    // Sums that are not finite have an error that is not a number.
    if error != 0.0 && !error.is_nan() && bits & 1 == 0 {
        let away = (error > 0.0) == (sum > 0.0);
        return f64::from_bits(if away { bits + 1 } else { bits - 1 }) as f32;
    }
    sum as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Just below and above half of the smallest float, beside a float without as many digits as most have.
    #[test]
    fn sums_near_zero_are_rounded_once_too() {
        let (tiny, digit) = (f32::from_bits(52 << 23), f32::EPSILON);
        let odd = f32::from_bits((1 << 22) + 1);
        for (up, expected) in [
            (1.0 - digit, odd),
            (1.0 + digit, f32::from_bits((1 << 22) + 2)),
        ] {
            let (a, b) = (tiny * (1.0 + digit), tiny * up);
            assert_eq!(Real::mul_add(a, b, odd).to_bits(), expected.to_bits());
        }
    }

    /// Bit patterns of all magnitudes; sums near halves of the last digit, and near zero.
    #[test]
    fn multiply_adds_are_rounded_once() {
        let mut state = 1u64;
        let mut next = || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            (state >> 32) as u32
        };
        for _ in 0..400_000 {
            let (a, b) = (f32::from_bits(next()), f32::from_bits(next()));
            let near = f32::from_bits((a * b).to_bits() ^ (next() >> 8));
            let power = f32::from_bits((a * b).to_bits().wrapping_sub(24 << 23) & 0xff80_0000);
            for c in [near, -near, power, f32::from_bits(next())] {
                let (found, expected) = (Real::mul_add(a, b, c), a.mul_add(b, c));
                let same = found.to_bits() == expected.to_bits();
                assert!(
                    same || found.is_nan() && expected.is_nan(),
                    "{a:e} {b:e} {c:e}: {found:e} {expected:e}"
                );
            }
        }
    }
}
