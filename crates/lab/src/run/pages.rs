//! Drawn files of runs, which are none of the run's own business: whoever runs says what draws them.

use std::path::{Path, PathBuf};

use crate::error::LabError;
use crate::record::stage::StageRecord;

/// Writes the drawn files of runs beside their tables; several runs call it from several threads.
pub trait Pages: Sync {
    /// Draws the run in `directory` after the stages of `records`, of a stream of so many `tasks` and
    /// `stages`; called whenever its tables are written.
    ///
    /// # Errors
    /// [`LabError::Io`] for a file that can't be written; it ends the run.
    fn stage_ended(
        &self,
        directory: &Path,
        records: &[StageRecord],
        tasks: usize,
        stages: usize,
    ) -> Result<(), LabError>;

    /// Draws the finished runs in `runs`, whose summary stands in `directory`.
    ///
    /// # Errors
    /// [`LabError`] for a run that can't be read or a file that can't be written.
    fn ended(&self, directory: &Path, runs: &[PathBuf]) -> Result<(), LabError>;
}

/// Draws nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoPages;

impl Pages for NoPages {
    fn stage_ended(
        &self,
        _directory: &Path,
        _records: &[StageRecord],
        _tasks: usize,
        _stages: usize,
    ) -> Result<(), LabError> {
        Ok(())
    }

    fn ended(&self, _directory: &Path, _runs: &[PathBuf]) -> Result<(), LabError> {
        Ok(())
    }
}
