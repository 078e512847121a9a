//! Named random generators: the same (seed, name, indices) gives the same numbers,
//! whatever was drawn before and in whatever order the streams are entered.
//!
//! The state is folded from its parts, z <- mix(z XOR part), where mix is one step
//! of SplitMix64 (Steele, Lea and Flood 2014) and the parts are the seed, the name
//! (FNV-1a, 64 bits), the number of indices and the indices; the result seeds
//! xoshiro256++ (Blackman and Vigna 2019). The bounded draw and the shuffle are
//! written here, because a library's own may change between its versions, and a
//! checkpoint must find the same stream years later.

use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};

/// The generator of the stream `name` at `indices`, e.g. `(seed, "train order", &[task, epoch])`.
pub fn generator(seed: u64, name: &str, indices: &[u64]) -> Xoshiro256PlusPlus {
    let mut state = mix(seed);
    state = mix(state ^ fnv1a(name.as_bytes()));
    state = mix(state ^ indices.len() as u64);
    for &index in indices {
        state = mix(state ^ index);
    }
    Xoshiro256PlusPlus::seed_from_u64(state)
}

/// The numbers `0..count` in an order drawn uniformly by Fisher and Yates' shuffle.
///
/// # Panics
/// If `count` exceeds `u32::MAX`; a [`Dataset`](crate::Dataset) never does.
pub fn shuffled(count: usize, generator: &mut Xoshiro256PlusPlus) -> Vec<u32> {
    let count = u32::try_from(count).expect("at most u32::MAX things are shuffled");
    let mut order: Vec<u32> = (0..count).collect();
    for last in (1..order.len()).rev() {
        order.swap(last, below(last as u64 + 1, generator) as usize);
    }
    order
}

/// An index uniform in `0..count`.
///
/// # Panics
/// If `count` is 0.
pub(crate) fn index_below(count: usize, generator: &mut Xoshiro256PlusPlus) -> usize {
    below(count as u64, generator) as usize
}

/// A number uniform in [0, 1), of 53 bits.
pub(crate) fn uniform(generator: &mut Xoshiro256PlusPlus) -> f64 {
    (generator.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
}

/// A number uniform in `0..bound`, without bias (Lemire 2019: multiply, keep the
/// high half, reject the few low halves that would favor some numbers).
fn below(bound: u64, generator: &mut Xoshiro256PlusPlus) -> u64 {
    let rejected_below = bound.wrapping_neg() % bound;
    loop {
        let product = u128::from(generator.next_u64()) * u128::from(bound);
        if product as u64 >= rejected_below {
            return (product >> 64) as u64;
        }
    }
}

/// One step of SplitMix64: a bijection of 64 bits that spreads every input bit.
fn mix(state: u64) -> u64 {
    let mut z = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xCBF2_9CE4_8422_2325, |hash, &byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn mix_and_hash_give_their_published_values() {
        // SplitMix64 from state 0, and FNV-1a of "a".
        assert_eq!(mix(0), 0xE220_A839_7B1D_CDAF);
        assert_eq!(fnv1a(b"a"), 0xAF63_DC4C_8601_EC8C);
    }

    #[test]
    fn every_part_of_the_name_matters() {
        let first = |seed, name: &str, indices: &[u64]| generator(seed, name, indices).next_u64();
        let draws = [
            first(1, "a", &[]),
            first(1, "b", &[]),
            first(2, "a", &[]),
            first(1, "a", &[0]),
            first(1, "a", &[0, 0]),
            first(1, "a", &[0, 1]),
            first(1, "a", &[1, 0]),
        ];
        assert_eq!(draws.iter().collect::<HashSet<_>>().len(), draws.len());
        assert_eq!(draws[0], first(1, "a", &[]));
    }

    #[test]
    fn below_is_uniform() {
        // Chi-squared with 6 degrees of freedom: above 22.5 once in a thousand seeds.
        let mut generator = generator(1, "uniform", &[]);
        let mut counts = [0_u32; 7];
        for _ in 0..70_000 {
            counts[below(7, &mut generator) as usize] += 1;
        }
        let chi_squared: f64 = counts
            .iter()
            .map(|&count| (f64::from(count) - 1e4).powi(2) / 1e4)
            .sum();
        assert!(chi_squared < 22.5, "{chi_squared}");
    }

    #[test]
    fn shuffle_of_few_things() {
        let mut generator = generator(1, "few", &[]);
        assert!(shuffled(0, &mut generator).is_empty());
        assert_eq!(shuffled(1, &mut generator), [0]);
        let orders: HashSet<_> = (0..200).map(|_| shuffled(3, &mut generator)).collect();
        assert_eq!(orders.len(), 6);
    }
}
