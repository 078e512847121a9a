//! Point weights: `a_o = sum_i w_oi x_i`, with no variance to carry.

use fearless_simd::{Simd, prelude::*};

use crate::Matrix;
use mesu_core::simd::Fused;

use crate::lanes::{LANES, load_whole, splat, store_whole, sum};
use crate::level::{dispatch, level};

/// Computes the products of every row of `h`, `[rows][inputs]`, with every row of `w`, `[outputs][inputs]`:
/// `a`, `[rows][outputs]`. Sums have the order of [`super::mean_variance`].
pub fn products(w: &Matrix, h: &Matrix, a: &mut Matrix) {
    let stride = w.stride();
    assert_eq!(h.stride(), stride, "products: h");
    assert_eq!((a.rows(), a.columns()), (h.rows(), w.rows()), "products: a");
    for row in 0..h.rows() {
        let h = &h.padded()[row * stride..(row + 1) * stride];
        products_of(w.padded(), h, a.row_mut(row));
    }
}

/// Computes the products of `h`, `[1][inputs]`, with the first rows of `w`, `[outputs][inputs]`, as many as `a` has room
/// for.
///
/// # Panics
/// When a shape does not fit.
pub fn products_of_first(w: &Matrix, h: &Matrix, a: &mut [f32]) {
    assert_eq!(
        (h.rows(), h.stride()),
        (1, w.stride()),
        "products_of_first: h"
    );
    assert!(a.len() <= w.rows(), "products_of_first: a");
    products_of(w.padded(), h.padded(), a);
}

/// Products of one padded row with the rows of `w`.
pub(super) fn products_of(w: &[f32], h: &[f32], a: &mut [f32]) {
    let stride = h.len();
    dispatch!(level(), simd => {
        for (o, a) in a.iter_mut().enumerate() {
            *a = dot(simd, &w[o * stride..(o + 1) * stride], h);
        }
    });
}

#[inline(always)]
fn dot<S: Simd>(simd: S, w: &[f32], x: &[f32]) -> f32 {
    let mut total = splat(simd, 0.0);
    for at in (0..w.len()).step_by(LANES) {
        total = load_whole(simd, w, at).fused(load_whole(simd, x, at), total);
    }
    sum(simd, total)
}

/// Computes the gradient at the pre-activations of the layer below, through its ReLU:
/// `dh_si = [h_si > 0] sum_o d_so w_oi`, `[rows][inputs]`.
pub fn input_gradient(w: &Matrix, h: &Matrix, d: &Matrix, dh: &mut Matrix) {
    let stride = w.stride();
    assert_eq!(
        (h.stride(), dh.stride()),
        (stride, stride),
        "input_gradient: h, dh"
    );
    assert_eq!(
        (d.rows(), d.columns(), dh.rows()),
        (h.rows(), w.rows(), h.rows()),
        "input_gradient: d"
    );
    let (weights, h, dh) = (w.padded(), h.padded(), dh.padded_mut());
    dispatch!(level(), simd => {
        let zero = splat(simd, 0.0);
        for row in 0..d.rows() {
            for at in (0..stride).step_by(LANES) {
                let mut through = zero;
                for (o, d) in d.row(row).iter().enumerate() {
                    let w = load_whole(simd, weights, o * stride + at);
                    through = w.fused(splat(simd, *d), through);
                }
                let place = row * stride + at;
                let active = load_whole(simd, h, place).simd_gt(zero);
                store_whole(active.select(through, zero), dh, place);
            }
        }
    });
}

/// Applies ReLU in place.
pub fn relu(a: &mut Matrix) {
    let a = a.padded_mut();
    dispatch!(level(), simd => {
        let zero = splat(simd, 0.0);
        for at in (0..a.len()).step_by(LANES) {
            let x = load_whole(simd, a, at);
            store_whole(x.simd_gt(zero).select(x, zero), a, at);
        }
    });
}
