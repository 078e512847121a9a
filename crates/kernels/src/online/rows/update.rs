//! Update of the synapses.

use fearless_simd::Simd;
use mesu_core::simd::Fused;
use mesu_core::{Gradient, Rule, State};

use crate::lanes::{LANES, load_whole, splat};
use crate::level::{dispatch, level};
use crate::planes::Planes;
use crate::update::signs::Signs;
use crate::{Matrix, PlanesMut};

/// Neurons processed together, to share loads of the samples.
const OUTPUTS: usize = 2;

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
        let inputs = h.chunks_exact(stride).zip(squares.chunks_exact(stride));
        let upstream = d.chunks_exact(d_stride).zip(r.chunks_exact(d_stride));
        for ((h, squares), (d, r)) in inputs.zip(upstream) {
            let x = load_whole(simd, h, at);
            let square = load_whole(simd, squares, at);
            let (d, r) = (&d[first..first + O], &r[first..first + O]);
            for o in 0..O {
                gradient[o] = x.fused(splat(simd, d[o]), gradient[o]);
                if SECOND {
                    variance[o] = square.fused(splat(simd, r[o]), variance[o]);
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
