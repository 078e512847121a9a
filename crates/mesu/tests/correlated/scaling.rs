//! Standardization that runs along with learning.

use mesu::{Generator, Learner, LearnerConfig, LearnerKind, NetworkConfig, Scaling};

/// Examples whose inputs have very different units; the label is whether the smallest is above its mean.
fn examples(count: usize) -> (Vec<f32>, Vec<u32>) {
    let normals = Generator::named(5, "inputs", &[]).normals(3 * count);
    let (mut inputs, mut labels) = (Vec::new(), Vec::new());
    for z in normals.chunks(3) {
        inputs.extend([1e6 + 1e5 * z[0], 40.0 + 12.0 * z[1], 1e-3 * z[2]]);
        labels.push(u32::from(z[2] > 0.0));
    }
    (inputs, labels)
}

fn new(kind: LearnerKind, scaling: Scaling) -> Learner {
    let config = kind.deserialize_config(serde_json::json!({})).unwrap();
    let network = NetworkConfig::default().hidden([16]).scaling(scaling);
    Learner::new(3, 2, &network, &config, 1).unwrap()
}

#[test]
fn inputs_of_any_unit_are_learned() {
    let (inputs, labels) = examples(2_000);
    let mut learner = new(LearnerKind::Mesu, Scaling::Running);
    learner.learn_each(&inputs, &labels).unwrap();
    let prediction = learner
        .predict(&inputs, learner.prediction_noise())
        .unwrap();
    let right = (0..2_000)
        .filter(|i| prediction.top(*i).0 == labels[*i])
        .count();
    assert!(right > 1_900, "{right}");
}

#[test]
fn the_network_sees_inputs_standardized_by_what_was_learned() {
    let (inputs, labels) = examples(60);
    for kind in [LearnerKind::Mesu, LearnerKind::Sgd] {
        let mut running = new(kind, Scaling::Running);
        let mut plain = new(kind, Scaling::None);
        for (number, label) in labels.iter().enumerate() {
            // By all examples so far, this one included.
            let seen = &inputs[..3 * (number + 1)];
            let standardized = |i: usize| {
                let column = || seen.iter().skip(i).step_by(3).map(|x| f64::from(*x));
                let count = (number + 1) as f64;
                let mean = column().sum::<f64>() / count;
                let variance = column().map(|x| (x - mean).powi(2)).sum::<f64>() / count;
                let x = f64::from(seen[3 * number + i]) - mean;
                if variance > 0.0 {
                    (x / variance.sqrt()) as f32
                } else {
                    0.0
                }
            };
            running.learn_one(&seen[3 * number..], *label).unwrap();
            plain
                .learn_one(&[0, 1, 2].map(standardized), *label)
                .unwrap();
        }
        let weights = |learner: &Learner| -> Vec<f32> {
            learner.network().layers[0].weight.mu().values().collect()
        };
        for (a, b) in weights(&running).iter().zip(weights(&plain)) {
            assert!((a - b).abs() < 1e-4, "{kind:?}: {a} {b}");
        }
    }
}

#[test]
fn all_ways_to_learn_and_to_go_on_are_one() {
    let (inputs, labels) = examples(80);
    for kind in LearnerKind::ALL {
        let (mut each, mut one) = (new(*kind, Scaling::Running), new(*kind, Scaling::Running));
        each.learn_each(&inputs[..120], &labels[..40]).unwrap();
        let (mut restored, _) = Learner::restore(&each.save(&[]).unwrap()).unwrap();
        restored.learn_each(&inputs[120..], &labels[40..]).unwrap();
        for (x, label) in inputs.chunks(3).zip(&labels) {
            let told = one.predict_ahead(x).unwrap();
            assert_eq!(
                one.learn_one(x, *label).unwrap().prediction,
                told,
                "{kind:?}"
            );
        }
        assert!(
            restored.save(&[]).unwrap() == one.save(&[]).unwrap(),
            "{kind:?}"
        );
    }
}

#[test]
fn a_scale_that_is_none_is_refused() {
    let (inputs, labels) = examples(10);
    let mut learner = new(LearnerKind::Mesu, Scaling::Running);
    learner.learn_each(&inputs, &labels).unwrap();
    assert!(learner.learn(&[f32::NAN, 1.0, 1.0], &[0]).is_err());
    let before = learner.save(&[]).unwrap();
    assert!(learner.learn_one(&[f32::INFINITY, 1.0, 1.0], 0).is_err());
    assert!(learner.save(&[]).unwrap() == before);
    // A file without the scale that its network has.
    let plain = new(LearnerKind::Mesu, Scaling::None).save(&[]).unwrap();
    let text = String::from_utf8_lossy(&plain);
    assert!(!text.contains("\"scale\"") && String::from_utf8_lossy(&before).contains("\"scale\""));
}

#[test]
fn largest_numbers_break_no_scale() {
    let config = LearnerConfig::default();
    let network = NetworkConfig::default()
        .hidden([4])
        .scaling(Scaling::Running);
    let mut learner = Learner::new(1, 2, &network, &config, 1).unwrap();
    for x in [1e12, -1e12, 1e12, 0.0, f32::MIN_POSITIVE] {
        learner.learn(&[x], &[0]).unwrap();
    }
    let (restored, _) = Learner::restore(&learner.save(&[]).unwrap()).unwrap();
    assert!(restored.predict_one(&[-1e12]).is_ok());
}
