//! A run in numbers: `summary.json`.
//!
//! Whatever depends on the machine is under a key that says so: `…seconds`,
//! `updates_per_second`, `peak_memory_bytes`. All else is the same on every machine.

use std::collections::BTreeMap;

use mesu::metric::{AccuracyMatrix, RegressionScores};
use serde::{Deserialize, Serialize};

use crate::record::classes::Classes;
use crate::record::ended::Ended;
use crate::record::history::{History, WINDOWS};
use crate::record::importance::Importance;
use crate::record::stage::{OodAuroc, PastCalibration, StageRecord, Uncertainty};

/// An accuracy for each window, by the window's number of tasks: "5", "20".
pub type Windows = BTreeMap<String, f64>;

/// A finished run. Accuracies are fractions in 0..=1; a window of more tasks than there
/// are is all of them. Of a run that still goes on, what takes an accuracy that `test_window` left
/// out is not a number.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// The experiment's name.
    pub name: String,
    /// The run's seed.
    pub seed: u64,
    /// Number of tasks.
    pub tasks: usize,
    /// On the last task, after it.
    pub newest_accuracy: f64,
    /// Mean over the most recent tasks, after the last one.
    pub window_accuracy: Windows,
    /// The window accuracy after each task, averaged along the run; without windows that `test_window`
    /// left out a part of.
    pub mean_window_accuracy: Windows,
    /// Mean over all tasks, after the last one.
    pub average_accuracy: f64,
    /// On each task just after it, averaged: how well new things are learned.
    pub learning_accuracy: f64,
    /// On each task, the first one first, after the last one.
    pub task_accuracy: Vec<Option<f64>>,
    /// Best earlier accuracy that was tested minus the last one, averaged over all tasks but the last.
    pub forgetting: f64,
    /// Last accuracy minus the one just after the task, averaged over all but the last.
    pub backward_transfer: f64,
    /// On each example just before it was learned, averaged over the run.
    pub online_accuracy: f64,
    /// Mean accuracy over the classes, on the test examples of all tasks; none of a run that an earlier
    /// version made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub balanced_accuracy: Option<f64>,
    /// Cohen's kappa on the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kappa: Option<f64>,
    /// After the last task; none without out-of-distribution examples.
    pub ood_auroc: Option<OodAuroc>,
    /// Likewise, of new kinds of what is known; none without any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unseen_auroc: Option<OodAuroc>,
    /// Mean of the AUROC over the tasks after which there was anything out of distribution: of split
    /// classes there is nothing after the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mean_ood_auroc: Option<OodAuroc>,
    /// Likewise, of new kinds of what is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mean_unseen_auroc: Option<OodAuroc>,
    /// Means of what is known and what is not, after the last task.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uncertainty: Option<Uncertainty>,
    /// Expected calibration error on the last task, 15 bins, 0..=1; none of values, as the next two.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ece: Option<f64>,
    /// Brier score on the last task, 0..=2.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub brier: Option<f64>,
    /// Negative log-likelihood on the last task, nats.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nll: Option<f64>,
    /// Scores on the last task, of values; accuracies are R2 then, at least 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub values: Option<RegressionScores>,
    /// The same three on the tasks before the last, after it; none after a single task.
    pub past: Option<PastCalibration>,
    /// Updates of the whole run.
    pub updates: u64,
    /// Examples of the whole run that were not learned, as their loss was below `learning.learn_above`; none if
    /// that is 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gated: Option<u64>,
    /// Examples of the whole run that were not learned, as their update diverged; none unless
    /// `learning.on_divergence` is "skip".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skipped: Option<u64>,
    /// Updates by the time spent learning.
    pub updates_per_second: f64,
    /// Time spent learning.
    pub train_seconds: f64,
    /// Time spent testing.
    pub test_seconds: f64,
    /// The most memory the process has held; known on Linux only.
    pub peak_memory_bytes: Option<u64>,
    /// What the learner keeps between updates, stored examples too, over its number of synapses;
    /// none of a run that an earlier version made.
    #[serde(default)]
    pub state_bytes_per_synapse: Option<f64>,
    /// True if the importance of synapses is kept, where `importance` asks for it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub importance: Option<Importance>,
    /// How the run ended; none of one that still goes on, or that an earlier version made.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub ended: Option<Ended>,
}

impl Summary {
    /// Of the tasks that are finished.
    ///
    /// # Panics
    /// When `history` has none.
    pub fn new(name: &str, seed: u64, history: &History) -> Self {
        let stages = &history.stages;
        let last = stages.last().expect("a summary is of one task or more");
        let matrix = matrix(stages);
        let sum = |value: fn(&StageRecord) -> f64| stages.iter().map(value).sum::<f64>();
        let windows = |of: &dyn Fn(usize) -> f64| {
            let pair = |&window: &usize| (window.to_string(), of(window));
            let known = |pair: &(String, f64)| pair.1.is_finite();
            WINDOWS.iter().map(pair).filter(known).collect::<Windows>()
        };
        let train_seconds = sum(|record| record.train_seconds);
        Self {
            name: name.to_owned(),
            seed,
            tasks: last.accuracy.len(),
            newest_accuracy: matrix.newest(),
            window_accuracy: windows(&|window| matrix.window(window)),
            mean_window_accuracy: windows(&|window| matrix.mean_window(window)),
            average_accuracy: matrix.average(),
            learning_accuracy: matrix.learning_accuracy(),
            task_accuracy: last.accuracy.clone(),
            forgetting: matrix.forgetting(),
            backward_transfer: matrix.backward_transfer(),
            online_accuracy: sum(|record| record.online_accuracy) / stages.len() as f64,
            balanced_accuracy: history
                .classes
                .as_ref()
                .and_then(Classes::balanced_accuracy),
            kappa: history.classes.as_ref().and_then(Classes::kappa),
            ood_auroc: last.ood_auroc,
            unseen_auroc: last.unseen_auroc,
            mean_ood_auroc: mean_auroc(stages.iter().filter_map(|record| record.ood_auroc)),
            mean_unseen_auroc: mean_auroc(stages.iter().filter_map(|record| record.unseen_auroc)),
            uncertainty: last.uncertainty,
            ece: last.ece,
            brier: last.brier,
            nll: last.nll,
            values: last.values,
            past: last.past,
            updates: last.updates,
            gated: stages.iter().map(|record| record.gated).sum(),
            skipped: stages.iter().map(|record| record.skipped).sum(),
            updates_per_second: last.updates as f64 / train_seconds.max(1e-9),
            train_seconds,
            test_seconds: sum(|record| record.test_seconds),
            peak_memory_bytes: history.peak_memory_bytes,
            state_bytes_per_synapse: history.state_bytes_per_synapse,
            importance: history.importance.clone(),
            ended: None,
        }
    }

    /// Returns whether the learner has an epistemic uncertainty. Weights that are points have one of exactly
    /// 0, and an AUROC of such zeros is exactly 0.5: neither is a measurement.
    pub fn has_epistemic(&self) -> bool {
        if let Some(Uncertainty { known, unseen, ood }) = self.uncertainty {
            let all = [Some(known), unseen, ood];
            return all.iter().flatten().any(|bits| bits.epistemic != 0.0);
        }
        // Earlier versions kept no means.
        let aurocs = [self.ood_auroc, self.mean_ood_auroc];
        let mut aurocs = aurocs.into_iter().flatten().peekable();
        aurocs.peek().is_none() || aurocs.any(|auroc| auroc.epistemic != 0.5)
    }
}

/// None of none.
fn mean_auroc(all: impl Iterator<Item = OodAuroc>) -> Option<OodAuroc> {
    OodAuroc::mean(&all.collect::<Vec<_>>())
}

/// The accuracies of all records.
pub fn matrix(records: &[StageRecord]) -> AccuracyMatrix {
    let mut matrix = AccuracyMatrix::new();
    records
        .iter()
        .for_each(|record| matrix.push(record.accuracy.clone()));
    matrix
}

/// Mean of `numbers`.
pub fn mean(numbers: &[f64]) -> f64 {
    numbers.iter().sum::<f64>() / numbers.len() as f64
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::config::experiment::Experiment;
    use crate::record::summaries::Summaries;

    fn record(accuracy: &[f64]) -> StageRecord {
        StageRecord {
            stage: accuracy.len(),
            accuracy: accuracy.iter().copied().map(Some).collect(),
            online_accuracy: 0.5,
            ood_auroc: None,
            ece: Some(0.01),
            brier: Some(0.1),
            nll: Some(0.2),
            updates: 100 * accuracy.len() as u64,
            train_seconds: 2.0,
            test_seconds: 1.0,
            ..Default::default()
        }
    }

    fn finished() -> Summary {
        let experiment = Experiment::find("permuted-digits", &["tasks=2".to_owned()]).unwrap();
        let mut history = History::new(&experiment);
        history.stages = vec![record(&[0.75]), record(&[0.5, 1.0])];
        Summary::new("permuted-digits", 1, &history)
    }

    #[test]
    fn a_run_in_numbers() {
        let summary = finished();
        assert_eq!(summary.newest_accuracy, 1.0);
        assert_eq!(summary.window_accuracy["5"], 0.75);
        assert_eq!(summary.average_accuracy, 0.75);
        assert_eq!(summary.learning_accuracy, 0.875);
        assert_eq!(summary.forgetting, 0.25);
        assert_eq!(summary.backward_transfer, -0.25);
        assert_eq!(summary.updates_per_second, 50.0);
        assert_eq!(json!(summary)["window_accuracy"]["20"], 0.75);
    }

    #[test]
    fn aurocs_are_averaged_over_the_tasks_that_have_one() {
        let experiment = Experiment::find("permuted-digits", &[]).unwrap();
        let mut history = History::new(&experiment);
        let auroc = |epistemic| {
            let aleatoric = 0.5;
            Some(OodAuroc {
                epistemic,
                aleatoric,
                spread: None,
            })
        };
        let told = |accuracy: &[f64], ood_auroc| StageRecord {
            ood_auroc,
            ..record(accuracy)
        };
        history.stages = vec![
            told(&[0.75], auroc(0.5)),
            told(&[0.5, 1.0], auroc(1.0)),
            told(&[0.5, 1.0, 1.0], None),
        ];
        let summary = Summary::new("split", 1, &history);
        assert_eq!(summary.ood_auroc, None);
        assert_eq!(summary.mean_ood_auroc, auroc(0.75));
        assert_eq!(summary.mean_unseen_auroc, None);
    }

    #[test]
    fn what_was_not_tested_is_in_no_mean() {
        let mut history = History::new(&Experiment::find("permuted-digits", &[]).unwrap());
        history.stages = (1..=7).map(|task| record(&vec![0.5; task])).collect();
        history.stages[5].accuracy[..2].fill(None);
        let summary = |history: &History| json!(Summary::new("one", 1, history));
        let finished = summary(&history);
        assert_eq!(finished["window_accuracy"], json!({ "5": 0.5, "20": 0.5 }));
        assert_eq!(finished["mean_window_accuracy"], json!({}));
        assert_eq!(
            (&finished["average_accuracy"], &finished["forgetting"]),
            (&json!(0.5), &json!(0.0))
        );
        history.stages[5].accuracy[1] = Some(0.5);
        assert_eq!(
            summary(&history)["mean_window_accuracy"],
            json!({ "5": 0.5 })
        );

        // A run that goes on, and it beside one that is finished.
        let whole = Summary::new("one", 1, &history);
        history.stages.pop();
        let going = Summary::new("one", 2, &history);
        assert_eq!(json!(going)["average_accuracy"], Value::Null);
        assert_eq!(json!(going)["window_accuracy"], json!({ "5": 0.5 }));
        for both in [[whole.clone(), going.clone()], [going, whole]] {
            let both = Summaries::new(both.to_vec()).json();
            assert_eq!(both["average_accuracy"], Value::Null);
            assert_eq!(both["window_accuracy"], json!({ "5": 0.5 }));
            assert_eq!(both["newest_accuracy"], 0.5);
        }
    }
}
