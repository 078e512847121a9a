//! Synaptic Intelligence: see [`crate::rule::Si`].

use serde::{Deserialize, Serialize};

use super::adam::{Base, Optimizer};
use super::kind::Settings;
use crate::config::{ConfigError, not_negative, positive, setters};
use crate::estimator::Diverged;
use crate::learner::engine::point::{Consolidation, PointEngine};
use crate::learner::engine::{Engine, Examples};
use crate::learner::remedy::Remedy;
use crate::learner::sampling::{Reduction, Sampling};
use crate::network::Network;
use crate::rule::Sgd;
use crate::rule::Si;

/// Settings of Synaptic Intelligence; the defaults are those of the paper's permuted digits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct SiConfig {
    /// Strength of the penalty; >= 0.
    pub coefficient: f64,
    /// Damping that keeps the importance of a weight that hardly moved finite; > 0.
    pub damping: f64,
    /// Optimizer whose gradient the penalty is added to.
    pub optimizer: Optimizer,
    /// The optimiser's rate; >= 0.
    pub lr: f64,
    /// Reduction of the losses of a batch to the loss.
    pub reduction: Reduction,
}

setters!(SiConfig {
    coefficient: f64,
    damping: f64,
    optimizer: Optimizer,
    lr: f64,
    reduction: Reduction,
});

impl Default for SiConfig {
    fn default() -> Self {
        Self {
            coefficient: 1e-4,
            damping: 1.0,
            optimizer: Optimizer::Sgd,
            lr: 0.002,
            reduction: Reduction::Sum,
        }
    }
}

impl Settings for SiConfig {
    fn sampling(&self) -> Option<Sampling> {
        None
    }

    fn remedies(&self) -> Vec<Remedy> {
        vec![
            Remedy::Lower(&["lr", "coefficient"]),
            Remedy::ForBatches("reduction", "mean"),
        ]
    }

    fn engine(&self, network: &mut Network) -> Result<Box<dyn Engine>, ConfigError> {
        not_negative([("coefficient", self.coefficient)])?;
        positive([("damping", self.damping)])?;
        let base = self.optimizer.base(self.lr)?;
        let (coefficient, reduction) = (self.coefficient, self.reduction);
        let at_end = Damped(self.damping);
        Ok(match base {
            Base::Sgd(base) => {
                let rule = Si { base, coefficient };
                Box::new(PointEngine::new(network, rule, reduction).with(at_end))
            }
            Base::Adam(base) => {
                let rule = Si { base, coefficient };
                Box::new(PointEngine::new(network, rule, reduction).with(at_end))
            }
        })
    }
}

/// Turns the path into importance, with this damping.
#[derive(Clone, Copy, Debug)]
struct Damped(f64);

impl Consolidation for Damped {
    fn consolidate(&self, network: &mut Network, _: &mut Examples<'_>) -> Result<(), Diverged> {
        // A head that waits has no part in the task.
        for group in network.synapses_in_use_mut() {
            let weights = group.mu().clone();
            let [anchor, omega, path] = group.planes_named(["anchor", "omega", "path"]);
            for row in 0..weights.rows() {
                let kept = anchor.row(row).iter().zip(path.row(row));
                let moved = kept.zip(weights.row(row));
                for (omega, ((anchor, path), w)) in omega.row_mut(row).iter_mut().zip(moved) {
                    *omega = Si::<Sgd>::importance(*omega, *path, w - anchor, self.0);
                }
            }
            path.padded_mut().fill(0.0);
            *anchor = weights;
        }
        Ok(())
    }

    fn clone_box(&self) -> Box<dyn Consolidation> {
        Box::new(*self)
    }
}
