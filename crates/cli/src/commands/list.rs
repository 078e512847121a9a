//! `mesu list`.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::Result;
use mesu_datasets::EmbeddedStream;
use mesu_lab::{DataSets, LabError, Plan, presets};

use crate::output::{grouped, print, span, terminal};

/// Time spent on measuring one preset.
const BUDGET: Duration = Duration::from_millis(600);

/// Prints a line per preset and stream: name, size, time or command, description.
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
        print(&described(&line, &plan.description))?;
    }
    for stream in EmbeddedStream::ALL {
        let size = format!("{} rows", grouped(stream.rows as f64));
        let command = format!("mesu learn {}", stream.name);
        let line = format!("{:width$}  {size:>14}, {command:<18}", stream.name);
        print(&described(&line, stream.description))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// A line with its description, or two in a terminal that is too narrow for one.
fn described(line: &str, description: &str) -> String {
    let whole = line.chars().count() + 2 + description.chars().count();
    match terminal().is_some_and(|columns| columns < whole) {
        true => format!("{}\n    {description}\n", line.trim_end()),
        false => format!("{line}  {description}\n"),
    }
}
