use super::*;
use serde_json::Value;
use std::vec::Vec;

/// -ln p and its gradient at the outputs of a case.
fn found<R: Real>(case: &Value, number: fn(f64) -> R) -> (R, Vec<R>) {
    let setting = |key: &str| case["settings"][key].as_f64().unwrap();
    let outputs = case["outputs"].as_array().unwrap().iter();
    let mut outputs: Vec<R> = outputs.map(|x| number(x.as_f64().unwrap())).collect();
    let target = case["target"].as_f64().unwrap();
    let (z, one) = (number(target), number(1.0));
    let nll = match case["likelihood"].as_str().unwrap() {
        "categorical" => Categorical.gradient(&mut outputs, target as usize, one),
        "gaussian" => {
            let variance = setting("v");
            Gaussian { variance }.gradient(&mut outputs, z, one)
        }
        "heteroscedastic" => Heteroscedastic.gradient(&mut outputs, z, one),
        "student-t" => StudentT::new(setting("n"), setting("t2")).gradient(&mut outputs, z, one),
        other => panic!("{other}"),
    };
    (nll, outputs)
}

#[test]
fn likelihoods_have_their_exact_values() {
    let file = include_str!("../../tests/golden/likelihoods.json");
    let file: Value = serde_json::from_str(file).unwrap();
    let cases = file["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 16);
    for case in cases {
        let expected = std::iter::once(&case["nll"]).chain(case["gradient"].as_array().unwrap());
        let expected: Vec<f64> = expected.map(|x| x.as_f64().unwrap()).collect();
        let (nll, gradient) = found(case, |x| x);
        let exact = std::iter::once(nll).chain(gradient);
        let (nll, gradient) = found(case, |x| x as f32);
        let single = std::iter::once(nll).chain(gradient).map(f64::from);
        for (tolerance, found) in [(1e-13, exact.collect()), (2e-6, single.collect::<Vec<_>>())] {
            assert_eq!(found.len(), expected.len());
            for (found, expected) in found.iter().zip(&expected) {
                let off = (found - expected).abs();
                assert!(off <= tolerance * (1.0 + expected.abs()), "{case}: {found}");
            }
        }
    }
}

#[test]
fn the_scale_is_of_the_gradient_alone() {
    let mut once = [0.3f64];
    let nll = StudentT::new(4.0, 0.5).gradient(&mut once, 2.0, 1.0);
    let mut tenth = [0.3f64];
    assert_eq!(StudentT::new(4.0, 0.5).gradient(&mut tenth, 2.0, 0.1), nll);
    assert!((tenth[0] - 0.1 * once[0]).abs() < 1e-15);
}

#[test]
fn a_log_variance_out_of_its_range_only_comes_back() {
    let to_s = |s: f64, residual: f64| {
        let mut outputs = [0.0, s];
        Heteroscedastic.gradient(&mut outputs, residual, 1.0);
        outputs[1]
    };
    // Descent lowers s where the gradient is above 0.
    assert!(to_s(4.0, 0.0) > 0.0 && to_s(4.0, 1e3) == 0.0);
    assert!(to_s(-7.0, 1.0) < 0.0 && to_s(-7.0, 0.0) == 0.0);
    assert!(to_s(2.9, 1e3) < 0.0 && to_s(-5.9, 0.0) > 0.0);
    // However far the residual, it counts as 25 variances.
    assert_eq!(to_s(0.0, 1e6), -12.0);
}

#[test]
fn moments_are_those_of_the_target() {
    assert_eq!(Gaussian { variance: 0.5 }.moments(&[2.0f32]), (2.0, 0.5));
    assert_eq!(Heteroscedastic.moments(&[1.0f64, 0.0]), (1.0, 1.0));
    assert_eq!(Heteroscedastic.moments(&[1.0f64, 50.0]).1, 3.0f64.exp());
    assert_eq!(StudentT::new(4.0, 0.5).moments(&[1.0f64]), (1.0, 1.0));
}

#[test]
fn estimates_of_the_scale_agree_with_the_scale() {
    let mut noise = crate::generator::Generator::named(1, "residuals", &[]);
    let mut normal = std::vec![0.0f32; 400_000];
    noise.fill_normal(&mut normal);
    let (variance, degrees, squared_scale) = (0.49, 4.0, 0.36);
    let gaussian = Gaussian { variance };
    let squares = normal.iter().map(|z| f64::from(*z).powi(2));
    let mean = squares
        .map(|square| gaussian.scale_estimate(variance * square))
        .sum::<f64>();
    assert!((mean / 4e5 / variance - 1.0).abs() < 0.01);
    // Student's t: a normal number over the root of a mean of four squares.
    let t = StudentT::new(degrees, squared_scale);
    let residuals = normal.as_chunks::<5>().0.iter().map(|[z, rest @ ..]| {
        let square: f64 = rest.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>() / degrees;
        squared_scale * f64::from(*z).powi(2) / square
    });
    let mean = residuals
        .map(|square| t.scale_estimate(square))
        .sum::<f64>()
        / 8e4;
    assert!((mean / squared_scale - 1.0).abs() < 0.02, "{mean}");
    assert!(t.scale_estimate(1e12) <= (degrees + 1.0) * squared_scale);
    assert_eq!(gaussian.scale_estimate(1e12), 25.0 * variance);
}
