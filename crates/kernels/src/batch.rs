//! Elementwise kernels between the matrix products, for many examples at a time.
//!
//! Activations are feature-major, `[features][columns]`; column `s * examples + b` is noise sample s
//! of example b. The equations are those of [`crate::online`].

use mesu_core::simd::Fused;

use crate::lanes::{LANES, load, splat, store, sum};
use crate::level::{dispatch, level};
use crate::online::Deviation;
use crate::update::{Terms, apply};
use mesu_core::Rule;

use crate::{Matrix, PlanesMut};

/// Samples the activations of one feature, `a = m + sqrt(v) z`, over all columns, and overwrites `z` with
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
            let deviation = Deviation::from_variance(load(simd, v, at));
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

/// Computes `out = a * b`, elementwise.
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

/// Samples the weights once: `w = mu + sigma * epsilon`.
pub fn sample_weights(mu: &[f32], sigma: &[f32], epsilon: &[f32], w: &mut [f32]) {
    assert_eq!(
        (mu.len(), sigma.len(), epsilon.len()),
        (w.len(), w.len(), w.len())
    );
    dispatch!(level(), simd => {
        for at in (0..w.len()).step_by(LANES) {
            let sigma = load(simd, sigma, at);
            store(sigma.fused(load(simd, epsilon, at), load(simd, mu, at)), w, at);
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
            let total = x.fused(load(simd, factor, at), load(simd, weighted, at));
            store(total, weighted, at);
        }
    });
}

/// Computes `sum += a * b`, elementwise.
pub fn add_product(a: &[f32], b: &[f32], sum: &mut [f32]) {
    assert_eq!((a.len(), b.len()), (sum.len(), sum.len()));
    dispatch!(level(), simd => {
        for at in (0..a.len()).step_by(LANES) {
            let total = load(simd, b, at).fused(load(simd, a, at), load(simd, sum, at));
            store(total, sum, at);
        }
    });
}

/// Kind of the second gradient given to [`update`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Second {
    /// `dC/dsigma / sigma`: local reparameterization's `sum r h^2`.
    Variance,
    /// dC/dsigma: weight sampling's `sum dC/dw epsilon`.
    Sigma,
}

/// Updates synapses from stored gradients, all matrices of one shape; the second gradient is for rules that
/// keep a sigma. Returns whether all new sigmas, if any, are positive; NaN and infinity count by their sign
/// bit.
pub fn update<R: Rule>(
    layer: PlanesMut<'_>,
    gradient: &Matrix,
    second: Option<(&Matrix, Second)>,
    rule: &R,
) -> bool {
    let gradient = gradient.padded();
    let (given, kind) = second.map_or((gradient, Second::Variance), |(given, kind)| {
        (given.padded(), kind)
    });
    let n = layer.planes.len();
    assert_eq!((gradient.len(), given.len()), (n, n), "update: shapes");
    let terms = Terms {
        d: None,
        x: gradient,
        r: None,
        x_squared: given,
        over_sigma: kind == Second::Sigma,
    };
    apply(layer, terms, *rule)
}

/// Sum of all numbers, first within each lane, then over the lanes.
#[must_use]
pub fn total(x: &[f32]) -> f32 {
    dispatch!(level(), simd => {
        let mut lanes = splat(simd, 0.0);
        for at in (0..x.len()).step_by(LANES) {
            lanes += load(simd, x, at);
        }
        sum(simd, lanes)
    })
}

/// Tests that no number is NaN or infinite.
#[must_use]
pub fn all_finite(x: &[f32]) -> bool {
    all_within(x, f32::MAX)
}

/// Returns whether no number is NaN or of a larger magnitude than `most`, which is finite and not negative.
#[must_use]
pub fn all_within(x: &[f32], most: f32) -> bool {
    // Integers, of which the difference is negative where the magnitude is above, and no early exit: so the loop
    // vectorizes on every machine.
    let most = most.to_bits().cast_signed();
    let differences = dispatch!(level(), _simd => {
        x.iter().fold(0, |all, x| all | (most - x.abs().to_bits().cast_signed()))
    });
    differences >= 0
}
