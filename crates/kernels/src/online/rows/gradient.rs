//! Backward: the gradient at the layer below.

use fearless_simd::{Simd, f32x16, prelude::*};
use mesu_core::simd::Fused;

use crate::Matrix;
use crate::lanes::{LANES, load_vector, load_whole, splat, store_whole, vectors};
use crate::level::{dispatch, level};

/// Samples processed together, to share loads of the weights.
const SAMPLES: usize = 4;

/// Synapses of a layer, padded to `stride`.
#[derive(Clone, Copy)]
struct Weights<'a> {
    mu: &'a [f32],
    sigma: &'a [f32],
    stride: usize,
}

/// Computes the gradient with respect to the pre-activations of the layer below, through its ReLU:
/// `dh_si = [h_si > 0] sum_o ( d_so mu_oi + r_so sigma_oi^2 h_si )`, `[samples][inputs]`.
pub fn input_gradient_rows(
    mu: &Matrix,
    sigma: &Matrix,
    h: &Matrix,
    d: &Matrix,
    r: &Matrix,
    dh: &mut Matrix,
) {
    let (samples, stride) = (h.rows(), mu.stride());
    assert_eq!(
        (sigma.rows(), sigma.stride()),
        (mu.rows(), stride),
        "input_gradient_rows: sigma"
    );
    assert_eq!(
        (h.stride(), dh.stride()),
        (stride, stride),
        "input_gradient_rows: h, dh"
    );
    assert_eq!((d.rows(), r.rows(), dh.rows()), (samples, samples, samples));
    assert_eq!(
        (d.columns(), r.columns()),
        (mu.rows(), mu.rows()),
        "input_gradient_rows: d, r"
    );
    let from = Upstream {
        stride: d.stride(),
        outputs: d.columns(),
        d: d.padded(),
        r: r.padded(),
    };
    let (mu, sigma, h, dh) = (mu.padded(), sigma.padded(), h.padded(), dh.padded_mut());
    let layer = Weights { mu, sigma, stride };
    dispatch!(
        level(),
        simd => gradients::<_, 1>(simd, layer, from, h, dh, samples),
        avx512 => gradients::<_, 2>(simd, layer, from, h, dh, samples)
    );
}

/// Computes [`input_gradient_rows`] in blocks of [`SAMPLES`] samples and `C` vectors of inputs.
#[inline(always)]
fn gradients<S: Simd, const C: usize>(
    simd: S,
    layer: Weights<'_>,
    from: Upstream<'_>,
    h: &[f32],
    dh: &mut [f32],
    samples: usize,
) {
    let mut at = 0;
    while at < layer.stride {
        let whole = at + C * LANES <= layer.stride;
        let mut s = 0;
        while s < samples {
            let place = (s, at);
            s += match (samples - s, whole) {
                (SAMPLES.., true) => gradient_at::<_, SAMPLES, C>(simd, layer, from, place, h, dh),
                (SAMPLES.., false) => gradient_at::<_, SAMPLES, 1>(simd, layer, from, place, h, dh),
                (2.., true) => gradient_at::<_, 2, C>(simd, layer, from, place, h, dh),
                (2.., false) => gradient_at::<_, 2, 1>(simd, layer, from, place, h, dh),
                (_, true) => gradient_at::<_, 1, C>(simd, layer, from, place, h, dh),
                (_, false) => gradient_at::<_, 1, 1>(simd, layer, from, place, h, dh),
            };
        }
        at += if whole { C * LANES } else { LANES };
    }
}

/// Gradients at the pre-activations, `[samples][outputs]`, rows `stride` apart.
#[derive(Clone, Copy)]
struct Upstream<'a> {
    stride: usize,
    outputs: usize,
    d: &'a [f32],
    r: &'a [f32],
}

/// Computes [`input_gradient_rows`] for `N` samples from `first` on, and `C` vectors of inputs from `at` on; returns
/// `N`.
#[inline(always)]
fn gradient_at<S: Simd, const N: usize, const C: usize>(
    simd: S,
    layer: Weights<'_>,
    from: Upstream<'_>,
    (first, at): (usize, usize),
    h: &[f32],
    dh: &mut [f32],
) -> usize {
    let (stride, zero) = (layer.stride, splat(simd, 0.0));
    let row = |s| &from.d[(first + s) * from.stride..][..from.outputs];
    let d: [_; N] = std::array::from_fn(row);
    let row = |s| &from.r[(first + s) * from.stride..][..from.outputs];
    let r: [_; N] = std::array::from_fn(row);
    let through_mu = through::<_, N, C, false>(simd, (layer.mu, stride), at, d);
    let through_sigma = through::<_, N, C, true>(simd, (layer.sigma, stride), at, r);
    for s in 0..N {
        for c in 0..C {
            let place = (first + s) * stride + at + c * LANES;
            let h = load_whole(simd, h, place);
            let gradient = through_sigma[s][c].fused(h, through_mu[s][c]);
            store_whole(h.simd_gt(zero).select(gradient, zero), dh, place);
        }
    }
    N
}

/// Sums over the neurons of the numbers of `from`, `[N][outputs]`, times `C` vectors from `at` on of the rows of
/// `weights`, or of their squares.
#[inline(always)]
fn through<S: Simd, const N: usize, const C: usize, const SQUARED: bool>(
    simd: S,
    (weights, stride): (&[f32], usize),
    at: usize,
    from: [&[f32]; N],
) -> [[f32x16<S>; C]; N] {
    let outputs = from[0].len();
    let from = from.map(|row| &row[..outputs]);
    let mut sums = [[splat(simd, 0.0); C]; N];
    for o in 0..outputs {
        let Some(row) = vectors(&weights[o * stride + at..]).first_chunk::<C>() else {
            break;
        };
        let mut weight = [splat(simd, 0.0); C];
        for c in 0..C {
            let loaded = load_vector(simd, &row[c]);
            weight[c] = if SQUARED { loaded * loaded } else { loaded };
        }
        for s in 0..N {
            let factor = splat(simd, from[s][o]);
            for c in 0..C {
                sums[s][c] = weight[c].fused(factor, sums[s][c]);
            }
        }
    }
    sums
}
