//! Sums of floats in the order of the vector kernels, so that scalars give their bits.

use crate::real::Real;

/// Floats in a vector of the kernels, and lanes of the generator.
pub const LANES: usize = 16;

/// Sum of sixteen lanes: halves are added until one is left.
#[inline]
#[must_use]
pub fn fold(lanes: [f32; LANES]) -> f32 {
    let eight: [f32; 8] = core::array::from_fn(|lane| lanes[lane] + lanes[lane + 8]);
    let [a, b, c, d] = core::array::from_fn(|lane| eight[lane] + eight[lane + 4]);
    (a + c) + (b + d)
}

/// Sum of the products of pairs: number i belongs to lane i modulo sixteen.
#[inline]
#[must_use]
pub fn dot(pairs: impl Iterator<Item = (f32, f32)>) -> f32 {
    let mut lanes = [0.0f32; LANES];
    for (i, (a, b)) in pairs.enumerate() {
        let lane = &mut lanes[i % LANES];
        *lane = Real::mul_add(a, b, *lane);
    }
    fold(lanes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pair_counts_once() {
        for n in [0u8, 1, 15, 16, 17, 40] {
            let pairs = (1..=n).map(|i| (f32::from(i), 2.0));
            assert_eq!(dot(pairs), f32::from(n) * f32::from(n + 1), "{n}");
        }
    }
}
