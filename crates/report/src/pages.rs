//! The drawn files of a run directory, written while runs go on.

use std::path::{Path, PathBuf};

use mesu_lab::record::files::{FIGURE, REPORT};
use mesu_lab::run::directory::write_file;
use mesu_lab::{LabError, Pages, StageRecord};

use crate::accuracy::accuracy_svg;
use crate::report::Report;

/// Draws `accuracy.svg` whenever a run's tables are written, and `report.html` at the end.
#[derive(Clone, Copy, Debug, Default)]
pub struct Drawn;

impl Pages for Drawn {
    fn stage_ended(
        &self,
        directory: &Path,
        records: &[StageRecord],
        tasks: usize,
        stages: usize,
    ) -> Result<(), LabError> {
        let figure = accuracy_svg(records, tasks, stages);
        write_file(&directory.join(FIGURE), figure.as_bytes())
    }

    fn ended(&self, directory: &Path, runs: &[PathBuf]) -> Result<(), LabError> {
        Report::read(runs)?.write(&directory.join(REPORT))
    }
}
