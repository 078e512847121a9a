//! Vectorized random generator of the noise: the numbers of [`mesu_core::generator`], bit for bit.

use fearless_simd::{Simd, f32x16, i32x16, prelude::*, u32x16};
use mesu_core::elementary::{ln, sin_cos_quarter};
use mesu_core::generator::{self, Words};
use mesu_core::simd::Fused;

use crate::lanes::{LANES, splat, store};
use crate::level::{dispatch, level};

/// Normals made at a time; a request for fewer throws the rest away.
const BLOCK: usize = 2 * LANES;

/// Sixteen lanes of xoshiro128++, the source of all noise.
///
/// ```
/// use mesu_kernels::Generator;
/// let mut noise = Generator::named(1, "noise", &[]);
/// let mut normals = [0.0; 10];
/// noise.fill_normal(&mut normals);
/// assert_eq!(Generator::named(1, "noise", &[]).normals(10), normals);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Generator(generator::Generator);

impl Generator {
    /// Creates the generator of the stream called `name`, with any number of indices (task, chunk, …).
    #[must_use]
    pub fn named(seed: u64, name: &str, indices: &[u64]) -> Self {
        Self(generator::Generator::named(seed, name, indices))
    }

    /// Derives the generator number `index` from this one, which does not change.
    #[must_use]
    pub fn split(&self, index: u64) -> Self {
        Self(self.0.split(index))
    }

    /// State of the generator, word by word, for a checkpoint.
    #[must_use]
    pub fn state(&self) -> Words {
        self.0.state()
    }

    /// Restores a generator from a checkpoint's state; `None` if a lane is all zero, a state that
    /// xoshiro never reaches or leaves.
    #[must_use]
    pub fn from_state(state: Words) -> Option<Self> {
        generator::Generator::from_state(state).map(Self)
    }

    /// Fills the slice with independent N(0, 1).
    pub fn fill_normal(&mut self, out: &mut [f32]) {
        dispatch!(level(), simd => fill_normal(simd, self.0.state_mut(), out));
    }

    /// Returns `count` independent N(0, 1).
    #[must_use]
    pub fn normals(&mut self, count: usize) -> Vec<f32> {
        let mut out = vec![0.0; count];
        self.fill_normal(&mut out);
        out
    }

    /// Fills the slice with numbers uniform in (low, high).
    pub fn fill_uniform(&mut self, out: &mut [f32], low: f32, high: f32) {
        let state = self.0.state_mut();
        dispatch!(level(), simd => {
            let (width, low) = (splat(simd, high - low), splat(simd, low));
            let mut lanes = Lanes::load(simd, state);
            for chunk in out.chunks_mut(LANES) {
                store(unit_interval(lanes.next()).fused(width, low), chunk, 0);
            }
            lanes.store(state);
        });
    }
}

struct Lanes<S: Simd>([u32x16<S>; 4]);

impl<S: Simd> Lanes<S> {
    #[inline(always)]
    fn load(simd: S, state: &Words) -> Self {
        Self([
            u32x16::from_slice(simd, &state[0]),
            u32x16::from_slice(simd, &state[1]),
            u32x16::from_slice(simd, &state[2]),
            u32x16::from_slice(simd, &state[3]),
        ])
    }

    #[inline(always)]
    fn store(&self, state: &mut Words) {
        for (word, out) in self.0.iter().zip(state) {
            word.store_slice(out);
        }
    }

    #[inline(always)]
    fn next(&mut self) -> u32x16<S> {
        let [s0, s1, s2, s3] = self.0;
        let result = rotate_left::<S, 7, 25>(s0 + s3) + s0;
        let s2 = s2 ^ s0;
        let s3 = s3 ^ s1;
        self.0 = [
            s0 ^ s3,
            s1 ^ s2,
            s2 ^ (s1 << 9),
            rotate_left::<S, 11, 21>(s3),
        ];
        result
    }
}

#[inline(always)]
fn rotate_left<S: Simd, const LEFT: u32, const RIGHT: u32>(x: u32x16<S>) -> u32x16<S> {
    (x << LEFT) | (x >> RIGHT)
}

/// The upper 23 bits as a number in (0, 1), at the middle of its interval of 2^-23.
#[inline(always)]
fn unit_interval<S: Simd>(bits: u32x16<S>) -> f32x16<S> {
    let one_to_two = f32x16::from_bits((bits >> 9) | u32x16::splat(bits.token(), 0x3f80_0000));
    one_to_two - (1.0 - f32::EPSILON / 2.0)
}

#[inline(always)]
fn fill_normal<S: Simd>(simd: S, state: &mut Words, out: &mut [f32]) {
    let mut lanes = Lanes::load(simd, state);
    let mut blocks = out.chunks_exact_mut(BLOCK);
    for block in &mut blocks {
        let (a, b) = box_muller(lanes.next(), lanes.next());
        a.store_slice(&mut block[..LANES]);
        b.store_slice(&mut block[LANES..]);
    }
    let rest = blocks.into_remainder();
    if !rest.is_empty() {
        let (a, b) = box_muller(lanes.next(), lanes.next());
        let (first, second) = rest.split_at_mut(rest.len().min(LANES));
        first.copy_from_slice(&a.to_array()[..first.len()]);
        second.copy_from_slice(&b.to_array()[..second.len()]);
    }
    lanes.store(state);
}

/// Two vectors of normals from two vectors of random bits.
#[inline(always)]
fn box_muller<S: Simd>(u: u32x16<S>, v: u32x16<S>) -> (f32x16<S>, f32x16<S>) {
    let simd = u.token();
    let radius = SimdFloat::sqrt(ln(unit_interval(u)) * -2.0);
    // 23 bits place the angle in a quarter of the circle around 0; two of the unused low bits of v
    // choose the quarter: one swaps sine and cosine, one turns the cosine's sign.
    let angle = (unit_interval(v) - 0.5) * std::f32::consts::FRAC_PI_2;
    let (sine, cosine) = sin_cos_quarter(angle);
    let sign = (v << 31) & u32x16::splat(simd, 0x8000_0000);
    let cosine = f32x16::from_bits(cosine.to_bits() ^ sign);
    let swap = (v.bitcast::<i32x16<S>>() & i32x16::splat(simd, 2)).simd_eq(i32x16::splat(simd, 0));
    let a = swap.select(cosine, sine);
    let b = swap.select(sine, cosine);
    (radius * a, radius * b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vectors_give_the_bits_of_the_scalar_generator() {
        let mut scalar = generator::Generator::named(7, "test", &[1, 2]);
        let mut vectors = Generator::named(7, "test", &[1, 2]);
        for count in [0, 1, 15, 16, 17, 31, 32, 33, 64, 1_000] {
            let (mut expected, mut found) = (vec![0.0; count], vec![0.0; count]);
            scalar.fill_normal(&mut expected);
            vectors.fill_normal(&mut found);
            let bits = |x: &[f32]| x.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
            assert_eq!(bits(&expected), bits(&found), "{count}");
            scalar.fill_uniform(&mut expected, -2.0, 3.0);
            vectors.fill_uniform(&mut found, -2.0, 3.0);
            assert_eq!(bits(&expected), bits(&found), "{count}");
        }
        assert_eq!(scalar.split(3).state(), vectors.split(3).state());
    }

    /// A change of these values breaks every published seed.
    #[test]
    fn first_values_are_pinned() {
        let mut generator = Generator::named(1, "noise", &[]);
        let bits: Vec<u32> = generator.normals(40).iter().map(|z| z.to_bits()).collect();
        assert_eq!([bits[0], bits[17], bits[33], bits[39]], PINNED);
    }
    const PINNED: [u32; 4] = [3_212_572_174, 3_198_838_959, 3_210_757_684, 3_218_976_899];

    #[test]
    fn uniforms_fill_their_interval() {
        let mut out = vec![0.0; 100_000];
        Generator::named(5, "u", &[]).fill_uniform(&mut out, -2.0, 6.0);
        let mean = out.iter().map(|x| f64::from(*x)).sum::<f64>() / out.len() as f64;
        assert!(out.iter().all(|x| *x > -2.0 && *x < 6.0));
        assert!((mean - 2.0).abs() < 0.03, "{mean}");
    }

    /// Moments, and independence of the pair that one transform yields.
    #[test]
    fn normals_are_normal() {
        let n = 1 << 20;
        let z: Vec<f64> = Generator::named(11, "ks", &[])
            .normals(n)
            .iter()
            .map(|z| f64::from(*z))
            .collect();
        let mean = |f: &dyn Fn(f64) -> f64| z.iter().map(|z| f(*z)).sum::<f64>() / n as f64;
        assert!(mean(&|z| z).abs() < 0.004);
        assert!((mean(&|z| z * z) - 1.0).abs() < 0.006);
        assert!(mean(&|z| z.powi(3)).abs() < 0.016);
        assert!((mean(&|z| z.powi(4)) - 3.0).abs() < 0.04);
        let pairs: Vec<(f64, f64)> = z
            .chunks_exact(BLOCK)
            .flat_map(|b| (0..LANES).map(|l| (b[l], b[l + LANES])))
            .collect();
        let correlation = |f: &dyn Fn(f64, f64) -> f64| {
            pairs.iter().map(|(a, b)| f(*a, *b)).sum::<f64>() / pairs.len() as f64
        };
        assert!(correlation(&|a, b| a * b).abs() < 0.006);
        assert!((correlation(&|a, b| a * a * b * b) - 1.0).abs() < 0.02);
    }

    /// [`slow_most_streams_pass_kolmogorov_and_smirnov`] with one stream: what is plainly wrong fails here.
    #[test]
    fn a_stream_passes_kolmogorov_and_smirnov() {
        // The critical value of a single stream for one in a hundred thousand; the seed is fixed.
        assert!(distance(0, 1 << 16) < 2.5);
    }

    /// Kolmogorov-Smirnov over nine streams: a wrong distribution fails in all, an unlucky stream
    /// (one in a thousand passes any bound worth having) in one.
    #[test]
    #[ignore = "slow statistics: cargo test -- --ignored"]
    fn slow_most_streams_pass_kolmogorov_and_smirnov() {
        let mut distances: Vec<f64> = (0..9).map(|stream| distance(stream, 1 << 20)).collect();
        distances.sort_by(f64::total_cmp);
        // Medians of 9: 0.83 expected; the 10 % critical value of a single stream is 1.22, and
        // more than four of nine exceed it by chance once in a thousand times.
        assert!(distances[4] < 1.22, "{distances:?}");
    }

    /// Largest distance of `n` normals' distribution from Phi, times sqrt(n).
    fn distance(stream: u64, n: usize) -> f64 {
        let mut z = Generator::named(11, "ks", &[stream]).normals(n);
        z.sort_by(f32::total_cmp);
        z.iter().enumerate().fold(0.0f64, |worst, (i, z)| {
            let expected = normal_cdf(f64::from(*z));
            let (below, above) = (i as f64 / n as f64, (i + 1) as f64 / n as f64);
            worst
                .max((expected - below).abs())
                .max((expected - above).abs())
        }) * (n as f64).sqrt()
    }

    /// Phi by numeric integration of the density in small steps (Simpson), exact to 1e-10.
    fn normal_cdf(z: f64) -> f64 {
        let density = |x: f64| (-0.5 * x * x).exp() / (2.0 * std::f64::consts::PI).sqrt();
        let steps = 64;
        let h = z / f64::from(steps);
        let inner: f64 = (1..steps)
            .map(|i| density(h * f64::from(i)) * if i % 2 == 1 { 4.0 } else { 2.0 })
            .sum();
        0.5 + (density(0.0) + inner + density(z)) * h / 3.0
    }
}
