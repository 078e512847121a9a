//! Experiments: from a TOML file to a directory of results. Prints nothing.
//!
//! ```text
//! permuted-digits.toml, --set      config: documents over each other, a plan of cells
//!   -> Experiment, one per cell    config::Experiment: checked once
//!   -> Data                        run: the only place that joins data to models
//!   -> run                         run: learn, test, save, report progress, resume
//!   -> OUT/                        record: history in the checkpoint; summary and tables derived from it
//! several seeds                    run: OUT/seed-N/ each, OUT/summary.json
//! several cells                    run: OUT/CELL/ each, OUT/summary.json over all
//! a saved learner                  doctor: whether it is healthy
//! ```
//!
//! A run directory holds `config.toml`, `checkpoint.safetensors`, and what is derived from
//! the checkpoint: `accuracy.csv`, `metrics.jsonl` and, in the end, `summary.json`. Drawn files are
//! written through [`Pages`]. Any run can be killed at any instant and resumed; the result is that of an
//! unbroken run.
//!
//! ```no_run
//! use std::path::Path;
//! use std::sync::atomic::AtomicBool;
//! use mesu_lab::{Data, Experiment, NoPages, Outcome, Setting, Silent, run};
//!
//! let experiment = Experiment::find("permuted-digits", &["tasks=2".to_owned()])?;
//! let data = Data::load(&experiment)?;
//! let stop = AtomicBool::new(false);
//! let setting = Setting { resume: false, stop: &stop, progress: &Silent, pages: &NoPages };
//! if let Outcome::Finished(summary) = run(&experiment, &data, Path::new("runs/two"), setting)? {
//!     assert!(summary.newest_accuracy > 0.9);
//! }
//! # Ok::<(), mesu_lab::LabError>(())
//! ```
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod config;
pub mod doctor;
mod error;
pub mod record;
pub mod run;
mod wording;

pub use config::{Cell, DataConfig, Experiment, Plan, find_preset, presets};
pub use error::LabError;
pub use record::comparison::{Comparison, Results};
pub use record::measures::Measure;
pub use record::saved::Saved;
pub use record::stage::StageRecord;
pub use record::summaries::Summaries;
pub use record::summary::Summary;
pub use record::unit::grouped;
pub use run::{
    CellOutcomes, Data, DataSets, Event, NoPages, Outcome, Outcomes, Pages, Progress, RunName,
    Setting, Silent, run, run_cells, run_seeds,
};

/// Examples of the project's README, as tests.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;
