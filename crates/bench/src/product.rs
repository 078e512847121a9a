//! Matrix products as shapes: what a network computes, and what it is compared with.
//!
//! `C[m][n] = sum_k A[m][k] B[k][n]` takes `2 m k n` floating-point operations.

use mesu::Learner;

/// The factor that is stored as its transpose; everything is row-major.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// A is `[m][k]`, B is `[k][n]`.
    Plain,
    /// A is stored as `[k][m]`.
    LeftTransposed,
    /// B is stored as `[n][k]`.
    RightTransposed,
}

/// The shape of one matrix product.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Product {
    /// m, rows of C.
    pub rows: usize,
    /// k, the length of its sums.
    pub depth: usize,
    /// n, columns of C.
    pub columns: usize,
    /// Storage of the factors.
    pub layout: Layout,
}

/// Floating-point operations of all `products`, two to a multiply-add.
pub fn flops(products: &[Product]) -> f64 {
    products
        .iter()
        .map(|p| 2.0 * p.rows as f64 * p.depth as f64 * p.columns as f64)
        .sum()
}

/// Widths of the learner's layers, from the input to the classes.
pub(crate) fn widths(learner: &Learner) -> Vec<usize> {
    let network = learner.network();
    let outputs = network.layers.iter().map(|layer| layer.outputs);
    std::iter::once(network.inputs()).chain(outputs).collect()
}

/// `784-50-10`.
pub(crate) fn name(widths: &[usize]) -> String {
    let widths: Vec<String> = widths.iter().map(usize::to_string).collect();
    widths.join("-")
}
