//! Results of a layer for one example.

use mesu_kernels::Matrix;

/// Results of one layer for one example; its input has one row in the first layer, which the samples share, and one for
/// each sample above.
#[derive(Clone, Debug)]
pub(super) struct Activations {
    /// Input, `[rows][inputs]`.
    pub(super) h: Matrix,
    pub(super) rows: Vec<Row>,
    /// `[rows][outputs]`.
    pub(super) m: Matrix,
    /// Noise, pre-activations, gradient and curvature at them, `[S][outputs]`.
    pub(super) z: Matrix,
    pub(super) a: Matrix,
    pub(super) d: Matrix,
    pub(super) b: Matrix,
}

/// An input as the covariance sees it, with the bias.
#[derive(Clone, Debug)]
pub(super) struct Row {
    /// `[1][n]`.
    pub(super) x: Matrix,
    /// V x.
    pub(super) p: Matrix,
    /// Standard deviation of the pre-activations.
    pub(super) s: f32,
}
