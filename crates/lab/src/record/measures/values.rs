//! Measures of predicted values.

use super::measure::Family::Values;
use super::measure::{Better, Measure, measure};
use crate::record::unit::Unit;

/// Share of the variance that is explained.
pub const R2: Measure = measure(
    Values,
    "values/r2",
    "R2",
    "variance explained, newest task",
    |summary| Some(summary.values?.r2),
)
.better(Better::Higher)
.in_run()
.column("R2", 1);

/// Root of the mean squared error.
pub const RMSE: Measure = measure(
    Values,
    "values/rmse",
    "RMSE",
    "root mean squared error, newest task",
    |summary| Some(summary.values?.rmse),
)
.in_run()
.column("RMSE", 2)
.paired();

/// Mean absolute error.
pub const MAE: Measure = measure(
    Values,
    "values/mae",
    "MAE",
    "mean absolute error, newest task",
    |summary| Some(summary.values?.mae),
)
.in_run();

/// Negative log-likelihood of values.
pub const VALUES_NLL: Measure = measure(
    Values,
    "values/nll",
    "NLL of values",
    "nats, newest task; the lower, the better",
    |summary| Some(summary.values?.nll),
)
.in_run()
.column("NLL", 4)
.paired();

/// Continuous ranked probability score.
pub const CRPS: Measure = measure(
    Values,
    "values/crps",
    "CRPS",
    "ranked probability score; 0 is best",
    |summary| Some(summary.values?.crps),
)
.in_run();

/// Coverage of intervals.
pub const COVERAGE: Measure = measure(
    Values,
    "values/coverage",
    "coverage of 90 %",
    "values within their 90 % interval",
    |summary| Some(summary.values?.coverage),
)
.unit(Unit::Percent)
.better(Better::Neither)
.in_run()
.column("cover", 5);
