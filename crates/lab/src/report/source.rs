//! From folders to the runs that they hold.
//!
//! The checkpoint is the only truth of a run: configuration, history and the size of the
//! learner's state all come from it, so a report can be made of a run that still goes on,
//! and of one whose other files are gone.

use std::fs;
use std::path::{Path, PathBuf};

use mesu::Learner;
use safetensors::SafeTensors;
use toml::{Table, Value};

use crate::document;
use crate::error::LabError;
use crate::history::History;
use crate::resume::NOTE;
use crate::run_directory::{CHECKPOINT, CONFIG};

/// How deep runs lie below a folder that is given: a grid's cells, and the seeds of each.
const DEPTH: usize = 3;

/// One run, as its checkpoint tells it. It has finished one task at least.
#[derive(Clone, Debug)]
pub(crate) struct RunData {
    /// `config.toml`, as a table: learners that this version doesn't know have settings too.
    pub(crate) config: Table,
    pub(crate) history: History,
    /// What the learner keeps between two updates, bytes; the noise generator apart.
    pub(crate) state_bytes: u64,
    /// Synapses that it keeps them for.
    pub(crate) synapses: usize,
}

/// What folders hold.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) runs: Vec<RunData>,
    /// Runs without a finished task, by their folders.
    pub(crate) left_out: Vec<PathBuf>,
}

impl RunData {
    /// Reads the checkpoint in `folder`; `None` if no task is finished yet.
    pub(crate) fn read(folder: &Path) -> Result<Option<Self>, LabError> {
        let path = folder.join(CHECKPOINT);
        if !path.exists() {
            return Ok(None);
        }
        let bytes = fs::read(&path).map_err(LabError::io(&path, "can't be read"))?;
        let refuse = |reason: &str| LabError::NoRun {
            path: path.clone(),
            reason: reason.to_owned(),
        };
        let (learner, notes) =
            Learner::restore(&bytes).map_err(|error| refuse(&error.to_string()))?;
        let note = notes
            .get(NOTE)
            .ok_or_else(|| refuse("a checkpoint of no run"))?;
        let history =
            History::parse(note).ok_or_else(|| refuse("a checkpoint of another version"))?;
        let config = document::parse(&history.config, &path.display().to_string())?;
        let state_bytes = state_bytes(&bytes).ok_or_else(|| refuse("a damaged checkpoint"))?;
        Ok((!history.tasks.is_empty()).then(|| Self {
            config,
            state_bytes,
            synapses: learner.network().synapses(),
            history,
        }))
    }

    /// The seed, 0 if the configuration names none.
    pub(crate) fn seed(&self) -> u64 {
        let seed = self.config.get("seed").and_then(Value::as_integer);
        seed.and_then(|seed| u64::try_from(seed).ok()).unwrap_or(0)
    }
}

/// All tensors of a checkpoint but the noise generator, whose few bytes are nobody's state.
fn state_bytes(checkpoint: &[u8]) -> Option<u64> {
    let file = SafeTensors::deserialize(checkpoint).ok()?;
    let tensors = file.tensors().into_iter();
    let state = tensors.filter(|(name, _)| name != "noise");
    Some(state.map(|(_, view)| view.data().len() as u64).sum())
}

/// The runs in `folders`, each a run's or one of such folders; a run given twice counts once.
///
/// # Errors
/// [`LabError::NoRun`] for a folder that holds no run or only ones without a finished task,
/// [`LabError::Io`] for one that can't be read.
pub(crate) fn find(folders: &[PathBuf]) -> Result<Found, LabError> {
    let (mut found, mut seen) = (Found::default(), Vec::new());
    for folder in folders {
        let refuse = |reason: &str| LabError::NoRun {
            path: folder.clone(),
            reason: reason.to_owned(),
        };
        if !folder.exists() {
            return Err(refuse("no such folder"));
        }
        if !folder.is_dir() {
            return Err(refuse("is a file"));
        }
        let mut paths = Vec::new();
        collect(folder, DEPTH, &mut paths)?;
        if paths.is_empty() {
            return Err(refuse("holds no run"));
        }
        let mut any = false;
        for path in paths {
            let real = path.canonicalize().unwrap_or_else(|_| path.clone());
            if seen.contains(&real) {
                any = true;
                continue;
            }
            match RunData::read(&path)? {
                Some(run) => {
                    any = true;
                    seen.push(real);
                    found.runs.push(run);
                }
                None => found.left_out.push(path),
            }
        }
        if !any {
            return Err(refuse("no task of it is finished yet"));
        }
    }
    Ok(found)
}

/// The run directories in and below `folder`, in the order of their names.
fn collect(folder: &Path, depth: usize, paths: &mut Vec<PathBuf>) -> Result<(), LabError> {
    if folder.join(CONFIG).exists() || folder.join(CHECKPOINT).exists() {
        paths.push(folder.to_owned());
        return Ok(());
    }
    if depth == 0 {
        return Ok(());
    }
    let unreadable = || LabError::io(folder, "can't be read as a folder");
    let mut inner = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable())? {
        let path = entry.map_err(unreadable())?.path();
        if path.is_dir() {
            inner.push(path);
        }
    }
    inner.sort();
    inner
        .iter()
        .try_for_each(|path| collect(path, depth - 1, paths))
}
