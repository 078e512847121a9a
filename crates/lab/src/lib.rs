//! Experiments: from a TOML file to a directory of results. Prints nothing.
//!
//! ```text
//! permuted-digits.toml, --set      plan (cell, axes, layers, document, fields, learners)
//!   -> Experiment, one per cell    experiment: checked once
//!   -> Data                        tasks: the only place that joins data to models
//!   -> run                         run: learn, test (evaluation), save, report (progress)
//!   -> OUT/                        run_directory, history (snapshot, gallery), summary, report, resume
//! several seeds                    seeds: OUT/seed-N/ each, OUT/summary.json, report.html
//! several cells                    cells: OUT/CELL/ each, OUT/summary.json over all (comparison)
//! ```
//!
//! A run directory holds `config.toml`, `checkpoint.safetensors`, and what is derived from
//! the checkpoint: `accuracy.csv`, `metrics.jsonl` and, in the end, `summary.json` and
//! `report.html`. Any run
//! can be killed at any instant and gone on with; the result is that of an unbroken run.
//!
//! ```no_run
//! use std::path::Path;
//! use std::sync::atomic::AtomicBool;
//! use mesu_lab::{Data, Experiment, Outcome, Setting, Silent, run};
//!
//! let experiment = Experiment::find("permuted-digits", &["tasks=2".to_owned()])?;
//! let data = Data::load(&experiment)?;
//! let setting = Setting { resume: false, stop: &AtomicBool::new(false), progress: &Silent };
//! if let Outcome::Finished(summary) = run(&experiment, &data, Path::new("runs/two"), setting)? {
//!     assert!(summary.newest_accuracy > 0.9);
//! }
//! # Ok::<(), mesu_lab::LabError>(())
//! ```
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod axes;
pub mod cell;
pub mod cells;
pub mod comparison;
mod document;
mod error;
mod evaluation;
pub mod experiment;
mod figure;
pub mod gallery;
pub mod history;
pub mod importance;
mod layers;
mod learners;
pub mod measure;
pub mod memory;
pub mod paired;
pub mod plan;
pub mod presets;
pub mod progress;
pub mod reference;
pub mod report;
pub mod repro;
pub mod results;
mod resume;
pub mod run;
pub mod run_directory;
mod run_tables;
pub mod saved;
pub mod seeds;
pub mod settings;
mod side_by_side;
pub mod snapshot;
pub mod summary;
pub mod tasks;

pub use cell::Cell;
pub use cells::{CellOutcomes, run_cells};
pub use error::LabError;
pub use experiment::{DataConfig, Experiment};
pub use history::TaskRecord;
pub use plan::Plan;
pub use presets::{find_preset, presets};
pub use progress::{Event, Progress, RunName, Silent};
pub use report::Report;
pub use results::Record;
pub use run::{Outcome, Setting, run};
pub use saved::Saved;
pub use seeds::{Outcomes, run_seeds};
pub use summary::Summary;
pub use tasks::{Data, DataSets};
