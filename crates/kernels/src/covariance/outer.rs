//! Sums of outer products, many at a time.

use fearless_simd::{Simd, f32x16, prelude::*};
use mesu_core::simd::Fused;

use crate::Matrix;
use crate::lanes::{LANES, load_whole, splat, store_whole};
use crate::level::{dispatch, level};

/// Rows of the matrix in a tile: with AVX2, sums and factors fit the registers.
const ROWS: usize = 4;

/// Direction of an update.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// Adds.
    Plus,
    /// Subtracts.
    Minus,
}

/// Adds the outer products of the rows of `factors`, `[k][n]`, with themselves to `matrix`, `[n][n]`, or subtracts
/// them: `matrix ± sum_k factors[k] factors[k]^T`, each entry in the order of k. A symmetric matrix stays symmetric,
/// bit for bit.
///
/// # Panics
/// When a shape does not fit.
pub fn add_outer(matrix: &mut Matrix, factors: &Matrix, sign: Sign) {
    let (n, k) = (factors.columns(), factors.rows());
    assert_eq!(
        (matrix.rows(), matrix.columns()),
        (n, n),
        "add_outer: shapes"
    );
    if k == 0 {
        return;
    }
    let stride = matrix.stride();
    let factor = match sign {
        Sign::Plus => 1.0,
        Sign::Minus => -1.0,
    };
    // Left factors tile by tile, as the inner loop reads them.
    let mut left = vec![0.0; n.next_multiple_of(ROWS) * k];
    for (number, row) in factors.padded().chunks_exact(stride).enumerate() {
        for (i, x) in row[..n].iter().enumerate() {
            left[(i / ROWS * k + number) * ROWS + i % ROWS] = factor * x;
        }
    }
    let (matrix, right) = (matrix.padded_mut(), factors.padded());
    let mut panel = vec![0.0; k * LANES];
    dispatch!(level(), simd => {
        for at in (0..stride).step_by(LANES) {
            for number in 0..k {
                let part = load_whole(simd, right, number * stride + at);
                store_whole(part, &mut panel, number * LANES);
            }
            for (tile, left) in left.chunks_exact(ROWS * k).enumerate() {
                let first = tile * ROWS;
                if first + ROWS <= n {
                    tile_of::<_, ROWS>(simd, left, &panel, &mut matrix[first * stride..], (stride, at));
                } else {
                    for row in first..n {
                        let own = &left[row - first..];
                        tile_of::<_, 1>(simd, own, &panel, &mut matrix[row * stride..], (stride, at));
                    }
                }
            }
        }
    });
}

/// One vector of `N` rows.
#[inline(always)]
fn tile_of<S: Simd, const N: usize>(
    simd: S,
    left: &[f32],
    panel: &[f32],
    rows: &mut [f32],
    (stride, at): (usize, usize),
) {
    let mut sums: [f32x16<S>; N] = [splat(simd, 0.0); N];
    for (row, sum) in sums.iter_mut().enumerate() {
        *sum = load_whole(simd, rows, row * stride + at);
    }
    for (number, right) in panel.as_chunks::<LANES>().0.iter().enumerate() {
        let right = f32x16::load_array_ref(simd, right);
        let left = &left[number * ROWS..number * ROWS + N];
        for row in 0..N {
            sums[row] = right.fused(splat(simd, left[row]), sums[row]);
        }
    }
    for (row, sum) in sums.into_iter().enumerate() {
        store_whole(sum, rows, row * stride + at);
    }
}
