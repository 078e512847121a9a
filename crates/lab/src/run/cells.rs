//! A plan's cells: `OUT/CELL` is a run directory each, or a folder of several seeds, beside a
//! `summary.json` and a `report.html` over all of them.
//!
//! Cells and seeds take turns on the cores that there are; a result does not depend on its
//! company. A cell that fails keeps none of the others from its end.

use std::path::Path;
use std::sync::atomic::Ordering;

use crate::config::experiment::Experiment;
use crate::config::plan::Plan;
use crate::error::LabError;
use crate::record::comparison::{Compared, Comparison};
use crate::record::files::SUMMARY;
use crate::run::directory::{self, RunDirectory};
use crate::run::parallel::side_by_side;
use crate::run::progress::{Event, Progress, RunName};
use crate::run::seeds::{Outcomes, Seeds};
use crate::run::setting::{Outcome, Setting};
use crate::run::tasks::{Data, DataSets};
use crate::run::training;

/// Outcomes of the cells of a plan.
#[derive(Debug)]
pub struct CellOutcomes {
    /// The cells in numbers; none if it was asked to stop: then every run was saved first.
    pub comparison: Option<Comparison>,
    /// The cells that failed, by their names, and why.
    pub failed: Vec<(String, LabError)>,
}

/// Runs every cell of `plan`, once per seed of `seeds` (none: with its own), in the folder `path`.
///
/// # Errors
/// [`LabError`] for what can be known beforehand: settings that a learner refuses, data that
/// can't be read, folders that hold something else. Nothing was written then. Later failures
/// are their cell's alone; see [`CellOutcomes`].
pub fn run_cells(
    plan: &Plan,
    seeds: &[u64],
    mut sets: DataSets,
    path: &Path,
    setting: Setting<'_>,
) -> Result<CellOutcomes, LabError> {
    let mut cells = Vec::new();
    for cell in &plan.cells {
        let data = sets.load(&cell.experiment)?;
        data.learner(&cell.experiment)?;
        let runs = Seeds::new(&cell.experiment, seeds, &path.join(&cell.name))?;
        cells.push((cell, data, runs));
    }
    let is_cell = |name: &str| plan.cells.iter().any(|cell| cell.name == name);
    let directory = {
        let checked = directory::check(path, &is_cell, setting.resume);
        checked.and_then(|()| {
            cells
                .iter()
                .try_for_each(|(_, _, runs)| runs.check(setting.resume))
        })?;
        RunDirectory::open(path, &is_cell, setting.resume)?
    };

    let units: Vec<(&str, &Data, &Seeds, &Experiment)> = cells
        .iter()
        .flat_map(|(cell, data, runs)| {
            let unit = move |experiment| (cell.name.as_str(), data, runs, experiment);
            runs.experiments.iter().map(unit)
        })
        .collect();
    let run_unit = |&(cell, data, runs, experiment): &(&str, &Data, &Seeds, &Experiment)| {
        // A run that was not begun yet needs no checkpoint.
        if setting.stop.load(Ordering::Relaxed) {
            return Ok(Outcome::Interrupted);
        }
        let progress = OfCell {
            cell,
            heard_by: setting.progress,
        };
        let setting = Setting {
            progress: &progress,
            ..setting
        };
        training::run(experiment, data, &runs.folder(experiment), setting)
    };
    let mut outcomes = side_by_side(&units, run_unit).into_iter();

    let (mut compared, mut failed, mut sound) = (Vec::new(), Vec::new(), Vec::new());
    let mut interrupted = false;
    for (cell, _, runs) in &cells {
        let own = outcomes.by_ref().take(runs.experiments.len()).collect();
        let result = match runs.join(own, setting) {
            Ok(Outcomes::Finished(summaries)) => {
                sound.push(path.join(&cell.name));
                Ok(summaries)
            }
            Ok(Outcomes::Interrupted) => {
                interrupted = true;
                continue;
            }
            Err(error) => {
                let text = error.to_string();
                failed.push((cell.name.clone(), error));
                Err(text)
            }
        };
        compared.push(Compared {
            cell: cell.name.clone(),
            settings: cell.settings.clone(),
            result,
        });
    }
    let comparison = match interrupted {
        true => None,
        false => {
            let comparison = Comparison {
                name: plan.name.clone(),
                cells: compared,
            };
            directory.write_json(SUMMARY, &comparison.json())?;
            // Of the sound ones: what is wrong with another is told at the end.
            if !sound.is_empty() {
                setting.pages.ended(path, &sound)?;
            }
            Some(comparison)
        }
    };
    Ok(CellOutcomes { comparison, failed })
}

/// Hears a run and says which cell it is of.
struct OfCell<'a> {
    cell: &'a str,
    heard_by: &'a dyn Progress,
}

impl Progress for OfCell<'_> {
    fn report(&self, run: RunName<'_>, event: Event<'_>) {
        let cell = Some(self.cell);
        self.heard_by.report(RunName { cell, ..run }, event);
    }
}
