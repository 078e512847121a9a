//! Regression, gates, time, new classes, and examples that are refused.
#![allow(clippy::unwrap_used)]

mod checksum;

use checksum::CHECKS;
use mesu_core::generator::Generator;
use mesu_micro::{
    Blob, Classifier, Float, Format, Mesu, Refused, Regressor, Scaling, Settings, Shape, Targets,
    Three, Two, Unfit, shape,
};

shape! { struct Line: [3, 12, 1], samples 4; }
shape! { struct Three3: [3, 8, 3], samples 2; }

fn blob(learner: &impl Blob) -> Vec<u8> {
    let mut bytes = vec![0; 8_192];
    learner.save(&mut bytes).unwrap().to_vec()
}

/// A learner of y = 200 + 50 (x_0 - x_1 / 2), with noise of 10.
fn taught_a_line<F: Format>(seed: u64) -> Regressor<Line, F> {
    let mut learner = Regressor::<Line, F>::new();
    let scaling = Scaling {
        mean: 200.0,
        deviation: 50.0,
    };
    let targets = Targets {
        scaling,
        noise_window: 500.0,
    };
    learner.start(Settings::DEFAULT, targets, seed).unwrap();
    let mut noise = Generator::named(1, "regression", &[]);
    for _ in 0..4_000 {
        let mut n = [0.0; 4];
        noise.fill_normal(&mut n);
        let y = 200.0 + 50.0 * (n[0] - 0.5 * n[1]) + 10.0 * n[3];
        learner.learn(&[n[0], n[1], n[2]], y).unwrap();
    }
    learner
}

fn regression<F: Format>() {
    // One network of twelve neurons may be unlucky; the mean of many tells more.
    let mut learners: Vec<_> = (0..32).map(taught_a_line::<F>).collect();
    let noise: f32 = learners.iter().map(Regressor::noise).sum();
    assert!((9.0..13.0).contains(&(noise / 32.0)), "{}", noise / 32.0);
    for (x, y) in [
        ([0.0; 3], 200.0),
        ([1.0, -1.0, 0.5], 275.0),
        ([-1.0, 0.0, 0.0], 150.0),
    ] {
        let mut mean = 0.0;
        for learner in &mut learners {
            let found = learner.predict(&x, 4).unwrap();
            mean += found.mean / 32.0;
            let sum = found.aleatoric + found.epistemic;
            assert!((found.total / sum - 1.0).abs() < 1e-6 && found.epistemic > 0.0);
            assert!((found.aleatoric.sqrt() / learner.noise() - 1.0).abs() < 1e-5);
        }
        assert!((mean - y).abs() < 4.0, "{x:?} {mean} {y}");
    }
    let learner = &mut learners[3];
    let (near, far) = ([0.1, 0.2, 0.0], [30.0, -20.0, 30.0]);
    let spread = |learner: &mut Regressor<Line, F>, x| learner.predict(&x, 16).unwrap().spread;
    assert!(spread(learner, far) > 10.0 * spread(learner, near));
    let before = blob(learner);
    assert_eq!(learner.learn(&near, f32::NAN), Err(Refused::Target));
    assert_eq!(blob(learner), before);
}

#[test]
fn lines_and_their_noise_are_learned() {
    regression::<Float>();
    regression::<Three>();
    regression::<Two>();
}

fn started<S: Shape, F: Format>(settings: Settings, classes: usize) -> Classifier<S, F> {
    let mut learner = Classifier::new();
    learner.start(settings, classes, 1).unwrap();
    learner
}

fn classes<F: Format>() {
    let corners = [[1.0, 0.0, -1.0], [-1.0, 0.5, 1.0], [0.0, -1.0, 1.5]];
    let gate = Settings {
        learn_above: 0.02,
        ..Settings::DEFAULT
    };
    let mut learner = started::<Three3, F>(gate, 2);
    let mut gated = 0;
    let mut learn = |learner: &mut Classifier<Three3, F>, classes: usize| {
        for k in 0..600 {
            let label = k % classes;
            gated += u32::from(!learner.learn(&corners[label], label).unwrap().updated);
        }
    };
    learn(&mut learner, 2);
    let found = learner.predict(&corners[0], 8).unwrap();
    assert_eq!((found.class, found.probabilities[2]), (0, 0.0));
    assert!((found.probabilities.iter().sum::<f32>() - 1.0).abs() < 1e-5);
    let label = Refused::Label {
        found: 2,
        classes: 2,
    };
    assert_eq!(learner.learn(&corners[2], 2), Err(label));
    assert_eq!((learner.add_class(), learner.classes()), (Ok(2), 3));
    assert_eq!(learner.add_class(), Err(Refused::Full { classes: 3 }));
    learn(&mut learner, 3);
    assert!(gated > 300 && learner.updates() == 1_200 - gated, "{gated}");
    for (class, x) in corners.iter().enumerate() {
        let found = learner.predict(x, 8).unwrap();
        assert!(
            found.class == class && found.probabilities[class] > 0.8,
            "{found:?}"
        );
        assert!(found.total >= found.epistemic && found.spread > 0.0);
    }
    // Without examples the network returns to the prior: it grows less sure.
    let sure = learner.predict(&corners[0], 32).unwrap().total;
    let sigma = |learner: &Classifier<Three3, F>| learner.synapse(0, 0, Some(0)).unwrap().sigma;
    let before = sigma(&learner);
    (0..40).for_each(|_| learner.drift(2_000));
    assert!(learner.predict(&corners[0], 32).unwrap().total > sure);
    let after = sigma(&learner);
    assert!(after >= before && after > 0.95, "{before} {after}");
}

#[test]
fn classes_are_learned_gated_added_and_forgotten() {
    classes::<Float>();
    classes::<Three>();
    classes::<Two>();
}

/// A window passed at once, and in parts: the same but for rounding, and close to the exact share.
#[test]
fn drift_covers_the_time_that_passed() {
    let rule = Mesu::default()
        .memory_window(1_000.0)
        .lr_mu(1.0)
        .lr_sigma(1.0);
    let settings = Settings {
        rule,
        ..Settings::DEFAULT
    };
    let mean_precision = |learner: &Classifier<Three3, Three>| {
        let all = (0..8).flat_map(|o| (0..3).map(move |i| (o, i)));
        let sum: f64 = all
            .map(|(o, i)| f64::from(learner.synapse(0, o, Some(i)).unwrap().sigma).powi(-2))
            .sum();
        sum / 24.0
    };
    // A rounded step is off by up to a code; the mean over many networks is not.
    let (mut expected, mut found) = (0.0, [0.0; 2]);
    for seed in 0..64 {
        let mut once = Classifier::<Three3, Three>::new();
        once.start(settings, 3, seed).unwrap();
        // Sigmas of 2/sqrt(3) are beyond the prior and stored as its own: learning narrows them.
        (0..400).for_each(|k| _ = once.learn(&[1.0, -1.0, 0.5], k % 3).unwrap());
        let mut parts = once.clone();
        expected += 1.0 + (mean_precision(&once) - 1.0) * (-1.0f64).exp();
        once.drift(1_000);
        (0..100).for_each(|_| parts.drift(10));
        found[0] += mean_precision(&once);
        found[1] += mean_precision(&parts);
    }
    for after in found {
        assert!((after / expected - 1.0).abs() < 0.04, "{after} {expected}");
    }
}

fn refusals<F: Format>() {
    let mut empty = Classifier::<Three3, F>::new();
    assert_eq!(empty.learn(&[0.0; 3], 0), Err(Refused::NotStarted));
    assert_eq!(empty.predict(&[0.0; 3], 1).err(), Some(Refused::NotStarted));
    assert_eq!(empty.add_class(), Err(Refused::NotStarted));
    empty.drift(1);
    let mut empty = Regressor::<Line, F>::new();
    assert_eq!(empty.learn(&[0.0; 3], 0.0), Err(Refused::NotStarted));
    assert_eq!(empty.predict(&[0.0; 3], 1).err(), Some(Refused::NotStarted));
    let mut learner = started::<Three3, F>(Settings::DEFAULT, 3);
    let before = blob(&learner);
    for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        let refused = Refused::Input { index: 1 };
        assert_eq!(learner.learn(&[0.0, bad, bad], 0), Err(refused));
        assert_eq!(learner.predict(&[0.0, bad, 0.0], 1).err(), Some(refused));
    }
    assert_eq!(blob(&learner), before);
    let far = learner.learn(&[f32::MAX; 3], 0);
    assert_eq!(far, Err(Refused::Diverged));
    let settings = Settings::DEFAULT;
    let mut unfit = |settings, classes| learner.start(settings, classes, 1).err();
    assert_eq!(
        unfit(settings, 0),
        Some(Unfit::Classes { found: 0, most: 3 })
    );
    assert_eq!(
        unfit(settings, 4),
        Some(Unfit::Classes { found: 4, most: 3 })
    );
    let rule = settings.rule.memory_window(0.0);
    assert_eq!(unfit(Settings { rule, ..settings }, 3), Some(Unfit::Rule));
    let learn_above = f32::NAN;
    assert_eq!(
        unfit(
            Settings {
                learn_above,
                ..settings
            },
            3
        ),
        Some(Unfit::Gate)
    );
    let scaling = Scaling {
        mean: 0.0,
        deviation: 0.0,
    };
    assert_eq!(
        unfit(
            Settings {
                scaling,
                ..settings
            },
            3
        ),
        Some(Unfit::Scaling)
    );
    let unsafe_rule = Settings {
        rule: Mesu::paper(),
        ..settings
    };
    let expected = (size_of::<F>() < 8).then_some(Unfit::Unsafe);
    assert_eq!(unfit(unsafe_rule, 3), expected);
}

#[test]
fn bad_examples_and_settings_are_refused() {
    refusals::<Float>();
    refusals::<Three>();
    refusals::<Two>();
}

/// The programme that every chip's firmware runs too.
#[test]
fn checksums_are_pinned() {
    for check in CHECKS {
        let found = (check.run)();
        assert_eq!(found, Some(check.pinned), "{} {found:#x?}", check.name);
    }
}
