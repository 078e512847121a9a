//! Limits of one core of this machine, each resource on its own.
//!
//! - **Bandwidth** of a cache level: a pass that reads, multiplies and writes back two arrays of f32,
//!   as an update does with mu and sigma. Both directions count: 16 bytes for a pair of numbers.
//! - **Multiplications**: fused multiply-adds of whole vectors ([`LANES`] numbers) in independent
//!   chains that stay in registers. A multiplication alone takes the same units. Where the
//!   instruction set has no such instruction the kernels compute it in software, and this is the
//!   rate of that.
//! - **Normals** of the learner's generator.
//!
//! Every figure is the best of its rounds: a limit is what was ever reached.

use std::array;
use std::hint::black_box;
use std::time::Duration;

use fearless_simd::{Simd, dispatch, f32x16, prelude::*};
use mesu::Generator;
use mesu_kernels::{LANES, Matrix};

use mesu_lab::record::Machine;

use crate::timing::{Effort, rate_of};

/// A cache level, or the memory behind them.
#[derive(Clone, Debug, PartialEq)]
pub struct Level {
    /// `L1`, `L2`, `L3` or `memory`.
    pub name: &'static str,
    /// Capacity in bytes; the memory holds everything.
    pub holds_bytes: u64,
    /// Both arrays together, as measured.
    pub measured_bytes: u64,
    /// Read and written, of one core.
    pub bytes_per_second: f64,
}

/// The limits of one core.
#[derive(Clone, Debug, PartialEq)]
pub struct Limits {
    /// From the first cache to the memory.
    pub levels: Vec<Level>,
    /// Vectors of [`LANES`] numbers multiplied and added.
    pub multiplies_per_second: f64,
    /// Numbers drawn from N(0, 1).
    pub normals_per_second: f64,
}

/// Sizes of L1, L2 and L3 where the machine tells none.
const USUAL: [u64; 3] = [32 << 10, 512 << 10, 8 << 20];

impl Limits {
    /// Measures them, on this thread; `effort` is for each.
    pub fn measure(machine: &Machine, effort: Effort) -> Self {
        let holds = |level: usize| {
            let mut caches = machine.caches.iter();
            let cache = caches.find(|cache| cache.level as usize == level + 1);
            cache.map_or(USUAL[level], |cache| cache.bytes)
        };
        let [l1, l2, l3] = [holds(0), holds(1), holds(2)];
        // Well inside each cache, well outside the one before; other cores may share the last.
        let sizes = [
            ("L1", l1, l1 / 2),
            ("L2", l2, (l2 / 3).max(2 * l1)),
            ("L3", l3, (l3 / 4).max(3 * l2 / 2)),
            ("memory", u64::MAX, (4 * l3).clamp(128 << 20, 512 << 20)),
        ];
        let levels = sizes.map(|(name, holds_bytes, bytes)| {
            let numbers = (bytes / 8) as usize / LANES * LANES;
            Level {
                name,
                holds_bytes,
                measured_bytes: 8 * numbers as u64,
                bytes_per_second: bandwidth(numbers, effort),
            }
        });
        Self {
            levels: levels.to_vec(),
            multiplies_per_second: multiplies(effort),
            normals_per_second: normals(effort),
        }
    }

    /// The first level into which `bytes` fit.
    pub fn level_of(&self, bytes: u64) -> &Level {
        let last = &self.levels[self.levels.len() - 1];
        let mut levels = self.levels.iter();
        levels.find(|l| bytes <= l.holds_bytes).unwrap_or(last)
    }

    /// Floating-point operations/s of fused multiply-adds.
    pub fn flops_per_second(&self) -> f64 {
        self.multiplies_per_second * 2.0 * LANES as f64
    }
}

/// The best rate of `effort`'s rounds, each of a few milliseconds: a core that is shared is rarely
/// its owner's for longer.
fn best(effort: Effort, mut work: impl FnMut()) -> f64 {
    work();
    let rounds = 10 * effort.rounds;
    let length = (effort.round / 20).max(Duration::from_millis(1));
    (0..rounds)
        .map(|_| rate_of(length, &mut work))
        .fold(0.0, f64::max)
}

/// Bytes/s read and written of two arrays of `numbers` each.
fn bandwidth(numbers: usize, effort: Effort) -> f64 {
    let mut a = Matrix::zeros(1, numbers);
    a.padded_mut().fill(1.0);
    let mut b = a.clone();
    // About a megabyte between two looks at the clock.
    let passes = (1usize << 17).div_ceil(numbers);
    let calls = best(effort, || {
        let (a, b) = (a.padded_mut(), b.padded_mut());
        dispatch!(level(), simd => (0..passes).for_each(|_| read_modify_write(simd, a, b)));
    });
    calls * passes as f64 * 16.0 * numbers as f64
}

#[inline(always)]
fn read_modify_write<S: Simd>(simd: S, a: &mut [f32], b: &mut [f32]) {
    // By 1, unknown to the compiler: the numbers neither grow nor vanish.
    let factor = f32x16::splat(simd, black_box(1.0));
    for (a, b) in a.chunks_exact_mut(LANES).zip(b.chunks_exact_mut(LANES)) {
        (f32x16::from_slice(simd, a) * factor).store_slice(a);
        (f32x16::from_slice(simd, b) * factor).store_slice(b);
    }
}

/// Vectors/s multiplied and added. How many chains fill the units without running out of registers
/// depends on the instruction set: the best of three counts.
fn multiplies(effort: Effort) -> f64 {
    const STEPS: usize = 4096;
    let of = |chains: usize, work: &mut dyn FnMut()| best(effort, work) * (STEPS * chains) as f64;
    let rates = [
        of(4, &mut || {
            black_box(dispatch!(level(), simd => chains::<_, 4>(simd, STEPS)));
        }),
        of(6, &mut || {
            black_box(dispatch!(level(), simd => chains::<_, 6>(simd, STEPS)));
        }),
        of(12, &mut || {
            black_box(dispatch!(level(), simd => chains::<_, 12>(simd, STEPS)));
        }),
    ];
    rates.into_iter().fold(0.0, f64::max)
}

#[inline(always)]
fn chains<S: Simd, const N: usize>(simd: S, steps: usize) -> [f32; LANES] {
    // Towards 2, from either side: neither too large nor too small to be computed with fast.
    let factor = f32x16::splat(simd, black_box(0.5));
    let term = f32x16::splat(simd, black_box(1.0));
    let mut sums: [f32x16<S>; N] = array::from_fn(|i| f32x16::splat(simd, black_box(i as f32)));
    for _ in 0..steps {
        for sum in &mut sums {
            *sum = sum.mul_add_precise(factor, term);
        }
    }
    let mut total = sums[0];
    for sum in &sums[1..] {
        total += *sum;
    }
    let mut out = [0.0; LANES];
    total.store_slice(&mut out);
    out
}

/// Normals/s, in blocks of the size of an update's.
fn normals(effort: Effort) -> f64 {
    let mut noise = Generator::named(1, "bench roofline", &[]);
    let mut block = [0.0; 640];
    let blocks = 64;
    let calls = best(effort, || {
        for _ in 0..blocks {
            noise.fill_normal(&mut block);
            black_box(&mut block);
        }
    });
    calls * (blocks * block.len()) as f64
}

/// The level that the kernels use.
#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
fn level() -> fearless_simd::Level {
    use fearless_simd::Level;
    let best = Level::new();
    let chosen = match mesu_kernels::level::name() {
        Ok("avx512") => best.as_avx512().map(Level::Avx512),
        Ok("avx2") => best.as_avx2().map(Level::Avx2),
        Ok("sse2") => best.as_sse2().map(Level::Sse2),
        _ => None,
    };
    chosen.unwrap_or(best)
}

/// The level that the kernels use.
#[cfg(not(any(target_arch = "x86", target_arch = "x86_64")))]
fn level() -> fearless_simd::Level {
    fearless_simd::Level::new()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pass_changes_nothing() {
        let mut a = Matrix::from_slice(1, 48, &[1.5; 48]);
        let mut b = a.clone();
        dispatch!(level(), simd => read_modify_write(simd, a.padded_mut(), b.padded_mut()));
        assert!(a.values().chain(b.values()).all(|x| x == 1.5));
    }

    #[test]
    fn chains_arrive_at_two() {
        let sums = dispatch!(level(), simd => chains::<_, 6>(simd, 64));
        assert_eq!(sums, [12.0; LANES]);
    }

    #[test]
    fn arrays_are_inside_their_level_and_levels_are_found() {
        let machine = Machine {
            caches: Vec::new(),
            ..Machine::here()
        };
        let effort = Effort {
            rounds: 1,
            round: Duration::ZERO,
            least: Duration::ZERO,
        };
        let limits = Limits::measure(&machine, effort);
        let measured = limits.levels.iter().map(|level| level.measured_bytes);
        let kibibytes: Vec<u64> = measured.map(|bytes| bytes >> 10).collect();
        assert_eq!(kibibytes, [16, 170, 2048, 128 << 10]);
        for (bytes, name) in [
            (1, "L1"),
            (32 << 10, "L1"),
            (100 << 10, "L2"),
            (1 << 40, "memory"),
        ] {
            assert_eq!(limits.level_of(bytes).name, name);
        }
    }
}
