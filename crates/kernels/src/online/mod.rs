//! Kernels for one example at a time: the inner loop of online learning.
//!
//! A layer has `mu` and `sigma`, `[outputs][inputs]`; all matrices are padded to whole vectors. Its input is
//! one vector `x` shared by all noise samples (the first layer), or one row of `h`, `[samples][inputs]`, per
//! sample (the layers above). With local reparameterization (Kingma, Salimans, Welling 2015)
//!
//! ```text
//! m_o = sum_i mu_oi x_i      v_o = sum_i sigma_oi^2 x_i^2      a_o = m_o + sqrt(v_o) z_o
//! ```
//!
//! and with `d = dC/da`, `q = z / sqrt(v)` (0 where v = 0) and `r = d q`
//!
//! ```text
//! dC/dmu_oi = d_o x_i      dC/d(ln sigma_oi) = sigma_oi^2 r_o x_i^2
//! dC/dx_i = sum_o ( d_o mu_oi + r_o sigma_oi^2 x_i )
//! ```
//!
//! The weight gradients are outer products: the update kernels form each entry, apply the rule and never
//! store the gradient. [`rank_one_update`] also accumulates the m and v of the next example in the same pass,
//! which halves the traffic to memory, and gives the same bits as [`mean_variance`] afterwards.
//!
//! Point weights are the case without sigma, `a_o = sum_i w_oi x_i`: the kernels of [`point`] and the same
//! updates.

mod distance;
mod elementwise;
mod one_input;
pub mod point;
mod rows;

pub use distance::distances;
pub(crate) use elementwise::Deviation;
pub use elementwise::{load_input, multiply, relu_square, sample, sum_rows};
pub use one_input::{mean_variance, rank_one_update};
pub use rows::{input_gradient_rows, mean_variance_rows, rank_update};

use crate::Matrix;

/// An input with its squares, `[1][inputs]`.
#[derive(Clone, Copy)]
pub struct Input<'a> {
    /// The input.
    pub x: &'a Matrix,
    /// Its squares.
    pub squares: &'a Matrix,
}

/// Destination of m and v, `[1][outputs]`. Point weights have no v: it is not written.
pub struct Moments<'a> {
    /// Means of the pre-activations.
    pub m: &'a mut Matrix,
    /// Their variances.
    pub v: &'a mut Matrix,
}
