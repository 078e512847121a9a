//! The general update of a layer, for all rules and all sources of gradients.

pub(crate) mod signs;

use fearless_simd::Simd;

use crate::PlanesMut;
use crate::lanes::{LANES, load_whole, splat};
use crate::level::{dispatch, level};
use crate::planes::Planes;
use mesu_core::{Gradient, Rule, State};

use self::signs::Signs;

/// Gradients of a layer: `d_o x_oi` and `r_o x_squared_oi`.
#[derive(Clone, Copy)]
pub(crate) struct Terms<'a> {
    /// `[outputs]`; `None` stands for ones.
    pub(crate) d: Option<&'a [f32]>,
    /// `[outputs][stride]`, or one row for all outputs.
    pub(crate) x: &'a [f32],
    /// `[outputs]`; `None` stands for ones.
    pub(crate) r: Option<&'a [f32]>,
    /// Shape as that of `x`.
    pub(crate) x_squared: &'a [f32],
    /// True if the second term is dC/dsigma, false if it is `dC/dsigma / sigma`.
    pub(crate) over_sigma: bool,
}

/// Applies a rule to every synapse of a layer. Returns whether all new sigmas, if any, are positive.
pub(crate) fn apply<R: Rule>(layer: PlanesMut<'_>, terms: Terms<'_>, rule: R) -> bool {
    let (outputs, stride) = (layer.outputs, layer.stride);
    let fits = |x: &[f32]| x.len() == stride || x.len() == outputs * stride;
    assert!(fits(terms.x) && fits(terms.x_squared), "update: gradients");
    let planes = layer.planes;
    dispatch!(level(), simd => rows(simd, planes, outputs, stride, terms, rule))
}

#[inline(always)]
fn rows<S: Simd, R: Rule>(
    simd: S,
    mut planes: Planes<'_>,
    outputs: usize,
    stride: usize,
    terms: Terms<'_>,
    rule: R,
) -> bool {
    let mut signs = Signs::new(simd);
    // Where row o of x begins: at o * stride, or always at 0.
    let row = |x: &[f32], o: usize| if x.len() == stride { 0 } else { o * stride };
    for o in 0..outputs {
        let d = splat(simd, terms.d.map_or(1.0, |d| d[o]));
        let r = splat(simd, terms.r.map_or(1.0, |r| r[o]));
        let (x, x_squared) = (row(terms.x, o), row(terms.x_squared, o));
        for at in (0..stride).step_by(LANES) {
            let place = o * stride + at;
            let old: R::State<_> = planes.load(simd, place);
            let mut second = load_whole(simd, terms.x_squared, x_squared + at);
            if let (true, Some(sigma)) = (terms.over_sigma, old.sigma()) {
                second /= sigma;
            }
            let gradient = Gradient {
                d,
                x: load_whole(simd, terms.x, x + at),
                r,
                x_squared: second,
            };
            let new = rule.step(old, gradient);
            planes.store(new, place);
            if let Some(sigma) = new.sigma() {
                signs.watch(sigma);
            }
        }
    }
    signs.all_positive()
}
