//! Experiments from presets and files; apart from [`Experiment`], which knows nothing of its text.

use crate::config::document;
use crate::config::experiment::Experiment;
use crate::config::overlay::Layers;
use crate::config::plan::Plan;
use crate::error::LabError;

impl Experiment {
    /// The preset `asked`, or the file of that path, with the `key=value` of `sets` on top.
    ///
    /// # Errors
    /// [`LabError`], as [`Plan::find`]; also for what describes several experiments.
    pub fn find(asked: &str, sets: &[String]) -> Result<Self, LabError> {
        let plan = Plan::find(asked, sets)?;
        let several = || LabError::Several {
            asked: asked.to_owned(),
            cells: plan.cells.len(),
        };
        plan.single().cloned().ok_or_else(several)
    }

    /// Reads what [`Experiment::to_toml`] wrote.
    ///
    /// # Errors
    /// [`LabError`], as [`Experiment::find`]; nothing may be missing.
    pub fn from_toml(text: &str, origin: &str) -> Result<Self, LabError> {
        let mut layers = Layers::default();
        layers.push(origin, document::parse(text, origin)?)?;
        let experiment = layers.experiment(None)?;
        experiment.check()?;
        Ok(experiment)
    }
}
