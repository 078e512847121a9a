//! MNIST inside the program, and the published benchmark sets in a data folder.
//!
//! ```no_run
//! use mesu_datasets::{BenchmarkSet, data_folder};
//!
//! let splits = BenchmarkSet::Cifar100.splits(&data_folder()?)?; // fine labels, 3 x 32 x 32
//! println!("{} + {} images", splits.train().len(), splits.test().len());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod benchmark;
#[cfg(feature = "embedded")]
pub mod embedded;
pub mod folder;
mod streams;

pub use benchmark::{BenchmarkSet, PartialSet};
pub use folder::{NoDataFolder, data_folder};
pub use streams::EmbeddedStream;
