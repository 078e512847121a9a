//! NaN and infinity in a synapse: no kernel hides them, and none carries them to another synapse.

use mesu_core::{Gradient, Real, Rule, Synapse};
use mesu_kernels::batch::{self, Second};
use mesu_kernels::online::{self, Input, Moments};
use mesu_kernels::{Matrix, PlanesMut, naive};
use proptest::prelude::*;
use proptest::test_runner::TestCaseError;

use crate::support::{Case, Shift, case, matrix};

/// A case with one number that is not finite, in mu or in sigma of synapse `at`.
fn broken() -> impl Strategy<Value = (Case, usize)> {
    let bad = prop_oneof![
        Just(f32::NAN),
        Just(-f32::NAN),
        Just(f32::INFINITY),
        Just(f32::NEG_INFINITY)
    ];
    (case(), any::<prop::sample::Index>(), any::<bool>(), bad).prop_map(
        |(mut case, at, mean, bad)| {
            let at = at.index(case.mu.len());
            let plane = if mean { &mut case.mu } else { &mut case.sigma };
            plane[at] = bad;
            (case, at)
        },
    )
}

/// Fails unless `found` is finite where the twin is, and nowhere else.
fn same_finite(found: &[f32], expected: &[f64]) -> Result<(), TestCaseError> {
    prop_assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        prop_assert_eq!(
            found.is_finite(),
            expected.is_finite(),
            "{} {}",
            found,
            expected
        );
    }
    Ok(())
}

/// Fails unless mu and sigma are finite where the twin's are, and all synapses but that at `at` are those
/// that an update of sound synapses gives.
fn only_one_broken(
    case: &Case,
    at: usize,
    mut update: impl FnMut(PlanesMut<'_>),
    (h, d, r): (&[f32], &[f32], &[f32]),
) -> Result<(), TestCaseError> {
    let run = |case: &Case, update: &mut dyn FnMut(PlanesMut<'_>)| {
        let (mut mu, mut sigma) = case.synapses();
        update(PlanesMut::new([&mut mu, &mut sigma]));
        [mu, sigma].map(|plane| plane.values().collect::<Vec<f32>>())
    };
    let mut sound = case.clone();
    (sound.mu[at], sound.sigma[at]) = (0.5, 0.25);
    let [sound_mu, sound_sigma] = run(&sound, &mut update);
    let [mu, sigma] = run(case, &mut update);
    for n in 0..mu.len() {
        let (o, i) = (n / case.inputs, n % case.inputs);
        if n != at {
            prop_assert_eq!(mu[n].to_bits(), sound_mu[n].to_bits());
            prop_assert_eq!(sigma[n].to_bits(), sound_sigma[n].to_bits());
            continue;
        }
        let old = Synapse {
            mu: f64::from(case.mu[n]),
            sigma: f64::from(case.sigma[n]),
        };
        let column = |rows: &[f32], width: usize, at: usize| -> Vec<f32> {
            rows.iter().skip(at).step_by(width).copied().collect()
        };
        let (h, d, r) = (
            column(h, case.inputs, i),
            column(d, case.outputs, o),
            column(r, case.outputs, o),
        );
        let (h, d, r) = (h.into_iter(), d.into_iter(), r.into_iter());
        let new = naive::updated(old, h, d, r, &Shift::<true>);
        same_finite(&[mu[n], sigma[n]], &[new.mu, new.sigma])?;
        prop_assert!(!(mu[n].is_finite() && sigma[n].is_finite()), "hidden");
    }
    Ok(())
}

fn updates_checked<const FUSED: bool>(case: &Case, at: usize) -> Result<(), TestCaseError> {
    let rule = Shift::<FUSED>;
    // One input that all samples share.
    let x = matrix(1, case.inputs, case.row(0));
    let squares = Case::squares(&x);
    let input = Input {
        x: &x,
        squares: &squares,
    };
    let (d, r) = (&case.d[..case.outputs], &case.r[..case.outputs]);
    let (d_row, r_row) = (matrix(1, case.outputs, d), matrix(1, case.outputs, r));
    let one = |layer: PlanesMut<'_>| {
        online::rank_one_update(layer, input, &d_row, &r_row, &rule, None);
    };
    only_one_broken(case, at, one, (case.row(0), d, r))?;

    // A row of inputs for each sample.
    let h = matrix(case.samples, case.inputs, &case.h);
    let squares = Case::squares(&h);
    let d = matrix(case.samples, case.outputs, &case.d);
    let r = matrix(case.samples, case.outputs, &case.r);
    let rows = |layer: PlanesMut<'_>| {
        online::rank_update(layer, &h, Some(&squares), &d, Some(&r), &rule);
    };
    only_one_broken(case, at, rows, (&case.h, &case.d, &case.r))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn moments_show_a_broken_synapse((case, at) in broken()) {
        let (mu, sigma) = case.synapses();
        let h = matrix(case.samples, case.inputs, &case.h);
        let squares = Case::squares(&h);
        let mut m = Matrix::zeros(case.samples, case.outputs);
        let mut v = m.clone();
        online::mean_variance_rows(&mu, &sigma, &h, &squares, &mut m, &mut v);
        for s in 0..case.samples {
            let (mean, variance) = naive::mean_variance(&case.mu, &case.sigma, case.row(s));
            same_finite(m.row(s), &mean)?;
            same_finite(v.row(s), &variance)?;
            // Even where the input is 0.
            let o = at / case.inputs;
            prop_assert!(!(m.row(s)[o].is_finite() && v.row(s)[o].is_finite()));
        }
        let (x, squares) = (matrix(1, case.inputs, case.row(0)), matrix(1, case.inputs, squares.row(0)));
        let (mut one_m, mut one_v) = (Matrix::zeros(1, case.outputs), Matrix::zeros(1, case.outputs));
        let input = Input { x: &x, squares: &squares };
        online::mean_variance(&mu, &sigma, input, Moments { m: &mut one_m, v: &mut one_v });
        let (mean, variance) = naive::mean_variance(&case.mu, &case.sigma, case.row(0));
        same_finite(one_m.row(0), &mean)?;
        same_finite(one_v.row(0), &variance)?;
        let mut products = Matrix::zeros(1, case.outputs);
        online::point::products(&mu, &x, &mut products);
        same_finite(products.row(0), &mean)?;
    }

    #[test]
    fn gradients_show_a_broken_synapse((case, _) in broken()) {
        let (mu, sigma) = case.synapses();
        let h = matrix(case.samples, case.inputs, &case.h);
        let d = matrix(case.samples, case.outputs, &case.d);
        let r = matrix(case.samples, case.outputs, &case.r);
        let mut dh = h.clone();
        online::input_gradient_rows(&mu, &sigma, &h, &d, &r, &mut dh);
        for s in 0..case.samples {
            let expected = naive::input_gradient(&case.mu, &case.sigma, h.row(s), d.row(s), r.row(s));
            same_finite(dh.row(s), &expected)?;
        }
    }

    #[test]
    fn updates_leave_a_broken_synapse_alone_in_that((case, at) in broken()) {
        updates_checked::<true>(&case, at)?;
        updates_checked::<false>(&case, at)?;
    }
}

/// The report covers signs alone: NaN and infinity count by their sign bit, and the next moments show them.
#[test]
fn signs_of_what_is_not_finite() {
    for (sigma, positive) in [
        (f32::NAN, true),
        (-f32::NAN, false),
        (f32::INFINITY, true),
        (f32::NEG_INFINITY, false),
    ] {
        let (mut mu, mut sigmas) = (Matrix::zeros(1, 3), matrix(1, 3, &[1.0, sigma, 1.0]));
        sigmas.repeat_last_into_padding();
        let zeros = Matrix::zeros(1, 3);
        let layer = PlanesMut::new([&mut mu, &mut sigmas]);
        let second = Some((&zeros, Second::Variance));
        assert_eq!(
            batch::update(layer, &zeros, second, &Kept),
            positive,
            "{sigma}"
        );
    }
}

/// Leaves synapses as they are.
#[derive(Clone, Copy)]
struct Kept;

impl Rule for Kept {
    type State<R: Real> = Synapse<R>;

    fn step<R: Real>(&self, synapse: Synapse<R>, _: Gradient<R>) -> Synapse<R> {
        synapse
    }
}
