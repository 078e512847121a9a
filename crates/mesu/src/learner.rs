//! A learner: a network of Bayesian synapses, the rule that moves them, and their noise.

use std::collections::BTreeMap;

use mesu_kernels::gemm::Threads;
use mesu_kernels::softmax::{Predicted, predict};
use mesu_kernels::{Generator, all_finite};
use rayon::prelude::*;

use crate::checkpoint::{self, CheckpointError, Description};
use crate::config::{ConfigError, LearnerConfig, Reduction};
use crate::estimator::local::Local;
use crate::estimator::online::Online;
use crate::estimator::weights::Weights;
use crate::estimator::{Diverged, Estimator};
use crate::network::{Network, NetworkConfig};
use crate::prediction::Prediction;
use crate::rule::Mesu;

pub use crate::estimator::Learned;

/// Examples predicted together; fixed, since noise is drawn per chunk.
const CHUNK: usize = 128;

/// Fewest chunks that a thread takes at a time: each time, it makes buffers anew.
const CHUNKS_PER_THREAD: usize = 16;

/// Why a batch could not be learned from or predicted.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum LearnError {
    /// The network can't be computed with any more; learning has to go back to a checkpoint.
    #[error(
        "learning diverged in layer {layer} at update {update}: {what}; \
         try smaller learner.lr_sigma or lr_mu, learner.clamp_grad = 0.1, learner.max_step_ratio = 0.1, \
         learner.sigma_step = \"closed-form\", more learner.samples, or for batches \
         learner.reduction = \"mean\""
    )]
    Diverged {
        /// Layer, from 1.
        layer: usize,
        /// Updates made before.
        update: u64,
        /// What was found.
        what: &'static str,
    },
    /// The number of inputs is not examples times the width of the network's input.
    #[error("{found} inputs for {examples} examples; expected {expected} each")]
    Width {
        /// Numbers given.
        found: usize,
        /// Examples they should be of.
        examples: usize,
        /// Width of the network's input.
        expected: usize,
    },
    /// An input is NaN or infinite.
    #[error("input {position} of example {example} is {value}; expected a finite number")]
    NotFinite {
        /// Example in the batch, from 0.
        example: usize,
        /// Input, from 0.
        position: usize,
        /// NaN or ±inf.
        value: f32,
    },
    /// A label is not below the number of classes.
    #[error("label {label} of example {example}; expected 0 to {}", classes - 1)]
    Label {
        /// Example in the batch, from 0.
        example: usize,
        /// The label.
        label: u32,
        /// Number of classes.
        classes: usize,
    },
}

/// A network of Bayesian synapses that learns from a stream.
///
/// The same arguments and calls give the same learner, bit for bit, on every machine and with any
/// number of threads.
#[derive(Clone, Debug)]
pub struct Learner {
    config: LearnerConfig,
    network_config: NetworkConfig,
    network: Network,
    rule: Mesu,
    noise: Generator,
    updates: u64,
    online: Online,
    local: Local,
    weights: Weights,
}

impl Learner {
    /// A learner of `inputs` numbers and `classes` classes.
    ///
    /// # Errors
    /// A setting out of its range, by its dotted key.
    pub fn new(
        inputs: usize,
        classes: usize,
        network: &NetworkConfig,
        config: &LearnerConfig,
        seed: u64,
    ) -> Result<Self, ConfigError> {
        let rule = config.rule()?;
        let mut init = Generator::named(seed, "init", &[]);
        let layers = Network::new(inputs, classes, network, &mut init)?;
        let noise = Generator::named(seed, "noise", &[]);
        Ok(Self {
            online: Online::new(&layers, config.samples),
            config: config.clone(),
            network_config: network.clone(),
            network: layers,
            rule,
            noise,
            updates: 0,
            local: Local::new(Threads::Pool),
            weights: Weights::new(Threads::Pool),
        })
    }

    /// One update on a batch: `inputs`, `[labels.len()][inputs]`, and labels below the number of
    /// classes. An empty batch changes nothing.
    ///
    /// # Errors
    /// [`LearnError`]; only divergence changes the learner.
    pub fn learn(&mut self, inputs: &[f32], labels: &[u32]) -> Result<Learned, LearnError> {
        if labels.len() == 1 {
            return self.learn_each(inputs, labels);
        }
        self.check(inputs, labels)?;
        if labels.is_empty() {
            return Ok(Learned::default());
        }
        self.learn_batch(inputs, labels)
    }

    /// One update per example, in their order: the same as [`learn`](Self::learn) for each, faster.
    ///
    /// # Errors
    /// [`LearnError`]; only divergence changes the learner.
    pub fn learn_each(&mut self, inputs: &[f32], labels: &[u32]) -> Result<Learned, LearnError> {
        self.check(inputs, labels)?;
        match self.config.estimator {
            Estimator::LocalReparameterization => {
                let Self {
                    online,
                    network,
                    rule,
                    noise,
                    updates,
                    ..
                } = self;
                let learned = match rule.plain() {
                    Some(rule) => online.learn_each(network, inputs, labels, &rule, noise, updates),
                    None => online.learn_each(network, inputs, labels, rule, noise, updates),
                };
                learned.map_err(|diverged| self.diverged(diverged))
            }
            Estimator::WeightSampling => {
                let mut learned = Learned::default();
                for (x, label) in inputs.chunks_exact(self.network.inputs()).zip(labels) {
                    learned += self.learn_batch(x, &[*label])?;
                }
                Ok(learned)
            }
        }
    }

    fn learn_batch(&mut self, inputs: &[f32], labels: &[u32]) -> Result<Learned, LearnError> {
        let Self {
            local,
            weights,
            network,
            rule,
            noise,
            ..
        } = self;
        let samples = self.config.samples;
        let weight = match self.config.reduction {
            Reduction::Sum => 1.0,
            Reduction::Mean => 1.0 / labels.len() as f32,
        };
        let learned = match self.config.estimator {
            Estimator::LocalReparameterization => {
                local.learn(network, inputs, labels, samples, weight, rule, noise)
            }
            Estimator::WeightSampling => {
                weights.learn(network, inputs, labels, samples, weight, rule, noise)
            }
        };
        let learned = learned.map_err(|diverged| self.diverged(diverged))?;
        self.updates += 1;
        Ok(learned)
    }

    /// Probabilities and uncertainties of `inputs`, `[examples][inputs]`, with the configured number
    /// of test samples drawn from `noise`. Runs on the threads of the current rayon pool.
    ///
    /// # Errors
    /// [`LearnError`] for inputs that are not finite or not whole examples.
    pub fn predict(&self, inputs: &[f32], noise: Generator) -> Result<Prediction, LearnError> {
        self.check_width(inputs, inputs.len() / self.network.inputs())?;
        let classes = self.network.classes();
        let samples = self.config.test_samples;
        let logits = match self.config.estimator {
            Estimator::LocalReparameterization => self.local_logits(inputs, samples, &noise),
            Estimator::WeightSampling => self.weights_logits(inputs, samples, noise),
        };
        // Looked at only now: an input that is not finite makes the first layer's moments so too.
        let chunks = logits.map_err(|diverged| match self.check_finite(inputs) {
            Ok(()) => self.diverged(diverged),
            Err(input) => input,
        })?;
        let mut prediction = Prediction {
            classes,
            ..Prediction::default()
        };
        for part in chunks {
            prediction.probabilities.extend(part.probabilities);
            prediction.total.extend(part.total);
            prediction.aleatoric.extend(part.aleatoric);
            prediction.epistemic.extend(part.epistemic);
        }
        Ok(prediction)
    }

    /// Each chunk of examples has its own noise, derived from `noise` and its number.
    fn local_logits(
        &self,
        inputs: &[f32],
        samples: usize,
        noise: &Generator,
    ) -> Result<Vec<Prediction>, Diverged> {
        let chunks = inputs.par_chunks(CHUNK * self.network.inputs()).enumerate();
        let chunks = chunks.with_min_len(CHUNKS_PER_THREAD);
        let new = || Local::new(Threads::One);
        let predicted = chunks.map_init(new, |local, (number, inputs)| {
            let mut noise = noise.split(number as u64);
            let logits = local.logits(&self.network, inputs, samples, &mut noise)?;
            Ok(from_logits(logits, self.network.classes(), samples))
        });
        predicted.collect()
    }

    /// Every sample of the weights serves all examples.
    fn weights_logits(
        &self,
        inputs: &[f32],
        samples: usize,
        mut noise: Generator,
    ) -> Result<Vec<Prediction>, Diverged> {
        let width = self.network.inputs();
        let draws: Vec<Weights> = (0..samples)
            .map(|_| {
                let mut weights = Weights::new(Threads::One);
                weights.draw(&self.network, &mut noise);
                weights
            })
            .collect();
        let chunks = inputs
            .par_chunks(CHUNK * width)
            .with_min_len(CHUNKS_PER_THREAD);
        let predicted = chunks.map_init(
            || draws.clone(),
            |draws, inputs| {
                let examples = inputs.len() / width;
                let classes = self.network.classes();
                let mut logits = vec![0.0; classes * samples * examples];
                for (s, weights) in draws.iter_mut().enumerate() {
                    let of_sample = weights.logits(&self.network, inputs)?;
                    let rows = logits.chunks_exact_mut(samples * examples);
                    for (row, from) in rows.zip(of_sample.chunks_exact(examples)) {
                        row[s * examples..(s + 1) * examples].copy_from_slice(from);
                    }
                }
                Ok(from_logits(&mut logits, classes, samples))
            },
        );
        predicted.collect()
    }

    /// Updates made since the start.
    #[must_use]
    pub fn updates(&self) -> u64 {
        self.updates
    }

    /// The network, to look at.
    #[must_use]
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// The settings.
    #[must_use]
    pub fn config(&self) -> &LearnerConfig {
        &self.config
    }

    /// The learner as a safetensors file (see [`checkpoint`]) that carries `notes`, pairs of a key
    /// and a text. The same learner and notes give the same bytes.
    ///
    /// # Errors
    /// [`LearnError::Diverged`] when a synapse is no Gaussian any more: what can't be restored is
    /// not saved.
    pub fn save(&self, notes: &[(&str, &str)]) -> Result<Vec<u8>, LearnError> {
        for (l, layer) in self.network.layers.iter().enumerate() {
            let groups = std::iter::once(&layer.weight).chain(&layer.bias);
            if groups.into_iter().any(|group| group.broken().is_some()) {
                let what = "a mu or sigma is not finite, or a sigma not positive";
                return Err(self.diverged(Diverged { layer: l + 1, what }));
            }
        }
        let (network, noise) = (&self.network, self.noise.state());
        let description = Description::new(
            network,
            &self.network_config,
            &self.config,
            self.updates,
            notes,
        );
        Ok(checkpoint::write(network, &noise, description))
    }

    /// Reads what [`save`](Self::save) wrote: the learner and the notes.
    ///
    /// # Errors
    /// [`CheckpointError`] for anything else.
    pub fn restore(bytes: &[u8]) -> Result<(Self, BTreeMap<String, String>), CheckpointError> {
        let mut restored = checkpoint::read(bytes)?;
        let Description {
            inputs,
            classes,
            network,
            learner,
            updates,
            notes,
            ..
        } = restored.description.clone();
        let foreign = |e: ConfigError| CheckpointError::Foreign(e.to_string());
        let mut this = Self::new(inputs, classes, &network, &learner, 0).map_err(foreign)?;
        restored.fill(&mut this.network)?;
        this.noise = Generator::from_state(restored.noise)
            .ok_or_else(|| CheckpointError::Foreign("its noise state is zero".to_owned()))?;
        this.updates = updates;
        Ok((this, notes))
    }

    fn diverged(&self, Diverged { layer, what }: Diverged) -> LearnError {
        LearnError::Diverged {
            layer,
            update: self.updates,
            what,
        }
    }

    fn check(&self, inputs: &[f32], labels: &[u32]) -> Result<(), LearnError> {
        self.check_width(inputs, labels.len())?;
        self.check_finite(inputs)?;
        let classes = self.network.classes();
        match labels.iter().position(|label| *label as usize >= classes) {
            None => Ok(()),
            Some(example) => Err(LearnError::Label {
                example,
                label: labels[example],
                classes,
            }),
        }
    }

    fn check_width(&self, inputs: &[f32], examples: usize) -> Result<(), LearnError> {
        let expected = self.network.inputs();
        if inputs.len() == examples * expected {
            return Ok(());
        }
        Err(LearnError::Width {
            found: inputs.len(),
            examples,
            expected,
        })
    }

    fn check_finite(&self, inputs: &[f32]) -> Result<(), LearnError> {
        if !all_finite(inputs) {
            let at = inputs.iter().position(|x| !x.is_finite()).unwrap_or(0);
            let width = self.network.inputs();
            let (example, position) = (at / width, at % width);
            return Err(LearnError::NotFinite {
                example,
                position,
                value: inputs[at],
            });
        }
        Ok(())
    }
}

/// The prediction of one chunk from its logits, `[classes][samples * examples]`.
fn from_logits(logits: &mut [f32], classes: usize, samples: usize) -> Prediction {
    let examples = logits.len() / (classes * samples);
    let mut part = Prediction {
        classes,
        probabilities: vec![0.0; examples * classes],
        total: vec![0.0; examples],
        aleatoric: vec![0.0; examples],
        epistemic: vec![0.0; examples],
    };
    let out = Predicted {
        probabilities: &mut part.probabilities,
        total: &mut part.total,
        aleatoric: &mut part.aleatoric,
        epistemic: &mut part.epistemic,
    };
    predict(logits, classes, samples, out);
    part
}
