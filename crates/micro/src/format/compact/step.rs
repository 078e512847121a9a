//! Codes as numbers, rounding, and the functions that steps are made of.

use mesu_core::Real;

use crate::format::code::Code;
use crate::plain::Plain;

/// 2^(-c/16): sigma over the prior's, of all codes of one byte.
pub(super) const SIGMAS: [f32; 256] = {
    let root = 0.957_603_280_698_573_6_f64;
    let (mut table, mut octave, mut c) = ([0.0f32; 256], 1.0, 0);
    while c < 256 {
        let (mut value, mut k) = (octave, 0);
        while k < c % 16 {
            value *= root;
            k += 1;
        }
        table[c] = value as f32;
        c += 1;
        if c % 16 == 0 {
            octave *= 0.5;
        }
    }
    table
};

/// Their squares: variances over the prior's.
static VARIANCES: [f32; 256] = {
    let (mut table, mut c) = (SIGMAS, 0);
    while c < 256 {
        table[c] *= table[c];
        c += 1;
    }
    table
};

/// Code of sigma with 16 for a factor of two.
#[inline(always)]
fn sixteenths<C: Code>(cell: C) -> usize {
    usize::from((cell.codes().1 * (16 / C::PER_OCTAVE)) as u8)
}

/// Sigma over the prior's.
#[inline(always)]
pub(super) fn relative_sigma<C: Code>(cell: C) -> Plain {
    Plain(SIGMAS[sixteenths(cell)])
}

/// Variance over the prior's.
#[inline(always)]
pub(super) fn relative_variance<C: Code>(cell: C) -> Plain {
    Plain(VARIANCES[sixteenths(cell)])
}

/// Rounds up or down at random, the mean being `x`; `word` is random in its upper 24 bits.
#[inline(always)]
pub(super) fn round(x: Plain, word: u32) -> i32 {
    let shifted = x.0 + (word >> 8) as f32 * (1.0 / 16_777_216.0);
    let towards_zero = shifted as i32;
    towards_zero.saturating_sub(i32::from(towards_zero as f32 > shifted))
}

/// Number below which [`round_small`] rounds.
pub(super) const SMALL: f32 = 500.0;

/// Rounds a number in ±[`SMALL`] up or down at random, in a few instructions; `word` is random in its upper 22 bits.
#[inline(always)]
pub(super) fn round_small(x: Plain, word: u32) -> i32 {
    ((x.0 * 4_194_304.0) as i32).wrapping_add((word >> 10) as i32) >> 22
}

/// asinh in [-3/4, 3/4], clamped outside, to 1.2e-5.
#[inline(always)]
pub(super) fn asinh(x: Plain) -> Plain {
    let x = x.limit(Plain(-0.75), Plain(0.75));
    let square = x * x;
    let series = Plain(0.067_457_08) + square * Plain(-0.021_691_506);
    let series = Plain(-0.165_790_67) + square * series;
    x * (Plain(0.999_983_43) + square * series)
}

/// 1 - e^-x of x >= 0, exact where x is small too.
pub(super) fn one_minus_exp(x: Plain) -> Plain {
    match x.0 < 0.01 {
        true => x * (Plain(1.0) - x * (Plain(0.5) - x * Plain(1.0 / 6.0))),
        false => Plain(1.0) - (Plain(0.0) - x).exp(),
    }
}

/// ln(1 + x) of x > -1, exact where x is small too.
pub(super) fn ln_one_plus(x: Plain) -> Plain {
    match x.0 < 0.01 && x.0 > -0.01 {
        true => x * (Plain(1.0) - x * (Plain(0.5) - x * Plain(1.0 / 3.0))),
        false => (Plain(1.0) + x).limit(Plain(1e-30), Plain(f32::MAX)).ln(),
    }
}
