//! Records of the tests of a run: after each stage of its stream, and within stages.

use mesu::metric::RegressionScores;
use serde::{Deserialize, Serialize};

use crate::record::snapshot::{MeanBits, Snapshot};

/// One stage of the stream, learned and tested: a task, or a part of one that comes back. A run begun by an
/// earlier version lacks what is optional.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StageRecord {
    /// Counted from 1; in files `task`, which it is unless tasks come back in parts.
    #[serde(rename = "task")]
    pub stage: usize,
    /// Accuracy on each task so far, the first one first, 0..=1, of values R2; none on those that `test_window` leaves
    /// out. It is known on this task, and after the last stage on all.
    pub accuracy: Vec<Option<f64>>,
    /// Accuracy on this task's examples just before each was learned, 0..=1.
    pub online_accuracy: f64,
    /// Detection by uncertainty: of this task's test examples, or those of all tasks that were tested, from
    /// out-of-distribution ones.
    pub ood_auroc: Option<OodAuroc>,
    /// Detection of new kinds of what is known among them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unseen_auroc: Option<OodAuroc>,
    /// Detection for each task so far by itself, the first one first, where all are held against
    /// out-of-distribution examples: through its head where it has one. None of a task that was not tested.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ood_auroc_of_tasks: Vec<Option<OodAuroc>>,
    /// Means of what is known and what is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uncertainty: Option<Uncertainty>,
    /// Expected calibration error on this task, 15 bins, 0..=1; none of values, as the next two.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ece: Option<f64>,
    /// Brier score on this task, 0..=2.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub brier: Option<f64>,
    /// Mean negative log-likelihood on this task, nats.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nll: Option<f64>,
    /// Scores on this task, of values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub values: Option<RegressionScores>,
    /// The same three on the tasks before this one that were tested; none if there are none.
    #[serde(default)]
    pub past: Option<PastCalibration>,
    /// Updates since the run's start.
    pub updates: u64,
    /// Examples whose loss was below `learning.learn_above`, and that were not learned; none if that is 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gated: Option<u64>,
    /// Examples whose update diverged, and that were not learned; none unless `learning.on_divergence` is
    /// "skip".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skipped: Option<u64>,
    /// Time spent learning this task.
    pub train_seconds: f64,
    /// Time spent testing after this task.
    pub test_seconds: f64,
    /// State of the network.
    #[serde(default)]
    pub snapshot: Option<Snapshot>,
}

/// Mean uncertainties of the test examples that out-of-distribution ones are held against, and of those.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Uncertainty {
    /// Examples of what was learned.
    pub known: MeanBits,
    /// New kinds of the known classes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unseen: Option<MeanBits>,
    /// Nothing that was learned.
    #[serde(rename = "foreign", default, skip_serializing_if = "Option::is_none")]
    pub ood: Option<MeanBits>,
}

/// Calibration on the tasks before the newest one that were tested after it: each a mean over these tasks.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PastCalibration {
    /// Expected calibration error, 15 bins, 0..=1.
    pub ece: f64,
    /// Brier score, 0..=2.
    pub brier: f64,
    /// Negative log-likelihood, nats.
    pub nll: f64,
}

/// Record of a test after an epoch of a task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EpochRecord {
    /// Counted from 1; in files `task`.
    #[serde(rename = "task")]
    pub stage: usize,
    /// Epochs of the task that were learned.
    pub epoch: usize,
    /// Accuracy on each task so far, the first one first, 0..=1; none on those that `test_window` leaves
    /// out.
    pub accuracy: Vec<Option<f64>>,
    /// Detection by uncertainty: of this task's test examples, or those of all tasks that were tested, from
    /// out-of-distribution ones.
    pub ood_auroc: Option<OodAuroc>,
    /// Expected calibration error on this task, 15 bins, 0..=1; none of values, as the next two.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ece: Option<f64>,
    /// Brier score on this task, 0..=2.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub brier: Option<f64>,
    /// Mean negative log-likelihood on this task, nats.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nll: Option<f64>,
    /// Updates since the run's start.
    pub updates: u64,
    /// Time spent on this test.
    pub test_seconds: f64,
}

/// Area under the ROC curve, 0..=1; one half is chance.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OodAuroc {
    /// By epistemic uncertainty: what the synapses do not know.
    pub epistemic: f64,
    /// By aleatoric uncertainty: what no synapse could know.
    pub aleatoric: f64,
    /// By the spread of the logits, which sees inputs far away where the entropies do not; none of learners
    /// without one, and in records of former versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spread: Option<f64>,
}

impl OodAuroc {
    /// Mean of several; none of none. The spread's is there if all have one.
    pub(crate) fn mean(all: &[Self]) -> Option<Self> {
        let count = all.len() as f64;
        let mean = |of: fn(&Self) -> f64| all.iter().map(of).sum::<f64>() / count;
        let spread = all.iter().map(|auroc| auroc.spread).sum::<Option<f64>>();
        (!all.is_empty()).then(|| Self {
            epistemic: mean(|auroc| auroc.epistemic),
            aleatoric: mean(|auroc| auroc.aleatoric),
            spread: spread.map(|sum| sum / count),
        })
    }
}
