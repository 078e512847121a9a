//! `mesu list`.

use std::process::ExitCode;

use anyhow::Result;
use mesu_lab::{Data, Experiment, measure, presets};

use crate::output::{print, span};

/// One line per preset: name, time, description.
pub(crate) fn list() -> Result<ExitCode> {
    let width = presets()
        .iter()
        .map(|preset| preset.name.len())
        .max()
        .unwrap_or(0);
    for preset in presets() {
        let experiment = Experiment::find(preset.name, &[])?;
        let data = Data::load(&experiment.data)?;
        let time = measure::estimate(&experiment, &data)?;
        print(&format!(
            "{:width$}  {:>3} tasks, about {:<12}  {}\n",
            preset.name,
            experiment.tasks,
            span(time),
            experiment.description,
        ))?;
    }
    Ok(ExitCode::SUCCESS)
}
