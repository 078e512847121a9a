//! States to look at.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::bookmark::Bookmark;
use super::error::RunError;
use super::state_file;
use super::summary::Summary;
use crate::learner::{ColumnReport, Finding, StreamLearner, StreamSettings};
use crate::schema::Schema;
use crate::state::MAGIC;

/// Content of a state.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Inspected {
    /// Numbers.
    #[serde(flatten)]
    pub summary: Summary,
    /// Columns that are looked at, and what was seen of them.
    pub columns: Vec<ColumnReport>,
    /// All columns and their parts.
    pub schema: Schema,
    /// Settings.
    pub settings: StreamSettings,
    /// Place in the source.
    pub bookmark: Bookmark,
    /// Number of inputs that a row is turned into.
    pub inputs: usize,
    /// Size of the file.
    pub bytes: u64,
}

/// Returns whether a file begins like a state; false if it can't be read.
#[must_use]
pub fn is_state(path: &Path) -> bool {
    let mut first = [0; MAGIC.len()];
    let read = File::open(path).and_then(|mut file| file.read_exact(&mut first));
    read.is_ok() && first == *MAGIC
}

/// Returns whether a file begins like a state, or is named like one: `NAME.mesu`, damaged or not there as it
/// may be.
#[must_use]
pub fn names_state(path: &Path) -> bool {
    let named = path.extension().is_some_and(|ending| ending == "mesu");
    is_state(path) || named && !path.is_dir()
}

/// States in a folder, by their names; none of what can't be read.
#[must_use]
pub fn states_in(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten();
    let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let mut states: Vec<PathBuf> = paths.filter(|path| is_state(path)).collect();
    states.sort();
    states
}

/// Reads a state's learner and its place, whether or not a process is learning into it.
///
/// # Errors
/// [`RunError::State`], [`RunError::NoState`] or [`RunError::File`].
pub fn open(path: &Path) -> Result<(StreamLearner, Bookmark), RunError> {
    state_file::read(path)
}

/// Findings about a learner and its last source, the worst first; none that [needs
/// anything](Finding::is_note) of a healthy one.
#[must_use]
pub fn findings(learner: &StreamLearner, bookmark: &Bookmark) -> Vec<Finding> {
    let first = bookmark.first_bad_rows.first();
    let bad = first.map(|first| Finding::BadRows {
        rows: bookmark.bad_rows,
        first: format!("row {}, {}", first.row, reason(&first.reason, first.row)),
    });
    bad.into_iter().chain(learner.findings()).collect()
}

/// Reason without the row that it may begin with.
fn reason(reason: &str, row: u64) -> &str {
    let behind = reason.split_once(&format!("row {row}"));
    behind.map_or(reason, |(_, rest)| rest.trim_start_matches([',', ':', ' ']))
}

/// Reads a state, whether or not a process is learning into it.
///
/// # Errors
/// [`RunError::State`], [`RunError::NoState`] or [`RunError::File`].
pub fn inspect(path: &Path) -> Result<Inspected, RunError> {
    let (learner, bookmark) = state_file::read(path)?;
    let metadata = std::fs::metadata(path).map_err(|error| RunError::file(path, error))?;
    Ok(Inspected {
        summary: Summary::new(&learner, &bookmark),
        columns: learner.columns(),
        schema: learner.schema().clone(),
        settings: learner.settings().clone(),
        inputs: learner.inputs(),
        bookmark,
        bytes: metadata.len(),
    })
}
