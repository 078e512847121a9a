//! A learner's state in numbers and in words.

use mesu::{Learner, LearnerKind};
use serde::Serialize;

use super::examine;
use super::finding::Finding;
use super::group::{self, Group};
use super::retention::Retention;
use super::stream::Stream;
use super::verdict::Verdict;

/// A learner's state in numbers and in words.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Diagnosis {
    /// That of the worst finding.
    pub verdict: Verdict,
    /// Kind of the learner.
    pub kind: LearnerKind,
    /// Updates made.
    pub updates: u64,
    /// The stream, as far as it is known.
    pub stream: Stream,
    /// Memory of the learner.
    pub memory: Retention,
    /// Numbers for each group of synapses, in the order of [`mesu::network::Network::groups`].
    pub groups: Vec<Group>,
    /// Findings, the worst first.
    pub findings: Vec<Finding>,
}

impl Diagnosis {
    /// Looks at every synapse of `learner`, which learns from `stream`.
    #[must_use]
    pub fn new(learner: &Learner, stream: Stream) -> Self {
        let task = stream.task_updates();
        let memory = Retention::new(learner.config(), stream);
        let groups = group::groups(learner, task);
        let mut findings = examine::examine(learner, stream, &memory, &groups);
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

    /// Adds that the run which saved the learner broke off at `stage`, from 1, with `message`.
    #[must_use]
    pub fn of_broken_run(mut self, stage: usize, message: String) -> Self {
        let finding = Finding::RunBrokeOff { stage, message };
        self.verdict = self.verdict.max(finding.verdict());
        self.findings.insert(0, finding);
        self
    }
}
