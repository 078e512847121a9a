//! Checks of every learner, for every estimator, depth, bias and batch size.

#![allow(clippy::unwrap_used)]

mod kinds;

use kinds::{CLASSES, INPUTS, kinds, new, stream};
use mesu::rule::SigmaStep;
use mesu::testing::Subject;
use mesu::{
    ConfigPart, Estimator, EwcConfig, FoovbConfig, Generator, Initialization, LearnError, Learner,
    LearnerConfig, LearnerKind, MesuConfig, NetworkConfig, OnlineEwcConfig, Reduction, Remedy,
    ReplayConfig, SgdConfig, SiConfig,
};

/// Every kind of learner there is on every form of network, with a name for messages.
fn table() -> Vec<(String, NetworkConfig, LearnerConfig)> {
    let mut table = Vec::new();
    for learner in kinds() {
        for hidden in [vec![], vec![20], vec![20, 17]] {
            for bias in [false, true] {
                let name = format!("{learner:?} {hidden:?} bias {bias}");
                let network = NetworkConfig {
                    hidden: hidden.clone(),
                    bias,
                    init: Initialization::He,
                    ..NetworkConfig::paper()
                };
                table.push((name, network, learner.clone()));
            }
        }
        let network = NetworkConfig {
            hidden: vec![20],
            heads: 3,
            bias: true,
            init: Initialization::He,
            ..NetworkConfig::paper()
        };
        table.push((format!("{learner:?} 3 heads"), network, learner.clone()));
        let layers = [
            "conv 6 3x3 same",
            "relu",
            "dropout 0.1",
            "flatten",
            "linear 12",
            "relu",
        ];
        let network = NetworkConfig {
            hidden: vec![],
            layers: layers.map(str::to_owned).to_vec(),
            input: vec![1, 1, INPUTS],
            bias: true,
            init: Initialization::He,
            ..NetworkConfig::paper()
        };
        table.push((format!("{learner:?} {layers:?}"), network, learner));
    }
    table
}

#[test]
fn the_table_has_every_kind() {
    let kinds: Vec<LearnerKind> = kinds().iter().map(LearnerConfig::kind).collect();
    for kind in LearnerKind::ALL {
        assert!(kinds.contains(kind), "{}", kind.name());
    }
}

/// Makes a check of every learner of the table.
fn each(check: impl Fn(&Subject)) {
    for (name, network, config) in table() {
        check(&Subject::new(name, move |seed| {
            new(&network, &config, seed)
        }));
    }
}

#[test]
fn learns_a_small_problem() {
    each(Subject::learns);
}

#[test]
fn same_seed_same_learner_other_seed_other_learner() {
    each(Subject::follows_its_seed);
}

#[test]
fn learn_each_is_learn_for_each() {
    each(Subject::learns_each_like_one_by_one);
}

#[test]
fn a_restored_learner_goes_on_bit_for_bit() {
    each(Subject::goes_on_after_restoring);
}

#[test]
fn threads_do_not_change_a_bit() {
    each(Subject::ignores_threads);
}

#[test]
fn bad_input_is_refused_and_changes_nothing() {
    each(Subject::refuses_bad_input);
}

#[test]
fn the_end_of_a_task_is_checked_like_a_batch() {
    for (name, network, config) in table() {
        let kind = config.kind();
        let subject = Subject::new(&name, move |seed| new(&network, &config, seed));
        // EWC needs the examples; Synaptic Intelligence does not look at them.
        let looks = matches!(kind, LearnerKind::Ewc | LearnerKind::OnlineEwc);
        assert_eq!(subject.ends_tasks(), looks, "{name}");
    }
}

#[test]
fn divergence_is_an_error_that_names_layer_and_remedy() {
    // Far too fast: sigma falls below zero or everything overflows.
    let mesu = |estimator| {
        MesuConfig::paper()
            .lr_mu(1e4)
            .lr_sigma(1e4)
            .samples(1)
            .estimator(estimator)
    };
    let wild: [(LearnerConfig, Remedy); 6] = [
        (
            mesu(Estimator::LocalReparameterization).into(),
            Remedy::Set("clamp_grad", 0.1),
        ),
        (
            mesu(Estimator::WeightSampling).into(),
            Remedy::Choose("sigma_step", "closed-form"),
        ),
        (
            FoovbConfig::paper().lr_mu(1e9).into(),
            Remedy::Lower(&["lr_mu"]),
        ),
        (SgdConfig::default().lr(1e9).into(), Remedy::Lower(&["lr"])),
        (
            EwcConfig::default().lr(1e9).into(),
            Remedy::Lower(&["lr", "importance"]),
        ),
        (
            SiConfig::default().lr(1e9).into(),
            Remedy::Lower(&["lr", "coefficient"]),
        ),
    ];
    for (config, remedy) in wild {
        let network = NetworkConfig {
            hidden: vec![20],
            ..NetworkConfig::paper()
        };
        let subject = Subject::new(format!("{config:?}"), move |seed| {
            new(&network, &config, seed)
        });
        let LearnError::Diverged { remedies, .. } = subject.reports_divergence() else {
            unreachable!("another error is no divergence")
        };
        assert!(remedies.contains(&remedy), "{remedies:?}");
    }
}

#[test]
fn options_keep_a_network_alive_that_would_diverge() {
    let (inputs, labels) = stream(1, 3_000);
    let network = NetworkConfig {
        hidden: vec![20],
        ..NetworkConfig::paper()
    };
    let wild = MesuConfig::paper().samples(1).lr_mu(4.0).lr_sigma(4.0);
    let options = [
        wild.clone()
            .max_step_ratio(0.02)
            .sigma_bounds(vec![1e-4, 1.0]),
        wild.clone().clamp_grad(0.02),
        wild.clone()
            .sigma_step(SigmaStep::ClosedForm)
            .clamp_grad(0.5),
    ];
    assert!(
        new(&network, &wild.clone().into(), 3)
            .learn_each(&inputs, &labels)
            .is_err()
    );
    for config in options {
        let mut learner = new(&network, &config.clone().into(), 3);
        let learned = learner.learn_each(&inputs, &labels);
        assert!(
            learned.is_ok() && learner.save(&[]).is_ok(),
            "{config:?}: {learned:?}"
        );
    }
}

#[test]
fn the_mean_of_a_batch_is_a_smaller_step_than_its_sum() {
    let (inputs, labels) = stream(1, 30);
    let network = NetworkConfig {
        hidden: vec![20],
        ..NetworkConfig::paper()
    };
    let configs = |reduction| -> [LearnerConfig; 4] {
        let mesu = |estimator| {
            MesuConfig::paper()
                .estimator(estimator)
                .reduction(reduction)
                .lr_mu(1e-2)
                .lr_sigma(1e-2)
        };
        [
            mesu(Estimator::LocalReparameterization).into(),
            mesu(Estimator::WeightSampling).into(),
            FoovbConfig::paper().reduction(reduction).lr_mu(1e-2).into(),
            SgdConfig::default().reduction(reduction).into(),
        ]
    };
    for (sum, mean) in configs(Reduction::Sum)
        .iter()
        .zip(&configs(Reduction::Mean))
    {
        let moved = |config: &LearnerConfig| {
            let mut learner = new(&network, config, 3);
            let start = learner.network().clone();
            learner.learn(&inputs, &labels).unwrap();
            let after = learner.network().layers[0].weight.mu();
            let pairs = start.layers[0].weight.mu().values().zip(after.values());
            pairs.map(|(a, b)| f64::from((a - b).abs())).sum::<f64>()
        };
        let ratio = moved(sum) / moved(mean);
        assert!((ratio - 30.0).abs() < 0.5, "{sum:?}: {ratio}");
    }
}

/// Two tasks with the same inputs and other labels.
#[test]
fn consolidation_keeps_the_first_task_where_plain_learners_lose_it() {
    let network = NetworkConfig {
        hidden: vec![40],
        init: Initialization::He,
        ..NetworkConfig::paper()
    };
    let lr = 0.05;
    let after_two = |config: LearnerConfig| {
        let mut learner = new(&network, &config, 3);
        let (mut inputs, labels) = stream(1, 600);
        for second in [false, true] {
            if second {
                // The second task is on the other two inputs.
                for x in inputs.chunks_mut(INPUTS) {
                    x.swap(0, 3);
                    x.swap(1, 4);
                }
            }
            for _ in 0..if second { 10 } else { 1 } {
                learner.learn_each(&inputs, &labels).unwrap();
            }
            let parts = inputs.chunks(100 * INPUTS).zip(labels.chunks(100));
            let parts = parts.map(|(x, y)| (x.to_vec(), y.to_vec()));
            learner.task_ended(parts).unwrap();
        }
        let (inputs, labels) = stream(2, 300);
        let test = Generator::named(1, "test", &[]);
        let prediction = learner.predict(&inputs, test).unwrap();
        (0..300)
            .filter(|i| prediction.top(*i).0 == labels[*i])
            .count()
    };
    let plain = after_two(SgdConfig::default().lr(lr).into());
    for config in [
        EwcConfig::default().lr(lr).importance(100.0).into(),
        OnlineEwcConfig::default().lr(lr).importance(100.0).into(),
        SiConfig::default()
            .lr(lr)
            .coefficient(1.0)
            .damping(0.1)
            .into(),
        ReplayConfig::default().lr(lr).replayed(3).into(),
    ] {
        let name = format!("{config:?}");
        let kept = after_two(config);
        assert!(
            kept > plain + 40,
            "{name}: {kept} of 300, plain SGD {plain}"
        );
    }
}

/// Fisher information against squares of gradients taken one example at a time.
#[test]
fn fisher_information_is_that_of_single_examples() {
    let network = NetworkConfig {
        hidden: vec![6],
        bias: true,
        init: Initialization::He,
        ..NetworkConfig::paper()
    };
    let sgd = SgdConfig::default().lr(1.0);
    let start = new(&network, &sgd.into(), 3);
    let (inputs, labels) = stream(1, 20);
    let batches = inputs.chunks(7 * INPUTS).zip(labels.chunks(7));
    let mut batches = batches.map(|(x, y)| (x.to_vec(), y.to_vec()));
    let got = mesu::curvature::fisher(start.network(), &mut batches).unwrap();
    // With a rate of 1, a step of SGD is the gradient.
    let mut expected: Vec<Vec<f64>> = got.iter().map(|g| vec![0.0; g.len()]).collect();
    for (x, y) in inputs.chunks(INPUTS).zip(&labels) {
        let mut moved = start.clone();
        moved.learn(x, &[*y]).unwrap();
        let groups = start.network().groups().zip(moved.network().groups());
        for (sums, ((_, before), (_, after))) in expected.iter_mut().zip(groups) {
            let pairs = before.mu().values().zip(after.mu().values());
            for (sum, (before, after)) in sums.iter_mut().zip(pairs) {
                *sum += f64::from(before - after).powi(2) / labels.len() as f64;
            }
        }
    }
    for (got, expected) in got.iter().flatten().zip(expected.iter().flatten()) {
        assert!(
            (got - expected).abs() < 1e-5 + 1e-3 * expected,
            "{got} {expected}"
        );
    }
}

#[test]
fn settings_are_checked_by_name() {
    let good = MesuConfig::paper();
    let cases = [
        (
            good.clone().memory_window(-1.0),
            "memory_window is -1; expected a finite number of updates, 1 or more",
        ),
        (
            good.clone().memory_window(f64::NAN),
            "memory_window is NaN; expected a finite number of updates, 1 or more",
        ),
        (
            good.clone().sigma_prior(0.0),
            "sigma_prior is 0; expected a finite number > 0",
        ),
        (
            good.clone().lr_mu(-0.5),
            "lr_mu is -0.5; expected a finite number >= 0",
        ),
        (good.clone().samples(0), "samples is 0; expected 1 to 10000"),
        (
            good.clone().sigma_bounds(vec![1.0, 0.5]),
            "sigma_bounds is [1.0, 0.5]; expected [] or [smallest, largest] with 0 < smallest <= largest",
        ),
    ];
    for (config, message) in cases {
        let error =
            Learner::new(INPUTS, CLASSES, &NetworkConfig::paper(), &config.into(), 1).unwrap_err();
        assert_eq!(error.to_string(), message);
    }
    let network = NetworkConfig {
        hidden: vec![50, 0],
        ..NetworkConfig::paper()
    };
    let error = Learner::new(INPUTS, CLASSES, &network, &good.into(), 1).unwrap_err();
    assert_eq!((error.part, error.field), (ConfigPart::Network, "hidden"));
}

#[test]
fn no_damage_to_a_checkpoint_goes_unnoticed() {
    let replay = ReplayConfig::default().buffer(2);
    for (heads, config) in [(1, LearnerConfig::default()), (2, replay.into())] {
        let network = NetworkConfig {
            hidden: vec![3],
            bias: true,
            heads,
            ..NetworkConfig::paper()
        };
        let name = format!("{config:?} {heads} heads");
        Subject::new(name, move |seed| new(&network, &config, seed)).notices_damage();
    }
    assert!(Learner::restore(b"not a checkpoint at all").is_err());
}
