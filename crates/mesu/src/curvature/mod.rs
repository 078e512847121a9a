//! Curvature of the loss along every weight.

mod fisher;
mod hessian;

pub use fisher::fisher;
pub(crate) use fisher::of_groups_in_use;
pub use hessian::hessian_diagonal;
