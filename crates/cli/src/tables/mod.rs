//! Tables of what runs came to.

pub(crate) mod cells;
pub(crate) mod run;

use serde_json::Value;

/// Returns whether the learner of a summary has epistemic uncertainty: that of point weights is exactly 0
/// everywhere, so that an AUROC by it is no measurement.
fn has_epistemic(summary: &Value) -> bool {
    let known = summary.pointer("/uncertainty/known/epistemic");
    known.and_then(Value::as_f64) != Some(0.0)
}
