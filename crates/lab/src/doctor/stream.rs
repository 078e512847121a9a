//! The stream that a learner learns from.

use serde::Serialize;

/// Facts of a stream that its learner does not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Stream {
    /// Examples per update; 0 counts as 1.
    pub batch_size: u64,
    /// Examples of a task, all epochs, if the stream has tasks; 0 counts as unknown.
    pub task_length: Option<u64>,
    /// Tasks of the whole stream, if it ends; 0 counts as unknown.
    pub tasks: Option<u64>,
}

impl Stream {
    /// Updates of a task, above 0.
    pub(super) fn task_updates(self) -> Option<f64> {
        let examples = self.task_length.filter(|examples| *examples > 0)?;
        Some(examples as f64 / self.batch_size.max(1) as f64)
    }

    /// Share of the newest task in all that is remembered when the stream ends, 0..=1, if evidence fades with a
    /// time constant of `window` tasks: of n tasks, `(1 - exp(-1/window)) / (1 - exp(-n/window))`.
    pub(super) fn share_of_newest(self, window: f64) -> f64 {
        let faded = |tasks: f64| -(-tasks / window).exp_m1();
        let all = self.tasks.filter(|tasks| *tasks > 0);
        faded(1.0) / all.map_or(1.0, |tasks| faded(tasks as f64))
    }
}
