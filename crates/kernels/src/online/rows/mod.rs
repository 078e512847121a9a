//! Layers above the first, with a row of inputs per noise sample.

mod gradient;
mod moments;
mod update;

pub use gradient::input_gradient_rows;
pub use moments::mean_variance_rows;
pub use update::rank_update;
