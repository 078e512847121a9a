//! Runs of experiments: data, the loop of learning and testing, files on disk, several runs side by side.

mod cells;
pub mod directory;
mod estimate;
mod evaluate;
mod files;
mod pages;
mod parallel;
mod peak_rss;
mod progress;
mod resume;
mod running_accuracy;
mod seeds;
mod setting;
mod tasks;
mod training;

pub use cells::{CellOutcomes, run_cells};
pub use estimate::estimate;
pub use pages::{NoPages, Pages};
pub use peak_rss::peak_bytes;
pub use progress::{Event, Progress, RunName, Silent};
pub use seeds::{Outcomes, run_seeds};
pub use setting::{Outcome, Setting};
pub use tasks::{Data, DataSets, TaskView};
pub use training::run;
