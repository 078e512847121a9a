//! Measures of how good predictions are, and how well tasks are kept.

mod auroc;
mod calibration;
mod continual;
mod correlation;
mod regression;
mod reliability;

pub use auroc::auroc;
pub use calibration::{brier, calibration_error, ece, nll};
pub use continual::{AccuracyMatrix, is_next, newest_first};
pub use correlation::{pearson, spearman};
pub use regression::{INTERVAL, RegressionScores, RegressionSums};
pub use reliability::{RELIABILITY_BINS, Reliability, ReliabilityBin};
