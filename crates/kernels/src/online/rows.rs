//! Layers with a row of inputs per noise sample: all above the first.

use fearless_simd::{Simd, dispatch, prelude::*};

use super::{Layer, Signs};
use crate::lanes::{LANES, load_whole, splat, store_whole, sum, sum4};
use crate::level::level;
use crate::{Gradient, Matrix, Rule, Synapse};

/// Samples worked on together, to share what is loaded of the weights.
const SAMPLES: usize = 4;

/// m and v, `[samples][outputs]`, of a row of inputs per sample: `h` and its squares,
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
    let rows = mu
        .padded()
        .chunks_exact(stride)
        .zip(sigma.padded().chunks_exact(stride));
    dispatch!(level(), simd => {
        for (o, (mu, sigma)) in rows.enumerate() {
            let mut s = 0;
            while s + SAMPLES <= samples {
                let (h, squares) = (&h[s * stride..], &squares[s * stride..]);
                let out = s * out_stride + o;
                dots::<_, SAMPLES>(simd, mu, sigma, h, squares, &mut m[out..], &mut v[out..], out_stride);
                s += SAMPLES;
            }
            while s < samples {
                let (h, squares) = (&h[s * stride..], &squares[s * stride..]);
                let out = s * out_stride + o;
                dots::<_, 1>(simd, mu, sigma, h, squares, &mut m[out..], &mut v[out..], out_stride);
                s += 1;
            }
        }
    });
}

/// m and v of one neuron for the first `N` rows of `h`.
#[inline(always)]
#[allow(clippy::too_many_arguments)]
fn dots<S: Simd, const N: usize>(
    simd: S,
    mu: &[f32],
    sigma: &[f32],
    h: &[f32],
    squares: &[f32],
    m: &mut [f32],
    v: &mut [f32],
    out_stride: usize,
) {
    let stride = mu.len();
    let mut mean = [splat(simd, 0.0); N];
    let mut variance = [splat(simd, 0.0); N];
    for at in (0..stride).step_by(LANES) {
        let mu = load_whole(simd, mu, at);
        let sigma = load_whole(simd, sigma, at);
        let sigma_squared = sigma * sigma;
        for s in 0..N {
            let place = s * stride + at;
            mean[s] = mu.mul_add_precise(load_whole(simd, h, place), mean[s]);
            variance[s] =
                sigma_squared.mul_add_precise(load_whole(simd, squares, place), variance[s]);
        }
    }
    if N == SAMPLES {
        let means = sum4(simd, [mean[0], mean[1], mean[2], mean[3]]);
        let variances = sum4(simd, [variance[0], variance[1], variance[2], variance[3]]);
        for s in 0..SAMPLES {
            m[s * out_stride] = means[s];
            v[s * out_stride] = variances[s];
        }
        return;
    }
    for s in 0..N {
        m[s * out_stride] = sum(simd, mean[s]);
        v[s * out_stride] = sum(simd, variance[s]);
    }
}

/// Gradient with respect to the pre-activations of the layer below, through its ReLU:
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
    dispatch!(level(), simd => {
        for at in (0..stride).step_by(LANES) {
            let mut s = 0;
            while s + SAMPLES <= samples {
                input_gradient_at::<_, SAMPLES>(simd, mu, sigma, h, from, stride, s, at, dh);
                s += SAMPLES;
            }
            while s < samples {
                input_gradient_at::<_, 1>(simd, mu, sigma, h, from, stride, s, at, dh);
                s += 1;
            }
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

#[inline(always)]
#[allow(clippy::too_many_arguments)]
fn input_gradient_at<S: Simd, const N: usize>(
    simd: S,
    mu: &[f32],
    sigma: &[f32],
    h: &[f32],
    from: Upstream<'_>,
    stride: usize,
    first: usize,
    at: usize,
    dh: &mut [f32],
) {
    let zero = splat(simd, 0.0);
    let mut through_mu = [zero; N];
    let mut through_sigma = [zero; N];
    for (o, (mu, sigma)) in mu
        .chunks_exact(stride)
        .zip(sigma.chunks_exact(stride))
        .enumerate()
    {
        let mu = load_whole(simd, mu, at);
        let sigma = load_whole(simd, sigma, at);
        let sigma_squared = sigma * sigma;
        for s in 0..N {
            let place = (first + s) * from.stride + o;
            through_mu[s] = mu.mul_add_precise(splat(simd, from.d[place]), through_mu[s]);
            through_sigma[s] =
                sigma_squared.mul_add_precise(splat(simd, from.r[place]), through_sigma[s]);
        }
    }
    for s in 0..N {
        let place = (first + s) * stride + at;
        let h = load_whole(simd, h, place);
        let gradient = through_sigma[s].mul_add_precise(h, through_mu[s]);
        store_whole(h.simd_gt(zero).select(gradient, zero), dh, place);
    }
}

/// Updates a layer with one row of inputs per sample: `h` and its squares, `[samples][inputs]`, `d`
/// and `r`, `[samples][outputs]`. Returns whether every new sigma is
/// positive.
pub fn rank_update<R: Rule>(
    layer: Layer<'_>,
    h: &Matrix,
    squares: &Matrix,
    d: &Matrix,
    r: &Matrix,
    rule: &R,
) -> bool {
    let Layer { mu, sigma } = layer;
    let (outputs, stride, samples) = (mu.rows(), mu.stride(), h.rows());
    assert_eq!(
        (sigma.rows(), sigma.stride()),
        (outputs, stride),
        "rank_update: mu, sigma"
    );
    assert_eq!(
        (h.stride(), squares.stride()),
        (stride, stride),
        "rank_update: h"
    );
    assert_eq!(
        (squares.rows(), d.rows(), r.rows()),
        (samples, samples, samples)
    );
    assert_eq!(
        (d.columns(), r.columns()),
        (outputs, outputs),
        "rank_update: d, r"
    );
    if stride == 0 {
        return true;
    }
    let (h, squares, rule) = (h.padded(), squares.padded(), *rule);
    let from = Upstream {
        stride: d.stride(),
        d: d.padded(),
        r: r.padded(),
    };
    let rows = mu
        .padded_mut()
        .chunks_exact_mut(stride)
        .zip(sigma.padded_mut().chunks_exact_mut(stride));
    dispatch!(level(), simd => {
        let mut signs = Signs::new(simd);
        for (o, (mu, sigma)) in rows.enumerate() {
            for at in (0..stride).step_by(LANES) {
                let mut gradient = splat(simd, 0.0);
                let mut curvature = splat(simd, 0.0);
                for s in 0..samples {
                    let d = splat(simd, from.d[s * from.stride + o]);
                    let r = splat(simd, from.r[s * from.stride + o]);
                    let place = s * stride + at;
                    gradient = load_whole(simd, h, place).mul_add_precise(d, gradient);
                    curvature = load_whole(simd, squares, place).mul_add_precise(r, curvature);
                }
                let old = Synapse {
                    mu: load_whole(simd, mu, at),
                    sigma: load_whole(simd, sigma, at),
                };
                let new = rule.step(old, Gradient::new(gradient, curvature));
                signs.watch(new.sigma);
                store_whole(new.mu, mu, at);
                store_whole(new.sigma, sigma, at);
            }
        }
        signs.all_positive()
    })
}
