//! Records of runs: what a checkpoint's history holds, and the numbers and tables derived from it.

pub mod classes;
pub mod comparison;
pub mod ended;
pub mod files;
pub mod gallery;
pub mod history;
pub mod importance;
mod machine;
pub mod measures;
pub mod paired;
pub mod saved;
pub mod snapshot;
pub mod stage;
pub mod summaries;
pub mod summary;
pub(crate) mod tables;
pub mod unit;

pub use machine::{Cache, Machine};
