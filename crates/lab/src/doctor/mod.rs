//! Whether a learner is healthy, from its numbers alone.
//!
//! What MESU's mathematics lets one read off a network (symbols as in [`mesu::rule::Mesu`]; H is the
//! loss's curvature along a synapse, T a task's length in updates):
//!
//! - **Retention.** Evidence fades with a time constant of `N / lr_sigma` updates, so that in the long run
//!   a new task makes up `1 - exp(-T lr_sigma / N)` of what the network knows: below a task, it forgets
//!   before the task's end; above some fifty, a new task hardly counts any more.
//! - **Steps.** Where `1/sigma^2 = N H`, and gradients are about `sqrt(H)`, a step of mu is about
//!   `sigma / sqrt(N)`. Below `6e-8 |mu|` it is lost in rounding.
//! - **Forgetting** moves sigma by a share of `lr_sigma / (2 N)` at most, which is lost in the rounding of
//!   f32 from N / lr_sigma of about 8,000,000 on.
//! - **Where sigma is**: at its [start](mesu::Initialization::sigma), if nothing has moved it; at the
//!   prior, if no evidence holds it; in between, at work.
//!
//! ```
//! use mesu_lab::doctor::{Diagnosis, Stream, Verdict};
//! use mesu::{Learner, LearnerConfig, NetworkConfig};
//!
//! let learner = Learner::new(4, 2, &NetworkConfig::default(), &LearnerConfig::default(), 1)?;
//! let stream = Stream { batch_size: 1, task_length: Some(60_000) };
//! let diagnosis = Diagnosis::new(&learner, stream);
//! assert_eq!(diagnosis.verdict, Verdict::Healthy);
//! for finding in &diagnosis.findings {
//!     println!("{finding}"); // too early to say much
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod examine;
mod finding;
mod group;
mod retention;
mod sentence;
#[cfg(test)]
mod tests;
mod words;

use serde::Serialize;

use mesu::{Learner, LearnerKind};

pub use finding::{Finding, StuckBy};
pub use group::{Group, Penalty, Sigma};
pub use retention::Retention;

/// What a learner does not know of the stream that it learns from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Stream {
    /// Examples per update; 0 counts as 1.
    pub batch_size: u64,
    /// Examples of a task, all epochs, if the stream has tasks; 0 counts as unknown.
    pub task_length: Option<u64>,
}

impl Stream {
    /// Updates of a task, above 0.
    fn task_updates(self) -> Option<f64> {
        let examples = self.task_length.filter(|examples| *examples > 0)?;
        Some(examples as f64 / self.batch_size.max(1) as f64)
    }
}

/// How bad it is, the best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// It works as it should.
    Healthy,
    /// Something limits it.
    LookAtThis,
    /// It can't do its work.
    Broken,
}

impl std::fmt::Display for Verdict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Healthy => "healthy",
            Self::LookAtThis => "look at this",
            Self::Broken => "broken",
        })
    }
}

/// A learner's state in numbers and in words.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Diagnosis {
    /// That of the worst finding.
    pub verdict: Verdict,
    /// What kind of learner it is.
    pub kind: LearnerKind,
    /// Updates made.
    pub updates: u64,
    /// What was told of the stream.
    pub stream: Stream,
    /// How long it remembers.
    pub memory: Retention,
    /// Numbers for each group of synapses, in the order of [`mesu::network::Network::groups`].
    pub groups: Vec<Group>,
    /// What there is to say, the worst first.
    pub findings: Vec<Finding>,
}

impl Diagnosis {
    /// Looks at every synapse of `learner`, which learns from `stream`.
    #[must_use]
    pub fn new(learner: &Learner, stream: Stream) -> Self {
        let task = stream.task_updates();
        let memory = Retention::new(learner.config(), stream);
        let groups = group::groups(learner, task);
        let mut findings = examine::examine(learner, task, &memory, &groups);
        // The sort is stable: findings of a kind stay in the order of the layers.
        findings.sort_by_key(|finding| std::cmp::Reverse(finding.verdict()));
        Self {
            verdict: findings
                .iter()
                .map(Finding::verdict)
                .max()
                .unwrap_or(Verdict::Healthy),
            kind: learner.config().kind(),
            updates: learner.updates(),
            stream,
            memory,
            groups,
            findings,
        }
    }
}
