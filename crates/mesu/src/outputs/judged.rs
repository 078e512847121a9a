//! Judgments of predictions by their targets.

/// Sums over examples that follow from their mean predictions.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Judged {
    /// Examples whose label was the most probable class.
    pub(crate) correct: u64,
    /// Sum of the squared errors of predicted means.
    pub(crate) squared_error: f64,
    /// Sum of what the examples say of the squared scale of the noise.
    pub(crate) scale_estimates: f64,
}
