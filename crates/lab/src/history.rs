//! What a run has done so far: the note `run` in its checkpoint.
//!
//! The checkpoint is the only truth of a run. It holds the learner and this history in
//! one file that is replaced at once; every other file of the run directory is derived
//! from it and can be written again at any time.

use serde::{Deserialize, Serialize};

use crate::digits::Digits;
use crate::experiment::Experiment;
use crate::snapshot::Snapshot;

/// The windows, in tasks, of every window accuracy.
pub const WINDOWS: [usize; 2] = [5, 20];

/// Everything that a run knows beside its learner.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct History {
    /// The experiment, as in `config.toml`: a checkpoint of another run is recognised.
    pub(crate) config: String,
    /// What comes next.
    pub(crate) position: Position,
    /// Of the current task: examples whose class was right before they were learned.
    pub(crate) online_correct: u64,
    /// Of the current task: time spent learning.
    pub(crate) train_seconds: f64,
    /// The most memory any process of this run has held, bytes.
    pub(crate) peak_memory_bytes: Option<u64>,
    /// What the learner keeps between updates, over its number of synapses.
    #[serde(default)]
    pub(crate) state_bytes_per_synapse: Option<f64>,
    /// The tasks that were learned and tested.
    pub(crate) tasks: Vec<TaskRecord>,
    /// After the newest of them; older ones would make the note long.
    #[serde(default)]
    pub(crate) digits: Option<Digits>,
    /// The tests within tasks and at their ends, of an experiment with `test_every`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) epochs: Vec<EpochRecord>,
}

/// What comes next, counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Position {
    /// The task; the number of tasks when the run is finished.
    pub(crate) task: usize,
    /// The epoch; the number of epochs when only the test is left.
    pub(crate) epoch: usize,
    /// The place in the epoch's order.
    pub(crate) example: usize,
}

/// One task, learned and tested. A run begun by an earlier version lacks what is optional.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaskRecord {
    /// Counted from 1.
    pub task: usize,
    /// Accuracy on each task so far, the first one first, 0..=1.
    pub accuracy: Vec<f64>,
    /// Accuracy on this task's examples just before each was learned, 0..=1.
    pub online_accuracy: f64,
    /// How well uncertainty tells this task's test images from unknown ones.
    pub ood_auroc: Option<OodAuroc>,
    /// Expected calibration error on this task, 15 bins, 0..=1.
    pub ece: f64,
    /// Brier score on this task, 0..=2.
    pub brier: f64,
    /// Mean negative log-likelihood on this task, nats.
    pub nll: f64,
    /// The same three on the tasks before this one.
    #[serde(default)]
    pub past: Option<PastCalibration>,
    /// Updates since the run's start.
    pub updates: u64,
    /// Time spent learning this task.
    pub train_seconds: f64,
    /// Time spent testing after this task.
    pub test_seconds: f64,
    /// How the network stood.
    #[serde(default)]
    pub snapshot: Option<Snapshot>,
}

/// Calibration on the tasks before the newest one, after it: each a mean over these tasks.
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

/// How things stood after an epoch of a task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EpochRecord {
    /// The task, counted from 1.
    pub task: usize,
    /// Epochs of the task that were learned.
    pub epoch: usize,
    /// Accuracy on each task so far, the first one first, 0..=1.
    pub accuracy: Vec<f64>,
    /// How well uncertainty tells this task's test images from unknown ones.
    pub ood_auroc: Option<OodAuroc>,
    /// Expected calibration error on this task, 15 bins, 0..=1.
    pub ece: f64,
    /// Brier score on this task, 0..=2.
    pub brier: f64,
    /// Mean negative log-likelihood on this task, nats.
    pub nll: f64,
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
}

impl History {
    /// Before the first example.
    pub(crate) fn new(experiment: &Experiment) -> Self {
        Self {
            config: experiment.to_toml(),
            position: Position {
                task: 0,
                epoch: 0,
                example: 0,
            },
            online_correct: 0,
            train_seconds: 0.0,
            peak_memory_bytes: None,
            state_bytes_per_synapse: None,
            tasks: Vec::new(),
            digits: None,
            epochs: Vec::new(),
        }
    }

    /// Reads the note; `None` unless it fits `experiment` in every number.
    pub(crate) fn read(note: &str, experiment: &Experiment) -> Option<Self> {
        let history = Self::parse(note)?;
        let Position {
            task,
            epoch,
            example,
        } = history.position;
        let data = &experiment.data;
        let in_range = task <= experiment.tasks
            && epoch <= data.epochs
            && example < data.train_examples
            && (epoch < data.epochs || example == 0)
            && (task < experiment.tasks || epoch == 0 && example == 0);
        let within =
            |record: &EpochRecord| record.task <= experiment.tasks && record.epoch <= data.epochs;
        let epochs = history.epochs.iter().all(within);
        (in_range && epochs && history.tasks.len() == task).then_some(history)
    }

    /// Reads the note of any experiment's run; `None` unless it is one and its tables are whole.
    pub(crate) fn parse(note: &str) -> Option<Self> {
        let history: Self = serde_json::from_str(note).ok()?;
        let fits = |(row, record): (usize, &TaskRecord)| {
            record.task == row + 1
                && record.accuracy.len() == row + 1
                && record.accuracy.iter().all(|a| (0.0..=1.0).contains(a))
        };
        let epochs = history.epochs.iter().all(|record| {
            record.task >= 1 && record.epoch >= 1 && record.accuracy.len() == record.task
        });
        let whole = history.tasks.iter().enumerate().all(fits);
        (whole && epochs).then_some(history)
    }

    /// Reads the note of any run, with its experiment; `None` unless they fit.
    pub(crate) fn read_any(note: &str) -> Option<(Self, Experiment)> {
        let history: Self = serde_json::from_str(note).ok()?;
        let experiment = Experiment::from_toml(&history.config, "checkpoint").ok()?;
        Some((Self::read(note, &experiment)?, experiment))
    }

    /// The note.
    pub(crate) fn note(&self) -> String {
        serde_json::to_string(self).expect("numbers and strings are JSON")
    }

    /// Examples of the current task learned so far, all epochs.
    pub(crate) fn examples_of_task(&self, experiment: &Experiment) -> u64 {
        let per_epoch = experiment.data.train_examples as u64;
        self.position.epoch as u64 * per_epoch + self.position.example as u64
    }

    /// Examples learned so far.
    pub(crate) fn examples(&self, experiment: &Experiment) -> u64 {
        let before = (self.position.task as u64).saturating_mul(experiment.examples_per_task());
        before.saturating_add(self.examples_of_task(experiment))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn experiment() -> Experiment {
        let sets = ["tasks=2".to_owned(), "data.train_examples=100".to_owned()];
        Experiment::find("permuted-digits", &sets).unwrap()
    }

    fn record() -> TaskRecord {
        TaskRecord {
            task: 1,
            accuracy: vec![0.1 + 0.2],
            online_accuracy: 1.0 / 3.0,
            ood_auroc: Some(OodAuroc {
                epistemic: 0.123_456_789_012_345_68,
                aleatoric: 5e-324,
            }),
            ece: 0.1,
            brier: 0.7,
            nll: 2.0_f64.sqrt(),
            updates: 100,
            train_seconds: 1e-9,
            test_seconds: 1e9,
            ..Default::default()
        }
    }

    #[test]
    fn notes_keep_every_bit() {
        let mut history = History::new(&experiment());
        history.position.task = 1;
        history.tasks.push(record());
        let again = History::read(&history.note(), &experiment()).unwrap();
        assert_eq!(again.tasks, history.tasks);
        assert_eq!(again.note(), history.note());
        assert_eq!(again.examples(&experiment()), 100);
    }

    #[test]
    fn positions_outside_the_run_are_refused() {
        let refused = |change: fn(&mut History)| {
            let mut history = History::new(&experiment());
            change(&mut history);
            History::read(&history.note(), &experiment()).is_none()
        };
        assert!(!refused(|_| ()));
        assert!(refused(|history| history.position.task = 1));
        assert!(refused(|history| history.position.epoch = 2));
        assert!(refused(|history| history.position.example = 100));
        assert!(refused(|history| history.tasks.push(record())));
        assert!(refused(|history| history.epochs.push(EpochRecord {
            task: 1,
            epoch: 2,
            accuracy: vec![0.5],
            ood_auroc: None,
            ece: 0.0,
            brier: 0.0,
            nll: 0.0,
            updates: 1,
            test_seconds: 1.0,
        })));
        assert!(History::read("{}", &experiment()).is_none());
    }
}
