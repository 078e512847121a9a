//! Layers above the first, with a row of inputs per noise sample.

use fearless_simd::{Simd, dispatch, f32x16, prelude::*};

use mesu_core::simd::Fused;

use crate::lanes::{LANES, load_whole, splat, store_whole, sum4};
use crate::level::level;
use crate::planes::Planes;
use crate::signs::Signs;
use crate::{Matrix, PlanesMut};
use mesu_core::{Gradient, Rule, State};

/// Samples processed together, to share loads of the weights.
const SAMPLES: usize = 4;

/// Neurons processed together, to share loads of the samples.
const OUTPUTS: usize = 2;

/// Computes m and v, `[samples][outputs]`, of a row of inputs per sample: `h` and its squares,
/// `[samples][inputs]`.
pub fn mean_variance_rows(
    mu: &Matrix,
    sigma: &Matrix,
    h: &Matrix,
    squares: &Matrix,
    m: &mut Matrix,
    v: &mut Matrix,
) {
    let (samples, stride) = (h.rows(), mu.stride());
    assert_eq!(
        (sigma.rows(), sigma.stride()),
        (mu.rows(), stride),
        "mean_variance_rows: sigma"
    );
    assert_eq!(
        (h.stride(), squares.stride()),
        (stride, stride),
        "mean_variance_rows: h"
    );
    assert_eq!(
        (squares.rows(), m.rows(), v.rows()),
        (samples, samples, samples)
    );
    assert_eq!(
        (m.columns(), v.columns()),
        (mu.rows(), mu.rows()),
        "mean_variance_rows: m, v"
    );
    if stride == 0 {
        return;
    }
    let out_stride = m.stride();
    let (m, v) = (m.padded_mut(), v.padded_mut());
    let (h, squares) = (h.padded(), squares.padded());
    let block = OUTPUTS * stride;
    let rows = mu.padded().chunks(block).zip(sigma.padded().chunks(block));
    dispatch!(level(), simd => {
        for (o, (mu, sigma)) in rows.enumerate() {
            let mut s = 0;
            while s < samples {
                let (h, squares) = (&h[s * stride..], &squares[s * stride..]);
                let out = s * out_stride + o * OUTPUTS;
                let layer = Weights { mu, sigma, stride };
                let to = MomentsAt { m: &mut m[out..], v: &mut v[out..], stride: out_stride };
                let whole = mu.len() == block;
                match (samples - s, whole) {
                    (SAMPLES.., true) => dots::<_, SAMPLES, OUTPUTS>(simd, layer, h, squares, to),
                    (SAMPLES.., false) => dots::<_, SAMPLES, 1>(simd, layer, h, squares, to),
                    (2.., true) => dots::<_, 2, OUTPUTS>(simd, layer, h, squares, to),
                    (2.., false) => dots::<_, 2, 1>(simd, layer, h, squares, to),
                    (_, true) => dots::<_, 1, OUTPUTS>(simd, layer, h, squares, to),
                    (_, false) => dots::<_, 1, 1>(simd, layer, h, squares, to),
                }
                s += block_of(samples - s);
            }
        }
    });
}

/// Number of samples in the next block when `left` remain: 4, 2 or 1.
#[inline(always)]
fn block_of(left: usize) -> usize {
    match left {
        SAMPLES.. => SAMPLES,
        2.. => 2,
        _ => 1,
    }
}

/// Some rows of a layer, padded to `stride`.
#[derive(Clone, Copy)]
struct Weights<'a> {
    mu: &'a [f32],
    sigma: &'a [f32],
    stride: usize,
}

/// Destination of m and v: one row per sample, `stride` apart.
struct MomentsAt<'a> {
    m: &'a mut [f32],
    v: &'a mut [f32],
    stride: usize,
}

/// Computes m and v of the first `O` neurons for the first `N` rows of `h`.
#[inline(always)]
fn dots<S: Simd, const N: usize, const O: usize>(
    simd: S,
    layer: Weights<'_>,
    h: &[f32],
    squares: &[f32],
    to: MomentsAt<'_>,
) {
    let stride = layer.stride;
    let mut mean = [[splat(simd, 0.0); N]; O];
    let mut variance = [[splat(simd, 0.0); N]; O];
    for at in (0..stride).step_by(LANES) {
        let mut mu = [splat(simd, 0.0); O];
        let mut sigma_squared = [splat(simd, 0.0); O];
        for o in 0..O {
            mu[o] = load_whole(simd, layer.mu, o * stride + at);
            let sigma = load_whole(simd, layer.sigma, o * stride + at);
            sigma_squared[o] = sigma * sigma;
        }
        for s in 0..N {
            let x = load_whole(simd, h, s * stride + at);
            let square = load_whole(simd, squares, s * stride + at);
            for o in 0..O {
                mean[o][s] = mu[o].fused(x, mean[o][s]);
                variance[o][s] = sigma_squared[o].fused(square, variance[o][s]);
            }
        }
    }
    for o in 0..O {
        let (means, variances) = row_sums(simd, mean[o], variance[o]);
        for s in 0..N {
            to.m[s * to.stride + o] = means[s];
            to.v[s * to.stride + o] = variances[s];
        }
    }
}

/// Sums of the lanes of `N` means and variances, four at a time where there are as many.
#[inline(always)]
fn row_sums<S: Simd, const N: usize>(
    simd: S,
    mean: [f32x16<S>; N],
    variance: [f32x16<S>; N],
) -> ([f32; SAMPLES], [f32; SAMPLES]) {
    if N == SAMPLES {
        let means = sum4(simd, [mean[0], mean[1 % N], mean[2 % N], mean[3 % N]]);
        let variances = sum4(
            simd,
            [
                variance[0],
                variance[1 % N],
                variance[2 % N],
                variance[3 % N],
            ],
        );
        return (means, variances);
    }
    let mut both = [splat(simd, 0.0); SAMPLES];
    both[..N].copy_from_slice(&mean);
    both[2..2 + N].copy_from_slice(&variance);
    let [m0, m1, v0, v1] = sum4(simd, both);
    ([m0, m1, 0.0, 0.0], [v0, v1, 0.0, 0.0])
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
        d: d.padded(),
        r: r.padded(),
    };
    let (mu, sigma, h, dh) = (mu.padded(), sigma.padded(), h.padded(), dh.padded_mut());
    let layer = Weights { mu, sigma, stride };
    dispatch!(level(), simd => {
        let mut at = 0;
        while at < stride {
            let pair = at + 2 * LANES <= stride;
            let mut s = 0;
            while s < samples {
                match (samples - s, pair) {
                    (SAMPLES.., true) => input_gradient_at::<_, SAMPLES, 2>(simd, layer, h, from, s, at, dh),
                    (SAMPLES.., false) => input_gradient_at::<_, SAMPLES, 1>(simd, layer, h, from, s, at, dh),
                    (2.., true) => input_gradient_at::<_, 2, 2>(simd, layer, h, from, s, at, dh),
                    (2.., false) => input_gradient_at::<_, 2, 1>(simd, layer, h, from, s, at, dh),
                    (_, true) => input_gradient_at::<_, 1, 2>(simd, layer, h, from, s, at, dh),
                    (_, false) => input_gradient_at::<_, 1, 1>(simd, layer, h, from, s, at, dh),
                }
                s += block_of(samples - s);
            }
            at += if pair { 2 * LANES } else { LANES };
        }
    });
}

/// Gradients at the pre-activations, `[samples][stride]`.
#[derive(Clone, Copy)]
struct Upstream<'a> {
    stride: usize,
    d: &'a [f32],
    r: &'a [f32],
}

/// Computes [`input_gradient_rows`] for `N` samples from `first` on, and `C` vectors of inputs from `at` on.
#[inline(always)]
fn input_gradient_at<S: Simd, const N: usize, const C: usize>(
    simd: S,
    layer: Weights<'_>,
    h: &[f32],
    from: Upstream<'_>,
    first: usize,
    at: usize,
    dh: &mut [f32],
) {
    let stride = layer.stride;
    let zero = splat(simd, 0.0);
    let mut through_mu = [[zero; C]; N];
    let mut through_sigma = [[zero; C]; N];
    let rows = layer
        .mu
        .chunks_exact(stride)
        .zip(layer.sigma.chunks_exact(stride));
    for (o, (mu_row, sigma_row)) in rows.enumerate() {
        let mut mu = [zero; C];
        let mut sigma_squared = [zero; C];
        for c in 0..C {
            mu[c] = load_whole(simd, mu_row, at + c * LANES);
            let sigma = load_whole(simd, sigma_row, at + c * LANES);
            sigma_squared[c] = sigma * sigma;
        }
        for s in 0..N {
            let place = (first + s) * from.stride + o;
            let (d, r) = (splat(simd, from.d[place]), splat(simd, from.r[place]));
            for c in 0..C {
                through_mu[s][c] = mu[c].fused(d, through_mu[s][c]);
                through_sigma[s][c] = sigma_squared[c].fused(r, through_sigma[s][c]);
            }
        }
    }
    for s in 0..N {
        for c in 0..C {
            let place = (first + s) * stride + at + c * LANES;
            let h = load_whole(simd, h, place);
            let gradient = through_sigma[s][c].fused(h, through_mu[s][c]);
            store_whole(h.simd_gt(zero).select(gradient, zero), dh, place);
        }
    }
}

/// Updates a layer with one row of inputs per sample: `h` and its squares, `[samples][inputs]`, `d`
/// and `r`, `[samples][outputs]`; point weights use neither squares nor r. Returns whether all new sigmas, if
/// any, are positive.
pub fn rank_update<R: Rule>(
    layer: PlanesMut<'_>,
    h: &Matrix,
    squares: Option<&Matrix>,
    d: &Matrix,
    r: Option<&Matrix>,
    rule: &R,
) -> bool {
    let (outputs, stride, samples) = (layer.outputs, layer.stride, h.rows());
    assert_eq!(h.stride(), stride, "rank_update: h");
    assert_eq!(
        (d.rows(), d.columns()),
        (samples, outputs),
        "rank_update: d"
    );
    let (h, d) = ((h.padded(), stride), (d.padded(), d.stride()));
    let (planes, rule) = (layer.planes, *rule);
    match (squares, r) {
        (Some(squares), Some(r)) if R::State::<f32>::GAUSSIAN => {
            assert_eq!(
                (squares.rows(), squares.stride(), r.rows(), r.columns()),
                (samples, stride, samples, outputs),
                "rank_update: squares, r"
            );
            let second = (squares.padded(), r.padded());
            dispatch!(level(), simd => rank_update_rows::<_, _, true>(simd, planes, outputs, h, d, second, rule))
        }
        _ => {
            assert!(
                !R::State::<f32>::GAUSSIAN,
                "rank_update: squares and r of Gaussians"
            );
            let second = (h.0, d.0);
            dispatch!(level(), simd => rank_update_rows::<_, _, false>(simd, planes, outputs, h, d, second, rule))
        }
    }
}

/// [`rank_update`] with rows of `h` and `d` beside their strides, and squares and r as `second`.
#[inline(always)]
fn rank_update_rows<S: Simd, R: Rule, const SECOND: bool>(
    simd: S,
    mut planes: Planes<'_>,
    outputs: usize,
    h: (&[f32], usize),
    d: (&[f32], usize),
    second: (&[f32], &[f32]),
    rule: R,
) -> bool {
    let mut signs = Signs::new(simd);
    let mut o = 0;
    while o < outputs {
        let place = (&mut planes, o);
        if !R::FUSED {
            rank_update_block::<_, _, SECOND, 1>(simd, place, h, d, second, rule, &mut signs);
            o += 1;
            continue;
        }
        if outputs - o >= OUTPUTS {
            rank_update_block::<_, _, SECOND, OUTPUTS>(simd, place, h, d, second, rule, &mut signs);
        } else {
            rank_update_block::<_, _, SECOND, 1>(simd, place, h, d, second, rule, &mut signs);
        }
        o += OUTPUTS;
    }
    signs.all_positive()
}

/// [`rank_update`] of `O` rows of a layer, from row `first` on.
#[inline(always)]
fn rank_update_block<S: Simd, R: Rule, const SECOND: bool, const O: usize>(
    simd: S,
    (planes, first): (&mut Planes<'_>, usize),
    (h, stride): (&[f32], usize),
    (d, d_stride): (&[f32], usize),
    (squares, r): (&[f32], &[f32]),
    rule: R,
    signs: &mut Signs<S>,
) {
    for at in (0..stride).step_by(LANES) {
        let mut gradient = [splat(simd, 0.0); O];
        let mut variance = [splat(simd, 0.0); O];
        let rows = h
            .chunks_exact(stride)
            .zip(squares.chunks_exact(stride))
            .enumerate();
        for (s, (h, squares)) in rows {
            let x = load_whole(simd, h, at);
            let square = load_whole(simd, squares, at);
            for o in 0..O {
                let place = s * d_stride + first + o;
                gradient[o] = x.fused(splat(simd, d[place]), gradient[o]);
                if SECOND {
                    variance[o] = square.fused(splat(simd, r[place]), variance[o]);
                }
            }
        }
        for o in 0..O {
            let place = (first + o) * stride + at;
            let new = rule.step(
                planes.load(simd, place),
                Gradient::new(gradient[o], variance[o]),
            );
            planes.store(new, place);
            if let Some(sigma) = new.sigma() {
                signs.watch(sigma);
            }
        }
    }
}
