//! Circumstances and outcome of a run.

use std::sync::atomic::AtomicBool;

use crate::record::summary::Summary;
use crate::run::pages::Pages;
use crate::run::progress::Progress;

/// End of a run.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// All tasks are learned and tested.
    Finished(Box<Summary>),
    /// It was asked to stop, and saved first.
    Interrupted,
}

/// Circumstances of a run.
#[derive(Clone, Copy)]
pub struct Setting<'a> {
    /// Go on with the run that the folder holds. An empty or missing folder begins anew:
    /// the run may have been killed before it wrote anything.
    pub resume: bool,
    /// Set by somebody else to ask for a stop.
    pub stop: &'a AtomicBool,
    /// Listener of the run's events.
    pub progress: &'a dyn Progress,
    /// Writer of the drawn files beside the tables.
    pub pages: &'a dyn Pages,
}
