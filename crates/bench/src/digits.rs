//! MNIST's digits, which most benchmarks learn, as the first preset does.

use mesu::Learner;
use mesu_data::Tasks;
use mesu_lab::{Data, Experiment};

use crate::error::BenchError;

/// Whose digits and learner these are.
const PRESET: &str = "permuted-digits";

/// Digits in memory.
pub struct Digits {
    data: Data,
    pub(crate) tasks: Tasks,
}

impl Digits {
    /// Unpacks them.
    ///
    /// # Errors
    /// As [`Experiment::find`] and [`Data::load`].
    pub fn load() -> Result<Self, BenchError> {
        let experiment = Experiment::find(PRESET, &[])?;
        let data = Data::load(&experiment)?;
        let tasks = data.tasks(&experiment)?;
        Ok(Self { data, tasks })
    }

    /// A learner that has seen nothing: `hidden` neurons, `samples` draws, and other settings.
    pub(crate) fn learner(
        &self,
        hidden: &[usize],
        samples: usize,
        sets: &[&str],
    ) -> Result<Learner, BenchError> {
        let mut all = vec![
            format!("network.hidden={hidden:?}"),
            format!("learner.samples={samples}"),
        ];
        all.extend(sets.iter().map(ToString::to_string));
        let experiment = Experiment::find(PRESET, &all)?;
        Ok(self.data.learner(&experiment)?)
    }

    /// Widths of the layers, from the pixels to the classes.
    pub(crate) fn widths(&self, hidden: &[usize]) -> Vec<usize> {
        let classes = self.tasks.scenario().classes();
        [&[self.tasks.inputs()], hidden, &[classes]].concat()
    }
}
