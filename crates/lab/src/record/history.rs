//! What a run has done so far: the note `run` in its checkpoint.
//!
//! The checkpoint is the only truth of a run. It holds the learner and this history in
//! one file that is replaced at once; every other file of the run directory is derived
//! from it and can be written again at any time.

use mesu::metric::{is_next, newest_first};
use serde::{Deserialize, Serialize};

use crate::config::experiment::Experiment;
use crate::record::classes::Classes;
use crate::record::gallery::Gallery;
use crate::record::importance::Importance;
use crate::record::stage::{EpochRecord, StageRecord};

/// The windows, in tasks, of every window accuracy.
pub const WINDOWS: [usize; 2] = [5, 20];

/// Everything that a run knows beside its learner.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct History {
    /// The experiment, as in `config.toml`: a checkpoint of another run is recognised.
    pub config: String,
    /// Checksums of the training set and the test set; none of a run that an earlier version began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<[u32; 2]>,
    /// What comes next.
    pub position: Position,
    /// Of the current task: examples whose class was right before they were learned.
    pub online_correct: u64,
    /// Sum of the squared errors of the current task's values, from before they were learned.
    #[serde(default, skip_serializing_if = "is_none")]
    pub online_squared_error: f64,
    /// Of the current task: time spent learning.
    pub train_seconds: f64,
    /// The most memory any process of this run has held, bytes.
    pub peak_memory_bytes: Option<u64>,
    /// What the learner keeps between updates, over its number of synapses.
    #[serde(default)]
    pub state_bytes_per_synapse: Option<f64>,
    /// What the tasks are called, if that is known; else empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub task_names: Vec<String>,
    /// The tasks that were learned and tested.
    #[serde(alias = "tasks")]
    pub stages: Vec<StageRecord>,
    /// After the newest of them; older ones would make the note long.
    #[serde(default, alias = "digits")]
    pub gallery: Option<Gallery>,
    /// Answers by class, after the newest of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub classes: Option<Classes>,
    /// The tests within tasks and at their ends, of an experiment with `test_every`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub epochs: Vec<EpochRecord>,
    /// True if the importance of synapses is kept, of a finished run that asks for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub importance: Option<Importance>,
}

/// What comes next, counted from 0. A task that comes back in parts is one here for each part: a stage of
/// the stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Position {
    /// The stage; the number of stages when the run is finished.
    #[serde(alias = "task")]
    pub stage: usize,
    /// The epoch; the number of epochs when only the test is left.
    pub epoch: usize,
    /// The place in the epoch's order.
    pub example: usize,
}

impl History {
    /// Before the first example.
    pub fn new(experiment: &Experiment) -> Self {
        Self {
            config: experiment.to_toml(),
            data: None,
            position: Position {
                stage: 0,
                epoch: 0,
                example: 0,
            },
            online_correct: 0,
            online_squared_error: 0.0,
            train_seconds: 0.0,
            peak_memory_bytes: None,
            state_bytes_per_synapse: None,
            task_names: Vec::new(),
            stages: Vec::new(),
            gallery: None,
            classes: None,
            epochs: Vec::new(),
            importance: None,
        }
    }

    /// Reads the note; `None` unless it fits `experiment` in every number.
    pub fn read(note: &str, experiment: &Experiment) -> Option<Self> {
        let history = Self::parse(note)?;
        let Position {
            stage,
            epoch,
            example,
        } = history.position;
        let (data, stages) = (&experiment.data, experiment.stages());
        let most = data.train_examples.unwrap_or(usize::MAX);
        let in_range = stage <= stages
            && epoch <= data.epochs
            && example < most
            && (epoch < data.epochs || example == 0)
            && (stage < stages || epoch == 0 && example == 0);
        let fits = |accuracy: &[Option<f64>], stage: usize, epoch| {
            let known = accuracy.iter().map(Option::is_some);
            known.eq(experiment.tested(stage - 1, epoch))
        };
        let rows = (1..).zip(&history.stages);
        let whole = rows
            .into_iter()
            .all(|(row, record)| fits(&record.accuracy, row, data.epochs));
        let within = |record: &EpochRecord| {
            record.stage <= stages
                && record.epoch <= data.epochs
                && fits(&record.accuracy, record.stage, record.epoch)
        };
        let epochs = history.epochs.iter().all(within);
        (in_range && whole && epochs && history.stages.len() == stage).then_some(history)
    }

    /// Reads the note of any experiment's run; `None` unless it is one and its tables are whole.
    pub fn parse(note: &str) -> Option<Self> {
        let history: Self = serde_json::from_str(note).ok()?;
        let mut rows: Vec<&[Option<f64>]> = Vec::new();
        for record in &history.stages {
            let row = &record.accuracy[..];
            let fits = record.stage == rows.len() + 1
                && is_next(&rows, row)
                && has_newest(row, record.stage)
                && row.iter().flatten().all(|a| (0.0..=1.0).contains(a));
            if !fits {
                return None;
            }
            rows.push(row);
        }
        let epochs = history.epochs.iter().all(|record| {
            let tasks = record.accuracy.len();
            let counted = record.stage >= 1 && record.epoch >= 1;
            counted
                && (1..=record.stage).contains(&tasks)
                && has_newest(&record.accuracy, record.stage)
        });
        let classes = history.classes.as_ref().is_none_or(Classes::is_whole);
        (epochs && classes).then_some(history)
    }

    /// Reads the note of any run, with its experiment; `None` unless they fit.
    pub fn read_any(note: &str) -> Option<(Self, Experiment)> {
        let history: Self = serde_json::from_str(note).ok()?;
        let experiment = Experiment::from_toml(&history.config, "checkpoint").ok()?;
        Some((Self::read(note, &experiment)?, experiment))
    }

    /// The note.
    pub fn note(&self) -> String {
        serde_json::to_string(self).expect("numbers and strings are JSON")
    }
}

fn is_none(error: &f64) -> bool {
    *error == 0.0
}

/// Returns whether the accuracy on the task of `stage`, counted from 1, is known.
fn has_newest(row: &[Option<f64>], stage: usize) -> bool {
    newest_first(row, stage).next().flatten().is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::stage::OodAuroc;

    fn experiment() -> Experiment {
        let sets = ["tasks=2".to_owned(), "data.train_examples=100".to_owned()];
        Experiment::find("permuted-digits", &sets).unwrap()
    }

    fn record() -> StageRecord {
        StageRecord {
            stage: 1,
            accuracy: vec![Some(0.1 + 0.2)],
            online_accuracy: 1.0 / 3.0,
            ood_auroc: Some(OodAuroc {
                epistemic: 0.123_456_789_012_345_68,
                aleatoric: 5e-324,
                spread: None,
            }),
            ece: Some(0.1),
            brier: Some(0.7),
            nll: Some(2.0_f64.sqrt()),
            updates: 100,
            train_seconds: 1e-9,
            test_seconds: 1e9,
            ..Default::default()
        }
    }

    #[test]
    fn notes_keep_every_bit() {
        let mut history = History::new(&experiment());
        history.position.stage = 1;
        history.stages.push(record());
        let again = History::read(&history.note(), &experiment()).unwrap();
        assert_eq!(again.stages, history.stages);
        assert_eq!(again.note(), history.note());
    }

    #[test]
    fn positions_outside_the_run_are_refused() {
        let refused = |change: fn(&mut History)| {
            let mut history = History::new(&experiment());
            change(&mut history);
            History::read(&history.note(), &experiment()).is_none()
        };
        assert!(!refused(|_| ()));
        assert!(refused(|history| history.position.stage = 1));
        assert!(refused(|history| history.position.epoch = 2));
        assert!(refused(|history| history.position.example = 100));
        assert!(refused(|history| history.stages.push(record())));
        assert!(refused(|history| history.epochs.push(EpochRecord {
            stage: 1,
            epoch: 2,
            accuracy: vec![Some(0.5)],
            ood_auroc: None,
            ece: Some(0.0),
            brier: Some(0.0),
            nll: Some(0.0),
            updates: 1,
            test_seconds: 1.0,
        })));
        assert!(History::read("{}", &experiment()).is_none());
    }

    #[test]
    fn accuracies_are_unknown_where_the_setting_says_and_nowhere_else() {
        let with = |set: &str| {
            let sets = ["tasks=3".to_owned(), set.to_owned()];
            Experiment::find("permuted-digits", &sets).unwrap()
        };
        let read = |experiment: &Experiment, second: &[Option<f64>], parsed: bool| {
            let mut history = History::new(experiment);
            history.position.stage = 2;
            for (i, accuracy) in [&[Some(0.5)], second].into_iter().enumerate() {
                let accuracy = accuracy.to_vec();
                let stage = i + 1;
                history.stages.push(StageRecord {
                    stage,
                    accuracy,
                    ..record()
                });
            }
            let note = history.note();
            assert_eq!(History::parse(&note).is_some(), parsed, "{note}");
            History::read(&note, experiment).is_some()
        };
        let (all, one) = (with("seed=1"), with("test_window=1"));
        let (whole, newest) = ([Some(0.25), Some(0.5)], [None, Some(0.5)]);
        assert!(read(&all, &whole, true) && !read(&all, &newest, true));
        assert!(read(&one, &newest, true) && !read(&one, &whole, true));
        for experiment in [&all, &one] {
            assert!(!read(experiment, &[Some(0.5), None], false));
            assert!(!read(experiment, &[None, Some(1.5)], false));
        }
    }
}
