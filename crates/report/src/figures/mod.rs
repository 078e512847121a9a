//! The figures of a report, each from its groups of runs.

pub(crate) mod classes;
pub(crate) mod distributions;
pub(crate) mod each_task;
pub(crate) mod ood;
pub(crate) mod over_tasks;
pub(crate) mod section;
pub(crate) mod sigmas;
