//! `mesu list`.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::Result;
use mesu_lab::{DataSets, LabError, Plan, presets};

use crate::output::{print, span, terminal};

/// Time spent on measuring one preset.
const BUDGET: Duration = Duration::from_millis(600);

/// Prints a line per preset: name, size, time, description; two in a terminal that is too narrow for one.
pub(crate) fn list() -> Result<ExitCode> {
    let width = presets()
        .iter()
        .map(|preset| preset.name.len())
        .max()
        .unwrap_or(0);
    let mut sets = DataSets::default();
    for preset in presets() {
        let plan = Plan::find(preset.name, &[])?;
        let time = match mesu_lab::run::estimate(&plan, 1, BUDGET, &mut sets) {
            Ok(time) => format!("about {}", span(time)),
            // Data outside the program: a set to be downloaded, features of one's own photographs.
            Err(LabError::Source(_) | LabError::Ood(_) | LabError::DataFolder(_)) => {
                "data not here".to_owned()
            }
            Err(LabError::Scenario(_) | LabError::Standardise(_) | LabError::Range { .. }) => {
                "data do not fit".to_owned()
            }
            Err(error) => return Err(error.into()),
        };
        let tasks = plan.cells[0].experiment.tasks;
        let unit = if tasks == 1 { "task" } else { "tasks" };
        let size = match plan.single() {
            Some(_) => format!("{tasks} {unit}"),
            None => format!("{} x {tasks} {unit}", plan.cells.len()),
        };
        let line = format!("{:width$}  {size:>14}, {time:<18}", preset.name);
        let whole = line.chars().count() + 2 + plan.description.chars().count();
        print(&match terminal().is_some_and(|columns| columns < whole) {
            true => format!("{}\n    {}\n", line.trim_end(), plan.description),
            false => format!("{line}  {}\n", plan.description),
        })?;
    }
    Ok(ExitCode::SUCCESS)
}
