//! Options of a run.

use std::path::PathBuf;
use std::time::Duration;

use mesu_rows::Source;

use crate::state::Notes;

/// A source of rows, and its name.
#[derive(Debug)]
pub struct Input {
    /// Name by which a state knows the source again.
    pub origin: String,
    /// The rows.
    pub source: Source,
    /// True of a pipe: another one is no mistake, though it has the same name.
    pub pipe: bool,
}

/// Parts of columns, by their names. Those that are not named are the state's, where there is one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Target {
    /// Column that is to be predicted.
    pub target: Option<String>,
    /// True if it is a number to predict, and not a class.
    pub regression: bool,
    /// Column of the rows' names.
    pub id: Option<String>,
    /// Column of factors of the rows' losses.
    pub weight: Option<String>,
    /// Column of the rows' times: not learned from, written beside the predictions.
    pub time: Option<String>,
    /// Columns that are not looked at.
    pub ignore: Vec<String>,
}

/// Treatment of a row that can't be read, or has a value that is not what its column holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnBadRow {
    /// Ends the run before it; what came before is kept.
    #[default]
    Stop,
    /// Leaves it out, and counts it.
    Skip,
    /// Predicts it as if the value were missing, learns nothing of it, and counts it. A row that can't be read is left out.
    Predict,
}

/// Place where a run begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Resume {
    /// The beginning of a source that the state does not know.
    #[default]
    No,
    /// The state's place in its source, whose rows before it are read and checked; the beginning if there is no state.
    Source,
    /// The beginning of a pipe that has only the rows behind the state's place.
    Rest,
}

/// Options of learning rows.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct LearnOptions {
    /// Parts of columns.
    pub target: Target,
    /// Settings that differ from the defaults, by key; of a state that is there, settings that it must have.
    pub settings: Vec<(String, String)>,
    /// File for the predictions; .csv, .tsv or .jsonl.
    pub predictions: Option<PathBuf>,
    /// True if it has a column for each class known at the start.
    pub probabilities: bool,
    /// Place to begin at.
    pub resume: Resume,
    /// Treatment of bad rows.
    pub on_bad_row: OnBadRow,
    /// Time between two savings.
    pub save_every: Duration,
    /// Texts that a front end keeps in a new state, by their names.
    pub notes: Notes,
}

impl Default for LearnOptions {
    fn default() -> Self {
        Self {
            target: Target::default(),
            settings: Vec::new(),
            predictions: None,
            probabilities: false,
            resume: Resume::No,
            on_bad_row: OnBadRow::Stop,
            save_every: Duration::from_secs(5),
            notes: Notes::new(),
        }
    }
}

/// Options of predicting rows.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct PredictOptions {
    /// File for the predictions, .csv, .tsv or .jsonl, or .parquet, where that is built in; without one the standard output, as CSV.
    pub output: Option<PathBuf>,
    /// True if it has a column for each class.
    pub probabilities: bool,
    /// Treatment of bad rows.
    pub on_bad_row: OnBadRow,
}
