//! Distances of one example from many that are kept.

use fearless_simd::{Simd, f32x16, prelude::*};
use mesu_core::simd::Fused;

use crate::lanes::{LANES, load_whole, splat, store_whole};
use crate::level::{dispatch, level};

/// Blocks of [`LANES`] rows whose sums wait in registers.
const BLOCKS: usize = 4;

/// Writes squared distances of `x`, `[inputs]`, from rows kept as `inputs`, `[inputs][rows]`, whose squares are
/// `squares`, `[rows]`: all less the square of `x` itself, `squares_r - 2 sum_i x_i inputs_ir`. `least`,
/// `[rows / LANES]`, gets the smallest of each [`LANES`] of them.
///
/// # Panics
/// For lengths that do not fit, and a number of rows that is no multiple of [`LANES`].
pub fn distances(
    x: &[f32],
    inputs: &[f32],
    squares: &[f32],
    distances: &mut [f32],
    least: &mut [f32],
) {
    let rows = squares.len();
    assert_eq!(rows % LANES, 0, "distances: rows");
    assert_eq!(
        (inputs.len(), distances.len(), least.len()),
        (x.len() * rows, rows, rows / LANES),
        "distances: lengths"
    );
    dispatch!(level(), simd => {
        let mut at = 0;
        while at + BLOCKS * LANES <= rows {
            blocks::<_, BLOCKS>(simd, (x, inputs, squares), at, distances, least);
            at += BLOCKS * LANES;
        }
        while at < rows {
            blocks::<_, 1>(simd, (x, inputs, squares), at, distances, least);
            at += LANES;
        }
    });
}

#[inline(always)]
fn blocks<S: Simd, const N: usize>(
    simd: S,
    (x, inputs, squares): (&[f32], &[f32], &[f32]),
    at: usize,
    distances: &mut [f32],
    least: &mut [f32],
) {
    let mut sums = [splat(simd, 0.0); N];
    for (block, sum) in sums.iter_mut().enumerate() {
        *sum = load_whole(simd, squares, at + block * LANES);
    }
    for (x, column) in x.iter().zip(inputs.chunks_exact(squares.len())) {
        // Rows of words or categories are mostly zeros.
        if *x == 0.0 {
            continue;
        }
        let factor = splat(simd, -2.0 * x);
        for (block, sum) in sums.iter_mut().enumerate() {
            *sum = load_whole(simd, column, at + block * LANES).fused(factor, *sum);
        }
    }
    for (block, sum) in sums.into_iter().enumerate() {
        store_whole(sum, distances, at + block * LANES);
        least[at / LANES + block] = smallest(simd, sum);
    }
}

/// Smallest of the lanes.
#[inline(always)]
fn smallest<S: Simd>(simd: S, vector: f32x16<S>) -> f32 {
    let (low, high) = simd.split_f32x16(vector);
    let (low, high) = simd.split_f32x8(low.min(high));
    let [a, b, c, d] = low.min(high).to_array();
    a.min(c).min(b.min(d))
}
