//! Experiments from presets and files; apart from [`Experiment`], which knows nothing of its text.

use crate::config::document;
use crate::config::experiment::Experiment;
use crate::config::former;
use crate::config::overlay::Layers;
use crate::config::plan::Plan;
use crate::config::presets;
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

    /// The experiment of a file that says nothing.
    pub(crate) fn defaults() -> Result<Self, LabError> {
        let mut layers = Layers::default();
        layers.push("preset", presets::defaults()?)?;
        layers.experiment(None)
    }

    /// Reads what [`Experiment::to_toml`] wrote, in a former version too: settings that there were not then
    /// have their values of then.
    ///
    /// # Errors
    /// [`LabError`], as [`Experiment::find`]; nothing else may be missing.
    pub fn from_toml(text: &str, origin: &str) -> Result<Self, LabError> {
        let mut layers = Layers::default();
        let mut document = document::parse(text, origin)?;
        former::complete(&mut document);
        layers.push(origin, document)?;
        let experiment = layers.experiment(None)?;
        experiment.check()?;
        Ok(experiment)
    }
}
