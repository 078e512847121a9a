//! How a run ended, as its `summary.json` says.

use serde::{Deserialize, Serialize};

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "how", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Ended {
    /// All stages are learned and tested.
    Finished,
    /// Learning diverged.
    Diverged {
        /// Stage that was being learned or tested, counted from 1.
        stage: usize,
        /// Updates made before.
        update: u64,
        /// Message of the learner.
        message: String,
    },
    /// The learner refused to go on for another reason.
    Failed {
        /// Stage that was being learned or tested, counted from 1.
        stage: usize,
        /// Message of the learner.
        message: String,
    },
}
