//! Errors of a run: each message says in one line what and where. Advice on what to type, a front end adds.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use mesu::checkpoint::CheckpointError;
use mesu::{ConfigError, LearnError};
use mesu_data::format::FileKind;
use mesu_data::{ScenarioError, SplitsError, StandardizerError};
use mesu_datasets::NoDataFolder;

use crate::wording;

/// Why an experiment can't be read or run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LabError {
    /// Neither a preset nor a file.
    #[error("{asked}: no such preset and no such file{}", meant(nearest.as_deref()))]
    UnknownPreset {
        /// Name that was asked for.
        asked: String,
        /// The preset of the nearest name, if one is near.
        nearest: Option<String>,
    },
    /// A file of another kind where an experiment's was to be.
    #[error("{asked}: is {found}, and no experiment; expected a preset or a TOML file")]
    NotAnExperiment {
        /// The file.
        asked: String,
        /// Kind of the file, by its content and its name.
        found: FileKind,
    },
    /// Text that is no TOML.
    #[error("{origin}, line {line}, column {column}: {message}")]
    Syntax {
        /// The file.
        origin: String,
        /// Counted from 1.
        line: usize,
        /// Counted from 1.
        column: usize,
        /// Message of the parser.
        message: String,
    },
    /// An assignment without a key or an equals sign.
    #[error("{assignment}: expected key=value")]
    Assignment {
        /// Text that was given.
        assignment: String,
    },
    /// A key that no experiment has.
    #[error("{origin}: {key}: unknown key{}", meant(nearest.as_deref()))]
    UnknownKey {
        /// The file, or `--set`.
        origin: String,
        /// The dotted key.
        key: String,
        /// The nearest known key, if one is near.
        nearest: Option<String>,
    },
    /// A setting of another learner than the one that runs.
    #[error("{origin}: {key}: no setting of learner.kind = \"{kind}\", which has {keys}")]
    OtherLearners {
        /// The file, or `--set`.
        origin: String,
        /// The dotted key.
        key: String,
        /// The learner that runs.
        kind: &'static str,
        /// Its settings.
        keys: String,
    },
    /// A learner or a combination of values that would be run twice.
    #[error("{origin}: {key}: {value} is listed twice")]
    ListedTwice {
        /// The file, or `--set`.
        origin: String,
        /// `compare` or `grid`.
        key: String,
        /// Name that is there twice.
        value: String,
    },
    /// A key of the grid that has a place of its own.
    #[error("{origin}: {key}: not one to vary in the grid")]
    NotVaried {
        /// The file, or `--set`.
        origin: String,
        /// The dotted key.
        key: String,
    },
    /// A learner, or a setting of one, that no cell would run.
    #[error("{origin}: {key}: {kind} does not run, only {running}")]
    NotRun {
        /// The file, or `--set`.
        origin: String,
        /// The dotted key.
        key: String,
        /// The learner it is about.
        kind: String,
        /// The learners that run.
        running: String,
    },
    /// A key of the grid that a learner does not have.
    #[error("grid.learner.{setting}: {kind} has no such setting, but {keys}")]
    NotOfLearner {
        /// The key without its section.
        setting: String,
        /// The learner.
        kind: &'static str,
        /// Its settings.
        keys: String,
    },
    /// Several experiments where one was to be.
    #[error("{asked}: describes {cells} experiments with compare or grid, expected one")]
    Several {
        /// The preset or file.
        asked: String,
        /// Their number.
        cells: usize,
    },
    /// A value of another type than the key takes, or a missing one.
    #[error("{origin}: {key}: {message}")]
    Type {
        /// The file, or `--set`.
        origin: String,
        /// The dotted key.
        key: String,
        /// Value that was found, and what is expected.
        message: String,
    },
    /// A value outside the range of its key.
    #[error("{key}: found {found}, expected {expected}")]
    Range {
        /// The dotted key.
        key: &'static str,
        /// The value.
        found: String,
        /// The range.
        expected: String,
    },
    /// A setting that the learner refuses.
    #[error("{}", wording::setting(.0))]
    Learner(#[from] ConfigError),
    /// A setting of learning that the learner can't do, or that does not fit the data.
    #[error("learning.{0}")]
    LearningSetting(ConfigError),
    /// Data that can't be read.
    #[error("data.source: {0}")]
    Source(#[from] SplitsError),
    /// Out-of-distribution images that can't be read.
    #[error("data.ood: {0}")]
    Ood(SplitsError),
    /// Data that make no such tasks.
    #[error("{}", wording::scenario(.0))]
    Scenario(#[from] ScenarioError),
    /// No data folder is known.
    #[error("data.source: {0}")]
    DataFolder(#[from] NoDataFolder),
    /// Data that can't be standardised.
    #[error("data.standardise: {0}")]
    Standardise(#[from] StandardizerError),
    /// A file or folder that the system won't read or write.
    #[error("{}: {what}: {source}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// Attempt.
        what: &'static str,
        /// Message of the system.
        source: std::io::Error,
    },
    /// A path that can't be the folder of a run.
    #[error("{}: can't be read as a folder: {source}", path.display())]
    RunFolder {
        /// The path.
        path: PathBuf,
        /// Message of the system.
        source: std::io::Error,
    },
    /// A record of results that can't be read.
    #[error("{}: no record of results: {message}", path.display())]
    Record {
        /// The file.
        path: PathBuf,
        /// Message of the parser.
        message: String,
    },
    /// A folder of records without any.
    #[error("{}: holds no record of results", folder.display())]
    NoRecords {
        /// The folder.
        folder: PathBuf,
    },
    /// The directory holds a run, and going on was not asked for.
    #[error("{}: holds a run already", path.display())]
    Occupied {
        /// The directory.
        path: PathBuf,
    },
    /// The directory holds files that are no run's.
    #[error("{}: holds {found}, which is no part of a run", path.display())]
    Foreign {
        /// The directory.
        path: PathBuf,
        /// One of the files.
        found: String,
    },
    /// Another process writes this run.
    #[error("{}: another process is writing this run", path.display())]
    Busy {
        /// The directory.
        path: PathBuf,
    },
    /// The directory holds a run with other settings.
    #[error("{}: holds a run with other settings ({})", path.display(), differences.join("; "))]
    OtherSettings {
        /// The directory.
        path: PathBuf,
        /// For each key: what is there and what was asked for.
        differences: Vec<String>,
    },
    /// Examples that are not those that a run began with.
    #[error("data.source: {source_name} has changed since the run in {} began; nothing was changed", path.display())]
    OtherData {
        /// The run directory.
        path: PathBuf,
        /// Source of the examples.
        source_name: String,
    },
    /// A checkpoint that can't be gone on from.
    #[error("{}: {reason}; nothing was changed", path.display())]
    Checkpoint {
        /// The file.
        path: PathBuf,
        /// Defect.
        reason: String,
    },
    /// Learning stopped because it diverged or met bad input.
    #[error("seed {seed}, task {stage}: {}; the last good checkpoint is {}", wording::learning(source), checkpoint.display())]
    Learning {
        /// The run's seed.
        seed: u64,
        /// Counted from 1.
        stage: usize,
        /// Error of the learner.
        source: LearnError,
        /// Path of the last good state.
        checkpoint: PathBuf,
    },
    /// A folder of which no report can be made.
    #[error("{}: {reason}", path.display())]
    NoRun {
        /// The folder.
        path: PathBuf,
        /// Defect.
        reason: String,
    },
    /// The seeds of one call are not a set.
    #[error("seed {seed}: given twice")]
    RepeatedSeed {
        /// The repeated one.
        seed: u64,
    },
    /// A path that leads to no run directory and no checkpoint.
    #[error("{}: can't be looked at: {source}", path.display())]
    NoSavedRun {
        /// The path.
        path: PathBuf,
        /// Message of the system.
        source: std::io::Error,
    },
    /// A folder in which nothing was learned.
    #[error("{}: holds no checkpoint.safetensors, and neither do its folders", path.display())]
    NoCheckpoint {
        /// The folder.
        path: PathBuf,
    },
    /// A file that is no checkpoint, or a damaged one.
    #[error("{}: {}", path.display(), wording::checkpoint(source))]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Defect.
        source: CheckpointError,
    },
}

impl LabError {
    /// An [`LabError::Io`], for `map_err`.
    pub fn io(path: &Path, what: &'static str) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { path, what, source }
    }
}

fn meant(nearest: Option<&str>) -> String {
    let mut text = String::new();
    if let Some(nearest) = nearest {
        let _ = write!(text, "; did you mean {nearest}?");
    }
    text
}
