//! Going on: what a folder holds of an experiment, and whether it is that experiment's.

use std::path::Path;

use mesu::Learner;

use crate::config::experiment::Experiment;
use crate::error::LabError;
use crate::record::files::{ACCURACY, CHECKPOINT, CONFIG, NOTE};
use crate::record::history::History;
use crate::run::directory::{self, RunDirectory};
use crate::run::tasks::Data;

/// Checks that `experiment` may be started or resumed in the folder `path`, without
/// touching it: what only a checkpoint can tell is left for later.
///
/// # Errors
/// [`LabError`], as [`crate::run::training::run`].
pub(crate) fn check(experiment: &Experiment, path: &Path, resume: bool) -> Result<(), LabError> {
    directory::check(path, &directory::is_run, resume)?;
    match directory::read(&path.join(CONFIG))? {
        None => Ok(()),
        Some(there) => same_settings(path, &there, experiment),
    }
}

/// Refuses the folder `path` unless `there`, what its `config.toml` holds, is `experiment`.
fn same_settings(path: &Path, there: &[u8], experiment: &Experiment) -> Result<(), LabError> {
    let origin = path.join(CONFIG).display().to_string();
    let there = String::from_utf8_lossy(there);
    let differences = Experiment::from_toml(&there, &origin)?.differences(experiment);
    match differences.is_empty() {
        true => Ok(()),
        false => Err(LabError::OtherSettings {
            path: path.to_owned(),
            differences,
        }),
    }
}

/// Reads learner and history of `experiment` on `data` from the folder, or returns `fresh` and no history.
pub(crate) fn restore(
    directory: &RunDirectory,
    experiment: &Experiment,
    data: &Data,
    fresh: Learner,
) -> Result<(Learner, History), LabError> {
    let mut new = History::new(experiment);
    new.data = Some(data.checksums());
    match directory.read(CONFIG)? {
        None => directory.write(CONFIG, new.config.as_bytes())?,
        Some(there) => same_settings(directory.path(), &there, experiment)?,
    }
    let path = directory.file(CHECKPOINT);
    let refuse = |reason: &str| LabError::Checkpoint {
        path: path.clone(),
        reason: reason.to_owned(),
    };
    let Some(bytes) = directory.read(CHECKPOINT)? else {
        // The first checkpoint comes before the first table: without tables, none was written yet.
        return match directory.read(ACCURACY)? {
            None => Ok((fresh, new)),
            Some(_) => Err(refuse("it is gone, but the run's results are there")),
        };
    };
    let (learner, notes) = Learner::restore(&bytes).map_err(|error| refuse(&error.to_string()))?;
    let note = notes
        .get(NOTE)
        .ok_or_else(|| refuse("a checkpoint of no run"))?;
    let history = History::read(note, experiment)
        .ok_or_else(|| refuse("a checkpoint of another run or version"))?;
    if history.data.is_some() && history.data != new.data {
        return Err(LabError::OtherData {
            path: directory.path().to_owned(),
            source_name: experiment.data.source.clone(),
        });
    }
    let same = Experiment::from_toml(&history.config, "checkpoint")
        .is_ok_and(|config| config == *experiment);
    let fits = learner.config() == fresh.config()
        && learner.learning() == fresh.learning()
        && learner.network().inputs() == fresh.network().inputs()
        && learner.network().classes() == fresh.network().classes()
        && learner.heads() == fresh.heads();
    if !(same && fits) {
        return Err(refuse(
            "a checkpoint of another run: its settings are not those of config.toml",
        ));
    }
    Ok((learner, history))
}
