//! Events of a run. The lab prints nothing itself.

use crate::record::stage::StageRecord;

/// Listens to runs; several report from several threads.
pub trait Progress: Sync {
    /// `event` of the run `run`.
    fn report(&self, run: RunName<'_>, event: Event<'_>);
}

/// Name of a run in its plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RunName<'a> {
    /// Its cell, of a plan with several.
    pub cell: Option<&'a str>,
    /// Its seed.
    pub seed: u64,
}

/// One step of a run. Tasks are counted from 1, as people do; a task that comes back in parts is one
/// for each part, a stage of the stream.
#[derive(Clone, Copy, Debug)]
pub enum Event<'a> {
    /// A run begins, or goes on where it stopped.
    Begun {
        /// Stages of the whole run.
        stages: usize,
        /// Different tasks among them: what each test grows to.
        tasks: usize,
        /// Most tasks of every test but the last, if there is a limit.
        test_window: Option<usize>,
        /// Examples of the whole run, all epochs.
        examples: u64,
        /// Examples learned before.
        done: u64,
    },
    /// Some examples were learned.
    Learned {
        /// The stage they are of, from 1.
        stage: usize,
        /// Examples learned since the run's start.
        done: u64,
        /// Running accuracy on examples not learned before, over about the last 1,000.
        accuracy: f64,
    },
    /// Part of the tests after a stage is done.
    Tested {
        /// The stage learned last, from 1.
        stage: usize,
        /// Parts tested.
        done: usize,
        /// Parts of this test.
        parts: usize,
    },
    /// A stage was learned and tested.
    StageEnded(&'a StageRecord),
    /// All stages are learned and tested, now or before.
    Ended,
}

/// Hears nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Progress for Silent {
    fn report(&self, _run: RunName<'_>, _event: Event<'_>) {}
}
