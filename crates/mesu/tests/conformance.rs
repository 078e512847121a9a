//! What every learner has to do, for every estimator, depth, bias and batch size.

#![allow(clippy::unwrap_used)]

use mesu::checkpoint::CheckpointError;
use mesu::rule::SigmaStep;
use mesu::{
    Estimator, Generator, Initialisation, LearnError, Learned, Learner, LearnerConfig,
    NetworkConfig, Reduction,
};

const INPUTS: usize = 5;
const CLASSES: usize = 3;

/// Every kind of learner there is, with a name for messages.
fn table() -> Vec<(String, NetworkConfig, LearnerConfig)> {
    let mut table = Vec::new();
    for estimator in [
        Estimator::LocalReparameterization,
        Estimator::WeightSampling,
    ] {
        for hidden in [vec![], vec![20], vec![20, 17]] {
            for bias in [false, true] {
                let name = format!("{estimator:?} {hidden:?} bias {bias}");
                let init = Initialisation::He;
                let network = NetworkConfig {
                    hidden: hidden.clone(),
                    bias,
                    init,
                };
                let learner = LearnerConfig {
                    estimator,
                    samples: 4,
                    sigma_step: SigmaStep::ClosedForm,
                    max_step_ratio: 0.5,
                    ..LearnerConfig::default()
                };
                table.push((name, network, learner));
            }
        }
    }
    table
}

/// Points around one corner per class, one after another.
fn stream(seed: u64, examples: usize) -> (Vec<f32>, Vec<u32>) {
    let mut noise = Generator::named(seed, "stream", &[]);
    let labels: Vec<u32> = (0..examples).map(|i| (i % CLASSES) as u32).collect();
    let mut inputs: Vec<f32> = noise
        .normals(examples * INPUTS)
        .iter()
        .map(|z| 0.3 * z)
        .collect();
    for (x, label) in inputs.chunks_mut(INPUTS).zip(&labels) {
        x[*label as usize] += 1.0;
    }
    (inputs, labels)
}

fn new(network: &NetworkConfig, config: &LearnerConfig, seed: u64) -> Learner {
    Learner::new(INPUTS, CLASSES, network, config, seed).unwrap()
}

fn state(learner: &Learner) -> Vec<u8> {
    learner.save(&[]).unwrap()
}

#[test]
fn learns_a_small_problem_and_is_unsure_of_strangers() {
    for (name, network, config) in table() {
        for batch in [1, 7] {
            let mut learner = new(&network, &config, 3);
            let (inputs, labels) = stream(1, 1_200);
            for (x, y) in inputs.chunks(batch * INPUTS).zip(labels.chunks(batch)) {
                learner.learn(x, y).unwrap();
            }
            assert_eq!(learner.updates(), labels.len().div_ceil(batch) as u64);
            let (inputs, labels) = stream(2, 300);
            let known = learner
                .predict(&inputs, Generator::named(1, "test", &[]))
                .unwrap();
            let correct = (0..300).filter(|i| known.top(*i).0 == labels[*i]).count();
            assert!(correct > 280, "{name}, batch {batch}: {correct} of 300");
            let sums = (0..300).map(|i| known.probabilities_of(i).iter().sum::<f32>());
            assert!(sums.into_iter().all(|sum| (sum - 1.0).abs() < 1e-5));
            for i in 0..300 {
                let parts = known.aleatoric[i] + known.epistemic[i];
                assert!((known.total[i] - parts).abs() < 1e-5 && known.total[i] <= 1.5851);
            }
        }
    }
}

#[test]
fn same_seed_same_learner_other_seed_other_learner() {
    for (name, network, config) in table() {
        let run = |seed| {
            let mut learner = new(&network, &config, seed);
            let (inputs, labels) = stream(1, 40);
            learner.learn_each(&inputs, &labels).unwrap();
            learner.learn(&inputs, &labels).unwrap();
            state(&learner)
        };
        assert!(run(5) == run(5), "{name}");
        assert!(run(5) != run(6), "{name}");
    }
}

#[test]
fn learn_each_is_learn_for_each() {
    for (name, network, config) in table() {
        let (inputs, labels) = stream(1, 50);
        let mut together = new(&network, &config, 3);
        let mut apart = together.clone();
        let learned = together.learn_each(&inputs, &labels).unwrap();
        let mut sum = Learned::default();
        for (x, y) in inputs.chunks(INPUTS).zip(&labels) {
            sum += apart.learn(x, &[*y]).unwrap();
        }
        assert!(state(&together) == state(&apart), "{name}");
        assert_eq!(learned, sum, "{name}");
        assert_eq!(together.updates(), 50);
    }
}

#[test]
fn a_restored_learner_goes_on_bit_for_bit() {
    for (name, network, config) in table() {
        let (inputs, labels) = stream(1, 60);
        let (half_x, half_y) = (inputs.len() / 2, labels.len() / 2);
        let mut unbroken = new(&network, &config, 3);
        unbroken
            .learn_each(&inputs[..half_x], &labels[..half_y])
            .unwrap();
        let saved = unbroken.save(&[("run", "{\"task\": 1}")]).unwrap();
        let (mut restored, notes) = Learner::restore(&saved).unwrap();
        assert_eq!(notes["run"], "{\"task\": 1}");
        for learner in [&mut unbroken, &mut restored] {
            learner
                .learn_each(&inputs[half_x..], &labels[half_y..])
                .unwrap();
            learner.learn(&inputs, &labels).unwrap();
        }
        assert!(state(&unbroken) == state(&restored), "{name}");
        let test = || Generator::named(1, "test", &[]);
        assert_eq!(
            unbroken.predict(&inputs, test()),
            restored.predict(&inputs, test())
        );
    }
}

#[test]
fn threads_do_not_change_a_bit() {
    let (inputs, labels) = stream(1, 600);
    for (name, network, config) in table() {
        let run = |threads| {
            let pool = rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()
                .unwrap();
            pool.install(|| {
                let mut learner = new(&network, &config, 3);
                learner.learn(&inputs, &labels).unwrap();
                (
                    state(&learner),
                    learner.predict(&inputs, Generator::named(1, "test", &[])),
                )
            })
        };
        assert!(run(1) == run(3), "{name}");
    }
}

#[test]
fn bad_input_is_refused_and_changes_nothing() {
    for (name, network, config) in table() {
        let mut learner = new(&network, &config, 3);
        let before = state(&learner);
        let x = vec![0.5; 2 * INPUTS];
        let with = |at: usize, value: f32| {
            let mut x = x.clone();
            x[at] = value;
            x
        };
        let cases = [
            (
                x[1..].to_vec(),
                vec![0, 1],
                "9 inputs for 2 examples; expected 5 each",
            ),
            (
                x.clone(),
                vec![0],
                "10 inputs for 1 examples; expected 5 each",
            ),
            (
                with(7, f32::NAN),
                vec![0, 1],
                "input 2 of example 1 is NaN; expected a finite number",
            ),
            (
                with(0, f32::INFINITY),
                vec![0, 1],
                "input 0 of example 0 is inf; expected a finite number",
            ),
            (
                x.clone(),
                vec![0, 3],
                "label 3 of example 1; expected 0 to 2",
            ),
        ];
        for (inputs, labels, message) in cases {
            for error in [
                learner.learn(&inputs, &labels),
                learner.learn_each(&inputs, &labels),
            ] {
                assert_eq!(error.unwrap_err().to_string(), message, "{name}");
            }
            assert!(state(&learner) == before, "{name}");
        }
        let test = || Generator::named(1, "test", &[]);
        assert!(matches!(
            learner.predict(&x[1..], test()),
            Err(LearnError::Width { .. })
        ));
        assert!(matches!(
            learner.predict(&with(3, f32::NAN), test()),
            Err(LearnError::NotFinite { .. })
        ));
        assert!(learner.predict(&[], test()).unwrap().is_empty());
        learner.learn(&[], &[]).unwrap();
        learner.learn_each(&[], &[]).unwrap();
        assert!(state(&learner) == before, "{name}");
    }
}

#[test]
fn divergence_is_an_error_that_names_layer_and_remedy() {
    for (name, network, config) in table() {
        // Far too fast: sigma falls below zero or everything overflows.
        let config = LearnerConfig {
            lr_mu: 1e4,
            lr_sigma: 1e4,
            samples: 1,
            sigma_step: SigmaStep::Linear,
            max_step_ratio: 0.0,
            ..config
        };
        let mut learner = new(&network, &config, 3);
        let (inputs, labels) = stream(1, 3_000);
        let error = learner.learn_each(&inputs, &labels).unwrap_err();
        let LearnError::Diverged { layer, update, .. } = error else {
            panic!("{name}: {error}")
        };
        assert!(
            layer >= 1 && layer <= network.hidden.len() + 1 && update < 3_000,
            "{name}"
        );
        let text = error.to_string();
        assert!(
            text.contains(&format!("layer {layer} at update {update}")),
            "{text}"
        );
        assert!(
            text.contains("learner.clamp_grad") && text.contains("closed-form"),
            "{text}"
        );
    }
}

#[test]
fn options_keep_a_network_alive_that_would_diverge() {
    let (inputs, labels) = stream(1, 3_000);
    let network = NetworkConfig {
        hidden: vec![20],
        ..NetworkConfig::default()
    };
    let wild = LearnerConfig {
        samples: 1,
        lr_mu: 4.0,
        lr_sigma: 4.0,
        ..LearnerConfig::default()
    };
    let options = [
        LearnerConfig {
            max_step_ratio: 0.02,
            sigma_bounds: vec![1e-4, 1.0],
            ..wild.clone()
        },
        LearnerConfig {
            clamp_grad: 0.02,
            ..wild.clone()
        },
        LearnerConfig {
            sigma_step: SigmaStep::ClosedForm,
            clamp_grad: 0.5,
            ..wild.clone()
        },
    ];
    assert!(
        new(&network, &wild, 3)
            .learn_each(&inputs, &labels)
            .is_err()
    );
    for config in options {
        let mut learner = new(&network, &config, 3);
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
    for (name, network, config) in table() {
        let moved = |reduction| {
            let config = LearnerConfig {
                reduction,
                max_step_ratio: 0.0,
                lr_mu: 1e-2,
                lr_sigma: 1e-2,
                ..config.clone()
            };
            let mut learner = new(&network, &config, 3);
            let start = learner.network().clone();
            learner.learn(&inputs, &labels).unwrap();
            let pairs = start.layers[0]
                .weight
                .mu()
                .values()
                .zip(learner.network().layers[0].weight.mu().values());
            pairs.map(|(a, b)| f64::from((a - b).abs())).sum::<f64>()
        };
        let ratio = moved(Reduction::Sum) / moved(Reduction::Mean);
        assert!((ratio - 30.0).abs() < 0.5, "{name}: {ratio}");
    }
}

#[test]
fn settings_are_checked_by_name() {
    let good = LearnerConfig::default();
    let cases = [
        (
            LearnerConfig {
                memory_window: -1.0,
                ..good.clone()
            },
            "learner.memory_window is -1; expected a finite number of updates, 1 or more",
        ),
        (
            LearnerConfig {
                memory_window: f64::NAN,
                ..good.clone()
            },
            "learner.memory_window is NaN; expected a finite number of updates, 1 or more",
        ),
        (
            LearnerConfig {
                sigma_prior: 0.0,
                ..good.clone()
            },
            "learner.sigma_prior is 0; expected a finite number > 0",
        ),
        (
            LearnerConfig {
                lr_mu: -0.5,
                ..good.clone()
            },
            "learner.lr_mu is -0.5; expected a finite number >= 0",
        ),
        (
            LearnerConfig {
                samples: 0,
                ..good.clone()
            },
            "learner.samples is 0; expected 1 to 10000",
        ),
        (
            LearnerConfig {
                sigma_bounds: vec![1.0, 0.5],
                ..good.clone()
            },
            "learner.sigma_bounds is [1.0, 0.5]; expected [] or [smallest, largest] with 0 < smallest <= largest",
        ),
    ];
    for (config, message) in cases {
        let error =
            Learner::new(INPUTS, CLASSES, &NetworkConfig::default(), &config, 1).unwrap_err();
        assert_eq!(error.to_string(), message);
    }
    let network = NetworkConfig {
        hidden: vec![50, 0],
        ..NetworkConfig::default()
    };
    let error = Learner::new(INPUTS, CLASSES, &network, &good, 1).unwrap_err();
    assert_eq!(error.key, "network.hidden");
}

#[test]
fn no_damage_to_a_checkpoint_goes_unnoticed() {
    let network = NetworkConfig {
        hidden: vec![3],
        bias: true,
        ..NetworkConfig::default()
    };
    let saved = new(&network, &LearnerConfig::default(), 1)
        .save(&[("run", "notes")])
        .unwrap();
    for len in 0..saved.len() {
        assert!(Learner::restore(&saved[..len]).is_err(), "cut to {len}");
    }
    for bit in 0..saved.len() * 8 {
        let mut flipped = saved.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        // A flip inside the white space or the order of the header changes nothing that is read.
        if let Ok((learner, notes)) = Learner::restore(&flipped) {
            assert!(
                learner.save(&[("run", &notes["run"])]).unwrap() == saved,
                "bit {bit}"
            );
        }
    }
    let mut longer = saved.clone();
    longer.push(0);
    assert!(matches!(
        Learner::restore(&longer),
        Err(CheckpointError::Damaged(_))
    ));
    assert!(Learner::restore(b"not a checkpoint at all").is_err());
}
