//! Elementary functions on vectors: the same bits on every machine, unlike those of a C library.
//!
//! | function | domain | maximum error (tested below) |
//! |---|---|---|
//! | [`ln`] | normal positive floats | 1.5e-7 relative to max(abs(ln x), 1) |
//! | [`exp`] | [-87, 88], clamped outside | 2e-7 relative |
//! | [`sin_cos_quarter`] | [-pi/4, pi/4] | 1e-7 absolute |
//!
//! Coefficients: the Cephes library (Moshier), `logf.c`, `expf.c` and `sinf.c`.

use fearless_simd::{Simd, f32x16, i32x16, prelude::*, u32x16};

use crate::Real;
use crate::lanes::{Fused, splat};

/// Value of a polynomial, coefficients from the highest power down (Horner).
#[inline(always)]
fn polynomial<S: Simd, const N: usize>(x: f32x16<S>, coefficients: [f32; N]) -> f32x16<S> {
    let simd = x.token();
    let mut value = splat(simd, coefficients[0]);
    for c in &coefficients[1..] {
        value = value.fused(x, splat(simd, *c));
    }
    value
}

/// Natural logarithm of normal positive floats.
#[inline(always)]
pub(crate) fn ln<S: Simd>(x: f32x16<S>) -> f32x16<S> {
    let simd = x.token();
    // x = 2^e m with m in [sqrt(1/2), sqrt(2)): subtracting sqrt(1/2) from the bits rounds e so.
    let root_half: u32 = std::f32::consts::FRAC_1_SQRT_2.to_bits();
    let bits: u32x16<S> = x.to_bits();
    let shifted = bits - u32x16::splat(simd, root_half);
    let exponent: i32x16<S> = shifted.bitcast::<i32x16<S>>() >> 23;
    let mantissa_bits = (shifted & u32x16::splat(simd, 0x007f_ffff)) + root_half;
    let m = f32x16::from_bits(mantissa_bits) - 1.0;
    let e: f32x16<S> = exponent.to_float();
    let square = m * m;
    let p = polynomial(
        m,
        [
            7.037_683_6e-2,
            -1.151_461e-1,
            1.167_699_9e-1,
            -1.242_014_1e-1,
            1.424_932_3e-1,
            -1.666_805_7e-1,
            2.000_071_5e-1,
            -2.499_999_4e-1,
            3.333_333e-1,
        ],
    );
    // ln 2 in two parts, so that e times the first is exact.
    let tail = (p * m).fused(square, e * -2.121_944_4e-4);
    let tail = square.fused(splat(simd, -0.5), tail);
    e.fused(splat(simd, 0.693_359_4), m + tail)
}

/// e^x; arguments are clamped to [-87, 88], so the result is a normal float.
#[inline(always)]
pub(crate) fn exp<S: Simd>(x: f32x16<S>) -> f32x16<S> {
    let simd = x.token();
    let x = x.limit(splat(simd, -87.0), splat(simd, 88.0));
    // Adding 1.5 * 2^23 rounds to an integer and leaves it in the low bits.
    let magic = splat(simd, 12_582_912.0);
    let shifted = x.fused(splat(simd, std::f32::consts::LOG2_E), magic);
    let n = shifted - magic;
    let r = n.fused(splat(simd, -0.693_359_4), x);
    let r = n.fused(splat(simd, 2.121_944_4e-4), r);
    let p = polynomial(
        r,
        [
            1.987_569_1e-4,
            1.398_199_9e-3,
            8.333_452e-3,
            4.166_579_6e-2,
            1.666_666_5e-1,
            5e-1,
        ],
    );
    let p = p.fused(r * r, r + 1.0);
    let exponent: u32x16<S> = shifted.to_bits() << 23;
    f32x16::from_bits(p.to_bits() + exponent)
}

/// Sine and cosine of angles in [-pi/4, pi/4].
#[inline(always)]
pub(crate) fn sin_cos_quarter<S: Simd>(x: f32x16<S>) -> (f32x16<S>, f32x16<S>) {
    let simd = x.token();
    let z = x * x;
    let s = polynomial(z, [-1.951_529_6e-4, 8.332_161e-3, -1.666_665_5e-1]);
    let c = polynomial(z, [2.443_315_7e-5, -1.388_731_6e-3, 4.166_664_6e-2]);
    let sine = (s * z).fused(x, x);
    let cosine = (c * z).fused(z, z.fused(splat(simd, -0.5), splat(simd, 1.0)));
    (sine, cosine)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::level::level;
    use fearless_simd::dispatch;

    /// Largest error of `function` over `points`; `error` compares an argument with its value.
    fn worst(
        points: impl Iterator<Item = f32>,
        function: impl Fn([f32; 16]) -> [f32; 16],
        error: fn(f64, f64) -> f64,
    ) -> f64 {
        let points: Vec<f32> = points.collect();
        let values = points
            .chunks_exact(16)
            .flat_map(|chunk| function(chunk.try_into().unwrap()));
        let errors = points
            .iter()
            .zip(values)
            .map(|(x, y)| error(f64::from(*x), f64::from(y)));
        errors.fold(0.0, f64::max)
    }

    #[test]
    fn ln_is_exact_to_its_bound() {
        let ln = |a| dispatch!(level(), simd => ln(f32x16::load_array(simd, a)).to_array());
        let error: fn(f64, f64) -> f64 = |x, y| (y - x.ln()).abs() / x.ln().abs().max(1.0);
        let all_scales = (1u32..200_000).map(|i| f32::from_bits(0x0080_0000 + i * 10_600));
        let uniform = (0..200_000).map(|i| (i as f32 + 0.5) / 200_000.0);
        assert!(worst(all_scales, ln, error) < 1.5e-7);
        assert!(worst(uniform, ln, error) < 1.5e-7);
    }

    #[test]
    fn exp_is_exact_to_its_bound() {
        let exp = |a| dispatch!(level(), simd => exp(f32x16::load_array(simd, a)).to_array());
        let error: fn(f64, f64) -> f64 = |x, y| (y - x.exp()).abs() / x.exp();
        let points = (0..400_000).map(|i| -87.0 + i as f32 * (175.0 / 400_000.0));
        assert!(worst(points, exp, error) < 2e-7);
        let clamped = exp([-1e9; 16])[0];
        assert!(clamped > 0.0 && clamped < 2e-38);
    }

    #[test]
    fn sine_and_cosine_are_exact_to_their_bound() {
        let quarter = std::f32::consts::FRAC_PI_4;
        let points = || (0..=200_000).map(|i| (i as f32 / 100_000.0 - 1.0) * quarter);
        let sin = |a| dispatch!(level(), simd => sin_cos_quarter(f32x16::load_array(simd, a)).0.to_array());
        let cos = |a| dispatch!(level(), simd => sin_cos_quarter(f32x16::load_array(simd, a)).1.to_array());
        assert!(worst(points(), sin, |x, y| (y - x.sin()).abs()) < 1e-7);
        assert!(worst(points(), cos, |x, y| (y - x.cos()).abs()) < 1e-7);
    }
}
