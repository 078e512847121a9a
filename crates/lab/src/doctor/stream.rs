//! The stream that a learner learns from.

use serde::Serialize;

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
    pub(super) fn task_updates(self) -> Option<f64> {
        let examples = self.task_length.filter(|examples| *examples > 0)?;
        Some(examples as f64 / self.batch_size.max(1) as f64)
    }
}
