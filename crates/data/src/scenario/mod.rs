//! Scenarios: how one data set becomes a stream of tasks.

pub mod permuted;
