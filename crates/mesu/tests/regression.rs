//! Learners that predict values.

#![allow(clippy::unwrap_used)]

#[allow(dead_code, unused_imports)]
mod kinds;

use kinds::kinds;
use mesu::metric::RegressionScores;
use mesu::{
    AdamConfig, Batch, FoovbConfig, Generator, LearnError, Learner, LearnerConfig, LearningConfig,
    MesuConfig, Reduction, RegressionConfig, SgdConfig, ValueLikelihood,
};

const INPUTS: usize = 3;

/// Inputs, and values `300 + 50 x0 - 20 x1` with normal noise of a deviation of 5.
fn stream(seed: u64, number: usize) -> (Vec<f32>, Vec<f32>) {
    let mut noise = Generator::named(seed, "values", &[]);
    let inputs = noise.normals(number * INPUTS);
    let errors = noise.normals(number);
    let rows = inputs.chunks_exact(INPUTS).zip(&errors);
    let values = rows.map(|(x, e)| 300.0 + 50.0 * x[0] - 20.0 * x[1] + 5.0 * e);
    let values = values.collect();
    (inputs, values)
}

fn likelihoods() -> [RegressionConfig; 3] {
    [
        ValueLikelihood::Gaussian,
        ValueLikelihood::Heteroscedastic,
        ValueLikelihood::StudentT,
    ]
    .map(|likelihood| RegressionConfig::default().likelihood(likelihood))
}

fn new(regression: &RegressionConfig, config: &LearnerConfig) -> Learner {
    let builder = Learner::builder(INPUTS).hidden([9, 7]).seed(5);
    let builder = builder.regression(regression.clone());
    builder.config(config.clone()).build().unwrap()
}

fn saved(learner: &Learner) -> Vec<u8> {
    learner.save(&[]).unwrap()
}

/// Mean aleatoric deviation of predictions, and their scores.
fn tested(learner: &Learner, (inputs, values): &(Vec<f32>, Vec<f32>)) -> (f64, RegressionScores) {
    let prediction = learner
        .predict(inputs, Generator::named(3, "test", &[]))
        .unwrap();
    let share = 1.0 / values.len() as f64;
    let noise = prediction
        .aleatoric
        .iter()
        .map(|v| share * f64::from(*v))
        .sum::<f64>();
    for i in 0..values.len() {
        let parts = prediction.aleatoric[i] + prediction.epistemic[i];
        assert!((prediction.total[i] - parts).abs() <= 1e-5 * parts);
        assert!(prediction.epistemic[i] >= 0.0 && prediction.spread[i] >= 0.0);
    }
    assert_eq!((prediction.classes, prediction.probabilities.len()), (0, 0));
    let scores = RegressionScores::new(values, &prediction).unwrap();
    (noise.sqrt(), scores)
}

#[test]
fn defaults_learn_a_plane_and_its_noise() {
    for regression in likelihoods() {
        // A network that says its noise forgets as slowly as it was when the mean was not learned yet.
        let slow = regression.likelihood == ValueLikelihood::Heteroscedastic;
        let (inputs, values) = stream(1, if slow { 20_000 } else { 6_000 });
        let configs: [LearnerConfig; 3] = [
            MesuConfig::default().into(),
            FoovbConfig::default().into(),
            AdamConfig::default().lr(0.005).into(),
        ];
        for config in configs {
            let mut learner = new(&regression, &config);
            let learned = learner.learn_each(&inputs, &values).unwrap();
            assert_eq!((learned.correct, learned.gated), (0, 0));
            assert!(learned.nll.is_finite() && learned.squared_error > 0.0);
            let (noise, scores) = tested(&learner, &stream(2, 1_000));
            let name = format!("{regression:?} {config:?}: {noise} {scores:?}");
            // The noise alone has a root mean square of 5, and a share of 25 / (2,900 + 25) of the variance.
            assert!(scores.rmse < 8.5 && scores.r2 > 0.97, "{name}");
            let most = if slow { 15.0 } else { 9.0 };
            assert!(noise > 3.5 && noise < most, "{name}");
            assert!(scores.coverage > 0.8, "{name}");
        }
    }
}

#[test]
fn every_learner_learns_values_one_by_one_and_goes_on_from_a_file() {
    let (inputs, values) = stream(1, 60);
    for regression in likelihoods() {
        for config in kinds() {
            let mut one_by_one = new(&regression, &config);
            let (mut batches, mut together) = (one_by_one.clone(), one_by_one.clone());
            for (x, value) in inputs.chunks_exact(INPUTS).zip(&values) {
                let step = one_by_one.learn_one(x, *value).unwrap();
                let learned = batches.learn(x, &[*value]).unwrap();
                assert_eq!((step.loss, step.learned), (learned.nll, learned));
                let error = f64::from(step.prediction.mean[0] - value);
                if config.samples() == (1, 1) {
                    let close = (error * error - learned.squared_error).abs();
                    assert!(close < 1e-3 * (1.0 + error * error), "{config:?}");
                }
            }
            together.learn_each(&inputs, &values).unwrap();
            assert!(saved(&one_by_one) == saved(&batches), "{config:?}");
            assert!(saved(&one_by_one) == saved(&together), "{config:?}");

            let (mut restored, _) = Learner::restore(&saved(&together)).unwrap();
            assert_eq!(restored.regression(), Some(regression.clone()));
            let (more, targets) = stream(2, 24);
            for learner in [&mut together, &mut restored] {
                learner
                    .task_of_values_ended([(more.clone(), targets.clone())])
                    .unwrap();
                learner.learn(&more, &targets).unwrap();
                learner.learn_each(&more, &targets).unwrap();
            }
            assert!(saved(&together) == saved(&restored), "{config:?}");
            let x = &inputs[..INPUTS];
            assert_eq!(
                together.predict_one(x).unwrap(),
                restored.predict_one(x).unwrap()
            );
        }
    }
}

/// The first step of SGD on a single layer, in f64: batches that go by three different ways.
#[test]
fn the_gradient_is_that_of_standardized_targets() {
    for (examples, mean) in [(1, false), (3, true), (3, false), (20, true)] {
        let (inputs, values) = stream(4, examples);
        let mut sgd = SgdConfig::default().lr(0.125);
        if mean {
            sgd = sgd.reduction(Reduction::Mean);
        }
        let builder = Learner::builder(INPUTS).hidden([]).config(sgd);
        let builder = builder.regression(RegressionConfig::default());
        let mut learner = builder.seed(2).build().unwrap();
        let weights = |learner: &Learner| -> Vec<f64> {
            let groups = learner.network().groups();
            let values = groups.flat_map(|(_, group)| group.mu().values().collect::<Vec<_>>());
            values.map(f64::from).collect()
        };
        let before = weights(&learner);
        let weight_of = |i: usize| if i == 1 { 0.5 } else { 1.0 };
        let factors: Vec<f32> = (0..examples).map(|i| weight_of(i) as f32).collect();
        let batch = Batch::new(&inputs, &values).weighted(Some(&factors));
        let learned = learner.learn_batch(batch).unwrap();

        let count = examples as f64;
        let middle = values.iter().map(|y| f64::from(*y)).sum::<f64>() / count;
        let squares = values.iter().map(|y| (f64::from(*y) - middle).powi(2));
        let deviation = (squares.sum::<f64>() / count).sqrt();
        let deviation = if deviation > 0.0 { deviation } else { 1.0 };
        let mut expected = before.clone();
        let (mut nll, share) = (0.0, if mean { 1.0 / count } else { 1.0 });
        for (i, (x, y)) in inputs.chunks_exact(INPUTS).zip(&values).enumerate() {
            let x: Vec<f64> = x.iter().map(|x| f64::from(*x)).chain([1.0]).collect();
            let m: f64 = x.iter().zip(&before).map(|(x, w)| x * w).sum();
            let off = (f64::from(*y) - middle) / deviation - m;
            nll += 0.5 * off * off + 0.5 * (2.0 * std::f64::consts::PI).ln() + deviation.ln();
            let changes = expected.iter_mut().zip(&x);
            changes.for_each(|(w, x)| *w += 0.125 * share * weight_of(i) * off * x);
        }
        assert!((learned.nll - nll).abs() < 1e-4 * (1.0 + nll.abs()));
        let pairs = weights(&learner).into_iter().zip(&expected);
        for (found, expected) in pairs {
            assert!(
                (found - expected).abs() < 1e-4 * (1.0 + expected.abs()),
                "{examples}: {found} {expected}"
            );
        }
    }
}

#[test]
fn predictions_are_in_the_units_of_the_targets() {
    let (inputs, values) = stream(1, 500);
    let scaled: Vec<f32> = values.iter().map(|y| 1e-4 * y - 7.0).collect();
    let mut learner = new(&RegressionConfig::default(), &MesuConfig::default().into());
    let mut other = learner.clone();
    learner.learn_each(&inputs, &values).unwrap();
    other.learn_each(&inputs, &scaled).unwrap();
    let (a, b) = (
        learner.predict_one(&inputs[..INPUTS]).unwrap(),
        other.predict_one(&inputs[..INPUTS]).unwrap(),
    );
    assert!((1e-4 * a.mean[0] - 7.0 - b.mean[0]).abs() < 2e-4);
    assert!((1e-8 * a.total[0] / b.total[0] - 1.0).abs() < 0.05);
    let ((low, high), (mean, total)) = (a.interval(0, 0.9), (a.mean[0], a.total[0]));
    let half = 1.644_853_627 * f64::from(total).sqrt();
    assert!((high - f64::from(mean) - half).abs() < 1e-6 * half);
    assert!((f64::from(mean) - low - half).abs() < 1e-6 * half);
}

#[test]
fn noise_that_depends_on_the_inputs_is_seen() {
    let mut noise = Generator::named(6, "values", &[]);
    let inputs = noise.normals(8_000 * INPUTS);
    let errors = noise.normals(8_000);
    let deviation = |x: &[f32]| if x[0] > 0.0 { 3.0 } else { 0.3 };
    let rows = inputs.chunks_exact(INPUTS).zip(&errors);
    let values: Vec<f32> = rows.map(|(x, e)| deviation(x) * e).collect();
    let regression = &likelihoods()[1];
    let mut learner = new(regression, &MesuConfig::default().into());
    learner.learn_each(&inputs, &values).unwrap();
    let at = |x: f32| learner.predict_one(&[x, 0.0, 0.0]).unwrap().aleatoric[0].sqrt();
    let (loud, quiet) = (at(1.5), at(-1.5));
    assert!(loud > 2.0 && loud < 4.5, "{loud}");
    assert!(quiet > 0.15 && quiet < 0.8, "{quiet}");
}

#[test]
fn outliers_move_students_distribution_less() {
    let (inputs, mut values) = stream(1, 6_000);
    for y in values.iter_mut().skip(3).step_by(20) {
        *y += 2_000.0;
    }
    let error = |regression: &RegressionConfig| {
        let mut learner = new(regression, &MesuConfig::default().into());
        learner.learn_each(&inputs, &values).unwrap();
        tested(&learner, &stream(2, 1_000)).1.rmse
    };
    let [gaussian, _, student_t] = likelihoods().map(|it| error(&it));
    assert!(student_t < 0.5 * gaussian, "{student_t} {gaussian}");
}

#[test]
fn what_is_no_value_is_refused_and_changes_nothing() {
    let (inputs, values) = stream(1, 20);
    let mut learner = new(&RegressionConfig::default(), &MesuConfig::default().into());
    learner.learn_each(&inputs, &values).unwrap();
    let before = saved(&learner);
    for bad in [f32::NAN, f32::INFINITY, 1e300f64 as f32, -2e12] {
        let mut targets = values.clone();
        targets[4] = bad;
        let error = learner.learn(&inputs, &targets).unwrap_err();
        assert!(
            matches!(error, LearnError::Value { example: 4, .. }),
            "{error}"
        );
        assert!(error.to_string().contains("of example 4"), "{error}");
        assert!(learner.learn_each(&inputs, &targets).is_err());
        assert!(learner.learn_one(&inputs[..INPUTS], bad).is_err());
    }
    let error = learner.learn_one(&inputs[..INPUTS], 1u32).unwrap_err();
    assert_eq!(
        error.to_string(),
        "targets are labels of classes; expected values"
    );
    assert!(learner.add_classes(1).is_err());
    assert!(saved(&learner) == before);
    let weighted = LearningConfig::default().class_weights([1.0]);
    assert!(learner.with_learning(weighted).is_err());

    let mut classifier = Learner::builder(INPUTS).classes(2).build().unwrap();
    let before = saved(&classifier);
    let error = classifier.learn(&inputs, &values).unwrap_err();
    assert_eq!(
        error.to_string(),
        "targets are values; expected labels of classes"
    );
    assert!(saved(&classifier) == before);
    for regression in [
        RegressionConfig::default().noise_window(0.0),
        RegressionConfig::default().degrees_of_freedom(2.0),
        RegressionConfig::default().degrees_of_freedom(f64::NAN),
    ] {
        assert!(Learner::builder(1).regression(regression).build().is_err());
    }
}

#[test]
fn targets_that_are_all_the_same_or_huge_are_learned() {
    for value in [0.0f32, 5.0, 1e12, -1e-30] {
        for regression in likelihoods() {
            let mut learner = new(&regression, &MesuConfig::default().into());
            for _ in 0..300 {
                learner.learn_one(&[1.0, -1.0, 0.5], value).unwrap();
            }
            let prediction = learner.predict_one(&[1.0, -1.0, 0.5]).unwrap();
            let off = f64::from(prediction.mean[0] - value).abs();
            // Nothing is known of the unit but that the value does not change by it.
            assert!(off <= 1.0 + 1e-6 * f64::from(value.abs()), "{value}: {off}");
            assert!(prediction.total[0].is_finite());
        }
    }
}

#[test]
fn what_is_predicted_well_can_be_left_out() {
    let (inputs, values) = stream(1, 3_000);
    let learner = new(&RegressionConfig::default(), &MesuConfig::default().into());
    let gate = LearningConfig::default().learn_above(0.2);
    let mut learner = learner.with_learning(gate).unwrap();
    learner.learn_each(&inputs, &values).unwrap();
    let gated = learner.left_out().gated;
    // A normal residual is below sqrt(0.4) deviations in 47 % of all cases; the estimate of the noise is of then.
    assert!(gated > 1_000 && gated < 2_500, "{gated}");
    let (_, scores) = tested(&learner, &stream(2, 1_000));
    assert!(scores.r2 > 0.97, "{scores:?}");
}
