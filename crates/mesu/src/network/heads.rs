//! Several output layers, heads, of which one is in use at a time.
//!
//! The head in use is the network's last layer; the others wait beside it, so that whoever computes with
//! a network need not know of heads. What is learned moves the trunk, which is all other layers, and the
//! head in use; a head that waits keeps its synapses as they are.
//!
//! The trunk and every head count their own updates: an optimizer that corrects for how few gradients it
//! has seen (Adam) has seen fewer of a head than of the trunk.

use crate::layer::Layer;
use crate::rule::Rule;

/// A head that the network does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[error("there is no head {head}; expected 0 to {}", heads - 1)]
pub struct HeadError {
    /// The number asked for, from 0.
    pub head: usize,
    /// Number of heads.
    pub heads: usize,
}

/// Number of updates of a part of the network.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct UpdateCount {
    /// All updates.
    pub(crate) total: u64,
    /// The total when the optimizer was last reset.
    pub(crate) at_optimizer_reset: u64,
    /// Updates that were not made since the last one, for want of something to learn: time passed, and the
    /// next update makes up for it.
    pub(crate) idle: u64,
}

impl UpdateCount {
    /// Number of updates since the optimizer was reset, which are those that it knows of.
    pub(super) fn since_reset(self) -> u64 {
        self.total - self.at_optimizer_reset
    }

    /// Counts an update.
    pub(super) fn count(&mut self) {
        self.total += 1;
        self.idle = 0;
    }

    /// Counts from here on for the optimizer.
    pub(crate) fn reset_optimizer(&mut self) {
        self.at_optimizer_reset = self.total;
    }
}

/// The heads that wait, and how many updates each part of the network has had.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Heads {
    /// The head in use.
    pub(super) head: usize,
    /// All others in their places; nothing in the place of the head in use.
    pub(super) waiting: Vec<Option<Layer>>,
    /// Updates of the trunk.
    pub(super) trunk: UpdateCount,
    /// Updates of each head.
    pub(super) updates: Vec<UpdateCount>,
}

impl Heads {
    /// Heads of which the first is in use and these others are not.
    pub(super) fn new(others: impl IntoIterator<Item = Layer>) -> Self {
        let others = others.into_iter().map(Some);
        let waiting: Vec<Option<Layer>> = std::iter::once(None).chain(others).collect();
        Self {
            head: 0,
            updates: vec![UpdateCount::default(); waiting.len()],
            waiting,
            trunk: UpdateCount::default(),
        }
    }
}

/// A rule as the trunk needs it now, and as the head in use does.
pub(crate) struct Rules<R> {
    pub(super) trunk: R,
    pub(super) head: R,
    pub(super) last: usize,
}

impl<R: Rule> Rules<R> {
    /// Rule of layer `l`, from 0, whose prior is `prior_scale` times as wide as the rule's.
    pub(crate) fn of(&self, l: usize, prior_scale: f64) -> R {
        let rule = if l == self.last {
            &self.head
        } else {
            &self.trunk
        };
        rule.for_layer(prior_scale)
    }
}
