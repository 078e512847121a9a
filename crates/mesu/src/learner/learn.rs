//! Learning from batches, from examples one by one, and at a task's end.

use super::engine::Engine;
use super::error::{check, check_weights};
use super::{Broken, LearnError, Learned, Learner, OnDivergence, Remedy};
use crate::estimator::{Batch, Body, Diverged};
use crate::network::Covariance;
use crate::network::scaling::scaled;
use crate::outputs::Prediction;
use crate::outputs::{Outputs, OwnedTargets, Target, Targets};

/// Largest magnitude of a synapse's number with which a network counts as sound.
const SOUND: f32 = 1e10;

/// Remedies where synapses are correlated, in the order in which they helped (docs/correlated.md).
const REMEDIES_OF_COVARIANCES: [Remedy; 2] = [
    Remedy::Set("max_step_ratio", 1.0),
    Remedy::Lower(&["sigma_prior", "lr_mu"]),
];

/// Result of learning one example.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Step {
    /// Prediction from before the update, of one example; of none if it was skipped.
    pub prediction: Prediction,
    /// Loss before the update: the mean over the samples of -ln p(target), in nats; NaN if it was skipped.
    pub loss: f64,
    /// Outcome, as a batch of one has it.
    pub learned: Learned,
}

impl Learner {
    /// Makes one update on a batch: `inputs`, `[targets.len()][inputs]`, and labels below the number of
    /// classes (`&[u32]`), or values (`&[f32]`). An empty batch changes nothing.
    ///
    /// # Errors
    /// [`LearnError`]; only divergence changes the learner.
    pub fn learn<'a>(
        &mut self,
        inputs: &'a [f32],
        targets: impl Into<Targets<'a>>,
    ) -> Result<Learned, LearnError> {
        self.learn_batch(Batch::new(inputs, targets))
    }

    /// Makes one update for each example, in their order: the same as [`learn`](Self::learn) for each, faster.
    ///
    /// # Errors
    /// [`LearnError`]; only divergence changes the learner. What is wrong with an example is found before any is
    /// learned.
    pub fn learn_each<'a>(
        &mut self,
        inputs: &'a [f32],
        targets: impl Into<Targets<'a>>,
    ) -> Result<Learned, LearnError> {
        self.learn_batch_each(Batch::new(inputs, targets))
    }

    /// Makes one update on a batch, which may have weights.
    ///
    /// # Errors
    /// [`LearnError`]; only divergence changes the learner.
    pub fn learn_batch(&mut self, batch: Batch<'_>) -> Result<Learned, LearnError> {
        self.update(batch, |engine, body, batch| engine.learn(body, batch))
    }

    /// Makes one update for each example of a batch, which may have weights, in their order.
    ///
    /// # Errors
    /// [`LearnError`]; only divergence changes the learner. What is wrong with an example is found before any is
    /// learned.
    pub fn learn_batch_each(&mut self, batch: Batch<'_>) -> Result<Learned, LearnError> {
        // The scale of values, or of inputs, is another after each of them.
        let alike = self.network.outputs == Outputs::Classes && self.scale.is_none();
        if alike && self.learning.on_divergence == OnDivergence::Error {
            return self.update(batch, |engine, body, batch| engine.learn_each(body, batch));
        }
        self.check(batch)?;
        let mut learned = Learned::default();
        for example in batch.each(self.network.inputs()) {
            learned += self.learn_batch(example)?;
        }
        Ok(learned)
    }

    /// Makes one update on one example, `[inputs]`; gives the prediction from before it, which costs next to
    /// nothing: it comes of the update's own forward pass.
    ///
    /// ```
    /// use mesu::{Learner, LearnerConfig, NetworkConfig};
    ///
    /// let network = NetworkConfig::default().hidden([16]);
    /// let mut learner = Learner::new(2, 2, &network, &LearnerConfig::default(), 1)?;
    /// let mut hits = 0;
    /// for i in 0..200 {
    ///     let (x, label) = if i % 2 == 0 { ([1.0, -1.0], 0) } else { ([-1.0, 1.0], 1) };
    ///     let step = learner.learn_one(&x, label)?;
    ///     hits += u32::from(step.prediction.top(0).0 == label);
    /// }
    /// assert!(hits > 180);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`LearnError`]; only divergence changes the learner.
    pub fn learn_one(&mut self, x: &[f32], target: impl Into<Target>) -> Result<Step, LearnError> {
        self.step(x, target.into(), None)
    }

    /// Makes one update on one example whose loss has the factor `weight`, finite and not negative; see
    /// [`learn_one`](Self::learn_one).
    ///
    /// # Errors
    /// [`LearnError`]; only divergence changes the learner.
    pub fn learn_one_weighted(
        &mut self,
        x: &[f32],
        target: impl Into<Target>,
        weight: f32,
    ) -> Result<Step, LearnError> {
        self.step(x, target.into(), Some(&[weight]))
    }

    /// Learns a batch of one example.
    fn step(
        &mut self,
        x: &[f32],
        target: Target,
        weight: Option<&[f32]>,
    ) -> Result<Step, LearnError> {
        let (label, value);
        let targets: Targets<'_> = match target {
            Target::Label(of) => {
                label = [of];
                (&label).into()
            }
            Target::Value(of) => {
                value = [of];
                (&value).into()
            }
        };
        let example = Batch::new(x, targets).weighted(weight);
        let mut before = Prediction::default();
        let ahead = self.ahead.take().filter(|ahead| ahead.is_of(x));
        let learned = self.update(example, |engine, body, example| {
            let (prediction, learned) = match ahead {
                None => engine.learn_one(body, example)?,
                Some(ahead) => {
                    *body.noise = ahead.noise;
                    (ahead.prediction, engine.learn_ahead(body, example)?)
                }
            };
            before = prediction;
            Ok(learned)
        })?;
        let skipped = learned.skipped > 0;
        Ok(Step {
            prediction: before,
            loss: if skipped { f64::NAN } else { learned.nll },
            learned,
        })
    }

    /// Returns an error unless the learner is sound and can learn these examples.
    fn check(&self, batch: Batch<'_>) -> Result<(), LearnError> {
        self.check_whole()?;
        check(&self.network, batch.inputs, batch.targets)?;
        check_weights(batch.weights, batch.len())
    }

    /// Returns an error if the learner broke.
    pub(crate) fn check_whole(&self) -> Result<(), LearnError> {
        match self.broken {
            None => Ok(()),
            Some(Broken { layer, since, what }) => Err(LearnError::Broken { layer, since, what }),
        }
    }

    /// Checks a batch and lets the engine learn it, unless it is empty.
    fn update(
        &mut self,
        batch: Batch<'_>,
        learn: impl FnOnce(&mut dyn Engine, Body<'_>, Batch<'_>) -> Result<Learned, Diverged>,
    ) -> Result<Learned, LearnError> {
        self.ahead = None;
        self.check(batch)?;
        if batch.is_empty() {
            return Ok(Learned::default());
        }
        let weights = self.weights(batch);
        let batch = match &weights {
            Some(weights) => batch.weighted(Some(weights)),
            None => batch,
        };
        let batch = batch.learn_above(self.learning.learn_above as f32);
        let (scale_before, scaled) = (self.scale.clone(), self.learn_scale(batch.inputs));
        let batch = match &scaled {
            Some(inputs) => Batch { inputs, ..batch },
            None => batch,
        };
        let skips = self.learning.on_divergence == OnDivergence::Skip;
        let before = skips.then(|| (self.network.clone(), self.engine.clone()));
        let (noise, updates, outputs) = (self.noise.clone(), self.updates, self.network.outputs);
        self.network.outputs.begin(batch.targets);
        self.set_outputs(self.network.outputs);
        let body = Body {
            network: &mut self.network,
            noise: &mut self.noise,
            updates: &mut self.updates,
        };
        match learn(&mut *self.engine, body, batch) {
            Ok(learned) => {
                self.left_out.gated += learned.gated;
                let mut outputs = self.network.outputs;
                outputs.end(learned.scale_estimates, batch.len());
                self.set_outputs(outputs);
                Ok(learned)
            }
            Err(diverged) => match before {
                Some((network, engine)) => {
                    (self.network, self.engine) = (network, engine);
                    (self.noise, self.updates) = (noise, updates);
                    self.scale = scale_before;
                    let skipped = batch.len() as u64;
                    self.left_out.skipped += skipped;
                    Ok(Learned {
                        skipped,
                        ..Learned::default()
                    })
                }
                None => {
                    self.set_outputs(outputs);
                    self.scale = scale_before;
                    let error = self.gave_up(diverged);
                    if self.broken.is_none() && self.updates == updates {
                        self.noise = noise;
                    }
                    Err(error)
                }
            },
        }
    }

    /// Takes inputs into the scale, if there is one that runs along; returns them as the network sees them.
    fn learn_scale(&mut self, inputs: &[f32]) -> Option<Vec<f32>> {
        let scale = self.scale.as_mut()?;
        scale.learn(inputs);
        Some(scale.scaled(inputs))
    }

    /// Says what the outputs mean from now on.
    pub(crate) fn set_outputs(&mut self, outputs: Outputs) {
        if self.network.outputs != Outputs::Classes {
            self.network.outputs = outputs;
            self.engine.set_outputs(outputs);
        }
    }

    /// Weights of the examples, with those of their classes; none if they are all 1.
    fn weights(&self, batch: Batch<'_>) -> Option<Vec<f32>> {
        let of_class = &self.learning.class_weights;
        if of_class.is_empty() {
            return None;
        }
        let Targets::Labels(labels) = batch.targets else {
            return None;
        };
        let mut weights: Vec<f32> = labels
            .iter()
            .map(|label| of_class[*label as usize])
            .collect();
        if let Some(given) = batch.weights {
            weights
                .iter_mut()
                .zip(given)
                .for_each(|(w, given)| *w *= given);
        }
        Some(weights)
    }

    /// Ends a task, learned through the head in use, whose training examples `examples` yields, in batches of
    /// inputs, `[n][inputs]`, and n labels. Learners that [need no boundaries](Self::needs_boundaries) do not
    /// look at them.
    ///
    /// # Errors
    /// [`LearnError`]; only divergence changes the learner. [`LearnError::NoExamples`] if a learner that looks at
    /// them gets none.
    pub fn task_ended(
        &mut self,
        examples: impl IntoIterator<Item = (Vec<f32>, Vec<u32>)>,
    ) -> Result<(), LearnError> {
        let examples = examples.into_iter();
        self.task_ended_with(examples.map(|(inputs, labels)| (inputs, labels.into())))
    }

    /// Ends a task whose training examples have values as targets; see [`task_ended`](Self::task_ended).
    ///
    /// # Errors
    /// As [`task_ended`](Self::task_ended).
    pub fn task_of_values_ended(
        &mut self,
        examples: impl IntoIterator<Item = (Vec<f32>, Vec<f32>)>,
    ) -> Result<(), LearnError> {
        let examples = examples.into_iter();
        self.task_ended_with(examples.map(|(inputs, values)| (inputs, values.into())))
    }

    fn task_ended_with(
        &mut self,
        mut examples: impl Iterator<Item = (Vec<f32>, OwnedTargets)>,
    ) -> Result<(), LearnError> {
        self.check_whole()?;
        if !self.needs_boundaries() {
            return Ok(());
        }
        self.ahead = None;
        let (before, scale) = (self.network.clone(), self.scale.clone());
        let (mut refused, mut seen, mut asked) = (None, 0, false);
        let mut sound = std::iter::from_fn(|| {
            asked = true;
            let (inputs, targets) = examples.next()?;
            seen += targets.lend().len();
            match check(&before, &inputs, targets.lend()) {
                Ok(()) => Some((scaled(scale.as_ref(), &inputs).into_owned(), targets)),
                Err(error) => {
                    refused = Some(error);
                    None
                }
            }
        });
        let mut engine = self.engine.clone();
        let ended = engine.task_ended(&mut self.network, &mut sound, self.updates);
        if refused.is_none() && asked && seen == 0 {
            refused = Some(LearnError::NoExamples);
        }
        if let Some(error) = refused {
            self.network = before;
            return Err(error);
        }
        if let Err(diverged) = ended {
            return Err(self.gave_up(diverged));
        }
        self.engine = engine;
        Ok(())
    }

    /// The error of an estimator that gave up. The learner is broken from now on, unless its synapses are sound: then
    /// it is the example's numbers that were too large.
    fn gave_up(&mut self, diverged: Diverged) -> LearnError {
        let Diverged { layer, what } = diverged;
        let update = self.updates;
        if self.is_sound() {
            return LearnError::Overflow {
                layer,
                update,
                what,
            };
        }
        self.broken = Some(Broken {
            layer,
            since: update,
            what,
        });
        self.diverged(diverged)
    }

    /// Returns whether every number of every synapse can be computed with.
    pub(super) fn is_sound(&self) -> bool {
        self.engine.is_sound()
            && self.network.groups().all(|(_, group)| {
                let small =
                    |plane: &mesu_kernels::Matrix| mesu_kernels::all_within(plane.padded(), SOUND);
                group.broken().is_none() && small(group.mu())
            })
    }

    pub(crate) fn diverged(&self, Diverged { layer, what }: Diverged) -> LearnError {
        LearnError::Diverged {
            layer,
            update: self.updates,
            what,
            remedies: match self.network_config.covariance {
                Covariance::Diagonal => self.config.remedies(),
                _ => REMEDIES_OF_COVARIANCES.to_vec(),
            },
        }
    }
}
