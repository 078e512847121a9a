//! Elementary functions of single precision, one polynomial for scalars and vectors: the same bits on
//! every machine, unlike those of a C library.
//!
//! | function | domain | maximum error (tested below) |
//! |---|---|---|
//! | [`ln`] | normal positive floats | 1.5e-7 relative to max(abs(ln x), 1) |
//! | [`exp`] | [-87, 88], clamped outside | 2e-7 relative |
//! | [`sin_cos_quarter`] | [-pi/4, pi/4] | 1e-7 absolute |
//!
//! Coefficients: the Cephes library (Moshier), `logf.c`, `expf.c` and `sinf.c`.

use crate::real::Single;

/// The bits of sqrt(1/2), the smallest mantissa of [`Single::split_exponent`].
pub(crate) const ROOT_HALF: u32 = core::f32::consts::FRAC_1_SQRT_2.to_bits();

/// A constant that `f32` holds exactly.
#[inline(always)]
fn constant<R: Single>(like: R, value: f32) -> R {
    like.constant(f64::from(value))
}

/// Value of a polynomial, coefficients from the highest power down (Horner).
#[inline(always)]
fn polynomial<R: Single, const N: usize>(x: R, coefficients: [f32; N]) -> R {
    let mut value = constant(x, coefficients[0]);
    for c in &coefficients[1..] {
        value = value.mul_add(x, constant(x, *c));
    }
    value
}

/// Natural logarithm of normal positive floats.
#[inline(always)]
#[must_use]
pub fn ln<R: Single>(x: R) -> R {
    let (e, m) = x.split_exponent();
    let m = m - constant(x, 1.0);
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
    let tail = (p * m).mul_add(square, e * constant(x, -2.121_944_4e-4));
    let tail = square.mul_add(constant(x, -0.5), tail);
    e.mul_add(constant(x, 0.693_359_4), m + tail)
}

/// e^x; arguments are clamped to [-87, 88], so the result is a normal float.
#[inline(always)]
#[must_use]
pub fn exp<R: Single>(x: R) -> R {
    let x = x.limit(constant(x, -87.0), constant(x, 88.0));
    // Adding 1.5 * 2^23 rounds to an integer and leaves it in the low bits.
    let magic = constant(x, 12_582_912.0);
    let shifted = x.mul_add(constant(x, core::f32::consts::LOG2_E), magic);
    let n = shifted - magic;
    let r = n.mul_add(constant(x, -0.693_359_4), x);
    let r = n.mul_add(constant(x, 2.121_944_4e-4), r);
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
    let p = p.mul_add(r * r, r + constant(x, 1.0));
    p.scale(shifted)
}

/// Sine and cosine of angles in [-pi/4, pi/4].
#[inline(always)]
#[must_use]
pub fn sin_cos_quarter<R: Single>(x: R) -> (R, R) {
    let z = x * x;
    let s = polynomial(z, [-1.951_529_6e-4, 8.332_161e-3, -1.666_665_5e-1]);
    let c = polynomial(z, [2.443_315_7e-5, -1.388_731_6e-3, 4.166_664_6e-2]);
    let sine = (s * z).mul_add(x, x);
    let cosine = (c * z).mul_add(z, z.mul_add(constant(x, -0.5), constant(x, 1.0)));
    (sine, cosine)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    /// Largest error of `function` over `points`; `error` compares an argument with its value.
    fn worst(
        points: impl Iterator<Item = f32>,
        function: impl Fn(f32) -> f32,
        error: fn(f64, f64) -> f64,
    ) -> f64 {
        points.fold(0.0, |worst, x| {
            error(f64::from(x), f64::from(function(x))).max(worst)
        })
    }

    #[test]
    fn ln_is_exact_to_its_bound() {
        let error: fn(f64, f64) -> f64 = |x, y| (y - x.ln()).abs() / x.ln().abs().max(1.0);
        let all_scales = (1u32..200_000).map(|i| f32::from_bits(0x0080_0000 + i * 10_600));
        let uniform = (0..200_000).map(|i| (i as f32 + 0.5) / 200_000.0);
        assert!(worst(all_scales, ln, error) < 1.5e-7);
        assert!(worst(uniform, ln, error) < 1.5e-7);
    }

    #[test]
    fn exp_is_exact_to_its_bound() {
        let error: fn(f64, f64) -> f64 = |x, y| (y - x.exp()).abs() / x.exp();
        let points = (0..400_000).map(|i| -87.0 + i as f32 * (175.0 / 400_000.0));
        assert!(worst(points, exp, error) < 2e-7);
        let clamped = exp(-1e9f32);
        assert!(clamped > 0.0 && clamped < 2e-38);
    }

    #[test]
    fn sine_and_cosine_are_exact_to_their_bound() {
        let quarter = core::f32::consts::FRAC_PI_4;
        let points: Vec<f32> = (0..=200_000)
            .map(|i| (i as f32 / 100_000.0 - 1.0) * quarter)
            .collect();
        let points = || points.iter().copied();
        assert!(
            worst(
                points(),
                |x| sin_cos_quarter(x).0,
                |x, y| (y - x.sin()).abs()
            ) < 1e-7
        );
        assert!(
            worst(
                points(),
                |x| sin_cos_quarter(x).1,
                |x, y| (y - x.cos()).abs()
            ) < 1e-7
        );
    }
}
