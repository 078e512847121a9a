//! Measures of how well unknown inputs are detected.

use super::measure::Family::Detection;
use super::measure::{Measure, measure};

/// Detection of unknown inputs at the end.
pub const OOD_EPISTEMIC: Measure = measure(
    Detection,
    "ood_auroc/epistemic",
    "OOD AUROC epistemic",
    "detects unknown inputs; 0.5 is chance",
    |summary| Some(summary.ood_auroc?.epistemic),
)
.epistemic()
.or(&MEAN_OOD_EPISTEMIC)
.in_run()
.column("epistemic", 4)
.paired()
.in_results();

/// The same by aleatoric uncertainty.
pub const OOD_ALEATORIC: Measure = measure(
    Detection,
    "ood_auroc/aleatoric",
    "OOD AUROC aleatoric",
    "the same by ambiguity of the input",
    |summary| Some(summary.ood_auroc?.aleatoric),
)
.or(&MEAN_OOD_ALEATORIC)
.in_run()
.column("aleatoric", 8)
.in_results();

/// The same by the spread of the logits.
pub const OOD_SPREAD: Measure = measure(
    Detection,
    "ood_auroc/spread",
    "OOD AUROC spread",
    "the same by disagreement about the logits",
    |summary| summary.ood_auroc?.spread,
)
.or(&MEAN_OOD_SPREAD)
.in_run();

/// The same along the run.
pub const MEAN_OOD_SPREAD: Measure = measure(
    Detection,
    "mean_ood_auroc/spread",
    "mean OOD AUROC, spread",
    "spread, mean along the run",
    |summary| summary.mean_ood_auroc?.spread,
);

/// Detection of unknown inputs along the run.
pub const MEAN_OOD_EPISTEMIC: Measure = measure(
    Detection,
    "mean_ood_auroc/epistemic",
    "mean OOD AUROC",
    "epistemic, mean along the run",
    |summary| Some(summary.mean_ood_auroc?.epistemic),
)
.epistemic()
.in_run();

/// The same by aleatoric uncertainty.
pub const MEAN_OOD_ALEATORIC: Measure = measure(
    Detection,
    "mean_ood_auroc/aleatoric",
    "mean OOD AUROC, aleatoric",
    "the same by ambiguity of the input",
    |summary| Some(summary.mean_ood_auroc?.aleatoric),
);

/// Detection of new kinds at the end.
pub const UNSEEN_EPISTEMIC: Measure = measure(
    Detection,
    "unseen_auroc/epistemic",
    "unseen AUROC",
    "epistemic, for new kinds of known classes",
    |summary| Some(summary.unseen_auroc?.epistemic),
)
.epistemic()
.or(&MEAN_UNSEEN_EPISTEMIC)
.in_run();

/// The same by aleatoric uncertainty.
pub const UNSEEN_ALEATORIC: Measure = measure(
    Detection,
    "unseen_auroc/aleatoric",
    "unseen AUROC, aleatoric",
    "the same by ambiguity of the input",
    |summary| Some(summary.unseen_auroc?.aleatoric),
)
.or(&MEAN_UNSEEN_ALEATORIC);

/// Detection of new kinds along the run.
pub const MEAN_UNSEEN_EPISTEMIC: Measure = measure(
    Detection,
    "mean_unseen_auroc/epistemic",
    "mean unseen AUROC",
    "epistemic, mean along the run",
    |summary| Some(summary.mean_unseen_auroc?.epistemic),
)
.epistemic();

/// The same by aleatoric uncertainty.
pub const MEAN_UNSEEN_ALEATORIC: Measure = measure(
    Detection,
    "mean_unseen_auroc/aleatoric",
    "mean unseen AUROC, aleatoric",
    "the same by ambiguity of the input",
    |summary| Some(summary.mean_unseen_auroc?.aleatoric),
);

/// The same by the spread of the logits.
pub const UNSEEN_SPREAD: Measure = measure(
    Detection,
    "unseen_auroc/spread",
    "unseen AUROC, spread",
    "the same by disagreement about the logits",
    |summary| summary.unseen_auroc?.spread,
)
.or(&MEAN_UNSEEN_SPREAD);

/// The same along the run.
pub const MEAN_UNSEEN_SPREAD: Measure = measure(
    Detection,
    "mean_unseen_auroc/spread",
    "mean unseen AUROC, spread",
    "spread, mean along the run",
    |summary| summary.mean_unseen_auroc?.spread,
);
