//! Arguments of the commands that take rows.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

#[derive(Args, Debug)]
pub(crate) struct LearnArguments {
    /// Files or folders of rows, `-` for stdin, or a stream's name (see `mesu list`)
    #[arg(value_name = "ROWS", required_unless_present = "labels")]
    pub(crate) rows: Vec<String>,
    /// Column to predict [default: the state's]
    #[arg(long, value_name = "COLUMN")]
    pub(crate) target: Option<String>,
    /// Predict a number, not a class
    #[arg(long)]
    pub(crate) regression: bool,
    /// File of what is learned; one that is there goes on [default: NAME.mesu here]
    #[arg(long, value_name = "FILE.mesu")]
    pub(crate) state: Option<PathBuf>,
    /// Write each row's prediction, made before it was learned (.csv, .tsv, .jsonl)
    #[arg(long, value_name = "FILE")]
    pub(crate) predictions: Option<PathBuf>,
    /// Add a probability to them for each class of the first rows, and for classes never seen
    #[arg(long, requires = "predictions")]
    pub(crate) probabilities: bool,
    /// Column of the rows' names, by which labels may come later
    #[arg(long, value_name = "COLUMN")]
    pub(crate) id: Option<String>,
    /// Columns that are not looked at
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',')]
    pub(crate) ignore: Vec<String>,
    /// Column of factors of the rows' losses
    #[arg(long, value_name = "COLUMN")]
    pub(crate) weight: Option<String>,
    /// Column of times: told with predictions and drifts, not learned from
    #[arg(long, value_name = "COLUMN")]
    pub(crate) time: Option<String>,
    /// Learn the labels in this file, of rows that wait for them by their ids
    #[arg(long, value_name = "FILE", conflicts_with_all = ["rows", "predictions", "resume"])]
    pub(crate) labels: Option<String>,
    #[command(flatten)]
    pub(crate) backbone: BackboneArguments,
    /// Change a setting of a new state, for example members=one
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub(crate) sets: Vec<String>,
    /// Stop before a row that can't be used, skip it, or predict it without the value
    #[arg(long, value_enum, value_name = "POLICY", default_value_t)]
    pub(crate) on_bad_row: BadRows,
    /// Go on where a stopped or killed run of the same rows was
    #[arg(long)]
    pub(crate) resume: bool,
    /// With --resume: the pipe gives only the rows behind those learned
    #[arg(long, requires = "resume")]
    pub(crate) rest: bool,
    /// Seconds between two savings of the state
    #[arg(long, value_name = "SECONDS", default_value_t = 5.0)]
    pub(crate) save_every: f64,
    /// Show no progress on stderr
    #[arg(long, short)]
    pub(crate) quiet: bool,
    /// Print the summary as JSON, alone on stdout, instead of the table
    #[arg(long)]
    pub(crate) json: bool,
}

/// Pictures as rows, where ROWS is a folder of them: a folder for each class, or images alone.
#[derive(Args, Debug)]
pub(crate) struct BackboneArguments {
    /// The network that turns pictures into rows [default: the state's]
    #[arg(long, value_name = "NET.onnx", help_heading = "Pictures")]
    pub(crate) backbone: Option<PathBuf>,
    /// Preparation of pictures: imagenet, tensorflow, zero-one, or a TOML file
    /// [default: NET.toml beside NET.onnx]
    #[arg(
        long,
        value_name = "PRESET|FILE",
        requires = "backbone",
        help_heading = "Pictures"
    )]
    pub(crate) preprocess: Option<String>,
    /// Folder in which features are kept, so that known pictures are not computed again
    #[arg(long, value_name = "FOLDER", help_heading = "Pictures")]
    pub(crate) cache: Option<PathBuf>,
    /// Let a new state hold the network itself
    #[arg(long, requires = "backbone", help_heading = "Pictures")]
    pub(crate) keep_backbone: bool,
}

#[derive(Args, Debug)]
pub(crate) struct PredictArguments {
    /// File that `mesu learn` wrote
    #[arg(value_name = "STATE.mesu")]
    pub(crate) state: PathBuf,
    /// Files or folders of rows, `-` for stdin, or a stream's name (see `mesu list`)
    #[arg(value_name = "ROWS", required = true)]
    pub(crate) rows: Vec<String>,
    #[command(flatten)]
    pub(crate) backbone: BackboneArguments,
    /// File to write, .csv, .tsv, .jsonl or .parquet [default: stdout, as CSV]
    #[arg(long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Add the probability of each class, and of those never seen
    #[arg(long)]
    pub(crate) probabilities: bool,
    /// Stop before a row that can't be used, skip it, or predict it without the value
    #[arg(long, value_enum, value_name = "POLICY", default_value_t)]
    pub(crate) on_bad_row: BadRows,
    /// Show no progress on stderr
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

/// Treatment of a row that can't be read, or has a value that is not what its column holds.
// Comments on the values would make a page of their help.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum BadRows {
    #[default]
    Stop,
    Skip,
    Predict,
}

#[derive(Debug, Subcommand)]
pub(crate) enum StateCommand {
    /// Make a state of a run's learner: it predicts rows, and learns on from them
    #[command(after_help = "\
Examples:
  mesu state from runs/animals-seed-1 --out animals.mesu
  mesu state from runs/permuted-digits-seed-1 --task 1 --out digits.mesu
  mesu predict digits.mesu new.csv > predictions.csv
Rows have a column for each input, pixel0, pixel1, … (0 to 255) of images or
features0, features1, … of features; they are scaled as the run scaled them.")]
    From(FromArguments),
}

#[derive(Args, Debug)]
pub(crate) struct FromArguments {
    /// A run's folder
    #[arg(value_name = "RUN")]
    pub(crate) run: PathBuf,
    /// File to make
    #[arg(long, value_name = "FILE.mesu")]
    pub(crate) out: PathBuf,
    /// Task whose order of inputs and classes the rows have, from 1 [default: the newest]
    #[arg(long, value_name = "TASK")]
    pub(crate) task: Option<usize>,
    /// Name of the inputs' columns, before their numbers [default: pixel or features]
    #[arg(long, value_name = "NAME")]
    pub(crate) columns: Option<String>,
    /// Name of the column that is predicted [default: label or target]
    #[arg(long, value_name = "COLUMN")]
    pub(crate) target: Option<String>,
}
