//! Elastic weight consolidation with the penalties of all tasks: see [`crate::rule::Ewc`].

use serde::{Deserialize, Serialize};

use super::adam::{Base, Optimizer};
use super::kind::Settings;
use crate::config::{ConfigError, not_negative, setters};
use crate::curvature::of_groups_in_use;
use crate::estimator::Diverged;
use crate::learner::engine::point::{Consolidation, PointEngine};
use crate::learner::engine::{Engine, Examples};
use crate::learner::remedy::Remedy;
use crate::learner::sampling::{Reduction, Sampling};
use crate::network::Network;
use crate::rule::Ewc;
use crate::rule::Sgd;

/// Settings of EWC.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct EwcConfig {
    /// Strength of the penalty; >= 0.
    pub importance: f64,
    /// Optimizer whose gradient the penalty is added to.
    pub optimizer: Optimizer,
    /// The optimiser's rate; >= 0.
    pub lr: f64,
    /// Reduction of the losses of a batch to the loss.
    pub reduction: Reduction,
}

setters!(EwcConfig {
    importance: f64,
    optimizer: Optimizer,
    lr: f64,
    reduction: Reduction,
});

impl Default for EwcConfig {
    fn default() -> Self {
        Self {
            importance: 2.0,
            optimizer: Optimizer::Sgd,
            lr: 0.002,
            reduction: Reduction::Sum,
        }
    }
}

impl Settings for EwcConfig {
    fn sampling(&self) -> Option<Sampling> {
        None
    }

    fn remedies(&self) -> Vec<Remedy> {
        vec![
            Remedy::Lower(&["lr", "importance"]),
            Remedy::ForBatches("reduction", "mean"),
        ]
    }

    fn engine(&self, network: &mut Network) -> Result<Box<dyn Engine>, ConfigError> {
        not_negative([("importance", self.importance)])?;
        let base = self.optimizer.base(self.lr)?;
        Ok(anchored(
            network,
            base,
            self.importance,
            self.reduction,
            Penalties::All,
        ))
    }
}

/// Fate of the penalties of former tasks.
#[derive(Clone, Copy, Debug)]
pub(super) enum Penalties {
    /// All of them, which stay.
    All,
    /// One for all, which fades by this factor.
    One { downweighting: f64 },
}

/// An engine of either EWC.
pub(super) fn anchored(
    network: &mut Network,
    base: Base,
    importance: f64,
    reduction: Reduction,
    penalties: Penalties,
) -> Box<dyn Engine> {
    match base {
        Base::Sgd(base) => {
            let rule = Ewc { base, importance };
            Box::new(PointEngine::new(network, rule, reduction).with(penalties))
        }
        Base::Adam(base) => {
            let rule = Ewc { base, importance };
            Box::new(PointEngine::new(network, rule, reduction).with(penalties))
        }
    }
}

impl Consolidation for Penalties {
    fn consolidate(
        &self,
        network: &mut Network,
        examples: &mut Examples<'_>,
    ) -> Result<(), Diverged> {
        // A head that waits has no part in the task: its penalty neither grows nor fades.
        let of_task = of_groups_in_use(network, examples)?;
        for (group, of_task) in network.synapses_in_use_mut().zip(of_task) {
            let weights = group.mu().clone();
            let [anchor, fisher] = group.planes_named(["anchor", "fisher"]);
            let columns = weights.columns();
            for (row, of_task) in of_task.chunks_exact(columns.max(1)).enumerate() {
                let kept = anchor.row_mut(row).iter_mut().zip(fisher.row_mut(row));
                for ((anchor, fisher), (w, f)) in kept.zip(weights.row(row).iter().zip(of_task)) {
                    (*anchor, *fisher) = match self {
                        Self::All => Ewc::<Sgd>::add(*anchor, *fisher, *w, *f as f32),
                        Self::One { downweighting } => {
                            Ewc::<Sgd>::replace(*downweighting, *fisher, *w, *f as f32)
                        }
                    };
                }
            }
        }
        Ok(())
    }

    fn clone_box(&self) -> Box<dyn Consolidation> {
        Box::new(*self)
    }
}
