//! Findings about a learner, each with its facts and its verdict.
//!
//! Displayed, a finding is a sentence or two that end with what to do.

use serde::Serialize;

use super::verdict::Verdict;

/// Something found, and the numbers that it is about. Shares are 0..=1.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[allow(missing_docs)] // The fields' names say what they are; their sentences say the rest.
pub enum Finding {
    /// The run broke off after its last checkpoint.
    RunBrokeOff { stage: usize, message: String },
    /// A number that no computation survives.
    NotSound {
        group: String,
        synapse: usize,
        what: &'static str,
        value: f32,
        remedy: String,
    },
    /// Weights that the penalty throws ever farther from their anchor.
    PenaltyUnstable {
        group: String,
        stiffest: f64,
        key: &'static str,
        suggested: f64,
    },
    /// Sigma does not move.
    Stuck {
        share: f64,
        updates: u64,
        by: StuckBy,
    },
    /// Synapses too certain to learn.
    Collapsed {
        group: String,
        share: f64,
        remedy: &'static str,
    },
    /// Sigma above all that evidence and prior explain.
    Swollen {
        group: String,
        share: f64,
        remedy: String,
    },
    /// Synapses that hold no evidence.
    AtPrior {
        group: String,
        share: f64,
        in_use: f64,
        idle_inputs: usize,
        sigma_prior: f64,
        fades: bool,
        remedy: &'static str,
    },
    /// Hidden neurons that hold no evidence.
    IdleNeurons {
        group: String,
        neurons: usize,
        of: usize,
    },
    /// Synapses at the lower end of `learner.sigma_bounds`.
    AtLowerBound {
        group: String,
        share: f64,
        bound: f64,
    },
    /// Means that the prior does not describe.
    BeyondPrior {
        share: f64,
        sigma_prior: f64,
        suggested: f64,
    },
    /// Retention of less than a task.
    ShortMemory {
        updates: f64,
        tasks: f64,
        key: &'static str,
        suggested: f64,
    },
    /// Retention of so many tasks that a new one hardly counts.
    LongMemory {
        updates: f64,
        tasks: f64,
        share_of_new_task: f64,
        key: &'static str,
        suggested: f64,
    },
    /// Forgetting too slow for 32-bit floats.
    NeverForgets {
        updates: f64,
        most: f64,
        key: &'static str,
        suggested: f64,
    },
    /// FOO-VB: no forgetting at all.
    Rigid { tasks: Option<f64>, plasticity: f64 },
    /// A rate of 0.
    NoRate { key: &'static str },
    /// Very large weights.
    Large {
        group: String,
        largest: f64,
        remedy: String,
    },
    /// Weights of exactly 0.
    Zero {
        group: String,
        share: f64,
        key: &'static str,
    },
    /// The penalty's step goes beyond its anchor, and comes back.
    PenaltyStiff {
        group: String,
        share: f64,
        stiffest: f64,
        key: &'static str,
    },
    /// The penalty holds nearly all weights.
    PenaltyHoldsAll { share: f64, key: &'static str },
    /// No penalty yet.
    NoPenalty { updates: u64 },
    /// Examples that were not learned, as their loss was small.
    Gated {
        examples: u64,
        updates: u64,
        learn_above: f64,
    },
    /// Examples that were not learned, as their update diverged.
    Skipped {
        examples: u64,
        updates: u64,
        remedy: String,
    },
    /// Too few updates to judge by.
    TooEarly { updates: u64 },
    /// Heads that nothing was learned through yet.
    UnusedHeads { heads: usize, of: usize },
    /// The task's length is not known.
    UnknownTask,
    /// Nothing keeps what was learned.
    NoMemory { learner: &'static str },
    /// Point weights.
    NoUncertainty { learner: &'static str },
}

/// Causes that keep sigma where it started.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum StuckBy {
    /// The rate of this key is 0.
    Rate(&'static str),
    /// `learner.sigma_bounds`.
    Bounds,
    /// `learner.max_step_ratio` or `learner.clamp_grad`, or a rate too small.
    SmallSteps,
    /// Neither evidence nor, so far, forgetting.
    NoEvidence,
}

impl Finding {
    /// Severity of the finding.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        use Verdict::{Broken, Healthy, NeedsAttention};
        match self {
            Self::RunBrokeOff { .. }
            | Self::NotSound { .. }
            | Self::PenaltyUnstable { .. }
            | Self::NoRate { .. } => Broken,
            Self::Collapsed { share, .. } if *share >= 0.5 => Broken,
            Self::Stuck { share, by, .. } => match by {
                StuckBy::NoEvidence if *share < 0.5 => Healthy,
                StuckBy::NoEvidence => NeedsAttention,
                _ if *share < 0.9 => NeedsAttention,
                _ => Broken,
            },
            Self::AtPrior { in_use, fades, .. } if *in_use < 0.5 && !fades => Healthy,
            Self::IdleNeurons { neurons, of, .. } if 5 * neurons < *of => Healthy,
            Self::Rigid { tasks, .. } if tasks.is_none_or(|tasks| tasks < 50.0) => Healthy,
            // An example with a larger loss may be answered wrongly.
            Self::Gated { learn_above, .. } if *learn_above <= std::f64::consts::LN_2 => Healthy,
            Self::Skipped {
                examples, updates, ..
            } if examples.saturating_mul(100) < *updates => Healthy,
            Self::BeyondPrior { .. }
            | Self::NoPenalty { .. }
            | Self::TooEarly { .. }
            | Self::UnusedHeads { .. }
            | Self::UnknownTask
            | Self::NoMemory { .. }
            | Self::NoUncertainty { .. } => Healthy,
            _ => NeedsAttention,
        }
    }
}
