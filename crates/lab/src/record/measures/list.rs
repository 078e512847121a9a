//! The list. A new measure is a field of [`Summary`](crate::record::summary::Summary) and an entry here.

use super::accuracy::*;
use super::detection::*;
use super::measure::Family::{Calibration, Cost, Importance, Uncertainty};
use super::measure::{Better, Measure, measure};
use super::values::*;
use crate::record::unit::Unit;

/// Calibration error on the newest task.
pub const ECE: Measure = measure(
    Calibration,
    "ece",
    "ECE",
    "calibration error, newest task; 0 is best",
    |summary| summary.ece,
)
.in_run()
.column("ECE", 5)
.in_results();

/// Time spent learning.
pub const TRAIN_SECONDS: Measure = measure(
    Cost,
    "train_seconds",
    "learning",
    "time over all tasks",
    |summary| Some(summary.train_seconds),
)
.unit(Unit::Seconds);

/// Time spent testing.
pub const TEST_SECONDS: Measure = measure(
    Cost,
    "test_seconds",
    "testing",
    "time over all tasks",
    |summary| Some(summary.test_seconds),
)
.unit(Unit::Seconds);

/// The most memory the program held.
pub const PEAK_MEMORY: Measure = measure(
    Cost,
    "peak_memory_bytes",
    "peak memory",
    "the most memory the program held",
    |summary| Some(summary.peak_memory_bytes? as f64),
)
.unit(Unit::Megabytes)
.in_run();

/// All, in the order in which they are shown: how well, how sure, how fast.
pub static MEASURES: &[Measure] = &[
    NEWEST,
    WINDOW_5,
    WINDOW_20,
    AVERAGE,
    LEARNING,
    MEAN_WINDOW_5,
    MEAN_WINDOW_20,
    BACKWARD_TRANSFER,
    FORGETTING,
    ONLINE,
    BALANCED,
    KAPPA,
    R2,
    RMSE,
    MAE,
    VALUES_NLL,
    CRPS,
    COVERAGE,
    OOD_EPISTEMIC,
    OOD_ALEATORIC,
    OOD_SPREAD,
    MEAN_OOD_EPISTEMIC,
    MEAN_OOD_ALEATORIC,
    MEAN_OOD_SPREAD,
    UNSEEN_EPISTEMIC,
    UNSEEN_ALEATORIC,
    UNSEEN_SPREAD,
    MEAN_UNSEEN_EPISTEMIC,
    MEAN_UNSEEN_ALEATORIC,
    MEAN_UNSEEN_SPREAD,
    measure(
        Uncertainty,
        "uncertainty/known/epistemic",
        "epistemic uncertainty, known",
        "mean over test examples",
        |summary| Some(summary.uncertainty?.known.epistemic),
    )
    .epistemic(),
    measure(
        Uncertainty,
        "uncertainty/unseen/epistemic",
        "epistemic uncertainty, unseen",
        "mean over new kinds of the known classes",
        |summary| Some(summary.uncertainty?.unseen?.epistemic),
    )
    .epistemic(),
    measure(
        Uncertainty,
        "uncertainty/foreign/epistemic",
        "epistemic uncertainty, unknown",
        "mean over unknown inputs",
        |summary| Some(summary.uncertainty?.ood?.epistemic),
    )
    .epistemic(),
    ECE,
    measure(
        Calibration,
        "past/ece",
        "ECE, past tasks",
        "mean over the tasks before the newest",
        |summary| Some(summary.past?.ece),
    )
    .in_results(),
    measure(
        Calibration,
        "brier",
        "Brier score",
        "newest task, 0 to 2; 0 is best",
        |summary| summary.brier,
    ),
    measure(
        Calibration,
        "past/brier",
        "Brier score, past tasks",
        "mean over the tasks before the newest",
        |summary| Some(summary.past?.brier),
    ),
    measure(
        Calibration,
        "nll",
        "NLL",
        "newest task, nats; 0 is best",
        |summary| summary.nll,
    )
    .in_results(),
    measure(
        Calibration,
        "past/nll",
        "NLL, past tasks",
        "nats; mean over the tasks before the newest",
        |summary| Some(summary.past?.nll),
    ),
    measure(
        Importance,
        "importance/spearman",
        "importance, rank correlation",
        "of the learner's importance with the curvature of the loss; 1 is best",
        |summary| Some(summary.importance.as_ref()?.spearman),
    ),
    measure(
        Importance,
        "importance/pearson_of_logs",
        "importance, correlation of logarithms",
        "the same where both are above 0",
        |summary| Some(summary.importance.as_ref()?.pearson_of_logs),
    ),
    measure(Cost, "updates", "updates", "learning steps", |summary| {
        Some(summary.updates as f64)
    })
    .unit(Unit::Count)
    .better(Better::Neither),
    measure(
        Cost,
        "gated",
        "gated",
        "examples not learned: loss < learn_above",
        |summary| Some(summary.gated? as f64),
    )
    .unit(Unit::Count)
    .better(Better::Neither)
    .in_run()
    .column("gated", 6),
    measure(
        Cost,
        "skipped",
        "skipped",
        "examples not learned: they diverged",
        |summary| Some(summary.skipped? as f64),
    )
    .unit(Unit::Count)
    .better(Better::Lower)
    .in_run()
    .column("skipped", 6),
    TRAIN_SECONDS,
    TEST_SECONDS,
    measure(
        Cost,
        "updates_per_second",
        "updates/s",
        "speed of learning",
        |summary| Some(summary.updates_per_second),
    )
    .unit(Unit::Count)
    .machine()
    .better(Better::Higher)
    .in_run()
    .column("updates/s", 7)
    .in_results(),
    PEAK_MEMORY,
    measure(
        Cost,
        "state_bytes_per_synapse",
        "state",
        "memory of the learner per synapse",
        |summary| summary.state_bytes_per_synapse,
    )
    .unit(Unit::Bytes)
    .in_run()
    .in_results(),
];

/// The measure of that key.
pub fn find(key: &str) -> Option<&'static Measure> {
    let id = key.strip_prefix('/')?;
    MEASURES.iter().find(|measure| measure.id == id)
}
