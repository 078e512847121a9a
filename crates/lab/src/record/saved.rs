//! What runs have saved, to look at: nothing is locked or changed.

use std::fs;
use std::io::{Error, ErrorKind};
use std::path::{Path, PathBuf};

use mesu::Learner;
use serde::Deserialize;

use crate::config::experiment::Experiment;
use crate::doctor::Stream;
use crate::error::LabError;
use crate::record::ended::Ended;
use crate::record::files::{CHECKPOINT, NOTE, SUMMARY};
use crate::record::history::History;
use crate::record::stage::StageRecord;

/// Folders within folders that are searched: seeds within cells within a comparison.
const DEPTH: usize = 3;

/// A learner from a checkpoint.
#[derive(Clone, Debug)]
pub struct Saved {
    /// The learner as it was.
    pub learner: Learner,
    /// Of a run's checkpoint: what ran.
    pub experiment: Option<Experiment>,
    /// Of a run's checkpoint: tasks that were learned and tested.
    pub stages_done: usize,
    /// Of a run's checkpoint: how the run ended, as its summary says.
    pub ended: Option<Ended>,
    /// Examples of a task, all epochs, as far as the checkpoint tells.
    task_length: Option<u64>,
    /// Checksums of the training set and the test set, of a run's checkpoint.
    pub checksums: Option<[u32; 2]>,
}

impl Saved {
    /// Reads a checkpoint, of a run or of any other program that saved a learner.
    ///
    /// # Errors
    /// [`LabError::Io`] when it can't be read, [`LabError::Unreadable`] when it is not a whole
    /// checkpoint.
    pub fn read(path: &Path) -> Result<Self, LabError> {
        let bytes = fs::read(path).map_err(LabError::io(path, "can't be read as a checkpoint"))?;
        let (learner, notes) = Learner::restore(&bytes).map_err(|source| LabError::Unreadable {
            path: path.to_owned(),
            source,
        })?;
        // A note of another version only costs what it would have told.
        let run = notes.get(NOTE).and_then(|note| History::read_any(note));
        let stages_done = run.as_ref().map_or(0, |(history, _)| history.stages.len());
        Ok(Self {
            learner,
            task_length: run
                .as_ref()
                .and_then(|(history, experiment)| task_length(history, experiment)),
            checksums: run.as_ref().and_then(|(history, _)| history.data),
            experiment: run.map(|(_, experiment)| experiment),
            stages_done,
            ended: ended(path),
        })
    }

    /// The stream it learned from, as far as the checkpoint tells.
    #[must_use]
    pub fn stream(&self) -> Option<Stream> {
        self.experiment.as_ref().map(|experiment| Stream {
            batch_size: experiment.data.batch_size as u64,
            task_length: self.task_length,
            tasks: Some(experiment.stages() as u64),
        })
    }
}

/// How the run ended whose checkpoint is `path`, where its summary tells.
fn ended(path: &Path) -> Option<Ended> {
    #[derive(Deserialize)]
    struct Summary {
        ended: Option<Ended>,
    }
    path.ends_with(CHECKPOINT).then_some(())?;
    let summary = fs::read(path.with_file_name(SUMMARY)).ok()?;
    let summary: Summary = serde_json::from_slice(&summary).ok()?;
    summary.ended
}

/// Examples of a task, all epochs: what was asked for, or what the first task had.
fn task_length(history: &History, experiment: &Experiment) -> Option<u64> {
    let asked = experiment.data.train_examples;
    let asked = asked.map(|n| (n as u64).saturating_mul(experiment.data.epochs as u64));
    let batch_size = experiment.data.batch_size as u64;
    let of_first = |first: &StageRecord| {
        // One by one, an example that was left out made no update; a batch makes one for the rest of it.
        let left_out = match batch_size {
            1 => first.gated.unwrap_or(0) + first.skipped.unwrap_or(0),
            _ => 0,
        };
        first.updates.saturating_mul(batch_size) + left_out
    };
    asked.or_else(|| history.stages.first().map(of_first))
}

/// The checkpoints that `path` means: itself if it is a file, that of a run directory, or those of
/// all run directories up to three folders below, in the order of their names (`seed-2` before
/// `seed-10`).
///
/// # Errors
/// [`LabError::NoSavedRun`] when there is no such file or folder, [`LabError::NoCheckpoint`].
pub fn checkpoints(path: &Path) -> Result<Vec<PathBuf>, LabError> {
    let unfit = |source| LabError::NoSavedRun {
        path: path.to_owned(),
        source,
    };
    let metadata = fs::metadata(path).map_err(unfit)?;
    if metadata.is_file() {
        return Ok(vec![path.to_owned()]);
    }
    if !metadata.is_dir() {
        // A pipe or device would be waited for.
        let error = Error::new(ErrorKind::InvalidInput, "neither a file nor a folder");
        return Err(unfit(error));
    }
    let mut found = Vec::new();
    search(path, DEPTH, &mut found)?;
    match found.is_empty() {
        true => Err(LabError::NoCheckpoint {
            path: path.to_owned(),
        }),
        false => Ok(found),
    }
}

fn search(folder: &Path, depth: usize, found: &mut Vec<PathBuf>) -> Result<(), LabError> {
    let checkpoint = folder.join(CHECKPOINT);
    if checkpoint.is_file() {
        found.push(checkpoint);
        return Ok(());
    }
    if depth == 0 {
        return Ok(());
    }
    let unreadable = || LabError::io(folder, "can't be read as a folder");
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable())? {
        names.push(entry.map_err(unreadable())?.file_name());
    }
    names.sort_by_cached_key(|name| natural(&name.to_string_lossy()));
    let folders = names.iter().map(|name| folder.join(name));
    folders
        .filter(|path| path.is_dir())
        .try_for_each(|path| search(&path, depth - 1, found))
}

/// A key by which names sort, the number at their end as a number.
fn natural(name: &str) -> (String, u64, String) {
    let stem = name.trim_end_matches(|c: char| c.is_ascii_digit());
    let number = name[stem.len()..].parse().unwrap_or(0);
    (stem.to_owned(), number, name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checkpoints_are_found_in_the_order_of_their_numbers() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        assert!(matches!(
            checkpoints(path),
            Err(LabError::NoCheckpoint { .. })
        ));
        assert!(matches!(
            checkpoints(&path.join("nothing")),
            Err(LabError::NoSavedRun { .. })
        ));
        for run in ["b/seed-10", "b/seed-2", "a", "too/deep/to/be/found"] {
            fs::create_dir_all(path.join(run)).unwrap();
            fs::write(path.join(run).join(CHECKPOINT), "").unwrap();
        }
        let found = checkpoints(path).unwrap();
        let expected = ["a", "b/seed-2", "b/seed-10"].map(|run| path.join(run).join(CHECKPOINT));
        assert_eq!(found, expected);
        assert_eq!(checkpoints(&found[0]).unwrap(), found[..1]);
        assert!(matches!(
            Saved::read(&found[0]),
            Err(LabError::Unreadable { .. })
        ));
    }
}
