//! Several output layers, heads, of which one is in use at a time.
//!
//! The head in use is the network's last layer; the others wait beside it, so that whoever computes with
//! a network need not know of heads. What is learned moves the trunk, which is all other layers, and the
//! head in use; a head that waits keeps its synapses as they are.
//!
//! The trunk and every head count their own updates: an optimiser that corrects for how few gradients it
//! has seen (Adam) has seen fewer of a head than of the trunk.

use crate::rule::Rule;

use super::Network;
use crate::layer::Layer;
use crate::synapse::Synapses;

/// A head that the network has not got.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no head {head}; expected 0 to {} (network.heads is {heads})", heads - 1)]
pub struct HeadError {
    /// What was asked for.
    pub head: usize,
    /// How many there are.
    pub heads: usize,
}

/// Updates of a part of the network.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Updates {
    /// All of them.
    pub(crate) made: u64,
    /// Those before its optimiser began anew.
    pub(crate) before: u64,
}

impl Updates {
    /// Those that the optimiser knows of.
    fn known(self) -> u64 {
        self.made - self.before
    }
}

/// The heads that wait, and who has had how many updates.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Heads {
    /// The head in use.
    head: usize,
    /// All others in their places; nothing in the place of the head in use.
    waiting: Vec<Option<Layer>>,
    trunk: Updates,
    /// Of each head.
    updates: Vec<Updates>,
}

impl Heads {
    /// The first head is in use, these others are not.
    pub(super) fn new(others: impl IntoIterator<Item = Layer>) -> Self {
        let others = others.into_iter().map(Some);
        let waiting: Vec<Option<Layer>> = std::iter::once(None).chain(others).collect();
        Self {
            head: 0,
            updates: vec![Updates::default(); waiting.len()],
            waiting,
            trunk: Updates::default(),
        }
    }
}

/// A rule as the trunk needs it now, and as the head in use does.
pub(crate) struct Rules<R> {
    trunk: R,
    head: R,
    last: usize,
}

impl<R> Rules<R> {
    /// That of layer `l`, from 0.
    pub(crate) fn of(&self, l: usize) -> &R {
        if l == self.last {
            &self.head
        } else {
            &self.trunk
        }
    }
}

impl Network {
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

    /// From now on the last of `layers` is the head `head`, from 0. It costs nothing.
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

    /// Updates that the head `head` has had, from 0; 0 of a head that there is not.
    #[must_use]
    pub fn updates_of_head(&self, head: usize) -> u64 {
        self.heads
            .updates
            .get(head)
            .map_or(0, |updates| updates.made)
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

    /// Numbers of the groups of all heads, from those of the trunk and of the head in use: 0 of the others.
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
        Self::from(self.layers.clone())
    }

    /// `rule` as it is for the next update.
    pub(crate) fn rules<R: Rule>(&self, rule: &R) -> Rules<R> {
        let Heads {
            head,
            trunk,
            updates,
            ..
        } = &self.heads;
        Rules {
            trunk: rule.at(trunk.known()),
            head: rule.at(updates[*head].known()),
            last: self.layers.len() - 1,
        }
    }

    /// Counts an update of the trunk and of the head in use.
    pub(crate) fn count_update(&mut self) {
        self.heads.trunk.made += 1;
        self.heads.updates[self.heads.head].made += 1;
    }

    /// The optimisers of all layers begin anew.
    pub(crate) fn begin_anew(&mut self) {
        for updates in self.heads.updates.iter_mut().chain([&mut self.heads.trunk]) {
            updates.before = updates.made;
        }
    }

    /// The updates of each head.
    pub(crate) fn head_updates(&self) -> &[Updates] {
        &self.heads.updates
    }

    /// Takes back what was counted, of the trunk and of each head; `None` if these are not as many heads.
    pub(crate) fn set_updates(&mut self, trunk: Updates, heads: &[Updates]) -> Option<()> {
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
