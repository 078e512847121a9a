//! Engine of MESU with correlated synapses.

use std::collections::BTreeMap;

use mesu_kernels::{Generator, Matrix};

use super::predict::in_chunks;
use super::spare::Spare;
use super::{Draws, Engine};
use crate::estimator::correlated::{Correlated, Evidence, Rates};
use crate::estimator::{Batch, Body, Diverged, Learned};
use crate::layer::Layer;
use crate::learner::sampling::Sampling;
use crate::learner::state::EngineState;
use crate::network::Network;
use crate::network::covariance::{InputCovariance, Pull};
use crate::outputs::Prediction;
use crate::rule::Mesu;
use crate::synapse::Synapses;

/// Updates after which the standard deviations that a network shows are those of its covariances again. Nothing is computed
/// with them.
const SHOWN_EVERY: u64 = 100;

/// An engine whose layers share an input covariance each.
#[derive(Clone, Debug)]
pub(crate) struct CorrelatedEngine {
    rates: Rates,
    mu_prior: f32,
    sampling: Sampling,
    posteriors: Posteriors,
    evidence: Vec<Evidence>,
    buffers: Correlated,
    /// Buffers for predictions of single examples.
    spare: Spare<Correlated>,
}

/// Covariances of the layers of the trunk, and of each head.
#[derive(Clone, Debug)]
struct Posteriors {
    trunk: Vec<InputCovariance>,
    heads: Vec<InputCovariance>,
}

impl Posteriors {
    fn of(&self, l: usize, head: usize) -> &InputCovariance {
        self.trunk.get(l).unwrap_or(&self.heads[head])
    }

    fn of_mut(&mut self, l: usize, head: usize) -> &mut InputCovariance {
        self.trunk.get_mut(l).unwrap_or(&mut self.heads[head])
    }

    /// Beginnings of the names of their state, of the trunk's and then of the heads'.
    fn names(&self) -> Vec<String> {
        let trunk = (1..=self.trunk.len()).map(|number| format!("layer.{number}."));
        let heads = (1..=self.heads.len()).map(|number| format!("head.{number}."));
        trunk.chain(heads).collect()
    }
}

impl CorrelatedEngine {
    /// An engine of `network`, whose covariances, of the trunk's layers and of each head, begin as these.
    pub(crate) fn new(
        network: &mut Network,
        rule: Mesu,
        sampling: Sampling,
        (trunk, heads): (Vec<InputCovariance>, Vec<InputCovariance>),
    ) -> Self {
        let mut engine = Self {
            rates: Rates {
                mean: rule.lr_mu as f32,
                curvature: rule.lr_sigma as f32,
                max_step_ratio: rule.max_step_ratio.map(|ratio| ratio as f32),
            },
            mu_prior: rule.mu_prior as f32,
            sampling,
            posteriors: Posteriors { trunk, heads },
            evidence: vec![Evidence::default(); network.layers.len()],
            buffers: Correlated::new(network, sampling.samples),
            spare: Spare::default(),
        };
        if network.layers.len() == 1 {
            // No neurons that would have to be told apart: the means begin as the prior's.
            for group in network.synapses_mut() {
                begin_at(group, engine.mu_prior);
            }
        }
        engine.show(network);
        // Whoever compares synapses with their start finds the prior there.
        for head in (0..network.heads()).rev() {
            if network.use_head(head).is_ok() {
                network.layers.iter_mut().for_each(begins_as_shown);
            }
        }
        engine
    }

    /// Writes the standard deviations that the network shows.
    fn show(&mut self, network: &mut Network) {
        let last = network.layers.len() - 1;
        let posteriors = &self.posteriors;
        for (l, layer) in network.layers.iter_mut().enumerate().take(last) {
            show(layer, &posteriors.trunk[l]);
        }
        let head = network.head();
        for other in 0..network.heads() {
            if network.use_head(other).is_ok() {
                show(&mut network.layers[last], &posteriors.heads[other]);
            }
        }
        // The head that was in use is there.
        let _ = network.use_head(head);
    }

    /// Makes the update that the evidence asks for.
    fn update(&mut self, body: &mut Body<'_>) -> Result<(), Diverged> {
        let head = body.network.head();
        for (l, evidence) in self.evidence.iter_mut().enumerate().rev() {
            let layer = &mut body.network.layers[l];
            let covariance = self.posteriors.of_mut(l, head);
            if !evidence.apply(layer, covariance, self.rates, body.noise) {
                return Err(Diverged::new(l + 1, "a step is not finite"));
            }
        }
        body.network.count_update();
        *body.updates += 1;
        self.time_passes(body.network)?;
        if body.updates.is_multiple_of(SHOWN_EVERY) {
            self.show(body.network);
        }
        Ok(())
    }

    /// Counts an update, made or not, and forgets when it is time.
    fn time_passes(&mut self, network: &mut Network) -> Result<(), Diverged> {
        let head = network.head();
        let mut forgot = false;
        for (l, layer) in network.layers.iter_mut().enumerate() {
            let covariance = self.posteriors.of_mut(l, head);
            let broken = |()| Diverged::new(l + 1, "a covariance has no inverse any more");
            if let Some(pull) = covariance.count_update().map_err(broken)? {
                pull_means(layer, covariance, pull);
                forgot = true;
            }
        }
        if forgot {
            self.show(network);
        }
        Ok(())
    }

    /// Learns from the forward pass that was made of a batch's only example.
    fn learn_seen(&mut self, mut body: Body<'_>, batch: Batch<'_>) -> Result<Learned, Diverged> {
        self.evidence.iter_mut().for_each(Evidence::clear);
        let (head, posteriors) = (body.network.head(), &self.posteriors);
        let covariance = |l: usize| posteriors.of(l, head);
        let weight = self.sampling.reduction.weight(1);
        let (network, evidence) = (&*body.network, &mut self.evidence);
        let learned = self
            .buffers
            .backward(network, covariance, batch, weight, evidence)?;
        self.end(&mut body)?;
        Ok(learned)
    }

    /// Updates, if there is something to learn; lets time pass in any case.
    fn end(&mut self, body: &mut Body<'_>) -> Result<(), Diverged> {
        if self.evidence.iter().any(|evidence| evidence.examples() > 0) {
            return self.update(body);
        }
        body.network.count_idle();
        self.time_passes(body.network)
    }

    fn forward(
        &mut self,
        network: &Network,
        x: &[f32],
        noise: &mut Generator,
    ) -> Result<(), Diverged> {
        let (head, posteriors) = (network.head(), &self.posteriors);
        self.buffers
            .forward(network, |l| posteriors.of(l, head), x, noise)
    }
}

/// Sets all means of a group of synapses.
fn begin_at(group: &mut Synapses, mean: f32) {
    if let Some(mu) = group.plane_mut("mu") {
        let columns = mu.columns();
        for row in 0..mu.rows() {
            mu.row_mut(row)[..columns].fill(mean);
        }
    }
}

/// Takes the standard deviation that a layer shows for that of its start.
fn begins_as_shown(layer: &mut Layer) {
    if let Some(sigma) = layer.weight.sigma() {
        layer.first_sigma = sigma.row(0)[0];
    }
}

/// Writes a layer's standard deviations, which all its neurons share.
fn show(layer: &mut Layer, covariance: &InputCovariance) {
    let deviations: Vec<f32> = covariance.variances().iter().map(|v| v.sqrt()).collect();
    if let Some(sigma) = layer.weight.plane_mut("sigma") {
        for row in 0..sigma.rows() {
            sigma
                .row_mut(row)
                .copy_from_slice(&deviations[..layer.inputs]);
        }
        sigma.repeat_last_into_padding();
    }
    let bias = layer.bias.as_mut().and_then(|bias| bias.plane_mut("sigma"));
    if let Some(sigma) = bias {
        sigma.padded_mut().fill(deviations[layer.inputs]);
    }
}

/// Pulls the means to the prior's: `M + share (mean - M) V`.
fn pull_means(layer: &mut Layer, covariance: &InputCovariance, pull: Pull) {
    let n = covariance.inputs();
    let (mut off, mut step) = (Matrix::zeros(1, n), Matrix::zeros(1, n));
    let mut terms = Vec::new();
    for o in 0..layer.outputs {
        let to = off.row_mut(0);
        let row = layer.weight.mu().row(o).iter();
        to.iter_mut()
            .zip(row)
            .for_each(|(to, mu)| *to = pull.share * (pull.mean - mu));
        if let Some(bias) = &layer.bias {
            to[n - 1] = pull.share * (pull.mean - bias.mu().row(0)[o]);
        }
        covariance.product(&off, &mut step, &mut terms);
        if let Some(mu) = layer.weight.plane_mut("mu") {
            let steps = mu.row_mut(o).iter_mut().zip(step.row(0));
            steps.for_each(|(mu, step)| *mu += step);
        }
        let bias = layer.bias.as_mut().and_then(|bias| bias.plane_mut("mu"));
        if let Some(bias) = bias {
            bias.row_mut(0)[o] += step.row(0)[n - 1];
        }
    }
}

impl Engine for CorrelatedEngine {
    fn learn(&mut self, mut body: Body<'_>, batch: Batch<'_>) -> Result<Learned, Diverged> {
        // Of a batch that was refused halfway nothing is left.
        self.evidence.iter_mut().for_each(Evidence::clear);
        let weight = self.sampling.reduction.weight(batch.len());
        let mut learned = Learned::default();
        let head = body.network.head();
        for example in batch.each(body.network.inputs()) {
            self.forward(body.network, example.inputs, body.noise)?;
            let posteriors = &self.posteriors;
            let covariance = |l: usize| posteriors.of(l, head);
            let (network, evidence) = (&*body.network, &mut self.evidence);
            learned += self
                .buffers
                .backward(network, covariance, example, weight, evidence)?;
        }
        self.end(&mut body)?;
        Ok(learned)
    }

    fn learn_one(
        &mut self,
        mut body: Body<'_>,
        example: Batch<'_>,
    ) -> Result<(Prediction, Learned), Diverged> {
        self.forward(body.network, example.inputs, body.noise)?;
        let prediction = self.buffers.prediction(&body.network.outputs);
        let learned = self.learn_seen(body.again(), example)?;
        Ok((prediction, learned))
    }

    fn predict_ahead(
        &mut self,
        network: &Network,
        x: &[f32],
        noise: &mut Generator,
    ) -> Option<Result<Prediction, Diverged>> {
        let forward = self.forward(network, x, noise);
        Some(forward.map(|()| self.buffers.prediction(&network.outputs)))
    }

    fn learn_ahead(&mut self, body: Body<'_>, example: Batch<'_>) -> Result<Learned, Diverged> {
        self.learn_seen(body, example)
    }

    fn predict(
        &self,
        network: &Network,
        inputs: &[f32],
        draws: Draws,
    ) -> Result<Vec<Prediction>, Diverged> {
        let samples = draws.samples.unwrap_or(self.sampling.test_samples);
        let (width, outputs) = (network.inputs(), network.output_size());
        let head = network.head();
        let new = || Correlated::new(network, samples);
        in_chunks(network, inputs, samples, new, |one, number, inputs| {
            let mut noise = draws.noise.split((draws.first_chunk + number) as u64);
            let examples = inputs.len() / width;
            let columns = samples * examples;
            let mut logits = vec![0.0; outputs * columns];
            for (example, x) in inputs.chunks_exact(width).enumerate() {
                one.forward(network, |l| self.posteriors.of(l, head), x, &mut noise)?;
                let of_example = one.outputs();
                for output in 0..outputs {
                    let to = logits[output * columns..][..columns].iter_mut();
                    let to = to.skip(example).step_by(examples);
                    to.zip(of_example.row(output)).for_each(|(to, x)| *to = *x);
                }
            }
            Ok(network.outputs.predict(&mut logits, outputs, samples))
        })
    }

    fn predict_one(
        &self,
        network: &Network,
        x: &[f32],
        draws: Draws,
    ) -> Result<Prediction, Diverged> {
        let mut noise = draws.noise;
        let samples = draws.samples.unwrap_or(self.sampling.test_samples);
        let mut spare = self.spare.take(|one| one.samples() == samples);
        let one = spare.get_or_insert_with(|| Box::new(Correlated::new(network, samples)));
        let head = network.head();
        let forward = one.forward(network, |l| self.posteriors.of(l, head), x, &mut noise);
        let prediction = forward.map(|()| one.prediction(&network.outputs));
        self.spare.give(spare);
        prediction
    }

    fn is_sound(&self) -> bool {
        let Posteriors { trunk, heads } = &self.posteriors;
        trunk.iter().chain(heads).all(InputCovariance::is_sound)
    }

    fn grow(&mut self, network: &mut Network, mut fresh: Vec<Layer>) {
        if network.layers.len() == 1 {
            for layer in &mut fresh {
                begin_at(&mut layer.weight, self.mu_prior);
                layer
                    .bias
                    .iter_mut()
                    .for_each(|bias| begin_at(bias, self.mu_prior));
            }
        }
        network.grow(fresh, &Mesu::default());
        self.buffers = Correlated::new(network, self.sampling.samples);
        self.evidence = vec![Evidence::default(); network.layers.len()];
        self.spare = Spare::default();
        self.show(network);
    }

    fn state(&self) -> EngineState {
        let Posteriors { trunk, heads } = &self.posteriors;
        let named = self
            .posteriors
            .names()
            .into_iter()
            .zip(trunk.iter().chain(heads));
        EngineState {
            covariances: named
                .flat_map(|(prefix, covariance)| covariance.state(&prefix))
                .collect(),
            ..EngineState::default()
        }
    }

    fn restore(&mut self, mut state: EngineState) -> Option<()> {
        let numbers = std::mem::take(&mut state.covariances);
        let mut numbers: BTreeMap<String, Vec<f32>> = numbers.into_iter().collect();
        let names = self.posteriors.names();
        let Posteriors { trunk, heads } = &mut self.posteriors;
        for (prefix, covariance) in names.into_iter().zip(trunk.iter_mut().chain(heads)) {
            covariance.restore(&prefix, &mut |name| numbers.remove(name))?;
        }
        (numbers.is_empty() && state == EngineState::default()).then_some(())
    }

    fn clone_box(&self) -> Box<dyn Engine> {
        Box::new(self.clone())
    }
}
