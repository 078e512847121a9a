//! Bits that the package for Python pins too (`crates/python/tests/test_same_bits.py`): the same calls, the same
//! numbers.

#![allow(clippy::unwrap_used)]

use mesu::{Estimator, Generator, Learner, MesuConfig, Prediction};

/// FNV-1a of 64 bits.
fn fnv(bytes: impl IntoIterator<Item = u8>) -> u64 {
    let add = |sum: u64, byte: u8| (sum ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3);
    bytes.into_iter().fold(0xcbf2_9ce4_8422_2325, add)
}

#[test]
fn bits_that_python_has_too() {
    let builder = Learner::builder(2).hidden([16]).classes(2).seed(7);
    let config = MesuConfig::default().memory_window(1e4);
    let mut learner = builder.config(config).build().unwrap();
    for _ in 0..100 {
        learner.learn(&[1.0, -1.0, -0.5, 0.25], &[0, 1]).unwrap();
        learner.learn_each(&[-1.0, 1.0], &[1]).unwrap();
    }
    assert_eq!(fnv(learner.save(&[]).unwrap()), 0xdcfe_d4ce_5463_2f00);
    let prediction = learner.predict(&[1.0, -1.0], Generator::named(1, "test", &[]));
    let probabilities = prediction.unwrap().probabilities;
    assert_eq!(
        fnv(probabilities.iter().flat_map(|p| p.to_le_bytes())),
        0x6078_6290_02bb_84d1
    );
}

#[test]
fn parts_of_a_prediction_are_the_whole() {
    let inputs: Vec<f32> = (0..40_000 * 3).map(|i| (i % 97) as f32 / 50.0).collect();
    for config in [
        MesuConfig::default(),
        MesuConfig::default().estimator(Estimator::WeightSampling),
        MesuConfig::default().slow_windows([1e4]),
    ] {
        let builder = Learner::builder(3).hidden([4]).classes(3).config(config);
        let learner = builder.seed(5).build().unwrap();
        let noise = Generator::named(1, "test", &[]);
        let parts = learner.predict_parts(&inputs, None, &noise);
        let parts: Vec<Prediction> = parts.map(Result::unwrap).collect();
        assert!(parts.len() > 1);
        let whole = learner.predict(&inputs, noise).unwrap();
        assert!(Prediction::joined(3, parts) == whole);
    }
}
