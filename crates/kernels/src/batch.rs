//! Many examples at a time: the elementwise kernels between the matrix products.
//!
//! Activations are feature-major, `[features][columns]`; column `s * examples + b` is noise sample s
//! of example b. The equations are those of [`crate::online`].

use fearless_simd::{dispatch, prelude::*};

use crate::lanes::{LANES, load, load_whole, splat, store};
use crate::level::level;
use crate::online::{Deviation, Signs};
use crate::{Gradient, Layer, Matrix, Rule, State};

/// Activations of one feature, `a = m + sqrt(v) z`, over all columns; `z` becomes
/// `q = z / sqrt(v)`. m and v have one entry per column, or one per example that all samples share.
pub fn sample(m: &[f32], v: &[f32], z: &mut [f32], a: &mut [f32]) {
    assert_eq!((m.len(), z.len()), (v.len(), a.len()), "sample: lengths");
    assert!(
        !m.is_empty() && z.len().is_multiple_of(m.len()),
        "sample: whole samples"
    );
    let (shared, columns) = (m.len(), z.len());
    dispatch!(level(), simd => {
        for at in (0..shared).step_by(LANES) {
            let moments = load(simd, m, at);
            let deviation = Deviation::of(load(simd, v, at));
            for start in (0..columns).step_by(shared) {
                // Columns of one sample only: loads and stores stop at its end.
                let (z, a) = (&mut z[start..start + shared], &mut a[start..start + shared]);
                let (activation, q) = deviation.sample(moments, load(simd, z, at));
                store(activation, a, at);
                store(q, z, at);
            }
        }
    });
}

/// `out = a * b`, elementwise.
pub fn multiply(a: &[f32], b: &[f32], out: &mut [f32]) {
    assert_eq!(
        (a.len(), b.len()),
        (out.len(), out.len()),
        "multiply: lengths"
    );
    dispatch!(level(), simd => {
        for at in (0..out.len()).step_by(LANES) {
            store(load(simd, a, at) * load(simd, b, at), out, at);
        }
    });
}

/// `w = mu + sigma * epsilon`: one sample of the weights.
pub fn sample_weights(mu: &[f32], sigma: &[f32], epsilon: &[f32], w: &mut [f32]) {
    assert_eq!(
        (mu.len(), sigma.len(), epsilon.len()),
        (w.len(), w.len(), w.len())
    );
    dispatch!(level(), simd => {
        for at in (0..w.len()).step_by(LANES) {
            let sigma = load(simd, sigma, at);
            store(sigma.mul_add_precise(load(simd, epsilon, at), load(simd, mu, at)), w, at);
        }
    });
}

/// Adds `addend` to `sum`, and `addend * factor` to `weighted`.
pub fn accumulate(addend: &[f32], factor: &[f32], sum: &mut [f32], weighted: &mut [f32]) {
    assert_eq!(
        (addend.len(), factor.len(), sum.len()),
        (sum.len(), sum.len(), weighted.len())
    );
    dispatch!(level(), simd => {
        for at in (0..sum.len()).step_by(LANES) {
            let x = load(simd, addend, at);
            store(load(simd, sum, at) + x, sum, at);
            let total = x.mul_add_precise(load(simd, factor, at), load(simd, weighted, at));
            store(total, weighted, at);
        }
    });
}

/// `dh = [h > 0] (through_mu + through_sigma * h)`, written over `through_mu`.
pub fn gate(h: &[f32], through_mu: &mut [f32], through_sigma: &[f32]) {
    assert_eq!(
        (h.len(), through_sigma.len()),
        (through_mu.len(), through_mu.len())
    );
    dispatch!(level(), simd => {
        let zero = splat(simd, 0.0);
        for at in (0..h.len()).step_by(LANES) {
            let h = load(simd, h, at);
            let gradient = load(simd, through_sigma, at).mul_add_precise(h, load(simd, through_mu, at));
            store(h.simd_gt(zero).select(gradient, zero), through_mu, at);
        }
    });
}

/// What the second gradient given to [`update`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Second {
    /// `dC/dsigma / sigma`: local reparameterization's `sum r h^2`.
    Variance,
    /// dC/dsigma: weight sampling's `sum dC/dw epsilon`.
    Sigma,
}

/// Updates synapses from gradients that are stored, all matrices of one shape; the second is for rules
/// that keep a sigma. Returns whether every new sigma, if there are any, is positive.
pub fn update<R: Rule>(
    layer: Layer<'_>,
    gradient: &Matrix,
    second: Option<(&Matrix, Second)>,
    rule: &R,
) -> bool {
    let (planes, rule) = (layer.planes, *rule);
    let n = planes.len();
    let gradient = gradient.padded();
    let (given, kind) = second.map_or((gradient, Second::Variance), |(given, kind)| {
        (given.padded(), kind)
    });
    assert_eq!((gradient.len(), given.len()), (n, n), "update: shapes");
    dispatch!(level(), simd => {
        let mut planes = planes;
        let mut signs = Signs::new(simd);
        for at in (0..n).step_by(LANES) {
            let old: R::State<_> = planes.load(simd, at);
            let given = load_whole(simd, given, at);
            let variance = match (kind, old.sigma()) {
                (Second::Sigma, Some(sigma)) => given / sigma,
                _ => given,
            };
            let new = rule.step(old, Gradient::new(load_whole(simd, gradient, at), variance));
            planes.store(new, at);
            if let Some(sigma) = new.sigma() {
                signs.watch(sigma);
            }
        }
        signs.all_positive()
    })
}

/// Whether no number is NaN or infinite.
#[must_use]
pub fn all_finite(x: &[f32]) -> bool {
    // An integer maximum, so that the loop is vectorised: there is nothing to stop early for.
    let largest = x
        .iter()
        .fold(0, |largest, x| largest.max(x.to_bits() & 0x7fff_ffff));
    largest < f32::INFINITY.to_bits()
}
