//! `mesu list`.

use std::process::ExitCode;

use anyhow::Result;
use mesu_lab::{DataSets, Plan, measure, presets};

use crate::output::{print, span};

/// One line per preset: name, size, time, description.
pub(crate) fn list() -> Result<ExitCode> {
    let width = presets()
        .iter()
        .map(|preset| preset.name.len())
        .max()
        .unwrap_or(0);
    let mut sets = DataSets::default();
    for preset in presets() {
        let plan = Plan::find(preset.name, &[])?;
        let time = measure::estimate(&plan, &mut sets)?;
        let tasks = plan.cells[0].experiment.tasks;
        let unit = if tasks == 1 { "task" } else { "tasks" };
        let size = match plan.single() {
            Some(_) => format!("{tasks} {unit}"),
            None => format!("{} x {tasks} {unit}", plan.cells.len()),
        };
        print(&format!(
            "{:width$}  {size:>14}, about {:<12}  {}\n",
            preset.name,
            span(time),
            plan.description,
        ))?;
    }
    Ok(ExitCode::SUCCESS)
}
