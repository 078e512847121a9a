//! Weighted sums of a matrix's rows: products with a symmetric matrix.

use fearless_simd::Simd;
use mesu_core::simd::Fused;

use crate::Matrix;
use crate::lanes::{LANES, load_whole, splat, store_whole};
use crate::level::{dispatch, level};

/// Rows read side by side, so that the sum is loaded and stored once for all of them.
const TOGETHER: usize = 4;

/// Adds `sum_k weight_k matrix[row_k]` to `out`, `[1][columns]`, in the order of the terms, `(row, weight)`.
///
/// # Panics
/// When a row is not there, or `out` has another width.
pub fn add_weighted_rows(matrix: &Matrix, terms: &[(usize, f32)], out: &mut Matrix) {
    assert_eq!(
        (out.rows(), out.columns()),
        (1, matrix.columns()),
        "add_weighted_rows: out"
    );
    add_weighted(matrix, terms, out.padded_mut());
}

/// Adds `sum_k factors[k]^T rows[k]` to `matrix`, `[outputs][inputs]`: `factors` are `[k][outputs]`, `rows`
/// `[k][inputs]`.
///
/// # Panics
/// When a shape does not fit.
pub fn add_products(matrix: &mut Matrix, factors: &Matrix, rows: &Matrix) {
    assert_eq!(
        (matrix.rows(), matrix.columns(), factors.rows()),
        (factors.columns(), rows.columns(), rows.rows()),
        "add_products: shapes"
    );
    let stride = matrix.stride();
    let mut terms = vec![(0, 0.0); rows.rows()];
    for (o, row) in matrix.padded_mut().chunks_exact_mut(stride).enumerate() {
        for (k, term) in terms.iter_mut().enumerate() {
            *term = (k, factors.row(k)[o]);
        }
        add_weighted(rows, &terms, row);
    }
}

/// [`add_weighted_rows`] to a padded row.
fn add_weighted(matrix: &Matrix, terms: &[(usize, f32)], out: &mut [f32]) {
    let stride = matrix.stride();
    let row = |k: usize| &matrix.padded()[k * stride..(k + 1) * stride];
    dispatch!(level(), simd => {
        let mut groups = terms.chunks_exact(TOGETHER);
        for group in &mut groups {
            let rows = [row(group[0].0), row(group[1].0), row(group[2].0), row(group[3].0)];
            let weights = [group[0].1, group[1].1, group[2].1, group[3].1];
            add(simd, rows, weights, out);
        }
        for (k, weight) in groups.remainder() {
            add(simd, [row(*k)], [*weight], out);
        }
    });
}

#[inline(always)]
fn add<S: Simd, const N: usize>(simd: S, rows: [&[f32]; N], weights: [f32; N], out: &mut [f32]) {
    let mut splats = [splat(simd, 0.0); N];
    for (vector, weight) in splats.iter_mut().zip(weights) {
        *vector = splat(simd, weight);
    }
    let rows = rows.map(|row| &row[..out.len()]);
    for at in (0..out.len()).step_by(LANES) {
        let mut sum = load_whole(simd, out, at);
        for k in 0..N {
            sum = load_whole(simd, rows[k], at).fused(splats[k], sum);
        }
        store_whole(sum, out, at);
    }
}
