//! Replay: SGD on each new example together with some from a reservoir of past ones.
//!
//! The reservoir is a uniform sample of all examples so far (Vitter 1985, algorithm R). It stores data,
//! which the other learners do not: a yardstick for what that buys.
//!
//! A stored example is learned again through the head that it was learned through. One SGD step takes the
//! new examples and those drawn that share their head; then, in the heads' order, there is a step for the
//! examples of each other head. Every example has the same weight, whichever step it is in: with
//! `reduction = "mean"`, one over the number of new and drawn ones together.

use std::collections::BTreeSet;

use mesu_kernels::Generator;

use super::point::PointEngine;
use super::{Draws, Engine};
use crate::estimator::{Batch, Body, Diverged, Learned};
use crate::layer::Layer;
use crate::learner::state::EngineState;
use crate::network::Network;
use crate::outputs::{OwnedTargets, Targets};
use crate::prediction::Prediction;
use crate::rule::Sgd;

/// An engine of SGD that stores examples and learns some of them again.
#[derive(Clone, Debug)]
pub(crate) struct Replay {
    base: PointEngine<Sgd>,
    buffer: usize,
    replayed: usize,
    /// The stored examples, with words of their targets: labels, or the bits of values.
    inputs: Vec<f32>,
    labels: Vec<u32>,
    /// Heads of the stored examples; empty if there is only one.
    heads: Vec<u32>,
    /// Weights of the stored examples; empty if they are all 1.
    weights: Vec<f32>,
    /// Examples so far.
    seen: u64,
    /// Stored examples that are learned again, and the head that each goes through.
    drawn: Vec<(usize, usize)>,
    /// New and stored ones, as they are learned, with words of their targets, and their weights if there are any.
    batch: (Vec<f32>, Vec<u32>, Vec<f32>),
}

/// Example to be stored.
struct Stored<'a> {
    x: &'a [f32],
    /// Its label, or the bits of its value.
    word: u32,
    /// Its head, if there are several.
    head: Option<u32>,
    weight: f32,
}

impl Replay {
    /// An engine that stores up to `buffer` examples and learns `replayed` of them again with each new one.
    pub(crate) fn new(base: PointEngine<Sgd>, buffer: usize, replayed: usize) -> Self {
        Self {
            base,
            buffer,
            replayed,
            inputs: Vec::new(),
            labels: Vec::new(),
            heads: Vec::new(),
            weights: Vec::new(),
            seen: 0,
            drawn: Vec::new(),
            batch: Default::default(),
        }
    }

    /// Stores an example, or not: each of all so far with the same probability.
    fn store(&mut self, example: Stored<'_>, noise: &mut Generator) {
        let Stored {
            x,
            word,
            head,
            weight,
        } = example;
        self.seen += 1;
        let place = if self.labels.len() < self.buffer {
            self.inputs.extend_from_slice(x);
            self.labels.push(word);
            self.heads.extend(head);
            self.labels.len() - 1
        } else {
            let place = below(self.seen, noise);
            if place >= self.buffer as u64 {
                return;
            }
            let place = place as usize;
            self.inputs[place * x.len()..(place + 1) * x.len()].copy_from_slice(x);
            self.labels[place] = word;
            if let Some(head) = head {
                self.heads[place] = head;
            }
            place
        };
        if !self.weights.is_empty() || weight != 1.0 {
            self.weights.resize(self.labels.len(), 1.0);
            self.weights[place] = weight;
        }
    }

    /// Draws stored examples to learn again with `new` others.
    fn draw(&mut self, new: usize, noise: &mut Generator) {
        self.drawn.clear();
        if self.labels.is_empty() {
            return;
        }
        for _ in 0..self.replayed * new {
            let stored = below(self.labels.len() as u64, noise) as usize;
            let head = self.heads.get(stored).map_or(0, |head| *head as usize);
            self.drawn.push((stored, head));
        }
    }

    /// Makes a step on `new` examples and on those drawn that share their head, which is in use.
    fn step(
        &mut self,
        body: &mut Body<'_>,
        new: Batch<'_>,
        weight: f32,
    ) -> Result<Learned, Diverged> {
        let (width, head) = (body.network.inputs(), body.network.head());
        let (x, y, w) = &mut self.batch;
        x.clear();
        y.clear();
        x.extend_from_slice(new.inputs);
        y.extend(new.targets.words());
        w.clear();
        match new.weights {
            Some(weights) => w.extend_from_slice(weights),
            None => w.resize(new.len(), 1.0),
        }
        for (stored, _) in self.drawn.iter().filter(|(_, of)| *of == head) {
            x.extend_from_slice(&self.inputs[stored * width..(stored + 1) * width]);
            y.push(self.labels[*stored]);
            w.push(self.weights.get(*stored).copied().unwrap_or(1.0));
        }
        let weighted = new.weights.is_some() || !self.weights.is_empty();
        let targets = OwnedTargets::from_words(y, new.targets);
        let batch = Batch::new(x, targets.lend()).weighted(weighted.then_some(&w[..]));
        let batch = batch.learn_above(new.learn_above);
        self.base.step(body.network, body.noise, batch, weight)
    }

    /// Makes a step for each head but the one in use of which examples were drawn, with targets of the same kind.
    fn step_elsewhere(
        &mut self,
        body: &mut Body<'_>,
        targets: Targets<'_>,
        weight: f32,
    ) -> Result<(), Diverged> {
        let in_use = body.network.head();
        let heads = self.drawn.iter().map(|(_, head)| *head);
        let others: BTreeSet<usize> = heads.filter(|head| *head != in_use).collect();
        for head in &others {
            let stored = body.network.use_head(*head);
            stored.expect("stored with a head of this network");
            self.step(body, Batch::new(&[], targets.part(0, 0)), weight)?;
        }
        Ok(())
    }
}

/// A number in `0..end`, each equally likely up to 2^-24 of all.
fn below(end: u64, noise: &mut Generator) -> u64 {
    // Two draws of 24 bits make one of 48.
    let mut draws = [0.0; 2];
    noise.fill_uniform(&mut draws, 0.0, 1.0);
    let fine = f64::from(draws[0]) + f64::from(draws[1]) / f64::from(1 << 24);
    ((fine * end as f64) as u64).min(end - 1)
}

impl Engine for Replay {
    fn learn(&mut self, mut body: Body<'_>, batch: Batch<'_>) -> Result<Learned, Diverged> {
        let (width, in_use) = (body.network.inputs(), body.network.head());
        self.draw(batch.len(), body.noise);
        let weight = self.base.weight(batch.len() + self.drawn.len());
        let of_head = self.step(&mut body, batch, weight)?;
        // What is reported is about the new examples, as of the other learners.
        let all = self.batch.1.len();
        let learned = Learned {
            nll: of_head.nll * batch.len() as f64 / all as f64,
            ..Learned::default()
        };
        let learned = learned.judged(self.base.judge(body.network, all, batch.targets));
        let elsewhere = self.step_elsewhere(&mut body, batch.targets, weight);
        body.network.use_head(in_use).expect("it was in use");
        elsewhere?;
        let head = (body.network.heads() > 1).then_some(in_use as u32);
        let rows = batch.inputs.chunks_exact(width).zip(batch.targets.words());
        for (i, (x, word)) in rows.enumerate() {
            let weight = batch.weights.map_or(1.0, |weights| weights[i]);
            let example = Stored {
                x,
                word,
                head,
                weight,
            };
            self.store(example, body.noise);
        }
        *body.updates += 1;
        Ok(learned)
    }

    fn predict(
        &self,
        network: &Network,
        inputs: &[f32],
        draws: Draws,
    ) -> Result<Vec<Prediction>, Diverged> {
        self.base.predict(network, inputs, draws)
    }

    /// Examples that are learned again have no loss of their own.
    fn gates(&self) -> bool {
        false
    }

    fn grow(&mut self, network: &mut Network, fresh: Vec<Layer>) {
        self.base.grow(network, fresh);
    }

    fn state(&self) -> EngineState {
        EngineState {
            counts: vec![self.seen],
            inputs: self.inputs.clone(),
            labels: self.labels.clone(),
            heads: self.heads.clone(),
            weights: self.weights.clone(),
            ..EngineState::default()
        }
    }

    fn restore(&mut self, state: EngineState) -> Option<()> {
        let [seen] = state.counts[..] else {
            return None;
        };
        let full = state.labels.len() as u64 == seen.min(self.buffer as u64);
        let finite = state.inputs.iter().all(|x| x.is_finite());
        (self.seen, self.inputs, self.labels) = (seen, state.inputs, state.labels);
        let weighted = state.weights.is_empty() || state.weights.len() == self.labels.len();
        let sound = state.weights.iter().all(|w| w.is_finite() && *w >= 0.0);
        (self.heads, self.weights) = (state.heads, state.weights);
        (full && finite && weighted && sound).then_some(())
    }

    fn clone_box(&self) -> Box<dyn Engine> {
        Box::new(self.clone())
    }
}
