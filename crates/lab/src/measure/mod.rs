//! The machine a figure was measured on, and how long a run takes here.

mod estimate;
mod machine;

pub use estimate::estimate;
pub use machine::{Cache, Machine};
