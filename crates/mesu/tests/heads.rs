//! Networks with several output layers.

#![allow(clippy::unwrap_used)]

mod kinds;

use std::collections::BTreeMap;

use kinds::{CLASSES, INPUTS, kinds, new, stream};
use mesu::curvature::fisher;
use mesu::curvature::hessian_diagonal;
use mesu::network::Network;
use mesu::rule::SigmaStep;
use mesu::{
    AdamConfig, FoovbConfig, Generator, HeadsDrift, Initialization, Learner, LearnerConfig,
    LearnerKind, MesuConfig, NetworkConfig, OnlineEwcConfig, Reduction, ReplayConfig, SgdConfig,
};

/// Three heads on a perceptron, and on a convolution with dropout.
fn networks() -> [NetworkConfig; 2] {
    let layers = ["conv 6 3x3 same", "relu", "dropout 0.1", "flatten"].map(str::to_owned);
    let perceptron = NetworkConfig {
        hidden: vec![20],
        heads: 3,
        bias: true,
        init: Initialization::He,
        ..NetworkConfig::paper()
    };
    let images = NetworkConfig {
        hidden: vec![],
        layers: layers.to_vec(),
        input: vec![1, 1, INPUTS],
        ..perceptron.clone()
    };
    [perceptron, images]
}

/// The bits of every number that is kept of every synapse, by group.
fn bits(learner: &Learner) -> BTreeMap<String, Vec<u32>> {
    let groups = learner.network().groups().map(|(name, group)| {
        let planes = group
            .planes()
            .flat_map(|(_, plane)| plane.values().map(f32::to_bits));
        (name, planes.collect())
    });
    groups.collect()
}

/// Number of 300 examples of the small problem that are right, their labels being `shift` too high.
fn right(learner: &Learner, shift: u32) -> usize {
    let (inputs, labels) = stream(2, 300);
    let test = Generator::named(1, "test", &[]);
    let prediction = learner.predict(&inputs, test).unwrap();
    let expected = labels.iter().map(|label| (label + shift) % CLASSES as u32);
    expected
        .enumerate()
        .filter(|(i, label)| prediction.top(*i).0 == *label)
        .count()
}

/// The small problem with labels that are `shift` too high.
fn shifted(seed: u64, examples: usize, shift: u32) -> (Vec<f32>, Vec<u32>) {
    let (inputs, mut labels) = stream(seed, examples);
    labels
        .iter_mut()
        .for_each(|label| *label = (*label + shift) % CLASSES as u32);
    (inputs, labels)
}

#[test]
fn only_the_head_in_use_learns() {
    for (network, config) in networks()
        .iter()
        .flat_map(|n| kinds().into_iter().map(move |k| (n, k)))
    {
        let always =
            matches!(&config, LearnerConfig::Mesu(c) if c.heads_drift == HeadsDrift::Always);
        let mut learner = new(network, &config, 3);
        assert_eq!((learner.heads(), learner.head()), (3, 0));
        let start = bits(&learner);
        let (inputs, labels) = stream(1, 30);
        learner.use_head(1).unwrap();
        learner.learn_each(&inputs, &labels).unwrap();
        learner.learn(&inputs, &labels).unwrap();
        learner.task_ended([(inputs, labels)]).unwrap();
        for (name, after) in bits(&learner) {
            let waits = name.starts_with("head.1.") || name.starts_with("head.3.");
            assert_eq!(
                after == start[&name],
                waits && !always,
                "{name} of {config:?}"
            );
        }
        let updates: Vec<u64> = (0..4)
            .map(|head| learner.network().updates_of_head(head))
            .collect();
        assert_eq!(updates, [0, 31, 0, 0]);
    }
}

/// Every head starts as in a network that has it alone: the first one bit for bit, since it is drawn first.
#[test]
fn the_first_head_is_that_of_a_network_with_one() {
    for (network, config) in networks()
        .iter()
        .flat_map(|n| kinds().into_iter().map(move |k| (n, k)))
    {
        let one = NetworkConfig {
            heads: 1,
            ..network.clone()
        };
        let (mut three, mut one) = (new(network, &config, 3), new(&one, &config, 3));
        let (inputs, labels) = stream(1, 30);
        for learner in [&mut three, &mut one] {
            learner.learn_each(&inputs, &labels).unwrap();
            learner.learn(&inputs, &labels).unwrap();
            learner
                .task_ended([(inputs.clone(), labels.clone())])
                .unwrap();
            learner.learn(&inputs, &labels).unwrap();
        }
        let test = || Generator::named(1, "test", &[]);
        assert_eq!(three.predict(&inputs, test()), one.predict(&inputs, test()));
        let three = bits(&three);
        for (name, bits) in bits(&one) {
            let of_three = name.replace("layer.2.", "head.1.");
            assert!(three[&of_three] == bits, "{name} of {config:?}");
        }
        assert!(three["head.1.weight"] != three["head.2.weight"]);
    }
}

/// Tasks whose labels contradict each other, each with a head of its own.
#[test]
fn every_head_has_classes_of_its_own() {
    for (network, config) in networks()
        .iter()
        .flat_map(|n| kinds().into_iter().map(move |k| (n, k)))
    {
        let mut learner = new(network, &config, 3);
        // The last task's labels go with the first head, so that it is not by order that they are told apart.
        for (shift, head) in [(0, 2), (1, 1), (2, 0)] {
            learner.use_head(head).unwrap();
            let (inputs, labels) = shifted(1, 600, shift);
            learner.learn_each(&inputs, &labels).unwrap();
        }
        let last = right(&learner, 2);
        assert!(last > 280, "{config:?}: {last} of 300");
        learner.use_head(2).unwrap();
        let (first, with_labels_of_another) = (right(&learner, 0), right(&learner, 2));
        assert!(
            first > with_labels_of_another + 100,
            "{config:?}: {first} and {with_labels_of_another} of 300"
        );
    }
}

/// A head that comes late takes steps of Adam that are no longer than those of any other.
#[test]
fn adam_counts_the_updates_of_every_head() {
    let lr = 1e-3;
    let config = AdamConfig::default().lr(lr);
    let mut learner = new(&networks()[0], &config.into(), 3);
    let (inputs, labels) = stream(1, 3_000);
    learner.learn_each(&inputs, &labels).unwrap();
    learner.use_head(1).unwrap();
    let values = |learner: &Learner| -> Vec<f32> {
        let mut groups = learner.network().groups();
        let (_, group) = groups.find(|(name, _)| name == "head.2.bias").unwrap();
        group.mu().values().collect()
    };
    let before = values(&learner);
    learner.learn(&inputs[..INPUTS], &labels[..1]).unwrap();
    // The first step is of the rate's length, whatever the gradient.
    for (before, after) in before.iter().zip(values(&learner)) {
        let step = f64::from((after - before).abs());
        assert!((step / lr - 1.0).abs() < 1e-3, "{step}");
    }
}

#[test]
fn a_task_consolidates_the_trunk_and_its_head() {
    let config = OnlineEwcConfig::default().lr(0.01).downweighting(0.5);
    let mut learner = new(&networks()[0], &config.into(), 3);
    let (inputs, labels) = stream(1, 60);
    let fishers = |learner: &Learner| -> BTreeMap<String, f32> {
        let groups = learner.network().groups();
        let sums =
            groups.map(|(name, group)| (name, group.plane("fisher").unwrap().values().sum()));
        sums.collect()
    };
    let mut earlier = f32::NAN;
    for head in [1, 0] {
        learner.use_head(head).unwrap();
        learner.learn_each(&inputs, &labels).unwrap();
        learner
            .task_ended([(inputs.clone(), labels.clone())])
            .unwrap();
        let fishers = fishers(&learner);
        assert_eq!(fishers["head.3.weight"], 0.0);
        assert!(fishers["layer.1.weight"] > 0.0 && fishers["head.2.weight"] > 0.0);
        match head {
            1 => assert_eq!(fishers["head.1.weight"], 0.0),
            // What is known of a head does not fade at the ends of others' tasks.
            _ => assert!(fishers["head.1.weight"] > 0.0 && fishers["head.2.weight"] == earlier),
        }
        earlier = fishers["head.2.weight"];
    }
    // Lists for all groups; of heads that wait, the loss does not depend.
    let network = learner.network();
    let of_fisher = fisher(network, &mut std::iter::once((inputs.clone(), labels))).unwrap();
    let of_hessian = hessian_diagonal(network, &mut std::iter::once(inputs));
    for lists in [of_fisher, of_hessian] {
        assert_eq!(lists.len(), network.groups().count());
        for ((name, group), list) in network.groups().zip(lists) {
            assert_eq!(list.len(), group.len(), "{name}");
            let waits = name.starts_with("head.2.") || name.starts_with("head.3.");
            assert_eq!(list.iter().all(|x| *x == 0.0), waits, "{name}");
        }
    }
}

/// A new example of one head and a stored one of another, against SGD on the one, then on the other.
#[test]
fn replay_goes_through_the_head_of_each_example() {
    let (inputs, labels) = stream(1, 2);
    let (x, y) = (&inputs[..INPUTS], &labels[..1]);
    let (other_x, other_y) = (&inputs[INPUTS..], &labels[1..]);
    // In a mean of two, each example counts half.
    for (reduction, share) in [(Reduction::Sum, 1.0), (Reduction::Mean, 0.5)] {
        let lr = 0.1;
        let replay = ReplayConfig::default()
            .lr(lr)
            .buffer(1)
            .reduction(reduction);
        let sgd = SgdConfig::default().lr(share * lr);
        let mut replay = new(&networks()[0], &replay.into(), 3);
        let mut plain = new(&networks()[0], &sgd.into(), 3);
        replay.use_head(2).unwrap();
        replay.learn(x, y).unwrap();
        plain.use_head(2).unwrap();
        // Alone, an example counts whole.
        let times = (1.0 / share) as usize;
        plain.learn(&x.repeat(times), &y.repeat(times)).unwrap();

        replay.use_head(0).unwrap();
        let learned = replay.learn(other_x, other_y).unwrap();
        assert_eq!(replay.head(), 0);
        plain.use_head(0).unwrap();
        let alone = plain.learn(other_x, other_y).unwrap();
        assert!(
            (learned.nll - alone.nll).abs() < 1e-5,
            "{learned:?} {alone:?}"
        );
        plain.use_head(2).unwrap();
        plain.learn(x, y).unwrap();
        for ((name, got), (_, expected)) in replay.network().groups().zip(plain.network().groups())
        {
            for (got, expected) in got.mu().values().zip(expected.mu().values()) {
                assert!((got - expected).abs() < 1e-6, "{name}: {got} {expected}");
            }
        }
        let updates = [0, 1, 2].map(|head| replay.network().updates_of_head(head));
        assert_eq!(updates, [1, 0, 2]);
    }
}

/// The trunk forgets what only other heads ask for, unless their examples are repeated.
#[test]
fn replay_keeps_what_other_heads_know() {
    let network = &networks()[0];
    let after_two = |config: LearnerConfig| {
        let mut learner = new(network, &config, 3);
        for (head, passes) in [(0, 1), (2, 10)] {
            learner.use_head(head).unwrap();
            let (mut inputs, labels) = stream(1, 600);
            for x in inputs.chunks_mut(INPUTS).filter(|_| head == 2) {
                x.reverse();
            }
            for _ in 0..passes {
                learner.learn_each(&inputs, &labels).unwrap();
            }
        }
        learner.use_head(0).unwrap();
        right(&learner, 0)
    };
    let lr = 0.2;
    let sgd = SgdConfig::default().lr(lr);
    let replay = ReplayConfig::default().lr(lr);
    let (plain, kept) = (after_two(sgd.into()), after_two(replay.into()));
    assert!(kept > 290 && kept > plain + 15, "{kept} and {plain} of 300");
}

#[test]
fn what_can_not_be_is_refused_in_a_line() {
    let mut learner = new(&networks()[0], &LearnerConfig::default(), 3);
    learner.use_head(2).unwrap();
    let before = learner.save(&[]).unwrap();
    for head in [3, usize::MAX] {
        let error = learner.use_head(head).unwrap_err();
        assert_eq!((error.head, error.heads), (head, 3));
        let line = format!("there is no head {head}; expected 0 to 2");
        assert_eq!(error.to_string(), line);
    }
    assert!(learner.save(&[]).unwrap() == before && learner.head() == 2);
    for (heads, range) in [(0, "1 to 10000"), (10_001, "1 to 10000")] {
        let network = NetworkConfig {
            heads,
            ..NetworkConfig::paper()
        };
        let error = Learner::new(INPUTS, CLASSES, &network, &LearnerConfig::default(), 1);
        let line = format!("heads is {heads}; expected {range}");
        assert_eq!(error.unwrap_err().to_string(), line);
    }
    // Too many for any memory.
    let network = NetworkConfig {
        hidden: vec![1 << 20],
        heads: 10_000,
        ..NetworkConfig::paper()
    };
    let error = Learner::new(1, 1 << 20, &network, &LearnerConfig::default(), 1);
    let error = error.unwrap_err().to_string();
    assert!(
        error.contains("heads is 10000") && error.contains("GiB"),
        "{error}"
    );
}

#[test]
fn a_description_counts_all_heads() {
    let lines = Network::describe(INPUTS, CLASSES, &networks()[0]).unwrap();
    let output = &lines[lines.len() - 1];
    assert_eq!(output.layer, "3 heads of linear 3");
    assert_eq!(
        (output.shape.to_string().as_str(), output.synapses),
        ("3", 3 * 21 * 3)
    );
    let learner = new(&networks()[0], &LearnerConfig::default(), 1);
    let all: usize = lines.iter().map(|line| line.synapses).sum();
    assert_eq!(learner.network().synapses(), all);
    // A mu and a sigma each.
    assert_eq!(learner.state_bytes_per_synapse(), 8.0);
}

/// Keys that have their default are in no file.
#[test]
fn settings_of_heads_are_optional() {
    let network = serde_json::to_string(&NetworkConfig::paper()).unwrap();
    let learner = serde_json::to_string(&LearnerConfig::default()).unwrap();
    assert!(
        !network.contains("heads") && !learner.contains("heads"),
        "{network} {learner}"
    );
    let network: NetworkConfig = serde_json::from_str(r#"{"heads": 4}"#).unwrap();
    let mesu: MesuConfig = serde_json::from_str(r#"{"heads_drift": "always"}"#).unwrap();
    assert_eq!((network.heads, mesu.heads_drift), (4, HeadsDrift::Always));
    assert!(
        serde_json::to_string(&network)
            .unwrap()
            .contains("\"heads\":4")
    );
    let mesu = serde_json::to_string(&mesu).unwrap();
    assert!(mesu.contains("\"heads_drift\":\"always\""));
    for other in ["\"never\"", "true"] {
        let text = format!("{{\"heads_drift\": {other}}}");
        assert!(serde_json::from_str::<MesuConfig>(&text).is_err());
    }
}

/// A checkpoint as format 2 had it: without the settings that came with format 3, which have the values here that
/// their absence meant.
fn in_format_2(file: &[u8]) -> Vec<u8> {
    let (length, rest) = file.split_first_chunk::<8>().unwrap();
    let (header, data) = rest.split_at(u64::from_le_bytes(*length) as usize);
    let mut header = std::str::from_utf8(header).unwrap().trim_end().to_owned();
    for (new, old) in [
        (r#"\"version\":3"#, r#"\"version\":2"#),
        (r#"\"temperature\":1.0,"#, ""),
        (r#"\"prior_step\":\"linear\","#, ""),
        (r#"\"sigma_at_most_prior\":false,"#, ""),
        (r#"\"sigma_max\":0.0,\"max_step_ratio\":0.0,"#, ""),
    ] {
        header = header.replace(new, old);
    }
    let parsed: serde_json::Value = serde_json::from_str(&header).unwrap();
    let description = parsed["__metadata__"]["mesu"].as_str().unwrap();
    let (unsigned, stated) = description.rsplit_once(r#""checksum":""#).unwrap();
    let stated = stated.trim_end_matches(r#""}"#);
    let unsigned = format!(r#"{unsigned}"checksum":""}}"#);
    let mut hash = 0xcbf2_9ce4_8422_2325u64;
    let mut add = |bytes: &[u8]| {
        let words = bytes.chunks(8).map(|chunk| {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            u64::from_le_bytes(word)
        });
        for word in words.chain([bytes.len() as u64]) {
            hash = (hash ^ word).wrapping_mul(0x0000_0100_0000_01b3);
            hash ^= hash >> 29;
        }
    };
    let tensors: BTreeMap<_, _> = parsed.as_object().unwrap().iter().collect();
    for (name, tensor) in tensors
        .into_iter()
        .filter(|(name, _)| *name != "__metadata__")
    {
        let offset = |i: usize| tensor["data_offsets"][i].as_u64().unwrap() as usize;
        add(name.as_bytes());
        add(&data[offset(0)..offset(1)]);
    }
    add(unsigned.as_bytes());
    let signed = header.replace(stated, &format!("{hash:016x}"));
    let padded = format!("{signed:<width$}", width = signed.len().next_multiple_of(8));
    [
        &(padded.len() as u64).to_le_bytes(),
        padded.as_bytes(),
        data,
    ]
    .concat()
}

/// Format of a learner with a single head, which has not changed but for the settings that came later: files of former versions are still read.
#[test]
fn a_single_head_is_saved_as_ever() {
    let inputs = Generator::named(2, "inputs", &[]).normals(12 * 9);
    let labels: Vec<u32> = (0..9).map(|i| i % 4).collect();
    let layers = ["conv 2 3x3 same", "relu", "dropout 0.1", "flatten"].map(str::to_owned);
    let networks = [
        NetworkConfig {
            hidden: vec![7],
            bias: true,
            ..NetworkConfig::paper()
        },
        NetworkConfig {
            hidden: vec![],
            layers: layers.to_vec(),
            input: vec![1, 3, 4],
            init: Initialization::He,
            ..NetworkConfig::paper()
        },
    ];
    let pins = networks.map(|network| {
        let mut hash = 0xcbf2_9ce4_8422_2325u64;
        for kind in LearnerKind::ALL {
            let mesu = MesuConfig::paper().lr_mu(0.01).slow_windows([1e6]);
            let config: LearnerConfig = match kind {
                LearnerKind::Mesu => mesu.sigma_step(SigmaStep::ClosedForm).into(),
                LearnerKind::Foovb => FoovbConfig::paper().lr_mu(0.01).into(),
                _ => kind.deserialize_config(serde_json::json!({})).unwrap(),
            };
            let mut learner = Learner::new(12, 4, &network, &config, 5).unwrap();
            for _ in 0..2 {
                learner.learn_each(&inputs, &labels).unwrap();
                learner.learn(&inputs, &labels).unwrap();
                let batch = (inputs.clone(), labels.clone());
                learner.task_ended([batch]).unwrap();
            }
            learner.learn(&inputs, &labels).unwrap();
            for byte in in_format_2(&learner.save(&[("run", "notes")]).unwrap()) {
                hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
            }
        }
        format!("{hash:016x}")
    });
    assert_eq!(pins, ["37fd9cbebb134be7", "dd6ddf22c5c28507"]);
}
