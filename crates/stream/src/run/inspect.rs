//! States to look at.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use serde::Serialize;

use super::bookmark::Bookmark;
use super::error::RunError;
use super::state_file;
use super::summary::Summary;
use crate::learner::{ColumnReport, StreamSettings};
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

/// Reads a state, whether or not a process is learning into it.
///
/// # Errors
/// [`RunError::State`], [`RunError::NoState`] or [`RunError::File`].
pub fn inspect(path: &Path) -> Result<Inspected, RunError> {
    let (learner, bookmark) = state_file::read_state(path)?;
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
