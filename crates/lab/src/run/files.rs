//! The files of a run beside its checkpoint: tables, summary, and what is drawn of them.

use std::path::PathBuf;

use serde_json::json;

use crate::config::experiment::Experiment;
use crate::error::LabError;
use crate::record::ended::Ended;
use crate::record::files::{ACCURACY, EPOCHS, METRICS, SUMMARY};
use crate::record::history::History;
use crate::record::summary::Summary;
use crate::record::tables;
use crate::run::directory::RunDirectory;
use crate::run::pages::Pages;

/// The folder of a run, and what is written into it from its history alone.
pub(crate) struct RunFiles<'a> {
    experiment: &'a Experiment,
    directory: RunDirectory,
    pages: &'a dyn Pages,
}

impl<'a> RunFiles<'a> {
    pub(crate) fn new(
        experiment: &'a Experiment,
        directory: RunDirectory,
        pages: &'a dyn Pages,
    ) -> Self {
        Self {
            experiment,
            directory,
            pages,
        }
    }

    /// Path of the file `name`.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.file(name)
    }

    /// Replaces the file `name`, at once or not at all.
    pub(crate) fn write(&self, name: &str, content: &[u8]) -> Result<(), LabError> {
        self.directory.write(name, content)
    }

    /// Writes the files that grow with every stage.
    pub(crate) fn write_tables(&self, history: &History) -> Result<(), LabError> {
        let Experiment { tasks, .. } = *self.experiment;
        let records = &history.stages;
        self.write(ACCURACY, tables::accuracy_csv(records, tasks).as_bytes())?;
        let (folder, stages) = (self.directory.path(), self.experiment.stages());
        self.pages.stage_ended(folder, records, tasks, stages)?;
        self.write(METRICS, tables::metrics_jsonl(records).as_bytes())?;
        self.write_epochs(history)
    }

    /// Writes the file that grows with every test within stages, if there are any.
    pub(crate) fn write_epochs(&self, history: &History) -> Result<(), LabError> {
        match self.experiment.test_every {
            None => Ok(()),
            Some(_) => self.write(EPOCHS, tables::epochs_jsonl(&history.epochs).as_bytes()),
        }
    }

    /// Writes summary and page of a finished run. Built from the checkpointed history only, so that re-opening a
    /// finished run rewrites identical files.
    pub(crate) fn finish(&self, history: &History) -> Result<Summary, LabError> {
        let summary = self.summary(history, Ended::Finished);
        self.directory.write_json(SUMMARY, &summary)?;
        let folder = self.directory.path();
        self.pages.ended(folder, &[folder.to_owned()])?;
        Ok(summary)
    }

    /// Writes the summary of a run that broke off; without numbers, if no stage was finished.
    pub(crate) fn broke_off(&self, history: &History, ended: Ended) -> Result<(), LabError> {
        let Experiment { name, seed, .. } = self.experiment;
        match history.stages.is_empty() {
            true => {
                let summary = json!({ "name": name, "seed": seed, "ended": ended });
                self.directory.write_json(SUMMARY, &summary)
            }
            false => (self.directory).write_json(SUMMARY, &self.summary(history, ended)),
        }
    }

    /// Removes the summary of an end that is none any more: a run that broke off is resumed.
    pub(crate) fn forget_end(&self) -> Result<(), LabError> {
        self.directory.remove(SUMMARY)
    }

    fn summary(&self, history: &History, ended: Ended) -> Summary {
        let Experiment { name, seed, .. } = self.experiment;
        let mut summary = Summary::new(name, *seed, history);
        summary.ended = Some(ended);
        summary
    }
}
