//! Measures of right answers.

use super::measure::Family::Accuracy;
use super::measure::{Better, Measure, measure};
use crate::record::unit::Unit;

/// Accuracy on the last task.
pub const NEWEST: Measure = measure(
    Accuracy,
    "newest_accuracy",
    "newest task",
    "accuracy on the task learned last",
    |summary| Some(summary.newest_accuracy),
)
.in_run()
.column("newest", 0)
.paired()
.in_results();

/// Accuracy on each task just after it.
pub const LEARNING: Measure = measure(
    Accuracy,
    "learning_accuracy",
    "learning accuracy",
    "accuracy on each task right after it",
    |summary| Some(summary.learning_accuracy),
)
.of_several_tasks()
.in_run()
.column("learning", 2)
.in_results();

/// Accuracy on the five newest tasks.
pub const WINDOW_5: Measure = measure(
    Accuracy,
    "window_accuracy/5",
    "5 newest",
    "accuracy, mean over the 5 newest tasks",
    |summary| summary.window_accuracy.get("5").copied(),
)
.window(5)
.in_run()
.column("5 newest", 3)
.paired()
.in_results();

/// Accuracy on the twenty newest tasks.
pub const WINDOW_20: Measure = measure(
    Accuracy,
    "window_accuracy/20",
    "20 newest",
    "accuracy, mean over the 20 newest tasks",
    |summary| summary.window_accuracy.get("20").copied(),
)
.window(20)
.in_run()
.column("20 newest", 6)
.paired()
.in_results();

/// Accuracy on all tasks.
pub const AVERAGE: Measure = measure(
    Accuracy,
    "average_accuracy",
    "average",
    "accuracy, mean over all tasks seen",
    |summary| Some(summary.average_accuracy),
)
.of_several_tasks()
.in_run()
.column("average", 1)
.paired()
.in_results();

/// Accuracy on the five newest tasks, along the run.
pub const MEAN_WINDOW_5: Measure = measure(
    Accuracy,
    "mean_window_accuracy/5",
    "5 newest, along the run",
    "the same after each task, mean along the run",
    |summary| summary.mean_window_accuracy.get("5").copied(),
)
.window(5);

/// Accuracy on the twenty newest tasks, along the run.
pub const MEAN_WINDOW_20: Measure = measure(
    Accuracy,
    "mean_window_accuracy/20",
    "20 newest, along the run",
    "the same after each task, mean along the run",
    |summary| summary.mean_window_accuracy.get("20").copied(),
)
.window(20);

/// Accuracy gained after learning.
pub const BACKWARD_TRANSFER: Measure = measure(
    Accuracy,
    "backward_transfer",
    "backward transfer",
    "accuracy gained since each task was learned; negative: lost",
    |summary| Some(summary.backward_transfer),
)
.unit(Unit::Points)
.of_several_tasks()
.in_results();

/// Accuracy lost since the best.
pub const FORGETTING: Measure = measure(
    Accuracy,
    "forgetting",
    "forgetting",
    "accuracy lost since each task's best",
    |summary| Some(summary.forgetting),
)
.unit(Unit::Points)
.better(Better::Lower)
.of_several_tasks()
.in_run();

/// Accuracy before learning.
pub const ONLINE: Measure = measure(
    Accuracy,
    "online_accuracy",
    "online accuracy",
    "accuracy on examples just before they are learned",
    |summary| Some(summary.online_accuracy),
);

/// Mean over the classes.
pub const BALANCED: Measure = measure(
    Accuracy,
    "balanced_accuracy",
    "balanced accuracy",
    "mean over the classes, test examples of all tasks",
    |summary| summary.balanced_accuracy,
);

/// Agreement beyond chance.
pub const KAPPA: Measure = measure(
    Accuracy,
    "kappa",
    "Cohen's kappa",
    "agreement with the labels; 1 is perfect, 0 is chance",
    |summary| summary.kappa,
)
.unit(Unit::Plain);
