//! The random generator of the noise: sixteen interleaved xoshiro128++ (Blackman & Vigna 2021).
//!
//! A generator is named: the same seed, name and indices give the same numbers on every machine,
//! and different names give streams that do not overlap in practice (each lane starts at a state
//! drawn by SplitMix64 from a hash of the name). Nothing depends on the order in which generators
//! are made, so work may be split over threads freely.
//!
//! Normals come from the Box-Muller transform, 32 at a time: with u, v uniform in (0, 1),
//! `r = sqrt(-2 ln u)` and an angle `2 pi v`, `r cos` and `r sin` are independent N(0, 1). u has 23
//! bits, so |z| <= 5.77 (what lies beyond has probability 8e-9).

use crate::elementary::{ln, sin_cos_quarter};
use crate::real::Real;
use crate::sum::LANES;

/// Normals made at a time; a request for fewer throws the rest away.
const BLOCK: usize = 2 * LANES;

/// State of a generator: word w of lane l is `[w][l]`.
pub type Words = [[u32; LANES]; 4];

/// Sixteen lanes of xoshiro128++, one after another; kernels compute them side by side.
///
/// ```
/// use mesu_core::generator::Generator;
/// let mut noise = Generator::named(1, "noise", &[]);
/// let mut normals = [0.0; 3];
/// noise.fill_normal(&mut normals);
/// assert_eq!(normals.map(f32::to_bits)[0], 3_212_572_174);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Generator {
    words: Words,
}

impl Generator {
    /// Creates the generator of the stream called `name`, with any number of indices (task, chunk, …).
    #[must_use]
    pub fn named(seed: u64, name: &str, indices: &[u64]) -> Self {
        let mut hash = SplitMix64(seed);
        // The length tells where the name ends and the indices begin.
        for word in name.bytes().map(u64::from).chain([name.len() as u64]) {
            hash = SplitMix64(hash.next() ^ word);
        }
        for index in indices {
            hash = SplitMix64(hash.next() ^ index);
        }
        Self::seeded(hash)
    }

    /// Derives the generator number `index` from this one, which does not change.
    #[must_use]
    pub fn split(&self, index: u64) -> Self {
        let mut hash = SplitMix64(index);
        for word in self.words.as_flattened() {
            hash = SplitMix64(hash.next() ^ u64::from(*word));
        }
        Self::seeded(hash)
    }

    fn seeded(mut hash: SplitMix64) -> Self {
        let mut words = [[0; LANES]; 4];
        let [w0, w1, w2, w3] = &mut words;
        let lanes = w0.iter_mut().zip(w1).zip(w2.iter_mut().zip(w3));
        for ((w0, w1), (w2, w3)) in lanes {
            for (low, high) in [(w0, w1), (w2, w3)] {
                let x = hash.next();
                (*low, *high) = (x as u32, (x >> 32) as u32);
            }
        }
        Self { words }
    }

    /// State of the generator, for a checkpoint.
    #[must_use]
    pub fn state(&self) -> Words {
        self.words
    }

    /// Mutable state, for vector kernels that advance it.
    pub fn state_mut(&mut self) -> &mut Words {
        &mut self.words
    }

    /// Restores a generator from a checkpoint's state; `None` if a lane is all zero, a state that
    /// xoshiro never reaches or leaves.
    #[must_use]
    pub fn from_state(words: Words) -> Option<Self> {
        let alive = (0..LANES).all(|lane| words.iter().any(|word| word[lane] != 0));
        alive.then_some(Self { words })
    }

    /// Fills the slice with independent N(0, 1).
    pub fn fill_normal(&mut self, out: &mut [f32]) {
        for block in out.chunks_mut(BLOCK) {
            let (u, v) = (self.next(), self.next());
            for lane in 0..LANES.min(block.len()) {
                let (a, b) = box_muller(u[lane], v[lane]);
                block[lane] = a;
                if let Some(second) = block.get_mut(lane + LANES) {
                    *second = b;
                }
            }
        }
    }

    /// Fills the slice with numbers uniform in (low, high).
    pub fn fill_uniform(&mut self, out: &mut [f32], low: f32, high: f32) {
        for chunk in out.chunks_mut(LANES) {
            let bits = self.next();
            for (x, bits) in chunk.iter_mut().zip(bits) {
                *x = Real::mul_add(unit_interval(bits), high - low, low);
            }
        }
    }

    /// Sixteen random words, one of each lane.
    fn next(&mut self) -> [u32; LANES] {
        let [w0, w1, w2, w3] = &mut self.words;
        core::array::from_fn(|lane| {
            let (s0, s1, s2, s3) = (w0[lane], w1[lane], w2[lane], w3[lane]);
            let result = s0.wrapping_add(s3).rotate_left(7).wrapping_add(s0);
            let (s2, s3) = (s2 ^ s0, s3 ^ s1);
            (w0[lane], w1[lane]) = (s0 ^ s3, s1 ^ s2);
            (w2[lane], w3[lane]) = (s2 ^ (s1 << 9), s3.rotate_left(11));
            result
        })
    }
}

/// SplitMix64 (Steele, Lea, Flood 2014): seeds the lanes.
struct SplitMix64(u64);

impl SplitMix64 {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

/// The upper 23 bits as a number in (0, 1), at the middle of its interval of 2^-23.
fn unit_interval(bits: u32) -> f32 {
    f32::from_bits((bits >> 9) | 0x3f80_0000) - (1.0 - f32::EPSILON / 2.0)
}

/// Two normals from two words of random bits.
fn box_muller(u: u32, v: u32) -> (f32, f32) {
    let radius = Real::sqrt(ln(unit_interval(u)) * -2.0);
    // 23 bits place the angle in a quarter of the circle around 0; two of the unused low bits of v
    // choose the quarter: one swaps sine and cosine, one turns the cosine's sign.
    let angle = (unit_interval(v) - 0.5) * core::f32::consts::FRAC_PI_2;
    let (sine, cosine) = sin_cos_quarter(angle);
    let cosine = f32::from_bits(cosine.to_bits() ^ (v << 31));
    let (a, b) = match v & 2 {
        0 => (cosine, sine),
        _ => (sine, cosine),
    };
    (radius * a, radius * b)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{Rng, SeedableRng};
    use rand_xoshiro::Xoshiro128PlusPlus;

    #[test]
    fn lanes_are_xoshiro128_plus_plus() {
        let generator = Generator::named(7, "test", &[1, 2]);
        for lane in 0..LANES {
            let mut seed = [0; 16];
            for word in 0..4 {
                seed[4 * word..4 * word + 4]
                    .copy_from_slice(&generator.words[word][lane].to_le_bytes());
            }
            let mut oracle = Xoshiro128PlusPlus::from_seed(seed);
            let mut generator = generator.clone();
            for _ in 0..100 {
                assert_eq!(generator.next()[lane], oracle.next_u32());
            }
        }
    }

    /// A change of these values breaks every published seed.
    #[test]
    fn first_values_are_pinned() {
        let mut normals = [0.0; 40];
        Generator::named(1, "noise", &[]).fill_normal(&mut normals);
        let bits = normals.map(f32::to_bits);
        assert_eq!([bits[0], bits[17], bits[33], bits[39]], PINNED);
    }
    const PINNED: [u32; 4] = [3_212_572_174, 3_198_838_959, 3_210_757_684, 3_218_976_899];

    #[test]
    fn names_and_indices_give_different_streams() {
        let first = |mut generator: Generator| {
            let mut out = [0.0; 4];
            generator.fill_normal(&mut out);
            out
        };
        let named = Generator::named;
        let streams = [
            first(named(1, "a", &[])),
            first(named(1, "b", &[])),
            first(named(2, "a", &[])),
            first(named(1, "a", &[0])),
            first(named(1, "a", &[1])),
            first(named(1, "a", &[0, 1])),
            first(named(1, "ab", &[])),
            first(named(1, "a", &[u64::from(b'b')])),
            first(named(1, "a", &[]).split(0)),
            first(named(1, "a", &[]).split(1)),
        ];
        for (i, a) in streams.iter().enumerate() {
            assert!(streams.iter().skip(i + 1).all(|b| a != b));
        }
    }

    #[test]
    fn short_requests_are_prefixes() {
        let mut long = [0.0; 64];
        Generator::named(3, "x", &[]).fill_normal(&mut long);
        for count in 0..32 {
            let mut short = [0.0; 32];
            Generator::named(3, "x", &[]).fill_normal(&mut short[..count]);
            assert_eq!(short[..count], long[..count]);
        }
    }

    #[test]
    fn dead_states_are_refused() {
        let mut words = Generator::named(1, "x", &[]).state();
        assert!(Generator::from_state(words).is_some());
        words.iter_mut().for_each(|word| word[3] = 0);
        assert!(Generator::from_state(words).is_none());
    }
}
