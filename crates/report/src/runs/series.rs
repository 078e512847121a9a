//! Measures over tasks: what a run's records say after each of its tasks, and the mean over
//! the seeds of a group.

use mesu::metric::{AccuracyMatrix, newest_first};

use crate::runs::group::Group;
use mesu_lab::record::measures;
use mesu_lab::record::stage::StageRecord;

/// A number after every task.
#[derive(Clone, Copy)]
pub(crate) struct Measure {
    /// In file names and tables.
    pub(crate) id: &'static str,
    /// In legends.
    pub(crate) name: &'static str,
    /// The value after each task, in the unit of its chart; none where it does not exist.
    pub(crate) of: fn(&[StageRecord]) -> Vec<Option<f64>>,
    /// True if it needs a learner that has an epistemic uncertainty.
    pub(crate) epistemic: bool,
    /// The mean along the run of which the paper may have a number.
    pub(crate) paper: Option<measures::Measure>,
}

/// After one task: the mean over the seeds that have it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Point {
    /// Counted from 1.
    pub(crate) task: usize,
    pub(crate) mean: f64,
    /// Over two seeds or more.
    pub(crate) std: Option<f64>,
    pub(crate) seeds: usize,
}

impl Measure {
    /// Points over the runs of `group`; none of an uncertainty that its learner does not have.
    pub(crate) fn over(&self, group: &Group) -> Vec<Point> {
        if self.epistemic && !group.has_epistemic() {
            return Vec::new();
        }
        over(group, self.of)
    }
}

/// The mean over the runs of `group` of what is `of` each after every task.
pub(crate) fn over(group: &Group, of: impl Fn(&[StageRecord]) -> Vec<Option<f64>>) -> Vec<Point> {
    let runs: Vec<Vec<Option<f64>>> = group
        .runs
        .iter()
        .map(|run| of(&run.history.stages))
        .collect();
    let tasks = runs.iter().map(Vec::len).max().unwrap_or(0);
    let point = |i: usize| {
        let values: Vec<f64> = runs
            .iter()
            .filter_map(|run| run.get(i).copied().flatten())
            .filter(|value| value.is_finite())
            .collect();
        let seeds = values.len();
        let mean = values.iter().sum::<f64>() / seeds as f64;
        let squares: f64 = values.iter().map(|x| (x - mean).powi(2)).sum();
        (seeds > 0).then(|| Point {
            task: i + 1,
            mean,
            std: (seeds > 1).then(|| (squares / (seeds as f64 - 1.0)).sqrt()),
            seeds,
        })
    };
    (0..tasks).filter_map(point).collect()
}

/// A number of one task in a record.
#[derive(Clone, Copy)]
pub(crate) struct OfTask {
    /// The number, of the task counted from 0; none where it was not tested.
    of: fn(&StageRecord, usize) -> Option<f64>,
    /// True if it needs a learner that has an epistemic uncertainty.
    epistemic: bool,
}

/// Per cent of a task's examples.
pub(crate) const ACCURACY_OF_TASK: OfTask = OfTask {
    of: |record, task| Some(100.0 * (*record.accuracy.get(task)?)?),
    epistemic: false,
};

/// Detection of unknown inputs among a task's examples, by epistemic uncertainty.
pub(crate) const OOD_OF_TASK: OfTask = OfTask {
    of: |record, task| Some((*record.ood_auroc_of_tasks.get(task)?)?.epistemic),
    epistemic: true,
};

/// The number `of` one `task` after each stage, over the runs of `group`.
pub(crate) fn of_task(group: &Group, task: usize, of: OfTask) -> Vec<Point> {
    if of.epistemic && !group.has_epistemic() {
        return Vec::new();
    }
    over(group, |tasks| each(tasks, |record| (of.of)(record, task)))
}

pub(crate) const NEWEST: Measure = Measure {
    id: "newest",
    name: measures::NEWEST.name,
    of: |tasks| window(tasks, 1),
    epistemic: false,
    paper: Some(measures::LEARNING),
};
pub(crate) const WINDOW_5: Measure = Measure {
    id: "window-5",
    name: measures::WINDOW_5.name,
    of: |tasks| window(tasks, 5),
    epistemic: false,
    paper: Some(measures::MEAN_WINDOW_5),
};
pub(crate) const WINDOW_20: Measure = Measure {
    id: "window-20",
    name: measures::WINDOW_20.name,
    of: |tasks| window(tasks, 20),
    epistemic: false,
    paper: None,
};
pub(crate) const AVERAGE: Measure = Measure {
    id: "all-seen",
    name: measures::AVERAGE.name,
    of: |tasks| window(tasks, usize::MAX),
    epistemic: false,
    paper: None,
};
pub(crate) const LEARNING: Measure = Measure {
    id: "learning-accuracy",
    name: measures::LEARNING.name,
    of: |tasks| percent(tasks, AccuracyMatrix::learning_accuracy),
    epistemic: false,
    paper: None,
};
pub(crate) const FORGETTING: Measure = Measure {
    id: "forgetting",
    name: measures::FORGETTING.name,
    of: |tasks| after_one(percent(tasks, AccuracyMatrix::forgetting)),
    epistemic: false,
    paper: None,
};
pub(crate) const BACKWARD_TRANSFER: Measure = Measure {
    id: "backward-transfer",
    name: measures::BACKWARD_TRANSFER.name,
    of: |tasks| after_one(percent(tasks, AccuracyMatrix::backward_transfer)),
    epistemic: false,
    paper: None,
};
pub(crate) const OOD: [Measure; 2] = [
    Measure {
        id: "epistemic",
        name: "epistemic uncertainty",
        of: |tasks| each(tasks, |record| Some(record.ood_auroc?.epistemic)),
        epistemic: true,
        paper: None,
    },
    Measure {
        id: "aleatoric",
        name: "aleatoric uncertainty",
        of: |tasks| each(tasks, |record| Some(record.ood_auroc?.aleatoric)),
        epistemic: false,
        paper: None,
    },
];
pub(crate) const UNSEEN: [Measure; 2] = [
    Measure {
        of: |tasks| each(tasks, |record| Some(record.unseen_auroc?.epistemic)),
        ..OOD[0]
    },
    Measure {
        of: |tasks| each(tasks, |record| Some(record.unseen_auroc?.aleatoric)),
        ..OOD[1]
    },
];
/// Known inputs, unknown ones, and new kinds of the known: in the order of their styles.
pub(crate) const POPULATIONS: [&str; 3] = ["known", "unknown", "unseen"];
pub(crate) const EPISTEMIC_BITS: [Measure; 3] = [
    Measure {
        id: POPULATIONS[0],
        name: POPULATIONS[0],
        of: |tasks| each(tasks, |record| Some(record.uncertainty?.known.epistemic)),
        epistemic: true,
        paper: None,
    },
    Measure {
        id: POPULATIONS[1],
        name: POPULATIONS[1],
        of: |tasks| each(tasks, |record| Some(record.uncertainty?.ood?.epistemic)),
        epistemic: true,
        paper: None,
    },
    Measure {
        id: POPULATIONS[2],
        name: POPULATIONS[2],
        of: |tasks| each(tasks, |record| Some(record.uncertainty?.unseen?.epistemic)),
        epistemic: true,
        paper: None,
    },
];
pub(crate) const TOTAL_BITS: [Measure; 3] = [
    Measure {
        of: |tasks| each(tasks, |record| Some(record.uncertainty?.known.total)),
        epistemic: false,
        ..EPISTEMIC_BITS[0]
    },
    Measure {
        of: |tasks| each(tasks, |record| Some(record.uncertainty?.ood?.total)),
        epistemic: false,
        ..EPISTEMIC_BITS[1]
    },
    Measure {
        of: |tasks| each(tasks, |record| Some(record.uncertainty?.unseen?.total)),
        epistemic: false,
        ..EPISTEMIC_BITS[2]
    },
];
pub(crate) const ECE: Measure = Measure {
    id: "newest",
    name: "newest task",
    of: |tasks| each(tasks, |record| record.ece),
    epistemic: false,
    paper: None,
};
pub(crate) const PAST_ECE: Measure = Measure {
    id: "past",
    name: "past tasks",
    of: |tasks| each(tasks, |record| record.past.map(|past| past.ece)),
    epistemic: false,
    paper: None,
};
pub(crate) const BRIER: Measure = Measure {
    id: "newest",
    name: "newest task",
    of: |tasks| each(tasks, |record| record.brier),
    epistemic: false,
    paper: None,
};
pub(crate) const PAST_BRIER: Measure = Measure {
    id: "past",
    name: "past tasks",
    of: |tasks| each(tasks, |record| record.past.map(|past| past.brier)),
    epistemic: false,
    paper: None,
};
pub(crate) const NLL: Measure = Measure {
    id: "newest",
    name: "newest task",
    of: |tasks| each(tasks, |record| record.nll),
    epistemic: false,
    paper: None,
};
pub(crate) const PAST_NLL: Measure = Measure {
    id: "past",
    name: "past tasks",
    of: |tasks| each(tasks, |record| record.past.map(|past| past.nll)),
    epistemic: false,
    paper: None,
};
pub(crate) const TRAIN_SECONDS: Measure = Measure {
    id: "learning",
    name: "learning",
    of: |tasks| each(tasks, |record| Some(record.train_seconds)),
    epistemic: false,
    paper: None,
};
pub(crate) const TEST_SECONDS: Measure = Measure {
    id: "testing",
    name: "testing",
    of: |tasks| each(tasks, |record| Some(record.test_seconds)),
    epistemic: false,
    paper: None,
};
pub(crate) const SPEED: Measure = Measure {
    id: "updates",
    name: "updates",
    of: |tasks| {
        let mut before = 0;
        let speed = |record: &StageRecord| {
            let updates = record.updates.saturating_sub(before);
            before = record.updates;
            Some(updates as f64 / 1000.0 / record.train_seconds.max(1e-9))
        };
        tasks.iter().map(speed).collect()
    },
    epistemic: false,
    paper: None,
};

/// Mean accuracy over the newest tasks, per cent; none where not all were tested.
fn window(tasks: &[StageRecord], window: usize) -> Vec<Option<f64>> {
    each(tasks, |record| {
        let count = window.min(record.accuracy.len());
        let recent = newest_first(&record.accuracy, record.stage).take(count);
        let sum: Option<f64> = recent.sum();
        sum.map(|sum| 100.0 * sum / count as f64)
    })
}

/// A measure of the accuracy matrix after each task, per cent.
fn percent(tasks: &[StageRecord], of: fn(&AccuracyMatrix) -> f64) -> Vec<Option<f64>> {
    let mut matrix = AccuracyMatrix::new();
    each(tasks, |record| {
        matrix.push(record.accuracy.clone());
        Some(100.0 * of(&matrix)).filter(|value| value.is_finite())
    })
}

/// The values without the first: after one task there is nothing to compare.
fn after_one(mut values: Vec<Option<f64>>) -> Vec<Option<f64>> {
    if let Some(first) = values.first_mut() {
        *first = None;
    }
    values
}

fn each(tasks: &[StageRecord], of: impl FnMut(&StageRecord) -> Option<f64>) -> Vec<Option<f64>> {
    tasks.iter().map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn measures_are_those_of_the_accuracy_matrix() {
        let tasks = sample::run(&[], 7).history.stages;
        let mut matrix = AccuracyMatrix::new();
        for (i, record) in tasks.iter().enumerate() {
            matrix.push(record.accuracy.clone());
            let close = |measure: &Measure, expected: f64| {
                let value = (measure.of)(&tasks)[i].unwrap_or(0.0);
                let expected = 100.0 * expected;
                assert!((value - expected).abs() < 1e-9, "{}: {value}", measure.id);
            };
            close(&NEWEST, matrix.newest());
            close(&WINDOW_5, matrix.window(5));
            close(&AVERAGE, matrix.average());
            close(&LEARNING, matrix.learning_accuracy());
            close(&FORGETTING, matrix.forgetting());
            close(&BACKWARD_TRANSFER, matrix.backward_transfer());
        }
        assert_eq!((FORGETTING.of)(&tasks)[0], None);
    }

    #[test]
    fn seeds_have_a_mean_and_a_spread() {
        let mut runs = vec![sample::run(&["seed=1"], 3), sample::run(&["seed=2"], 2)];
        runs[0].history.stages[1].ece = Some(0.1);
        runs[1].history.stages[1].ece = Some(0.3);
        let group = &Group::all(runs)[0];
        let points = ECE.over(group);
        assert_eq!(points.len(), 3);
        assert!((points[1].mean - 0.2).abs() < 1e-12);
        assert!((points[1].std.unwrap() - 0.02_f64.sqrt()).abs() < 1e-12);
        assert_eq!((points[2].seeds, points[2].std), (1, None));
    }
}
