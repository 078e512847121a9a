//! Trait of the settings of every kind of learner.

use crate::config::ConfigError;
use crate::learner::engine::Engine;
use crate::learner::remedy::Remedy;
use crate::learner::sampling::Sampling;
use crate::network::{Covariance, Network};

/// Settings of one kind of learner.
pub(crate) trait Settings {
    /// Returns how it samples its weights; `None` of point weights.
    fn sampling(&self) -> Option<Sampling>;

    /// Returns what may help when learning diverges.
    fn remedies(&self) -> Vec<Remedy>;

    /// Makes the learner's engine; adds what its rule keeps to the network's synapses.
    ///
    /// # Errors
    /// A setting out of its range.
    fn engine(&self, network: &mut Network) -> Result<Box<dyn Engine>, ConfigError>;

    /// Makes the engine of correlated synapses; `None` of kinds that have none.
    ///
    /// # Errors
    /// A setting out of its range.
    fn correlated_engine(
        &self,
        network: &mut Network,
        covariance: Covariance,
    ) -> Option<Result<Box<dyn Engine>, ConfigError>> {
        let _ = (network, covariance);
        None
    }
}
