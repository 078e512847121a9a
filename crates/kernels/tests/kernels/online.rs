//! The kernels for one example at a time.

use mesu_kernels::online::{self, Input, Moments};
use mesu_kernels::{Matrix, PlanesMut, naive};
use proptest::prelude::*;
use proptest::test_runner::TestCaseError;

use crate::support::{Case, Shift, case, close, matrix};

fn one_input_checked<const FUSED: bool>(case: &Case) -> Result<(), TestCaseError> {
    let (mut mu, mut sigma) = case.synapses();
    let load = |x: &[f32]| {
        let (mut row, mut squares) = (Matrix::zeros(1, case.inputs), Matrix::zeros(1, case.inputs));
        online::load_input(x, &mut row, &mut squares);
        (row, squares)
    };
    let (x, squares) = load(case.row(0));
    let (next_x, next_squares) = load(&case.next);
    let input = Input {
        x: &x,
        squares: &squares,
    };
    let next = Input {
        x: &next_x,
        squares: &next_squares,
    };
    let (mut m, mut v) = (
        Matrix::zeros(1, case.outputs),
        Matrix::zeros(1, case.outputs),
    );
    online::mean_variance(
        &mu,
        &sigma,
        input,
        Moments {
            m: &mut m,
            v: &mut v,
        },
    );
    case.check_moments(&mu, &sigma, case.row(0), m.row(0), v.row(0));

    // The update with and without the next example, and the next example by itself, agree in
    // every bit.
    let (mut alone_mu, mut alone_sigma) = case.synapses();
    let d = matrix(1, case.outputs, &case.d[..case.outputs]);
    let r = matrix(1, case.outputs, &case.r[..case.outputs]);
    let layer = PlanesMut::new([&mut alone_mu, &mut alone_sigma]);
    prop_assert!(online::rank_one_update(
        layer,
        input,
        &d,
        &r,
        &Shift::<FUSED>,
        None
    ));
    let layer = PlanesMut::new([&mut mu, &mut sigma]);
    let moments = Moments {
        m: &mut m,
        v: &mut v,
    };
    prop_assert!(online::rank_one_update(
        layer,
        input,
        &d,
        &r,
        &Shift::<FUSED>,
        Some((next, moments))
    ));
    prop_assert_eq!(&mu, &alone_mu);
    prop_assert_eq!(&sigma, &alone_sigma);
    case.check_update(&mu, &sigma, 1);
    let (mut again_m, mut again_v) = (m.clone(), v.clone());
    online::mean_variance(
        &mu,
        &sigma,
        next,
        Moments {
            m: &mut again_m,
            v: &mut again_v,
        },
    );
    prop_assert_eq!(m, again_m);
    prop_assert_eq!(v, again_v);
    Ok(())
}

fn rows_of_inputs_checked<const FUSED: bool>(case: &Case) -> Result<(), TestCaseError> {
    let (mut mu, mut sigma) = case.synapses();
    let mut h = matrix(case.samples, case.inputs, &case.h);
    let squares = Case::squares(&h);
    let zeros = Matrix::zeros(case.samples, case.outputs);
    let (mut m, mut v) = (zeros.clone(), zeros);
    online::mean_variance_rows(&mu, &sigma, &h, &squares, &mut m, &mut v);
    for s in 0..case.samples {
        case.check_moments(&mu, &sigma, case.row(s), m.row(s), v.row(s));
    }

    let d = matrix(case.samples, case.outputs, &case.d);
    let r = matrix(case.samples, case.outputs, &case.r);
    let mut dh = h.clone();
    online::input_gradient_rows(&mu, &sigma, &h, &d, &r, &mut dh);
    for s in 0..case.samples {
        let expected = naive::input_gradient(&case.mu, &case.sigma, h.row(s), d.row(s), r.row(s));
        for (i, (got, expected)) in dh.row(s).iter().zip(expected).enumerate() {
            let terms = (0..case.outputs).map(|o| {
                let (mu, sigma) = (
                    case.mu[o * case.inputs + i],
                    case.sigma[o * case.inputs + i],
                );
                f64::from((d.row(s)[o] * mu).abs())
                    + f64::from((r.row(s)[o] * sigma * sigma * h.row(s)[i]).abs())
            });
            prop_assert!(close(*got, expected, terms.sum()), "{} {}", got, expected);
        }
    }

    let layer = PlanesMut::new([&mut mu, &mut sigma]);
    prop_assert!(online::rank_update(
        layer,
        &h,
        Some(&squares),
        &d,
        Some(&r),
        &Shift::<FUSED>
    ));
    case.check_update(&mu, &sigma, case.samples);

    let mut sums = Matrix::zeros(1, case.outputs);
    online::sum_rows(&d, &mut sums);
    for (o, sum) in sums.row(0).iter().enumerate() {
        let column = (0..case.samples).map(|s| f64::from(d.row(s)[o]));
        prop_assert!(close(
            *sum,
            column.clone().sum(),
            column.map(f64::abs).sum()
        ));
    }
    let before = h.clone();
    let mut squares = h.clone();
    online::relu_square(&mut h, &mut squares);
    for ((x, h), square) in before.values().zip(h.values()).zip(squares.values()) {
        prop_assert_eq!((h, square), (x.max(0.0), x.max(0.0) * x.max(0.0)));
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn one_input(case in case()) {
        one_input_checked::<true>(&case)?;
        one_input_checked::<false>(&case)?;
    }

    #[test]
    fn rows_of_inputs(case in case()) {
        rows_of_inputs_checked::<true>(&case)?;
        rows_of_inputs_checked::<false>(&case)?;
    }

    #[test]
    fn point_weights(case in case()) {
        let w = matrix(case.outputs, case.inputs, &case.mu);
        let mut h = matrix(case.samples, case.inputs, &case.h);
        let mut a = Matrix::zeros(case.samples, case.outputs);
        online::point::products(&w, &h, &mut a);
        let d = matrix(case.samples, case.outputs, &case.d);
        let mut dh = h.clone();
        online::point::input_gradient(&w, &h, &d, &mut dh);
        let none = vec![0.0; case.mu.len()];
        for s in 0..case.samples {
            let (products, _) = naive::mean_variance(&case.mu, &none, case.row(s));
            let expected = naive::input_gradient(&case.mu, &none, h.row(s), d.row(s), &vec![0.0; case.outputs]);
            for (o, product) in products.iter().enumerate() {
                let terms = case.mu[o * case.inputs..].iter().zip(case.row(s));
                let scale = terms.map(|(w, x)| f64::from((w * x).abs())).sum();
                prop_assert!(close(a.row(s)[o], *product, scale));
            }
            for (i, (got, expected)) in dh.row(s).iter().zip(expected).enumerate() {
                let terms = (0..case.outputs).map(|o| f64::from((d.row(s)[o] * case.mu[o * case.inputs + i]).abs()));
                prop_assert!(close(*got, expected, terms.sum()));
            }
        }
        let before = h.clone();
        online::point::relu(&mut h);
        prop_assert!(before.values().zip(h.values()).all(|(x, h)| h == x.max(0.0)));
    }
}
