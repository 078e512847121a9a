//! Several time scales: beside every synapse, slow copies of it learn the same stream with memory
//! windows of their own.
//!
//! One window has to choose between what is new and what is old: a short one forgets, a long one is
//! too stiff to learn. Copies need not agree, and a prediction is the mean of theirs, each weighted
//! alike: whoever still knows a task is sure of it, the others spread their probability over the classes.
//! With p_k and a_k the probabilities and the aleatoric uncertainty of copy k,
//!
//! ```text
//! p = mean_k p_k     total = H(p)     aleatoric = mean_k a_k     epistemic = total - aleatoric
//! ```
//!
//! which is the mixture of all their samples, and of values, with m_k, v_k and a_k the mean, the total and the aleatoric
//! variance of copy k, total = mean_k (v_k + m_k^2) - (mean_k m_k)^2. The spread is the mean of the copies' own. Not of the paper; docs/beyond-the-paper.md has figures.

use mesu_kernels::Generator;
use mesu_kernels::softmax::entropy;

use super::{Draws, Engine};
use crate::estimator::{Batch, Body, Diverged, Learned};
use crate::layer::Layer;
use crate::learner::state::{EngineState, SlowCopy};
use crate::network::{HeadError, Network};
use crate::outputs::Outputs;
use crate::outputs::Prediction;

/// An engine of the learner's own network, and of slow copies of it.
#[derive(Clone, Debug)]
pub(crate) struct Timescales {
    fast: Box<dyn Engine>,
    slow: Vec<Copy>,
}

/// A slow copy.
#[derive(Clone, Debug)]
struct Copy {
    network: Network,
    engine: Box<dyn Engine>,
    /// Split off when it begins to learn.
    noise: Option<Generator>,
}

impl Timescales {
    /// `fast` beside an engine for each copy, all of which begin as `network`.
    pub(crate) fn new(
        network: &Network,
        fast: Box<dyn Engine>,
        slow: Vec<Box<dyn Engine>>,
    ) -> Self {
        let copy = |engine| Copy {
            network: network.clone(),
            engine,
            noise: None,
        };
        Self {
            fast,
            slow: slow.into_iter().map(copy).collect(),
        }
    }

    /// Every copy with its engine; its noise must not depend on how much is learned at a time.
    fn copies<'a>(
        &'a mut self,
        noise: &Generator,
    ) -> impl Iterator<Item = (Learning<'a>, &'a mut Box<dyn Engine>)> {
        let numbered = self.slow.iter_mut().enumerate();
        numbered.map(|(k, copy)| {
            let noise = copy.noise.get_or_insert_with(|| stream(noise, k));
            let learning = Learning {
                network: &mut copy.network,
                noise,
                updates: 0,
            };
            (learning, &mut copy.engine)
        })
    }
}

/// Predictions of the mixture of copies, from those of each.
fn mixture(copies: Vec<Vec<Prediction>>) -> Vec<Prediction> {
    let mut copies = copies.into_iter();
    let mut mixed: Vec<Vec<Prediction>> = copies
        .next()
        .into_iter()
        .flatten()
        .map(|own| vec![own])
        .collect();
    for copy in copies {
        let parts = mixed.iter_mut().zip(copy);
        parts.for_each(|(part, own)| part.push(own));
    }
    mixed.into_iter().map(mixture_of_part).collect()
}

/// Prediction of the mixture of copies, of the same examples.
fn mixture_of_part(copies: Vec<Prediction>) -> Prediction {
    let share = 1.0 / copies.len() as f32;
    let mean = |of: fn(&Prediction) -> &Vec<f32>| {
        let mut sum = of(&copies[0]).clone();
        copies[1..].iter().for_each(|own| add(&mut sum, of(own)));
        sum.iter_mut().for_each(|x| *x *= share);
        sum
    };
    let mut mixed = Prediction {
        classes: copies[0].classes,
        probabilities: mean(|own| &own.probabilities),
        mean: mean(|own| &own.mean),
        aleatoric: mean(|own| &own.aleatoric),
        spread: mean(|own| &own.spread),
        total: mean(|own| &own.total),
        ..Prediction::default()
    };
    if mixed.classes > 0 {
        entropy(&mixed.probabilities, mixed.classes, &mut mixed.total);
    } else {
        for (i, total) in mixed.total.iter_mut().enumerate() {
            let off = copies.iter().map(|own| own.mean[i] - mixed.mean[i]);
            *total += share * off.map(|off| off * off).sum::<f32>();
        }
    }
    let pairs = mixed.total.iter().zip(&mixed.aleatoric);
    // Never negative but for rounding (Jensen).
    mixed.epistemic = pairs.map(|(total, a)| (total - a).max(0.0)).collect();
    mixed
}

/// A copy that learns; its updates are those of the learner, which counts them.
struct Learning<'a> {
    network: &'a mut Network,
    noise: &'a mut Generator,
    updates: u64,
}

impl Learning<'_> {
    fn body(&mut self) -> Body<'_> {
        Body {
            network: self.network,
            noise: self.noise,
            updates: &mut self.updates,
        }
    }
}

/// The stream of copy `k`: none that `noise` is split into elsewhere.
fn stream(noise: &Generator, k: usize) -> Generator {
    noise.split(u64::MAX - k as u64)
}

impl Engine for Timescales {
    fn learn(&mut self, body: Body<'_>, batch: Batch<'_>) -> Result<Learned, Diverged> {
        for (mut copy, engine) in self.copies(body.noise) {
            engine.learn(copy.body(), batch)?;
        }
        self.fast.learn(body, batch)
    }

    fn learn_each(&mut self, body: Body<'_>, batch: Batch<'_>) -> Result<Learned, Diverged> {
        for (mut copy, engine) in self.copies(body.noise) {
            engine.learn_each(copy.body(), batch)?;
        }
        self.fast.learn_each(body, batch)
    }

    fn use_head(&mut self, network: &mut Network, head: usize) -> Result<(), HeadError> {
        for copy in &mut self.slow {
            copy.engine.use_head(&mut copy.network, head)?;
        }
        self.fast.use_head(network, head)
    }

    fn predict(
        &self,
        network: &Network,
        inputs: &[f32],
        draws: Draws,
    ) -> Result<Vec<Prediction>, Diverged> {
        let mut copies = vec![self.fast.predict(network, inputs, draws.clone())?];
        for (k, copy) in self.slow.iter().enumerate() {
            let noise = stream(&draws.noise, k);
            let of_copy = Draws { noise, ..draws };
            copies.push(copy.engine.predict(&copy.network, inputs, of_copy)?);
        }
        Ok(mixture(copies))
    }

    fn predict_mean(&self, network: &Network, inputs: &[f32]) -> Result<Vec<Prediction>, Diverged> {
        let mut copies = vec![self.fast.predict_mean(network, inputs)?];
        for copy in &self.slow {
            copies.push(copy.engine.predict_mean(&copy.network, inputs)?);
        }
        Ok(mixture(copies))
    }

    /// Copies would each have a time of their own.
    fn gates(&self) -> bool {
        false
    }

    fn set_outputs(&mut self, outputs: Outputs) {
        for copy in &mut self.slow {
            copy.network.outputs = outputs;
        }
    }

    fn grow(&mut self, network: &mut Network, fresh: Vec<Layer>) {
        for copy in &mut self.slow {
            copy.engine.grow(&mut copy.network, fresh.clone());
        }
        self.fast.grow(network, fresh);
    }

    fn state(&self) -> EngineState {
        let slow = self.slow.iter().map(|copy| SlowCopy {
            network: copy.network.clone(),
            noise: copy.noise.as_ref().map(Generator::state),
        });
        EngineState {
            slow: slow.collect(),
            ..self.fast.state()
        }
    }

    fn restore(&mut self, mut state: EngineState) -> Option<()> {
        let slow = std::mem::take(&mut state.slow);
        if slow.len() != self.slow.len() {
            return None;
        }
        for (copy, slow) in self.slow.iter_mut().zip(slow) {
            copy.network = slow.network;
            copy.noise = match slow.noise {
                Some(noise) => Some(Generator::from_state(noise)?),
                None => None,
            };
        }
        self.fast.restore(state)
    }

    fn clone_box(&self) -> Box<dyn Engine> {
        Box::new(self.clone())
    }
}

fn add(sum: &mut [f32], more: &[f32]) {
    sum.iter_mut().zip(more).for_each(|(sum, x)| *sum += x);
}
