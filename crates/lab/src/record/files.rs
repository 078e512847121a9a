//! Names of the files of a run directory.

/// The experiment, everything included.
pub const CONFIG: &str = "config.toml";
/// Learner and history.
pub const CHECKPOINT: &str = "checkpoint.safetensors";
/// Rows: trained task, columns: tested task.
pub const ACCURACY: &str = "accuracy.csv";
/// The same as a picture.
pub const FIGURE: &str = "accuracy.svg";
/// One line per task.
pub const METRICS: &str = "metrics.jsonl";
/// One line per test, of an experiment that tests within tasks.
pub const EPOCHS: &str = "epochs.jsonl";
/// The finished run in numbers.
pub const SUMMARY: &str = "summary.json";
/// The run, or several, in figures: a page for a browser.
pub const REPORT: &str = "report.html";
/// Name of the note in a checkpoint that holds the history of the run.
pub const NOTE: &str = "run";
