//! The first layer, whose one input is shared by all noise samples.

use fearless_simd::{Simd, f32x16};

use super::point::products_of;
use super::{Input, Moments};
use mesu_core::simd::Fused;

use crate::lanes::{LANES, load_whole, splat, sum, sum4};
use crate::level::{dispatch, level};
use crate::planes::Planes;
use crate::update::signs::Signs;
use crate::update::{Terms, apply};
use crate::{Matrix, PlanesMut};
use mesu_core::{Gradient, Rule, State};

/// Rows of a matrix processed together, to share loads of the input; an update takes one at a time where registers
/// do not hold what two need.
const ROWS: usize = 2;

/// Computes m and v of one input.
pub fn mean_variance(mu: &Matrix, sigma: &Matrix, input: Input<'_>, out: Moments<'_>) {
    let stride = mu.stride();
    assert_eq!(
        (mu.rows(), stride),
        (sigma.rows(), sigma.stride()),
        "mean_variance: mu, sigma"
    );
    assert_eq!(
        (input.x.stride(), input.squares.stride()),
        (stride, stride),
        "mean_variance: x"
    );
    assert_eq!(
        (out.m.columns(), out.v.columns()),
        (mu.rows(), mu.rows()),
        "mean_variance: m, v"
    );
    mean_variance_of(mu.padded(), sigma.padded(), input, out);
}

/// [`mean_variance`] of slices.
fn mean_variance_of(mu: &[f32], sigma: &[f32], input: Input<'_>, out: Moments<'_>) {
    let stride = input.x.stride();
    if stride == 0 {
        return;
    }
    let (x, squares) = (input.x.padded(), input.squares.padded());
    let rows = mu.chunks(ROWS * stride).zip(sigma.chunks(ROWS * stride));
    let outs = out
        .m
        .row_mut(0)
        .chunks_mut(ROWS)
        .zip(out.v.row_mut(0).chunks_mut(ROWS));
    dispatch!(level(), simd => {
        for ((mu, sigma), (m, v)) in rows.zip(outs) {
            if m.len() == ROWS {
                mean_variance_block::<_, ROWS>(simd, mu, sigma, x, squares, m, v);
            } else {
                mean_variance_block::<_, 1>(simd, mu, sigma, x, squares, m, v);
            }
        }
    });
}

#[inline(always)]
fn mean_variance_block<S: Simd, const N: usize>(
    simd: S,
    mu: &[f32],
    sigma: &[f32],
    x: &[f32],
    squares: &[f32],
    m: &mut [f32],
    v: &mut [f32],
) {
    let stride = x.len();
    let mut mean = [splat(simd, 0.0); N];
    let mut variance = [splat(simd, 0.0); N];
    for at in (0..stride).step_by(LANES) {
        let x = load_whole(simd, x, at);
        let square = load_whole(simd, squares, at);
        for row in 0..N {
            let sigma = load_whole(simd, sigma, row * stride + at);
            mean[row] = load_whole(simd, mu, row * stride + at).fused(x, mean[row]);
            variance[row] = (sigma * sigma).fused(square, variance[row]);
        }
    }
    sum_moments(simd, mean, variance, m, v);
}

/// Updates a layer whose input is shared by the samples; `d` and `r`, `[1][outputs]`, are summed
/// over them. With a next example, also computes its m and v under the updated synapses. Returns
/// whether all new sigmas, if any, are positive.
pub fn rank_one_update<R: Rule>(
    layer: PlanesMut<'_>,
    input: Input<'_>,
    d: &Matrix,
    r: &Matrix,
    rule: &R,
    next: Option<(Input<'_>, Moments<'_>)>,
) -> bool {
    let (outputs, stride) = (layer.outputs, layer.stride);
    assert_eq!(
        (d.columns(), r.columns()),
        (outputs, outputs),
        "rank_one_update: d, r"
    );
    for input in [Some(input), next.as_ref().map(|(input, _)| *input)]
        .into_iter()
        .flatten()
    {
        let widths = (input.x.stride(), input.squares.stride());
        assert_eq!(widths, (stride, stride), "rank_one_update: x");
    }
    let this = Outer {
        input,
        d: d.row(0),
        r: r.row(0),
    };
    if !R::FUSED {
        return plain_update(layer, this, *rule, next);
    }
    let planes = layer.planes;
    // By value from here on: the rule's constants then stay in registers.
    let rule = *rule;
    let (next, moments) = match next {
        None => (None, (&mut [][..], &mut [][..])),
        Some((next, Moments { m, v })) => {
            assert_eq!(
                (m.columns(), v.columns()),
                (outputs, outputs),
                "rank_one_update: m, v"
            );
            (Some(next), (m.row_mut(0), v.row_mut(0)))
        }
    };
    // Blocks as large as the registers allow; their shape changes no bit of the result.
    dispatch!(
        level(),
        simd => rank_one_rows::<_, _, 1>(simd, planes, this, rule, next, moments),
        avx512 => rank_one_rows::<_, _, ROWS>(simd, planes, this, rule, next, moments)
    )
}

/// [`rank_one_update`] in two passes, for rules that are not fused.
fn plain_update<R: Rule>(
    mut layer: PlanesMut<'_>,
    this: Outer<'_>,
    rule: R,
    next: Option<(Input<'_>, Moments<'_>)>,
) -> bool {
    let terms = Terms {
        d: Some(this.d),
        x: this.input.x.padded(),
        r: Some(this.r),
        x_squared: this.input.squares.padded(),
        over_sigma: false,
    };
    let positive = apply(layer.reborrow(), terms, rule);
    if let Some((next, Moments { m, v })) = next {
        let (mean, deviation) = layer.planes.first_two();
        if R::State::<f32>::GAUSSIAN {
            mean_variance_of(mean, deviation, next, Moments { m, v });
        } else {
            products_of(mean, next.x.padded(), m.row_mut(0));
        }
    }
    positive
}

/// Gradient of a layer as an outer product.
#[derive(Clone, Copy)]
struct Outer<'a> {
    input: Input<'a>,
    d: &'a [f32],
    r: &'a [f32],
}

/// Updates a layer `N` rows at a time; writes the moments of the next example, if there is one.
#[inline(always)]
fn rank_one_rows<S: Simd, R: Rule, const N: usize>(
    simd: S,
    mut planes: Planes<'_>,
    this: Outer<'_>,
    rule: R,
    next: Option<Input<'_>>,
    (m, v): (&mut [f32], &mut [f32]),
) -> bool {
    let outputs = this.d.len();
    let mut signs = Signs::new(simd);
    let mut o = 0;
    while o < outputs {
        let place = (&mut planes, o);
        let rows = if outputs - o >= N { N } else { 1 };
        let (mean, variance) = match (next, rows == N) {
            (Some(next), true) => {
                rank_one_block::<_, _, true, N>(simd, place, this, rule, next, &mut signs)
            }
            (Some(next), false) => {
                rank_one_block::<_, _, true, 1>(simd, place, this, rule, next, &mut signs)
            }
            (None, true) => {
                rank_one_block::<_, _, false, N>(simd, place, this, rule, this.input, &mut signs)
            }
            (None, false) => {
                rank_one_block::<_, _, false, 1>(simd, place, this, rule, this.input, &mut signs)
            }
        };
        if next.is_some() {
            m[o..o + rows].copy_from_slice(&mean[..rows]);
            v[o..o + rows].copy_from_slice(&variance[..rows]);
        }
        o += rows;
    }
    signs.all_positive()
}

/// Updates `N` rows of a layer from row `o` on; returns their m and v for the next example.
#[inline(always)]
fn rank_one_block<S: Simd, R: Rule, const NEXT: bool, const N: usize>(
    simd: S,
    (planes, o): (&mut Planes<'_>, usize),
    this: Outer<'_>,
    rule: R,
    next: Input<'_>,
    signs: &mut Signs<S>,
) -> ([f32; ROWS], [f32; ROWS]) {
    let (x, squares) = (this.input.x.padded(), this.input.squares.padded());
    let (next_x, next_squares) = (next.x.padded(), next.squares.padded());
    let stride = x.len();
    let mut d = [splat(simd, 0.0); N];
    let mut r = [splat(simd, 0.0); N];
    for row in 0..N {
        d[row] = splat(simd, this.d[o + row]);
        r[row] = splat(simd, this.r[o + row]);
    }
    let mut m = [splat(simd, 0.0); N];
    let mut v = [splat(simd, 0.0); N];
    for at in (0..stride).step_by(LANES) {
        let x = load_whole(simd, x, at);
        let square = load_whole(simd, squares, at);
        for row in 0..N {
            let place = (o + row) * stride + at;
            let gradient = Gradient {
                d: d[row],
                x,
                r: r[row],
                x_squared: square,
            };
            let new = rule.step(planes.load(simd, place), gradient);
            planes.store(new, place);
            if let Some(sigma) = new.sigma() {
                signs.watch(sigma);
            }
            if NEXT {
                let x = load_whole(simd, next_x, at);
                m[row] = new.mean().fused(x, m[row]);
                if let Some(sigma) = new.sigma() {
                    let square = load_whole(simd, next_squares, at);
                    v[row] = (sigma * sigma).fused(square, v[row]);
                }
            }
        }
    }
    let (mut mean, mut variance) = ([0.0; ROWS], [0.0; ROWS]);
    if NEXT {
        sum_moments(simd, m, v, &mut mean, &mut variance);
    }
    (mean, variance)
}

/// Sums of the lanes of means and variances.
#[inline(always)]
fn sum_moments<S: Simd, const N: usize>(
    simd: S,
    mean: [f32x16<S>; N],
    variance: [f32x16<S>; N],
    m: &mut [f32],
    v: &mut [f32],
) {
    if N == 2 {
        let [m0, m1, v0, v1] = sum4(simd, [mean[0], mean[1], variance[0], variance[1]]);
        (m[0], m[1], v[0], v[1]) = (m0, m1, v0, v1);
        return;
    }
    for row in 0..N {
        m[row] = sum(simd, mean[row]);
        v[row] = sum(simd, variance[row]);
    }
}
