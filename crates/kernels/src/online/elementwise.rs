//! Elementwise kernels between the layers.

use fearless_simd::{Simd, f32x16, prelude::*};

use crate::Matrix;
use mesu_core::simd::Fused;

use crate::lanes::{LANES, load, load_whole, splat, store_whole};
use crate::level::{dispatch, level};

/// Copies an input, `[inputs]`, into a row of a matrix, and its squares into another.
pub fn load_input(input: &[f32], x: &mut Matrix, squares: &mut Matrix) {
    let (columns, stride) = (x.columns(), x.stride());
    assert_eq!(
        (input.len(), squares.stride()),
        (columns, stride),
        "load_input: widths"
    );
    let (x, squares) = (x.padded_mut(), squares.padded_mut());
    dispatch!(level(), simd => {
        for at in (0..stride).step_by(LANES) {
            let vector = load(simd, input, at);
            store_whole(vector, x, at);
            store_whole(vector * vector, squares, at);
        }
    });
}

/// Samples the activations, `[samples][neurons]`, `a = m + sqrt(v) z`, and overwrites the noise `z` with
/// `q = z / sqrt(v)` (0 where v = 0). m and v have one row for all samples, or one each.
pub fn sample(m: &Matrix, v: &Matrix, z: &mut Matrix, a: &mut Matrix) {
    assert_eq!(
        (m.rows(), m.columns()),
        (v.rows(), v.columns()),
        "sample: m, v"
    );
    assert_eq!(
        (z.rows(), z.columns()),
        (a.rows(), a.columns()),
        "sample: z, a"
    );
    assert!(
        m.columns() == z.columns() && (m.rows() == 1 || m.rows() == z.rows()),
        "sample: rows"
    );
    let (m, v, len) = (m.padded(), v.padded(), m.padded().len());
    let (z, a) = (z.padded_mut(), a.padded_mut());
    dispatch!(level(), simd => {
        for at in (0..len).step_by(LANES) {
            let m = load_whole(simd, m, at);
            let deviation = Deviation::from_variance(load_whole(simd, v, at));
            for place in (at..z.len()).step_by(len) {
                let (activation, q) = deviation.sample(m, load_whole(simd, z, place));
                store_whole(activation, a, place);
                store_whole(q, z, place);
            }
        }
    });
}

/// Standard deviations and their inverses, computed once for all samples that share them.
#[derive(Clone, Copy)]
pub(crate) struct Deviation<S: Simd> {
    std: f32x16<S>,
    /// 0 where the variance is 0.
    inverse: f32x16<S>,
}

impl<S: Simd> Deviation<S> {
    #[inline(always)]
    pub(crate) fn from_variance(v: f32x16<S>) -> Self {
        let simd = v.token();
        let (zero, one) = (splat(simd, 0.0), splat(simd, 1.0));
        let std = SimdFloat::sqrt(v);
        Self {
            std,
            inverse: v.simd_gt(zero).select(one / std, zero),
        }
    }

    /// Activation and q for the noise z.
    #[inline(always)]
    pub(crate) fn sample(self, m: f32x16<S>, z: f32x16<S>) -> (f32x16<S>, f32x16<S>) {
        (self.std.fused(z, m), z * self.inverse)
    }
}

/// Applies ReLU in place, and writes the squares of the results.
pub fn relu_square(a: &mut Matrix, squares: &mut Matrix) {
    let (a, squares) = (a.padded_mut(), squares.padded_mut());
    assert_eq!(a.len(), squares.len(), "relu_square: shapes");
    dispatch!(level(), simd => {
        let zero = splat(simd, 0.0);
        for at in (0..a.len()).step_by(LANES) {
            let x = load_whole(simd, a, at);
            let h = x.simd_gt(zero).select(x, zero);
            store_whole(h, a, at);
            store_whole(h * h, squares, at);
        }
    });
}

/// Computes `out = a * b`, elementwise.
pub fn multiply(a: &Matrix, b: &Matrix, out: &mut Matrix) {
    let (a, b, out) = (a.padded(), b.padded(), out.padded_mut());
    assert_eq!(
        (a.len(), b.len()),
        (out.len(), out.len()),
        "multiply: shapes"
    );
    dispatch!(level(), simd => {
        for at in (0..out.len()).step_by(LANES) {
            store_whole(load_whole(simd, a, at) * load_whole(simd, b, at), out, at);
        }
    });
}

/// Writes the sum of a matrix's rows into one row.
pub fn sum_rows(rows: &Matrix, out: &mut Matrix) {
    let (stride, rows, out) = (rows.stride(), rows.padded(), out.padded_mut());
    assert_eq!(out.len(), stride, "sum_rows: widths");
    dispatch!(level(), simd => {
        for at in (0..stride).step_by(LANES) {
            let mut total = splat(simd, 0.0);
            for row in rows.chunks_exact(stride) {
                total += load_whole(simd, row, at);
            }
            store_whole(total, out, at);
        }
    });
}
