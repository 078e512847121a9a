//! The learner's door: one example at a time, weights, the gate, classes that come later, and what is refused.

#![allow(clippy::unwrap_used)]

mod kinds;

use kinds::{CLASSES, INPUTS, kinds, new, stream};
use mesu::{
    Batch, Generator, LearnError, Learner, LearnerConfig, LearnerKind, LearningConfig, MesuConfig,
    NetworkConfig, OnDivergence, SgdConfig,
};

fn network() -> NetworkConfig {
    NetworkConfig::default().hidden([9, 7])
}

fn saved(learner: &Learner) -> Vec<u8> {
    learner.save(&[]).unwrap()
}

/// Numbers of all synapses, without the settings beside them.
fn synapses(learner: &Learner) -> Vec<f32> {
    let groups = learner.network().groups();
    let planes = groups.flat_map(|(_, group)| {
        let planes = group
            .planes()
            .map(|(_, plane)| plane.values().collect::<Vec<f32>>());
        planes.collect::<Vec<_>>()
    });
    planes.flatten().collect()
}

fn test_noise() -> Generator {
    Generator::named(3, "test", &[])
}

#[test]
fn one_example_is_learned_as_a_batch_of_one() {
    let (inputs, labels) = stream(1, 40);
    for config in kinds() {
        let mut one_by_one = new(&network(), &config, 5);
        let mut batches = one_by_one.clone();
        for (x, label) in inputs.chunks_exact(INPUTS).zip(&labels) {
            let step = one_by_one.learn_one(x, *label).unwrap();
            let learned = batches.learn(x, &[*label]).unwrap();
            assert_eq!(
                (step.loss, step.learned),
                (learned.nll, learned),
                "{config:?}"
            );
            assert_eq!(step.prediction.len(), 1);
            let sum: f32 = step.prediction.probabilities.iter().sum();
            assert!((sum - 1.0).abs() < 1e-5, "{config:?}: {sum}");
        }
        assert!(saved(&one_by_one) == saved(&batches), "{config:?}");
    }
}

#[test]
fn a_step_gives_the_prediction_from_before_it() {
    let (inputs, labels) = stream(2, 300);
    for config in kinds() {
        let mut learner = new(&network(), &config, 5);
        learner.learn_each(&inputs, &labels).unwrap();
        let x = &inputs[..INPUTS];
        let before = learner.predict_samples(x, 4_000, test_noise()).unwrap();
        // The mean of many steps of copies, each with noise of its own: how often a copy has learned another
        // example does not change what it predicts, if its rate is none.
        let step = learner.clone().learn_one(x, labels[0]).unwrap();
        if config.samples() == (1, 1) {
            assert_eq!(
                step.prediction,
                learner.predict_one(x).unwrap(),
                "{config:?}"
            );
            assert_eq!(step.prediction.spread, [0.0]);
        } else {
            let p = step.prediction.probabilities_of(0);
            let far = p
                .iter()
                .zip(before.probabilities_of(0))
                .map(|(a, b)| (a - b).abs());
            // Four samples against thousands.
            assert!(
                far.fold(0.0, f32::max) < 0.35,
                "{config:?}: {p:?} {before:?}"
            );
            assert!(step.prediction.spread[0] > 0.0);
        }
    }
}

#[test]
fn predictions_of_one_example() {
    let (inputs, labels) = stream(3, 200);
    for config in kinds() {
        let mut learner = new(&network(), &config, 5);
        learner.learn_each(&inputs, &labels).unwrap();
        let x = &inputs[..INPUTS];
        let one = learner.predict_one(x).unwrap();
        assert_eq!(one, learner.predict_one(x).unwrap(), "{config:?}");
        let many = learner.predict_samples(x, 4_000, test_noise()).unwrap();
        let of_kernels = (0..400).map(|k| {
            let noise = Generator::named(4, "one", &[k]);
            learner.predict_one_with(x, noise).unwrap().probabilities
        });
        let of_kernels: Vec<Vec<f32>> = of_kernels.collect();
        for class in 0..CLASSES {
            let mean = of_kernels.iter().map(|p| p[class]).sum::<f32>() / 400.0;
            let expected = many.probabilities[class];
            assert!(
                (mean - expected).abs() < 0.03,
                "{config:?}: {mean} {expected}"
            );
        }
        let mean = learner.predict_mean(x).unwrap();
        assert_eq!(mean.spread, [0.0]);
        let json = serde_json::to_value(&config).unwrap();
        // Slow copies may disagree.
        if json["slow_windows"].is_null() {
            assert_eq!((&mean.aleatoric, mean.epistemic[0]), (&mean.total, 0.0));
        }
    }
}

#[test]
fn weights_count_examples() {
    let (inputs, labels) = stream(4, 3);
    let twice = [&inputs[..], &inputs[..INPUTS]].concat();
    let of_twice = [&labels[..], &labels[..1]].concat();
    let start = new(&network(), &SgdConfig::default().lr(0.1).into(), 5);
    let (mut weighted, mut repeated) = (start.clone(), start.clone());
    let batch = Batch::new(&inputs, &labels).weighted(Some(&[2.0, 1.0, 1.0]));
    weighted.learn_batch(batch).unwrap();
    repeated.learn(&twice, &of_twice).unwrap();
    for (a, b) in synapses(&weighted).into_iter().zip(synapses(&repeated)) {
        assert!((a - b).abs() < 1e-6, "{a} {b}");
    }
    // A class's weight is that of its examples.
    let mut by_class = vec![1.0; CLASSES];
    by_class[labels[1] as usize] = 0.5;
    let weights: Vec<f32> = labels
        .iter()
        .map(|label| by_class[*label as usize])
        .collect();
    let learning = LearningConfig::default().class_weights(by_class);
    for config in kinds() {
        let start = new(&network(), &config, 5);
        let mut of_examples = start.clone();
        let mut of_classes = start.clone().with_learning(learning.clone()).unwrap();
        let batch = Batch::new(&inputs, &labels);
        of_examples
            .learn_batch(batch.weighted(Some(&weights)))
            .unwrap();
        of_classes.learn_batch(batch).unwrap();
        assert_eq!(synapses(&of_examples), synapses(&of_classes), "{config:?}");
        // Weights of 1 change no bit, in batches and one by one.
        let (mut plain, mut ones) = (start.clone(), start);
        plain.learn(&inputs, &labels).unwrap();
        ones.learn_batch(batch.weighted(Some(&[1.0; 3]))).unwrap();
        plain.learn_each(&inputs, &labels).unwrap();
        ones.learn_batch_each(batch.weighted(Some(&[1.0; 3])))
            .unwrap();
        assert!(saved(&plain) == saved(&ones), "{config:?}");
    }
}

#[test]
fn nothing_is_learned_below_the_gate_but_time_passes() {
    let (inputs, labels) = stream(5, 60);
    let gate = |above| LearningConfig::default().learn_above(above);
    for config in kinds() {
        let start = new(&network(), &config, 5);
        let Ok(mut shut) = start.clone().with_learning(gate(1e6)) else {
            let json = serde_json::to_value(&config).unwrap();
            let slow = !json["slow_windows"].is_null();
            let replay = config.kind() == LearnerKind::Replay;
            assert!(
                slow || replay || json["estimator"] == "weight-sampling",
                "{json}"
            );
            continue;
        };
        let learned = shut.learn_each(&inputs, &labels).unwrap();
        assert_eq!((learned.gated, shut.left_out().gated), (60, 60));
        assert_eq!((shut.updates(), synapses(&shut)), (0, synapses(&start)));
        // An open gate changes no bit.
        let (mut open, mut plain) = (
            start.clone().with_learning(gate(1e-30)).unwrap(),
            start.clone(),
        );
        open.learn_each(&inputs, &labels).unwrap();
        open.learn(&inputs, &labels).unwrap();
        plain.learn_each(&inputs, &labels).unwrap();
        plain.learn(&inputs, &labels).unwrap();
        assert_eq!(synapses(&open), synapses(&plain), "{config:?}");
        // One by one and together, saved in between, it is the same.
        let mut half = start.clone().with_learning(gate(0.9)).unwrap();
        let mut steps = half.clone();
        half.learn_each(&inputs, &labels).unwrap();
        for (x, label) in inputs.chunks_exact(INPUTS).zip(&labels) {
            steps.learn_one(x, *label).unwrap();
            steps = Learner::restore(&saved(&steps)).unwrap().0;
        }
        let left_out = half.left_out().gated;
        assert!((1..60).contains(&left_out), "{config:?}: {left_out}");
        assert!(saved(&half) == saved(&steps), "{config:?}");
        assert_eq!(half.updates() + left_out, 60);
    }
    // What is due to the prior is made up for: sigma is wider by as much as time has passed.
    let mesu = MesuConfig::default()
        .memory_window(50.0)
        .lr_mu(0.0)
        .samples(1);
    let start = new(&network(), &mesu.into(), 5);
    let after = |idle: usize| {
        let mut learner = start.clone().with_learning(gate(1e6)).unwrap();
        for _ in 0..idle {
            learner.learn_one(&inputs[..INPUTS], labels[0]).unwrap();
        }
        // An update of no weight: the prior's part alone.
        let mut learner = learner.with_learning(LearningConfig::default()).unwrap();
        learner
            .learn_one_weighted(&inputs[..INPUTS], labels[0], 0.0)
            .unwrap();
        let (_, group) = learner.network().groups().next().unwrap();
        (
            f64::from(group.sigma().unwrap().row(0)[0]),
            learner.network().layers[0].prior_scale,
        )
    };
    let (once, prior) = after(0);
    let (sigma, _) = after(30);
    let left = |sigma: f64| 1.0 / (sigma * sigma) - 1.0 / (prior * prior);
    let expected = (-30.0f64 / 50.0).exp();
    assert!(
        (left(sigma) / left(once) - expected).abs() < 1e-3,
        "{sigma} {once}"
    );
}

#[test]
fn classes_come_later() {
    let (inputs, labels) = stream(6, 300);
    for config in kinds() {
        for heads in [1, 2] {
            let mut learner = new(&network().heads(heads), &config, 5);
            learner.learn_each(&inputs, &labels).unwrap();
            let before = learner.clone();
            learner.add_classes(2).unwrap();
            assert_eq!(learner.network().classes(), CLASSES + 2);
            // What was learned is as it was, neuron by neuron.
            for ((_, old), (_, new)) in before.network().groups().zip(learner.network().groups()) {
                for ((name, old), (_, new)) in old.planes().zip(new.planes()) {
                    let (old, new): (Vec<f32>, Vec<f32>) =
                        (old.values().collect(), new.values().collect());
                    assert_eq!(old[..], new[..old.len()], "{name} of {config:?}");
                }
            }
            let label = CLASSES as u32 + 1;
            for round in 0..20 {
                let (x, _) = stream(60 + round, 20);
                let far: Vec<f32> = x.iter().map(|x| 0.1 * x + 3.0).collect();
                learner.learn_each(&far, &[label; 20]).unwrap();
            }
            let prediction = learner.predict_one(&[3.0; INPUTS]).unwrap();
            assert_eq!(prediction.top(0).0, label, "{config:?}: {prediction:?}");
            let (restored, _) = Learner::restore(&saved(&learner)).unwrap();
            assert!(saved(&restored) == saved(&learner), "{config:?}");
            let too_many = learner.add_classes(usize::MAX).unwrap_err();
            assert_eq!(too_many.field, "classes");
            assert!(saved(&restored) == saved(&learner));
        }
    }
}

#[test]
fn what_cannot_be_learned_changes_nothing() {
    let (inputs, labels) = stream(7, 20);
    let mut large = inputs[..INPUTS].to_vec();
    for config in kinds() {
        let mut learner = new(&network(), &config, 5);
        learner.learn_each(&inputs, &labels).unwrap();
        let before = saved(&learner);
        for value in [f32::NAN, f32::INFINITY, 1e13, -3e38] {
            large[1] = value;
            let refused = |error| match error {
                LearnError::NotFinite {
                    example: 0,
                    position: 1,
                    ..
                } => !value.is_finite(),
                LearnError::TooLarge {
                    example: 0,
                    position: 1,
                    ..
                } => value.is_finite(),
                _ => false,
            };
            assert!(
                refused(learner.learn_one(&large, 0).unwrap_err()),
                "{config:?} {value}"
            );
            assert!(refused(learner.learn(&large, &[0]).unwrap_err()));
            assert!(refused(learner.learn_each(&large, &[0]).unwrap_err()));
        }
        // Whatever is accepted is learned, or named as too large; and can be predicted with.
        large[1] = 1e12;
        match learner.learn_one(&large, 0) {
            Ok(_) => (),
            Err(LearnError::Overflow { .. }) => assert!(saved(&learner) == before, "{config:?}"),
            Err(error) => {
                assert!(matches!(error, LearnError::Diverged { .. }), "{error}");
                assert!(config.samples() == (1, 1), "{config:?}: {error}");
            }
        }
        let (mut learner, _) = Learner::restore(&before).unwrap();
        assert!(matches!(
            learner.learn_one(&[0.0; INPUTS], 99),
            Err(LearnError::Label { .. })
        ));
        assert!(matches!(
            learner.learn_one(&[0.0; 2], 0),
            Err(LearnError::Width { .. })
        ));
        for weight in [-1.0, f32::NAN, f32::INFINITY] {
            let error = learner
                .learn_one_weighted(&[0.0; INPUTS], 0, weight)
                .unwrap_err();
            assert!(matches!(error, LearnError::Weight { example: 0, .. }));
        }
        let two = Batch::new(&inputs[..INPUTS], &labels[..1]).weighted(Some(&[1.0, 1.0]));
        let error = learner.learn_batch(two).unwrap_err();
        assert_eq!(
            error,
            LearnError::Weights {
                found: 2,
                examples: 1
            }
        );
        if matches!(config.kind(), LearnerKind::Ewc | LearnerKind::OnlineEwc) {
            assert_eq!(
                learner.task_ended([]),
                Err(LearnError::NoExamples),
                "{config:?}"
            );
        }
        assert!(saved(&learner) == before, "{config:?}");
    }
    let learner = new(&network(), &LearnerConfig::default(), 5);
    for learning in [
        LearningConfig::default().learn_above(-1.0),
        LearningConfig::default().learn_above(f64::NAN),
        LearningConfig::default().class_weights([1.0]),
        LearningConfig::default().class_weights([f32::NAN; CLASSES]),
    ] {
        assert!(learner.clone().with_learning(learning).is_err());
    }
}

/// A learner whose sigma goes below zero within some updates.
fn fragile() -> LearnerConfig {
    MesuConfig::paper().samples(1).lr_sigma(30.0).into()
}

#[test]
fn a_learner_that_broke_says_so() {
    let (inputs, labels) = stream(8, 200);
    let mut learner = new(&network(), &fragile(), 5);
    let error = learner.learn_each(&inputs, &labels).unwrap_err();
    let LearnError::Diverged { update, .. } = error else {
        panic!("{error}");
    };
    let x = &inputs[..INPUTS];
    let errors = [
        learner.learn_one(x, 0).map(|_| ()).unwrap_err(),
        learner.learn(x, &[0]).map(|_| ()).unwrap_err(),
        learner.predict_one(x).map(|_| ()).unwrap_err(),
        learner.predict_mean(x).map(|_| ()).unwrap_err(),
        learner.predict(x, test_noise()).map(|_| ()).unwrap_err(),
        learner.save(&[]).map(|_| ()).unwrap_err(),
        learner.task_ended([]).unwrap_err(),
    ];
    for error in errors {
        assert!(
            matches!(error, LearnError::Broken { since, .. } if since == update),
            "{error}"
        );
    }
}

#[test]
fn examples_that_diverge_are_left_out() {
    let (inputs, labels) = stream(8, 200);
    let skip = LearningConfig::default().on_divergence(OnDivergence::Skip);
    let mut learner = new(&network(), &fragile(), 5).with_learning(skip).unwrap();
    for (x, label) in inputs.chunks_exact(INPUTS).zip(&labels) {
        let before = saved(&learner);
        let skipped = learner.left_out().skipped;
        let step = learner.learn_one(x, *label).unwrap();
        if step.learned.skipped > 0 {
            assert!(step.prediction.is_empty() && step.loss.is_nan());
            assert_eq!(learner.left_out().skipped, skipped + 1);
            let mut kept = Learner::restore(&before).unwrap().0;
            assert_eq!(synapses(&kept), synapses(&learner));
            assert!(kept.learn_one(x, *label).unwrap().learned.skipped > 0);
        }
    }
    let skipped = learner.left_out().skipped;
    assert!((1..200).contains(&skipped), "{skipped}");
    assert_eq!(learner.updates() + skipped, 200);
    // Together it is the same.
    let skip = LearningConfig::default().on_divergence(OnDivergence::Skip);
    let mut together = new(&network(), &fragile(), 5).with_learning(skip).unwrap();
    let learned = together.learn_each(&inputs, &labels).unwrap();
    assert_eq!(learned.skipped, skipped);
    assert!(saved(&together) == saved(&learner));
}

#[test]
fn every_kind_is_tried() {
    for kind in LearnerKind::ALL {
        assert!(
            kinds().iter().any(|config| config.kind() == *kind),
            "{kind:?}"
        );
    }
}

#[test]
fn stored_examples_keep_their_weights() {
    let (inputs, labels) = stream(1, 9);
    let rows: Vec<&[f32]> = inputs.chunks_exact(INPUTS).collect();
    let replay = mesu::ReplayConfig::default().buffer(1).lr(0.05);
    let mut learner = new(&network(), &replay.into(), 5);
    let mut sgd = new(&network(), &SgdConfig::default().lr(0.05).into(), 5);
    // What is learned again with no weight is not learned.
    learner.learn_one_weighted(rows[0], labels[0], 0.0).unwrap();
    let restored = Learner::restore(&saved(&learner)).unwrap().0;
    for mut learner in [learner, restored] {
        learner.learn_one(rows[1], labels[1]).unwrap();
        let mut sgd = sgd.clone();
        sgd.learn_one(rows[1], labels[1]).unwrap();
        for (a, b) in synapses(&learner).into_iter().zip(synapses(&sgd)) {
            assert!((a - b).abs() <= 1e-6, "{a} {b}");
        }
    }
    // Of the same learner without weights it is.
    let mut twice = new(
        &network(),
        &mesu::ReplayConfig::default().buffer(1).lr(0.05).into(),
        5,
    );
    twice.learn_one(rows[0], labels[0]).unwrap();
    sgd.learn_one(rows[0], labels[0]).unwrap();
    for learner in [&mut twice, &mut sgd] {
        learner.learn_one(rows[1], labels[1]).unwrap();
    }
    assert_ne!(synapses(&twice), synapses(&sgd));
}
