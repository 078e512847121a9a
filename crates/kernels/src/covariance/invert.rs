//! Inverse of a symmetric positive definite matrix, in f64.
//!
//! The matrix is swept by blocks of pivots K, R being all other indices:
//!
//! ```text
//! A_KK <- -A_KK^-1      A_KR <- A_KK^-1 A_KR      A_RR <- A_RR - A_RK A_KK^-1 A_KR
//! ```
//!
//! After all blocks it holds `-A^-1`. Pivots of a positive definite matrix are positive, whatever the order, so that none
//! has to be looked for. Only the upper triangle is computed.

use fearless_simd::{Simd, f64x8, prelude::*};
use mesu_core::simd::Fused;

use crate::Matrix;
use crate::level::{dispatch, level};

/// Pivots of a block.
const BLOCK: usize = 32;
/// Numbers of a vector.
const WIDE: usize = 8;
/// Rows of a tile.
const ROWS: usize = 4;

/// Square matrix of f64 with padded rows.
struct Square {
    n: usize,
    stride: usize,
    data: Vec<f64>,
}

impl Square {
    fn get(&self, i: usize, j: usize) -> f64 {
        self.data[i * self.stride + j]
    }

    /// Entry of the upper triangle that is the same as entry `(i, j)`.
    fn upper(&self, i: usize, j: usize) -> f64 {
        self.get(i.min(j), i.max(j))
    }

    fn set(&mut self, i: usize, j: usize, value: f64) {
        self.data[i * self.stride + j] = value;
    }
}

/// Computes the inverse of the symmetric matrix `a`, `[n][n]`, into `inverse`, of the same shape; symmetric, bit for bit.
/// Returns false, and leaves `inverse` as it is, if `a` is not positive definite or not finite.
///
/// # Panics
/// When a matrix is not square, or the shapes differ.
#[must_use]
pub fn invert(a: &Matrix, inverse: &mut Matrix) -> bool {
    let n = a.rows();
    assert_eq!(
        (a.columns(), inverse.rows(), inverse.columns()),
        (n, n, n),
        "invert: shapes"
    );
    let stride = n.next_multiple_of(WIDE);
    let mut square = Square {
        n,
        stride,
        data: vec![0.0; n * stride],
    };
    for (row, to) in square.data.chunks_exact_mut(stride.max(1)).enumerate() {
        let from = a.row(row).iter();
        to.iter_mut()
            .zip(from)
            .for_each(|(to, x)| *to = f64::from(*x));
    }
    for first in (0..n).step_by(BLOCK) {
        if !sweep(&mut square, first, BLOCK.min(n - first)) {
            return false;
        }
    }
    if !square.data.iter().all(|x| x.is_finite()) {
        return false;
    }
    for i in 0..n {
        let row = inverse.row_mut(i).iter_mut().enumerate();
        row.for_each(|(j, to)| *to = -square.upper(i, j) as f32);
    }
    true
}

/// Sweeps the pivots `first..first + k`; returns false if one of them is not positive.
fn sweep(a: &mut Square, first: usize, k: usize) -> bool {
    let (n, stride) = (a.n, a.stride);
    let Some(pivots) = inverse_of_block(a, first, k) else {
        return false;
    };
    // A_KR, and A_KK^-1 times it; of the pivots' own columns zeros, which leave them as they are.
    let (mut left, mut right) = (vec![0.0; k * stride], vec![0.0; k * stride]);
    let outside = || (0..n).filter(|j| !(first..first + k).contains(j));
    for q in 0..k {
        for j in outside() {
            left[q * stride + j] = a.upper(first + q, j);
        }
    }
    for q in 0..k {
        let to = &mut right[q * stride..(q + 1) * stride];
        for (other, from) in left.chunks_exact(stride).enumerate() {
            let factor = pivots[q * k + other];
            to.iter_mut()
                .zip(from)
                .for_each(|(to, x)| *to += factor * x);
        }
    }
    subtract(a, &left, &right, k);
    for q in 0..k {
        for j in outside() {
            let (i, j) = (j.min(first + q), j.max(first + q));
            let other = if i == first + q { j } else { i };
            a.set(i, j, right[q * stride + other]);
        }
        for other in 0..k {
            a.set(first + q, first + other, -pivots[q * k + other]);
        }
    }
    true
}

/// Inverse of the block of pivots, `[k][k]`; `None` if it is not positive definite.
fn inverse_of_block(a: &Square, first: usize, k: usize) -> Option<Vec<f64>> {
    let mut block: Vec<f64> = (0..k * k)
        .map(|at| a.upper(first + at / k, first + at % k))
        .collect();
    for p in 0..k {
        let pivot = block[p * k + p];
        if !(pivot > 0.0 && pivot.is_finite()) {
            return None;
        }
        let inverse = 1.0 / pivot;
        let row: Vec<f64> = block[p * k..(p + 1) * k].to_vec();
        for i in (0..k).filter(|i| *i != p) {
            let factor = row[i] * inverse;
            for j in (0..k).filter(|j| *j != p) {
                block[i * k + j] -= factor * row[j];
            }
        }
        for j in (0..k).filter(|j| *j != p) {
            block[p * k + j] = row[j] * inverse;
            block[j * k + p] = row[j] * inverse;
        }
        block[p * k + p] = -inverse;
    }
    block.iter_mut().for_each(|x| *x = -*x);
    Some(block)
}

/// Subtracts `sum_q left[q] right[q]^T` from the upper triangle, and from what is left of it in its tiles.
fn subtract(a: &mut Square, left: &[f64], right: &[f64], k: usize) {
    let (n, stride) = (a.n, a.stride);
    let mut packed = vec![0.0; n.next_multiple_of(ROWS) * k];
    for (q, row) in left.chunks_exact(stride).enumerate() {
        for (i, x) in row[..n].iter().enumerate() {
            packed[(i / ROWS * k + q) * ROWS + i % ROWS] = -x;
        }
    }
    let mut panel = vec![0.0; k * WIDE];
    dispatch!(level(), simd => {
        for at in (0..stride).step_by(WIDE) {
            for (q, to) in panel.chunks_exact_mut(WIDE).enumerate() {
                to.copy_from_slice(&right[q * stride + at..][..WIDE]);
            }
            // Rows below the last column of this vector have their entries in it below the diagonal.
            let rows = n.min(at + WIDE);
            for first in (0..rows).step_by(ROWS) {
                let left = &packed[first * k..];
                let to = &mut a.data[first * stride..];
                if first + ROWS <= n {
                    tile::<_, ROWS>(simd, &left[..ROWS * k], &panel, to, (stride, at));
                } else {
                    for row in 0..n - first {
                        let to = &mut to[row * stride..];
                        tile::<_, 1>(simd, &left[row..ROWS * k], &panel, to, (stride, at));
                    }
                }
            }
        }
    });
}

/// One vector of `N` rows.
#[inline(always)]
fn tile<S: Simd, const N: usize>(
    simd: S,
    left: &[f64],
    panel: &[f64],
    rows: &mut [f64],
    (stride, at): (usize, usize),
) {
    let mut sums = [f64x8::splat(simd, 0.0); N];
    for (row, sum) in sums.iter_mut().enumerate() {
        *sum = f64x8::from_slice(simd, &rows[row * stride + at..][..WIDE]);
    }
    for (q, right) in panel.as_chunks::<WIDE>().0.iter().enumerate() {
        let right = f64x8::load_array_ref(simd, right);
        let left = &left[q * ROWS..q * ROWS + N];
        for row in 0..N {
            sums[row] = right.fused(f64x8::splat(simd, left[row]), sums[row]);
        }
    }
    for (row, sum) in sums.into_iter().enumerate() {
        sum.store_slice(&mut rows[row * stride + at..][..WIDE]);
    }
}
