//! Forward: m and v of the pre-activations.

use fearless_simd::{Simd, f32x16};
use mesu_core::simd::Fused;

use crate::Matrix;
use crate::lanes::{LANES, load_vector, splat, sum4, vectors};
use crate::level::{dispatch, level};

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
    let shape = (stride, samples, out_stride);
    let (weights, h) = ((mu.padded(), sigma.padded()), (h, squares));
    // Blocks as large as the registers allow; their shape changes no bit of the result.
    dispatch!(
        level(),
        simd => moments::<_, 2>(simd, weights, h, (m, v), shape),
        avx512 => moments::<_, SAMPLES>(simd, weights, h, (m, v), shape)
    );
}

/// Computes [`mean_variance_rows`] in blocks of [`OUTPUTS`] neurons and `N` samples; `stride`, the number of samples
/// and the distance from one sample's moments to the next are `shape`.
#[inline(always)]
fn moments<S: Simd, const N: usize>(
    simd: S,
    (mu, sigma): (&[f32], &[f32]),
    (h, squares): (&[f32], &[f32]),
    (m, v): (&mut [f32], &mut [f32]),
    (stride, samples, out_stride): (usize, usize, usize),
) {
    let block = OUTPUTS * stride;
    for (o, (mu, sigma)) in mu.chunks(block).zip(sigma.chunks(block)).enumerate() {
        let whole = mu.len() == block;
        let layer = Weights { mu, sigma, stride };
        let mut s = 0;
        while s < samples {
            let rows = (&h[s * stride..], &squares[s * stride..]);
            let out = s * out_stride + o * OUTPUTS;
            let to = MomentsAt {
                m: &mut m[out..],
                v: &mut v[out..],
                stride: out_stride,
            };
            let left = samples - s;
            s += match (left >= N, whole) {
                (true, true) => dots::<_, N, OUTPUTS>(simd, layer, rows, to),
                (true, false) => dots::<_, N, 1>(simd, layer, rows, to),
                (false, true) if left >= 2 => dots::<_, 2, OUTPUTS>(simd, layer, rows, to),
                (false, false) if left >= 2 => dots::<_, 2, 1>(simd, layer, rows, to),
                (false, true) => dots::<_, 1, OUTPUTS>(simd, layer, rows, to),
                (false, false) => dots::<_, 1, 1>(simd, layer, rows, to),
            };
        }
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

/// Computes m and v of the first `O` neurons for the first `N` rows of `h`; returns `N`. Means and variances in two
/// passes: the sums of both at once are more than most machines' registers hold.
#[inline(always)]
fn dots<S: Simd, const N: usize, const O: usize>(
    simd: S,
    layer: Weights<'_>,
    (h, squares): (&[f32], &[f32]),
    to: MomentsAt<'_>,
) -> usize {
    let stride = layer.stride;
    let mean = products::<_, N, O, false>(simd, layer.mu, h, stride);
    let variance = products::<_, N, O, true>(simd, layer.sigma, squares, stride);
    for o in 0..O {
        let (means, variances) = row_sums(simd, mean[o], variance[o]);
        for s in 0..N {
            to.m[s * to.stride + o] = means[s];
            to.v[s * to.stride + o] = variances[s];
        }
    }
    N
}

/// Lanes of the products of `O` rows of `weights`, or of their squares, with `N` rows of `x`.
#[inline(always)]
fn products<S: Simd, const N: usize, const O: usize, const SQUARED: bool>(
    simd: S,
    weights: &[f32],
    x: &[f32],
    stride: usize,
) -> [[f32x16<S>; N]; O] {
    let row = |of| vectors(&weights[of * stride..(of + 1) * stride]);
    let weights: [_; O] = std::array::from_fn(row);
    let row = |of| vectors(&x[of * stride..(of + 1) * stride]);
    let x: [_; N] = std::array::from_fn(row);
    let count = stride / LANES;
    let (weights, x) = (weights.map(|w| &w[..count]), x.map(|x| &x[..count]));
    let mut sums = [[splat(simd, 0.0); N]; O];
    for at in 0..count {
        let mut of_samples = [splat(simd, 0.0); N];
        for s in 0..N {
            of_samples[s] = load_vector(simd, &x[s][at]);
        }
        for o in 0..O {
            let weight = load_vector(simd, &weights[o][at]);
            let weight = if SQUARED { weight * weight } else { weight };
            for s in 0..N {
                sums[o][s] = weight.fused(of_samples[s], sums[o][s]);
            }
        }
    }
    sums
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
