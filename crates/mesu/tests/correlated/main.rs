//! Correlated synapses against a plain twin, and what users rely on.

#![allow(clippy::unwrap_used)]

mod scaling;
mod twin;

use mesu::{
    Covariance, Generator, Initialization, LearnError, Learner, LearningConfig, MesuConfig,
    NetworkConfig, OnDivergence, RegressionConfig,
};

use self::twin::Twin;

const SEED: u64 = 7;

fn config(samples: usize, sigma_prior: f64, memory_window: f64) -> MesuConfig {
    let config = MesuConfig::paper()
        .samples(samples)
        .sigma_prior(sigma_prior);
    config.memory_window(memory_window)
}

fn network(hidden: &[usize], covariance: &str, bias: bool) -> NetworkConfig {
    let network = NetworkConfig::default().hidden(hidden).bias(bias);
    let network = network.init(Initialization::Wide);
    network.covariance(covariance.parse::<Covariance>().unwrap())
}

/// Points around the centers of three classes; half of the inputs are one number, as an image's background.
fn examples(count: usize, inputs: usize) -> (Vec<f32>, Vec<u32>) {
    let mut noise = Generator::named(3, "examples", &[]);
    let centers = noise.normals(3 * inputs);
    let labels: Vec<u32> = (0..count).map(|i| (i * 7 % 3) as u32).collect();
    let example = |label: &u32| {
        let center = &centers[*label as usize * inputs..][..inputs];
        let noise = noise.normals(inputs);
        let x = center.iter().zip(noise).enumerate();
        x.map(|(i, (c, z))| if i % 5 < 3 { -0.5 } else { c + 0.5 * z })
            .collect::<Vec<f32>>()
    };
    (labels.iter().flat_map(example).collect(), labels)
}

/// Largest difference of means, over their largest magnitude, and of standard deviations, over the prior's.
fn differences(learner: &Learner, twin: &Twin, prior: f64) -> (f64, f64) {
    let (mut means, mut largest, mut deviations) = (0.0f64, 0.0f64, 0.0f64);
    for (layer, twin) in learner.network().layers.iter().zip(&twin.layers) {
        let sigma = layer.weight.sigma().unwrap();
        for (o, expected) in twin.m.iter().enumerate() {
            let bias = layer.bias.iter();
            let row = layer
                .weight
                .mu()
                .row(o)
                .iter()
                .chain(bias.clone().map(|b| &b.mu().row(0)[o]));
            for (found, expected) in row.zip(expected) {
                means = means.max((f64::from(*found) - expected).abs());
                largest = largest.max(expected.abs());
            }
            let bias = bias.map(|b| &b.sigma().unwrap().row(0)[o]);
            for (i, found) in sigma.row(o).iter().chain(bias).enumerate() {
                deviations = deviations.max((f64::from(*found) - twin.v[i][i].sqrt()).abs());
            }
        }
    }
    (means / largest, deviations / prior)
}

#[test]
fn learning_is_the_twins() {
    let cases: [(&[usize], &str, bool, f64, usize); 6] = [
        (&[], "input", true, 1e12, 1),
        (&[7], "input", true, 600.0, 1),
        (&[7], "input", false, 600.0, 1),
        (&[9, 5], "input", true, 3_000.0, 1),
        (&[7], "input 4", true, 600.0, 1),
        (&[7], "input", true, 600.0, 4),
    ];
    let (inputs, samples, prior) = (20, 3, 0.4);
    for (hidden, covariance, bias, window, batch) in cases {
        let name = format!("{hidden:?} {covariance} {bias} {window} {batch}");
        let network = network(hidden, covariance, bias);
        let config = config(samples, prior, window);
        let mut learner = Learner::new(inputs, 3, &network, &config.into(), SEED).unwrap();
        let mut twin = Twin::new(&learner, SEED, samples, prior, window);
        if covariance == "input 4" {
            twin.blocks = vec![5, 5, 5, 6];
        }
        let (xs, labels) = examples(200 * batch, inputs);
        for (xs, labels) in xs.chunks(inputs * batch).zip(labels.chunks(batch)) {
            learner.learn(xs, labels).unwrap();
            twin.learn(xs, labels);
        }
        let (means, deviations) = differences(&learner, &twin, prior);
        assert!(
            means < 2e-4 && deviations < 2e-4,
            "{name}: {means} {deviations}"
        );
    }
}

#[test]
fn a_low_rank_that_drops_nothing_is_the_whole() {
    let (inputs, samples, prior) = (20, 3, 0.4);
    let config = config(samples, prior, 600.0);
    let (xs, labels) = examples(200, inputs);
    let learned = |covariance: &str| {
        let network = network(&[], covariance, false);
        let mut learner = Learner::new(inputs, 3, &network, &config.clone().into(), SEED).unwrap();
        learner.learn_each(&xs, &labels).unwrap();
        learner
    };
    // Examples of twelve inputs that vary, of which eight differ, span nine directions.
    let (whole, low) = (learned("input"), learned("low-rank 12"));
    let pairs = whole.network().layers[0].weight.mu().values();
    let pairs = pairs.zip(low.network().layers[0].weight.mu().values());
    let off = pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(off < 1e-3, "{off}");
}

#[test]
fn saved_learners_go_on_bit_for_bit() {
    let (xs, labels) = examples(400, 20);
    let half = 20 * 230;
    for covariance in ["input", "input 5", "low-rank 6"] {
        let network = network(&[7], covariance, true).heads(2);
        let config = config(3, 0.4, 2_000.0);
        let mut learner = Learner::new(20, 3, &network, &config.into(), SEED).unwrap();
        learner.use_head(1).unwrap();
        learner.learn_each(&xs[..half], &labels[..230]).unwrap();
        let saved = learner.save(&[]).unwrap();
        let (mut restored, _) = Learner::restore(&saved).unwrap();
        assert!(restored.save(&[]).unwrap() == saved, "{covariance}");
        // Their start is the prior, and the first head is in use at first.
        let first = |(_, layer, _): (String, &mesu::layer::Layer, bool)| layer.first_sigma == 0.4;
        assert!(restored.network().all_layers().all(first), "{covariance}");
        for learner in [&mut learner, &mut restored] {
            learner.use_head(0).unwrap();
            learner.learn_each(&xs[half..], &labels[230..]).unwrap();
        }
        assert!(
            learner.save(&[]).unwrap() == restored.save(&[]).unwrap(),
            "{covariance}"
        );
    }
}

#[test]
fn all_ways_to_learn_one_example_are_one() {
    let (xs, labels) = examples(40, 20);
    let config = config(3, 0.4, 2_000.0);
    let new = || {
        Learner::new(
            20,
            3,
            &network(&[7], "input", true),
            &config.clone().into(),
            SEED,
        )
        .unwrap()
    };
    let (mut each, mut one, mut ahead, mut batch) = (new(), new(), new(), new());
    each.learn_each(&xs, &labels).unwrap();
    for (x, label) in xs.chunks(20).zip(&labels) {
        let step = one.learn_one(x, *label).unwrap();
        let prediction = ahead.predict_ahead(x).unwrap();
        assert_eq!(step.prediction, prediction);
        ahead.learn_one(x, *label).unwrap();
        batch.learn(x, &[*label]).unwrap();
    }
    let saved = each.save(&[]).unwrap();
    for other in [one, ahead, batch] {
        assert!(other.save(&[]).unwrap() == saved);
    }
}

#[test]
fn values_are_learned() {
    let network = NetworkConfig::default()
        .hidden([20])
        .covariance(Covariance::Input { blocks: 1 });
    let learner = Learner::builder(2)
        .network(network)
        .regression(RegressionConfig::default());
    let mut learner = learner
        .config(MesuConfig::default())
        .seed(1)
        .build()
        .unwrap();
    let mut noise = Generator::named(1, "values", &[]);
    let value = |x: &[f32]| 300.0 + 50.0 * x[0] - 20.0 * x[0] * x[1];
    for _ in 0..3_000 {
        let x = noise.normals(2);
        let y = value(&x) + noise.normals(1)[0];
        learner.learn_one(&x, y).unwrap();
    }
    let (mut off, mut spread) = (0.0, 0.0);
    for _ in 0..200 {
        let x = noise.normals(2);
        off += (learner.predict_one(&x).unwrap().mean[0] - value(&x)).powi(2) / 200.0;
        spread += (value(&x) - 300.0).powi(2) / 200.0;
    }
    assert!(off < 0.05 * spread, "{off} of {spread}");
}

#[test]
fn what_can_not_be_is_refused() {
    let refused = |network: NetworkConfig, config: MesuConfig| {
        Learner::new(20, 3, &network, &config.into(), SEED)
            .unwrap_err()
            .to_string()
    };
    let paper = MesuConfig::paper;
    for (covariance, words) in [
        ("input 3", "blocks of the same size of 20 inputs"),
        ("low-rank 21", "a rank of at most 20"),
    ] {
        let error = refused(network(&[7], covariance, true), paper());
        assert!(
            error.contains(words) && error.contains(covariance),
            "{error}"
        );
    }
    let input = || network(&[7], "input", true);
    for (config, words) in [
        (paper().slow_windows([1e15]), "slow_windows"),
        (
            paper().estimator(mesu::Estimator::WeightSampling),
            "estimator",
        ),
        (paper().heads_drift(mesu::HeadsDrift::Always), "heads_drift"),
    ] {
        let error = refused(input(), config);
        assert!(error.starts_with(words), "{error}");
    }
    let wide = Learner::new(1 << 20, 3, &input(), &paper().into(), SEED).unwrap_err();
    assert!(wide.to_string().contains("GiB"), "{wide}");
    for kind in mesu::LearnerKind::ALL
        .iter()
        .filter(|kind| **kind != mesu::LearnerKind::Mesu)
    {
        let config = kind.deserialize_config(toml_table()).unwrap();
        let error = Learner::new(20, 3, &input(), &config, SEED)
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("covariance") && error.contains(kind.name()),
            "{error}"
        );
    }
}

fn toml_table() -> serde_json::Value {
    serde_json::json!({})
}

#[test]
fn classes_come_later() {
    let network = network(&[7], "input", true);
    let mut learner = Learner::new(20, 2, &network, &config(3, 0.4, 1e6).into(), SEED).unwrap();
    let (xs, labels) = examples(600, 20);
    for (number, (x, label)) in xs.chunks(20).zip(&labels).enumerate() {
        match number {
            0..200 => learner.learn(x, &[label % 2]).map(drop).unwrap(),
            200 => learner.add_classes(1).unwrap(),
            _ => learner.learn(x, &[*label]).map(drop).unwrap(),
        }
    }
    let prediction = learner.predict(&xs, learner.prediction_noise()).unwrap();
    let right = (0..600)
        .filter(|i| prediction.top(*i).0 == labels[*i])
        .count();
    assert!(right > 570, "{right}");
}

/// Inputs of zeros, constants, and one that comes again and again: the posterior stays sound.
#[test]
fn dull_inputs_break_nothing() {
    for covariance in ["input", "low-rank 3"] {
        let network = network(&[7], covariance, true);
        let mut learner =
            Learner::new(20, 3, &network, &config(2, 0.4, 1_000.0).into(), SEED).unwrap();
        for i in 0..3_000u32 {
            let x = [[0.0; 20], [1.0; 20], [100.0; 20]][(i / 1_000) as usize];
            learner.learn(&x, &[i % 3]).unwrap();
        }
        let sigma = learner.network().layers[0].weight.sigma().unwrap();
        assert!(
            sigma.values().all(|s| s > 0.0 && s <= 0.4 + 1e-6),
            "{covariance}"
        );
        assert!(learner.save(&[]).is_ok());
    }
}

#[test]
fn examples_below_the_gate_let_time_pass() {
    let network = network(&[7], "input", true);
    let learner = Learner::new(20, 3, &network, &config(3, 0.4, 600.0).into(), SEED).unwrap();
    let gate = LearningConfig::default().learn_above(1e9);
    let mut learner = learner.with_learning(gate).unwrap();
    let (xs, labels) = examples(100, 20);
    let before: f32 = learner.network().layers[0]
        .weight
        .mu()
        .values()
        .map(f32::abs)
        .sum();
    learner.learn_each(&xs, &labels).unwrap();
    let after: f32 = learner.network().layers[0]
        .weight
        .mu()
        .values()
        .map(f32::abs)
        .sum();
    assert_eq!((learner.updates(), learner.left_out().gated), (0, 100));
    // One sixth of a window has faded.
    assert!(
        after < 0.9 * before && after > 0.8 * before,
        "{before} {after}"
    );
}

/// Wide synapses saturate the softmax, which then tells of no curvature.
#[test]
fn wide_priors_hold_within_a_trust_region() {
    let network = network(&[30], "input", false);
    let config = config(5, 3.0, 1e6).max_step_ratio(1.0);
    let mut learner = Learner::new(200, 3, &network, &config.into(), SEED).unwrap();
    let (xs, labels) = examples(600, 200);
    learner.learn_each(&xs, &labels).unwrap();
    let prediction = learner.predict(&xs, learner.prediction_noise()).unwrap();
    let right = (0..600)
        .filter(|i| prediction.top(*i).0 == labels[*i])
        .count();
    assert!(right > 550, "{right}");
}

#[test]
fn what_diverges_is_told_skipped_and_leaves_nothing_behind() {
    let network = network(&[], "input", false);
    let wide = config(5, 1e4, 1e6).lr_mu(1e31);
    let (xs, labels) = examples(400, 200);
    let new = || Learner::new(200, 3, &network, &wide.clone().into(), SEED).unwrap();
    let mut learner = new();
    let error = learner.learn_each(&xs, &labels).unwrap_err();
    assert!(error.to_string().contains("diverge"), "{error}");
    assert!(matches!(error, LearnError::Diverged { remedies, .. } if remedies.len() == 2));
    let skips = LearningConfig::default().on_divergence(OnDivergence::Skip);
    let mut learner = new().with_learning(skips).unwrap();
    learner.learn_each(&xs, &labels).unwrap();
    let skipped = learner.left_out().skipped;
    assert!(
        skipped > 0 && skipped + learner.updates() == 400,
        "{skipped}"
    );
    assert!(learner.save(&[]).is_ok());
}

#[test]
fn a_refused_batch_leaves_no_evidence() {
    let network = network(&[7], "input", true);
    let mut learner = Learner::new(20, 3, &network, &config(3, 0.4, 600.0).into(), SEED).unwrap();
    let (xs, labels) = examples(10, 20);
    learner.learn_each(&xs, &labels).unwrap();
    let mut clean = learner.clone();
    let mut batch = xs[..40].to_vec();
    batch[39] = f32::NAN;
    assert!(learner.learn(&batch, &labels[..2]).is_err());
    for learner in [&mut learner, &mut clean] {
        learner.learn(&xs[..20], &labels[..1]).unwrap();
    }
    assert!(learner.save(&[]).unwrap() == clean.save(&[]).unwrap());
}

#[test]
fn forged_covariances_are_refused() {
    let (xs, labels) = examples(60, 20);
    for covariance in ["input", "low-rank 6"] {
        let network = network(&[7], covariance, true);
        let mut learner = Learner::new(20, 3, &network, &config(3, 0.4, 6e4).into(), SEED).unwrap();
        learner.learn_each(&xs, &labels).unwrap();
        let saved = learner.save(&[]).unwrap();
        let header = u64::from_le_bytes(saved[..8].try_into().unwrap()) as usize;
        let names = String::from_utf8_lossy(&saved[8..8 + header]).into_owned();
        assert!(names.contains("covariance.layer.1.") && names.contains("covariance.head.1."));
        // A flipped byte anywhere is found.
        for at in (8 + header..saved.len()).step_by(997) {
            let mut forged = saved.clone();
            forged[at] ^= 0x40;
            assert!(Learner::restore(&forged).is_err(), "{covariance}: {at}");
        }
    }
}
