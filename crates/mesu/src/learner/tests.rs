//! Several heads against what they stand for: networks of their own that share a trunk.

use mesu_kernels::Generator;

use super::*;
use crate::layer::Layer;
use crate::network::{Initialization, UpdateCount};
use crate::synapse::Synapses;

const INPUTS: usize = 6;
const CLASSES: usize = 3;
pub(crate) const HEADS: usize = 3;

pub(crate) fn networks() -> [NetworkConfig; 3] {
    let layers = ["conv 4 2x2", "relu", "dropout 0.2", "flatten"].map(str::to_owned);
    let perceptron = NetworkConfig {
        hidden: vec![9, 5],
        heads: HEADS,
        bias: true,
        init: Initialization::He,
        ..NetworkConfig::paper()
    };
    let no_trunk = NetworkConfig {
        hidden: vec![],
        ..perceptron.clone()
    };
    let images = NetworkConfig {
        hidden: vec![],
        layers: layers.to_vec(),
        input: vec![1, 2, 3],
        bias: false,
        ..perceptron.clone()
    };
    [perceptron, no_trunk, images]
}

pub(crate) fn new(network: &NetworkConfig, config: &LearnerConfig) -> Learner {
    Learner::new(INPUTS, CLASSES, network, config, 7).unwrap()
}

/// Examples without sense.
pub(crate) fn examples(seed: u64, number: usize) -> (Vec<f32>, Vec<u32>) {
    let inputs = Generator::named(seed, "inputs", &[]).normals(number * INPUTS);
    let labels = (0..number).map(|i| (i * i % CLASSES) as u32);
    (inputs, labels.collect())
}

/// Every kind of learner, with settings that bear labels without sense, and both estimators and optimisers.
fn kinds() -> Vec<LearnerConfig> {
    let mut kinds = Vec::new();
    for kind in LearnerKind::ALL {
        let variants = match kind {
            LearnerKind::Mesu => ["local-reparameterization", "weight-sampling"].map(|estimator| {
                serde_json::json!({
                    "lr_mu": 0.1, "samples": 3, "estimator": estimator, "sigma_step": "closed-form"
                })
            }),
            LearnerKind::Foovb => [
                serde_json::json!({ "lr_mu": 0.1, "samples": 3 }),
                serde_json::json!({ "lr_mu": 0.1, "samples": 3, "estimator": "weight-sampling" }),
            ],
            LearnerKind::Bbb => [
                serde_json::json!({ "samples": 3 }),
                serde_json::json!({ "samples": 3, "estimator": "weight-sampling" }),
            ],
            LearnerKind::Sgd | LearnerKind::Adam | LearnerKind::Replay => [
                serde_json::json!({}),
                serde_json::json!({ "reduction": "mean" }),
            ],
            _ => [
                serde_json::json!({ "optimizer": "sgd", "lr": 0.01 }),
                serde_json::json!({ "optimizer": "adam", "lr": 0.001 }),
            ],
        };
        kinds.extend(variants.map(|settings| kind.deserialize_config(settings).unwrap()));
    }
    kinds
}

/// A trunk and its heads, put together for every update.
struct Apart {
    /// Learner of a network with one head.
    learner: Learner,
    trunk: Vec<Layer>,
    heads: Vec<Layer>,
    /// Updates of the trunk and of every head.
    updates: (UpdateCount, [UpdateCount; HEADS]),
}

impl Apart {
    fn new(network: &NetworkConfig, config: &LearnerConfig, whole: &Learner) -> Self {
        let one = NetworkConfig {
            heads: 1,
            ..network.clone()
        };
        let mut layers: Vec<Layer> = whole
            .network
            .all_layers()
            .map(|(_, l, _)| l.clone())
            .collect();
        Self {
            learner: new(&one, config),
            heads: layers.split_off(layers.len() - HEADS),
            trunk: layers,
            updates: Default::default(),
        }
    }

    /// Lets the network of the trunk and of head `head` do something.
    fn with<T>(&mut self, head: usize, act: impl FnOnce(&mut Learner) -> T) -> T {
        let before = self.learner.updates();
        let layers = [&self.trunk[..], &self.heads[head..=head]].concat();
        self.learner.network = Network::from(layers);
        let (trunk, heads) = &mut self.updates;
        let network = &mut self.learner.network;
        network.set_updates(*trunk, &heads[head..=head]).unwrap();
        let result = act(&mut self.learner);
        let mut layers = self.learner.network.layers.clone();
        self.heads[head] = layers.pop().unwrap();
        self.trunk = layers;
        for updates in [trunk, &mut heads[head]] {
            updates.total += self.learner.updates() - before;
        }
        result
    }

    /// Optimizers begin anew at a task's end, for all heads.
    fn reset_optimizers(&mut self) {
        let (trunk, heads) = &mut self.updates;
        for updates in heads.iter_mut().chain([trunk]) {
            updates.reset_optimizer();
        }
        for head in &mut self.heads {
            for group in std::iter::once(&mut head.weight).chain(&mut head.bias) {
                for name in ["first_moment", "second_moment"] {
                    if let Some(plane) = group.plane_mut(name) {
                        plane.padded_mut().fill(0.0);
                    }
                }
            }
        }
    }

    fn groups(&self) -> impl Iterator<Item = &Synapses> {
        let layers = self.trunk.iter().chain(&self.heads);
        layers.flat_map(|layer| std::iter::once(&layer.weight).chain(&layer.bias))
    }
}

#[test]
fn heads_are_networks_that_share_a_trunk() {
    for network in networks() {
        // What replay stores is of all heads: it has tests of its own.
        for config in kinds()
            .iter()
            .filter(|config| config.kind() != LearnerKind::Replay)
        {
            let mut whole = new(&network, config);
            let mut apart = Apart::new(&network, config, &whole);
            // Tasks end, or are left before.
            for (turn, (head, ended)) in [(1, true), (0, false), (2, true), (0, true), (1, false)]
                .into_iter()
                .enumerate()
            {
                whole.use_head(head).unwrap();
                let (few, many) = (examples(turn as u64, 5), examples(10 + turn as u64, 12));
                let learn = |learner: &mut Learner| {
                    let each = learner.learn_each(&few.0, &few.1).unwrap();
                    let batch = learner.learn(&many.0, &many.1).unwrap();
                    let test = Generator::named(1, "test", &[]);
                    (each, batch, learner.predict(&few.0, test).unwrap())
                };
                let same = learn(&mut whole) == apart.with(head, learn);
                assert!(same, "turn {turn} of {config:?} on {network:?}");
                if ended && whole.needs_boundaries() {
                    whole.task_ended([many.clone()]).unwrap();
                    apart.with(head, |learner| learner.task_ended([many.clone()]).unwrap());
                    apart.reset_optimizers();
                }
                for ((name, got), expected) in whole.network.groups().zip(apart.groups()) {
                    assert!(
                        got == expected,
                        "{name}, turn {turn} of {config:?} on {network:?}"
                    );
                }
                let (_, updates) = apart.updates;
                assert_eq!(whole.network.head_updates(), updates);
                // A file in between changes nothing.
                let saved = whole.save(&[]).unwrap();
                whole = Learner::restore(&saved).unwrap().0;
                assert!(whole.save(&[]).unwrap() == saved && whole.head() == head);
            }
        }
    }
}

/// Whatever comes between, what is learned is the same with a prediction ahead of it, and so is the
/// prediction.
#[test]
fn a_prediction_ahead_changes_nothing() {
    let (inputs, labels) = examples(5, 40);
    let rows = || inputs.chunks(INPUTS).zip(labels.iter().copied());
    for config in kinds() {
        for network in networks() {
            let mut apart = new(&network, &config);
            let mut together = apart.clone();
            for (i, (x, label)) in rows().enumerate() {
                let told = apart.predict_ahead(x).unwrap();
                for learner in [&mut apart, &mut together] {
                    match i % 8 {
                        1 => learner.use_head(i % HEADS).unwrap(),
                        3 => drop(learner.learn(&inputs[..INPUTS], &labels[..1]).unwrap()),
                        5 if i < 10 => learner.add_classes(1).unwrap(),
                        7 => drop(learner.learn_one(&inputs[..INPUTS], labels[0]).unwrap()),
                        _ => {}
                    }
                }
                let steps = [&mut apart, &mut together].map(|l| l.learn_one(x, label).unwrap());
                assert_eq!(steps[0], steps[1], "{config:?}, {i}");
                if i % 2 == 0 {
                    assert_eq!(told, steps[0].prediction, "{config:?}, {i}");
                }
            }
            let states = [apart, together].map(|learner| learner.save(&[]).unwrap());
            assert!(states[0] == states[1], "{config:?}");
        }
    }
}
