//! From folders to the runs that they hold.
//!
//! The checkpoint is the only truth of a run: configuration, history and the size of the
//! learner's state all come from it, so a report can be made of a run that still goes on,
//! and of one whose other files are gone.

use std::fs;
use std::path::{Path, PathBuf};

use mesu::Learner;
use serde_json::Value as Json;
use toml::{Table, Value};

use mesu_lab::LabError;
use mesu_lab::config::document;
use mesu_lab::record::files::NOTE;
use mesu_lab::record::files::{CHECKPOINT, CONFIG, SUMMARY};
use mesu_lab::record::history::History;

/// How deep runs lie below a folder that is given: a grid's cells, and the seeds of each.
const DEPTH: usize = 3;

/// One run, as its checkpoint tells it. It has finished one task at least.
#[derive(Clone, Debug)]
pub(crate) struct RunData {
    /// `config.toml`, as a table: learners that this version doesn't know have settings too.
    pub(crate) config: Table,
    pub(crate) history: History,
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
        let mut history =
            History::parse(note).ok_or_else(|| refuse("a checkpoint of another version"))?;
        let config = document::parse(&history.config, &path.display().to_string())?;
        history.state_bytes_per_synapse = Some(learner.state_bytes_per_synapse());
        Ok((!history.stages.is_empty()).then_some(Self { config, history }))
    }

    /// The seed, 0 if the configuration names none.
    pub(crate) fn seed(&self) -> u64 {
        let seed = self.config.get("seed").and_then(Value::as_integer);
        seed.and_then(|seed| u64::try_from(seed).ok()).unwrap_or(0)
    }
}

impl Found {
    /// Adds a run, unless there is one of the same settings and seed: they have the same bits, so that it
    /// would count twice. The longer one stays.
    fn add(&mut self, run: RunData) {
        match self
            .runs
            .iter_mut()
            .find(|other| other.config == run.config)
        {
            Some(other) if run.history.stages.len() > other.history.stages.len() => *other = run,
            Some(_) => {}
            None => self.runs.push(run),
        }
    }
}

/// Reason of [`LabError::NoRun`] for a folder in which there is none.
pub const HOLDS_NO_RUN: &str = "holds no run";

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
            return Err(refuse(HOLDS_NO_RUN));
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
                    found.add(run);
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

/// The run directories in and below `folder`: cells in their plan's order, others in that of names.
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
    let cells = cells(folder);
    let place = |path: &Path| cells.iter().position(|cell| path.ends_with(cell));
    inner.sort_by_cached_key(|path| (place(path).unwrap_or(cells.len()), path.clone()));
    inner
        .iter()
        .try_for_each(|path| collect(path, depth - 1, paths))
}

/// The cells that the summary in `folder` names, if it is one over cells.
fn cells(folder: &Path) -> Vec<String> {
    let summary = fs::read(folder.join(SUMMARY)).unwrap_or_default();
    let summary: Json = serde_json::from_slice(&summary).unwrap_or_default();
    let cells = summary["cells"].as_array().into_iter().flatten();
    cells
        .filter_map(|cell| cell["cell"].as_str().map(str::to_owned))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_come_in_their_plans_order() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["adam", "mesu", "other", "sgd"] {
            fs::create_dir(folder.path().join(name)).unwrap();
            fs::write(folder.path().join(name).join(CONFIG), "").unwrap();
        }
        let names = || {
            let mut paths = Vec::new();
            collect(folder.path(), 1, &mut paths).unwrap();
            let name = |path: &PathBuf| path.file_name().unwrap().to_str().unwrap().to_owned();
            paths.iter().map(name).collect::<Vec<_>>()
        };
        assert_eq!(names(), ["adam", "mesu", "other", "sgd"]);
        let summary = r#"{ "cells": [{ "cell": "sgd" }, { "cell": "mesu" }] }"#;
        fs::write(folder.path().join(SUMMARY), summary).unwrap();
        assert_eq!(names(), ["sgd", "mesu", "adam", "other"]);
    }
}
