//! Networks with several output layers.

#![allow(clippy::unwrap_used)]

use mesu::{Generator, Initialisation, Learner, LearnerKind, NetworkConfig};

/// What a learner with a single head is saved as has not changed: files of former versions are still read.
#[test]
fn a_single_head_is_saved_as_ever() {
    let mut hash = 0xcbf2_9ce4_8422_2325u64;
    let inputs = Generator::named(2, "inputs", &[]).normals(12 * 9);
    let labels: Vec<u32> = (0..9).map(|i| i % 4).collect();
    let layers = ["conv 2 3x3 same", "relu", "dropout 0.1", "flatten"].map(str::to_owned);
    let networks = [
        NetworkConfig {
            hidden: vec![7],
            bias: true,
            ..NetworkConfig::default()
        },
        NetworkConfig {
            hidden: vec![],
            layers: layers.to_vec(),
            input: vec![1, 3, 4],
            init: Initialisation::He,
            ..NetworkConfig::default()
        },
    ];
    for (kind, network) in LearnerKind::ALL
        .iter()
        .flat_map(|kind| networks.iter().map(move |network| (kind, network)))
    {
        let settings = match kind {
            LearnerKind::Mesu => serde_json::json!({
                "lr_mu": 0.01, "sigma_step": "closed-form", "slow_windows": [1e6]
            }),
            LearnerKind::Foovb => serde_json::json!({ "lr_mu": 0.01 }),
            _ => serde_json::json!({}),
        };
        let config = kind.deserialize_config(settings).unwrap();
        let mut learner = Learner::new(12, 4, network, &config, 5).unwrap();
        for _ in 0..2 {
            learner.learn_each(&inputs, &labels).unwrap();
            learner.learn(&inputs, &labels).unwrap();
            let batch = (inputs.clone(), labels.clone());
            learner.task_ended([batch]).unwrap();
        }
        learner.learn(&inputs, &labels).unwrap();
        for byte in learner.save(&[("run", "notes")]).unwrap() {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
    assert_eq!(format!("{hash:016x}"), "a4b5b2c61707c5ad");
}
