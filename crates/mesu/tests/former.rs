//! Checkpoints of format 2, of a version whose defaults were the paper's.
#![allow(clippy::unwrap_used)]

use mesu::rule::Mesu;
use mesu::{FoovbConfig, Learner, LearnerConfig, MesuConfig, NetworkConfig};

/// Eight examples of three inputs and two classes, learned one at a time.
fn learn(learner: &mut Learner) {
    let inputs: Vec<f32> = (0..24).map(|i| (i * 7 % 11) as f32 * 0.05 - 0.25).collect();
    let labels: Vec<u32> = (0..8).map(|i| i % 2).collect();
    learner.learn_each(&inputs, &labels).unwrap();
}

/// FNV-1a of the synapses.
fn sum(learner: &Learner) -> u64 {
    let groups = learner.network().groups();
    let values = groups.flat_map(|(_, group)| {
        let planes = group.planes().map(|(_, plane)| plane.values().collect());
        planes.collect::<Vec<Vec<f32>>>().concat()
    });
    let bytes = values.flat_map(f32::to_le_bytes);
    bytes.fold(0xcbf2_9ce4_8422_2325, |sum, byte| {
        (sum ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

/// The learner of a file, and what it is after the next examples, as the version that wrote it made it.
fn goes_on(name: &str, mut learner: Learner, expected: u64) {
    let paper = NetworkConfig::paper().hidden([2]);
    assert_eq!(*learner.network_config(), paper, "{name}");
    assert_eq!(learner.updates(), 8, "{name}");
    // Saved again it is a file of today, and reads back.
    let saved = learner.save(&[]).unwrap();
    if name != "own" {
        let again = Learner::restore(&saved).unwrap().0;
        assert_eq!(again.config(), learner.config(), "{name}");
        assert_eq!(sum(&again), sum(&learner), "{name}");
    }
    learn(&mut learner);
    assert_eq!(sum(&learner), expected, "{name}");
}

#[test]
fn files_of_format_2_mean_what_they_meant() {
    let config = |learner: &Learner| learner.config().clone();
    let (mesu, notes) = Learner::restore(include_bytes!("former/mesu.safetensors")).unwrap();
    let expected = MesuConfig::paper().max_step_ratio(0.1);
    assert_eq!(config(&mesu), LearnerConfig::from(expected));
    assert_eq!(notes["checksum"], "y");
    goes_on("mesu", mesu, 0x5314_ed1a_6211_9407);

    let (foovb, _) = Learner::restore(include_bytes!("former/foovb.safetensors")).unwrap();
    let expected = FoovbConfig::paper().lr_mu(0.1);
    assert_eq!(config(&foovb), LearnerConfig::from(expected));
    goes_on("foovb", foovb, 0xf193_bca6_da95_747e);

    let (sgd, _) = Learner::restore(include_bytes!("former/sgd.safetensors")).unwrap();
    goes_on("sgd", sgd, 0x095f_9f26_4223_a9ee);

    let rule = Mesu::paper().memory_window(1e4).max_step_ratio(0.1);
    let own = Learner::builder(3).rule(rule);
    let (own, _) = own
        .restore(include_bytes!("former/own.safetensors"))
        .unwrap();
    goes_on("own", own, 0x3226_6337_92a0_865c);
}

#[test]
fn what_was_changed_is_found() {
    let file = include_bytes!("former/mesu.safetensors");
    for (part, other, words) in [
        (
            "\\\"sigma_prior\\\":1.0",
            "\\\"sigma_prior\\\":2.0",
            "its checksum",
        ),
        (
            "\\\"version\\\":2",
            "\\\"version\\\":1",
            "format 2 to 3 (its format is 1)",
        ),
        ("\\\"version\\\":2", "\\\"version\\\":3", "its checksum"),
        ("\\\"version\\\":2", "\\\"version\\\":4", "its format is 4"),
        (
            "\\\"updates\\\":8,",
            "\\\"updates\\\":8 ",
            "not a mesu checkpoint",
        ),
    ] {
        let at = file
            .windows(part.len())
            .position(|bytes| bytes == part.as_bytes());
        let at = at.unwrap_or_else(|| panic!("{part}"));
        let mut changed = file.to_vec();
        changed[at..at + part.len()].copy_from_slice(other.as_bytes());
        let error = Learner::restore(&changed).unwrap_err().to_string();
        assert!(error.contains(words), "{other}: {error}");
    }
}
