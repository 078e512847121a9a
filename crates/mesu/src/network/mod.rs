//! A network: its description, checked once, and its layers.

mod architecture;
mod config;
pub(crate) mod covariance;
mod heads;
pub(crate) mod scaling;

use mesu_kernels::Generator;

use self::architecture::Architecture;
pub use self::architecture::Line;
use self::config::architecture;
pub use self::config::{Initialization, NetworkConfig};
pub use self::covariance::{Covariance, CovarianceError};
pub use self::heads::HeadError;
use self::heads::Heads;
pub(crate) use self::heads::{Rules, UpdateCount};
pub use self::scaling::Scaling;
use crate::config::ConfigError;
use crate::layer::{Layer, Op, Plan, Relu};
pub use crate::layer::{Shape, WeightKind};
use crate::outputs::Outputs;
use crate::rule::Rule;
use crate::synapse::Synapses;

/// Bytes that learning holds for a synapse: mu, sigma and their gradients.
const BYTES_PER_SYNAPSE: usize = 16;

/// Layers of synapses, from the input to the logits, and heads that wait to be the last of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Network {
    /// Layers, at least one; the last is the head in use.
    pub layers: Vec<Layer>,
    heads: Heads,
    /// Meaning of the outputs.
    pub(crate) outputs: Outputs,
}

impl From<Vec<Layer>> for Network {
    /// A network of these layers, at least one, and no other head than the last of them.
    fn from(layers: Vec<Layer>) -> Self {
        Self {
            layers,
            heads: Heads::new([]),
            outputs: Outputs::default(),
        }
    }
}

impl Network {
    /// A network for `inputs` numbers and `classes` classes, its means drawn from `noise`: layer by
    /// layer, then one head after another, so that the first head starts as it would alone.
    ///
    /// # Errors
    /// A width that is zero or absurd, or more synapses than memory holds.
    pub fn new(
        inputs: usize,
        classes: usize,
        config: &NetworkConfig,
        kind: WeightKind,
        noise: &mut Generator,
    ) -> Result<Self, ConfigError> {
        let Architecture { layers, lines } = architecture(inputs, classes, config)?;
        let counts = lines.iter().map(|line| line.synapses);
        let synapses = counts.fold(0, usize::saturating_add);
        // Asked for here and given back: later on, memory that isn't there ends the program.
        let bytes = synapses.saturating_mul(BYTES_PER_SYNAPSE);
        if Vec::<u8>::new().try_reserve_exact(bytes).is_err() {
            let of_heads = lines.last().map_or(0, |line| line.synapses);
            let (field, found) = match config.layers[..] {
                _ if config.heads > 1 && of_heads > synapses / 2 => {
                    ("heads", config.heads.to_string())
                }
                [] => ("hidden", format!("{:?}", config.hidden)),
                _ => ("layers", format!("{:?}", config.layers)),
            };
            let gigabytes = bytes.div_ceil(1 << 30);
            let expected =
                format!("a network that fits the memory (this one takes {gigabytes} GiB)");
            return Err(ConfigError::network(field, found, expected));
        }
        let output = layers.last().cloned();
        let only = layers.len() == 1;
        let mut draw = |first: bool, plan: Plan| {
            let values = config.first_values(&plan, first, kind);
            plan.draw(values, noise)
        };
        let numbered = layers.into_iter().enumerate();
        let layers = numbered.map(|(l, plan)| draw(l == 0, plan)).collect();
        let others = output.into_iter().cycle().take(config.heads - 1);
        let heads = Heads::new(others.map(|plan| draw(only, plan)));
        Ok(Self {
            layers,
            heads,
            outputs: Outputs::default(),
        })
    }

    /// The network that `config` describes, layer by layer, without making it: one line for each entry of
    /// its list and for the output layer.
    ///
    /// # Errors
    /// As [`Network::new`], but for the memory.
    pub fn describe(
        inputs: usize,
        classes: usize,
        config: &NetworkConfig,
    ) -> Result<Vec<Line>, ConfigError> {
        Ok(architecture(inputs, classes, config)?.lines)
    }

    /// Width of the input.
    #[must_use]
    pub fn inputs(&self) -> usize {
        self.layers[0].input_size()
    }

    /// Returns whether its layers are fully connected with ReLU between them, and nothing else.
    pub(crate) fn is_perceptron(&self) -> bool {
        let (last, hidden) = self.layers.split_last().expect("a layer");
        let plain = |layer: &Layer| layer.conv.is_none() && layer.then == [Op::Relu(Relu)];
        hidden.iter().all(plain) && last.conv.is_none() && last.then.is_empty()
    }

    /// Number of outputs.
    #[must_use]
    pub fn output_size(&self) -> usize {
        self.layers[self.layers.len() - 1].outputs
    }

    /// Number of classes, of which each has an output; 0 if the outputs are of values.
    #[must_use]
    pub fn classes(&self) -> usize {
        self.outputs.classes(self.output_size())
    }

    /// Number of synapses, those of all heads included.
    #[must_use]
    pub fn synapses(&self) -> usize {
        let layers = self.all_layers();
        layers.map(|(_, layer, _)| layer.synapses()).sum()
    }

    /// The groups of synapses with their names, `layer.1.weight` first. Where there are several heads,
    /// theirs come last, all of them and whichever is in use: `head.1.weight` is of the head 0.
    pub fn groups(&self) -> impl Iterator<Item = (String, &Synapses)> {
        self.all_layers().flat_map(|(name, layer, _)| {
            let weight = (format!("{name}.weight"), &layer.weight);
            let bias = layer.bias.as_ref();
            let bias = bias.map(|bias| (format!("{name}.bias"), bias));
            std::iter::once(weight).chain(bias)
        })
    }

    /// Number of heads; at least 1.
    #[must_use]
    pub fn heads(&self) -> usize {
        self.heads.updates.len()
    }

    /// The head in use, from 0; the first one after [`Network::new`].
    #[must_use]
    pub fn head(&self) -> usize {
        self.heads.head
    }

    /// Makes the head `head`, from 0, the last of `layers`. It costs nothing.
    ///
    /// # Errors
    /// [`HeadError`] if there is no such head; the network stays as it is.
    pub fn use_head(&mut self, head: usize) -> Result<(), HeadError> {
        let Some(place) = self.heads.waiting.get_mut(head) else {
            let heads = self.heads();
            return Err(HeadError { head, heads });
        };
        if let Some(next) = place.take() {
            let output = self.layers.len() - 1;
            let last = std::mem::replace(&mut self.layers[output], next);
            self.heads.waiting[self.heads.head] = Some(last);
            self.heads.head = head;
        }
        Ok(())
    }

    /// Number of updates that the head `head`, from 0, has had; 0 if there is no such head.
    #[must_use]
    pub fn updates_of_head(&self, head: usize) -> u64 {
        self.heads
            .updates
            .get(head)
            .map_or(0, |updates| updates.total)
    }

    /// All layers, those of the trunk first, then all heads in their order; with what the names of
    /// their synapses begin with, and whether they are in use.
    pub fn all_layers(&self) -> impl Iterator<Item = (String, &Layer, bool)> {
        let (output, trunk) = self.layers.split_last().expect("a layer");
        let trunk = trunk.iter().enumerate();
        let trunk = trunk.map(|(l, layer)| (format!("layer.{}", l + 1), layer, true));
        let (only, depth) = (self.heads() == 1, self.layers.len());
        let heads = self.heads.waiting.iter().enumerate();
        trunk.chain(heads.map(move |(h, waiting)| {
            let name = match only {
                true => format!("layer.{depth}"),
                false => format!("head.{}", h + 1),
            };
            (name, waiting.as_ref().unwrap_or(output), waiting.is_none())
        }))
    }

    /// The groups of synapses, in the order of [`groups`](Self::groups).
    pub fn synapses_mut(&mut self) -> impl Iterator<Item = &mut Synapses> {
        let (output, trunk) = self.layers.split_last_mut().expect("a layer");
        let mut output = Some(output);
        let heads = self.heads.waiting.iter_mut();
        let heads = heads.filter_map(move |waiting| waiting.as_mut().or_else(|| output.take()));
        trunk.iter_mut().chain(heads).flat_map(groups_mut)
    }

    /// The groups of the trunk and of the head in use, in the order of [`groups`](Self::groups).
    pub(crate) fn synapses_in_use_mut(&mut self) -> impl Iterator<Item = &mut Synapses> {
        self.layers.iter_mut().flat_map(groups_mut)
    }

    /// The groups of the heads that wait.
    pub(crate) fn synapses_waiting_mut(&mut self) -> impl Iterator<Item = &mut Synapses> {
        self.heads.waiting.iter_mut().flatten().flat_map(groups_mut)
    }

    /// Completes a list for each group of the trunk and of the head in use by zeros for the others.
    pub(crate) fn with_waiting(&self, in_use: Vec<Vec<f64>>) -> Vec<Vec<f64>> {
        let mut in_use = in_use.into_iter();
        let groups = self.all_layers().flat_map(|(_, layer, used)| {
            std::iter::once(&layer.weight)
                .chain(&layer.bias)
                .map(move |group| (group.len(), used))
        });
        groups
            .map(|(len, used)| match used {
                true => in_use.next().unwrap_or_default(),
                false => vec![0.0; len],
            })
            .collect()
    }

    /// The trunk and the head in use alone.
    pub(crate) fn with_one_head(&self) -> Self {
        Self {
            outputs: self.outputs,
            ..Self::from(self.layers.clone())
        }
    }

    /// Adds what `rule` keeps beside the weights to every group of synapses.
    pub(crate) fn prepare<R: Rule>(&mut self, rule: &R) {
        self.synapses_mut().for_each(|group| group.prepare(rule));
    }

    /// Returns `rule` as it is for the next update.
    pub(crate) fn rules<R: Rule>(&self, rule: &R) -> Rules<R> {
        let Heads {
            head,
            trunk,
            updates,
            ..
        } = &self.heads;
        let of_part = |part: &UpdateCount| rule.at(part.since_reset()).after_idle(part.idle);
        Rules {
            trunk: of_part(trunk),
            head: of_part(&updates[*head]),
            last: self.layers.len() - 1,
        }
    }

    /// Output layers of `neurons` fresh neurons, one for each head, as a new network's would be.
    pub(crate) fn fresh_outputs(
        &self,
        neurons: usize,
        config: &NetworkConfig,
        kind: WeightKind,
        noise: &mut Generator,
    ) -> Vec<Layer> {
        let output = &self.layers[self.layers.len() - 1];
        let first = self.layers.len() == 1;
        let heads = 0..self.heads();
        let fresh = heads.map(|_| {
            let plan = Plan {
                inputs: output.inputs,
                outputs: neurons,
                conv: None,
                then: Vec::new(),
            };
            let values = config.first_values(&plan, first, kind);
            plan.draw(values, noise)
        });
        fresh.collect()
    }

    /// Adds the neurons of `fresh` output layers, one for each head, to the heads; `rule` says what it keeps of
    /// their synapses.
    pub(crate) fn grow<R: Rule>(&mut self, fresh: Vec<Layer>, rule: &R) {
        let (output, in_use) = (self.layers.len() - 1, self.heads.head);
        for (head, mut fresh) in fresh.into_iter().enumerate() {
            groups_mut(&mut fresh).for_each(|group| group.prepare(rule));
            let layer = match &mut self.heads.waiting[head] {
                Some(waiting) => waiting,
                None => {
                    debug_assert_eq!(head, in_use);
                    &mut self.layers[output]
                }
            };
            layer.grow(&fresh);
        }
    }

    /// Counts an update of the trunk and of the head in use.
    pub(crate) fn count_update(&mut self) {
        self.heads.trunk.count();
        self.heads.updates[self.heads.head].count();
    }

    /// Counts an update that the trunk and the head in use do without.
    pub(crate) fn count_idle(&mut self) {
        self.heads.trunk.idle += 1;
        self.heads.updates[self.heads.head].idle += 1;
    }

    /// Resets the optimizers of all layers.
    pub(crate) fn reset_optimizers(&mut self) {
        let heads = self.heads.updates.iter_mut();
        heads
            .chain([&mut self.heads.trunk])
            .for_each(UpdateCount::reset_optimizer);
    }

    /// Updates that were not made since the last one, of the trunk and of each head; empty if they are all 0.
    pub(crate) fn idle(&self) -> Vec<u64> {
        let heads = self.heads.updates.iter();
        let parts = std::iter::once(&self.heads.trunk).chain(heads);
        let idle: Vec<u64> = parts.map(|part| part.idle).collect();
        match idle.iter().all(|idle| *idle == 0) {
            true => Vec::new(),
            false => idle,
        }
    }

    /// Restores what [`idle`](Self::idle) gave, if it is not empty; `None` if that is of other heads.
    pub(crate) fn set_idle(&mut self, idle: &[u64]) -> Option<()> {
        if idle.len() != 1 + self.heads() {
            return None;
        }
        let parts = std::iter::once(&mut self.heads.trunk).chain(&mut self.heads.updates);
        parts.zip(idle).for_each(|(part, idle)| part.idle = *idle);
        Some(())
    }

    /// Number of updates of each head.
    pub(crate) fn head_updates(&self) -> &[UpdateCount] {
        &self.heads.updates
    }

    /// Restores the counts of the trunk and of each head; `None` if these are not as many heads.
    pub(crate) fn set_updates(&mut self, trunk: UpdateCount, heads: &[UpdateCount]) -> Option<()> {
        if heads.len() != self.heads() {
            return None;
        }
        self.heads.trunk = trunk;
        self.heads.updates.copy_from_slice(heads);
        Some(())
    }
}

/// The groups of a layer.
fn groups_mut(layer: &mut Layer) -> impl Iterator<Item = &mut Synapses> {
    std::iter::once(&mut layer.weight).chain(&mut layer.bias)
}
