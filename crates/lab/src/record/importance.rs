//! Does what a learner holds important matter to the loss? (The paper's supplement, experiment 6.)
//!
//! The loss rises by about half the Hessian's diagonal times the square of a weight's change: that is
//! what a measure of importance should follow. Here the Hessian's diagonal is computed, of the last
//! task's training set, and compared with the learner's measure, synapse by synapse.

use mesu::{Learner, curvature, metric};
use mesu_data::Tasks;
use serde::{Deserialize, Deserializer, Serialize};

/// Examples at a time.
const PART: usize = 1024;

/// How well a learner's measure follows the Hessian's diagonal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Importance {
    /// The learner's measure: `1/sigma^2`, `fisher` or `omega`.
    pub measure: String,
    /// Correlation of the ranks over all synapses, -1 to 1.
    #[serde(deserialize_with = "number")]
    pub spearman: f64,
    /// Correlation of the logarithms over the synapses where both are above 0, -1 to 1.
    #[serde(deserialize_with = "number")]
    pub pearson_of_logs: f64,
    /// Share of the synapses where both are above 0, 0 to 1.
    #[serde(deserialize_with = "number")]
    pub share: f64,
}

/// Reads a number; JSON has null for one that is not finite, such as the correlation of a constant.
fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or(f64::NAN))
}

impl Importance {
    /// Of a learner that has just learned `stage`; `None` if it has no measure.
    pub(crate) fn of(learner: &Learner, tasks: &Tasks, stage: usize) -> Option<Self> {
        let (measure, importance) = learner.importance()?;
        let train = tasks.train(stage);
        let mut labels = Vec::new();
        let mut batches = (0..train.indices.len()).step_by(PART).map(|start| {
            let mut inputs = Vec::new();
            tasks.fill(&train, start..start + PART, &mut inputs, &mut labels);
            inputs
        });
        let hessian = curvature::hessian_diagonal(learner.network(), &mut batches).concat();
        let importance = importance.concat();
        let pairs = importance.iter().zip(&hessian);
        let (a, b): (Vec<f64>, Vec<f64>) = pairs
            .filter(|(a, b)| **a > 0.0 && **b > 0.0)
            .map(|(a, b)| (a.ln(), b.ln()))
            .unzip();
        Some(Self {
            measure: measure.to_owned(),
            spearman: metric::spearman(&importance, &hessian),
            pearson_of_logs: metric::pearson(&a, &b),
            share: a.len() as f64 / hessian.len() as f64,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_finite_comes_back_from_json() {
        let importance = Importance {
            measure: "fisher".to_owned(),
            spearman: f64::NAN,
            pearson_of_logs: 0.25,
            share: 1.0,
        };
        let text = serde_json::to_string(&importance).unwrap();
        let again: Importance = serde_json::from_str(&text).unwrap();
        assert!(again.spearman.is_nan(), "{text}");
        assert_eq!((again.pearson_of_logs, again.share), (0.25, 1.0));
    }
}
