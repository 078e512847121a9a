//! Data sets, and the streams of tasks made from them. Knows nothing of models.
//!
//! The road of a datum:
//!
//! ```text
//! IDX and CIFAR files                  format::idx, format::cifar
//! NPZ archives                         format::npz, archive
//!   -> Dataset (as stored)             dataset: bytes of images, or features
//!   -> DataSplits (train, test, ood)   splits: sets that agree with each other
//!   -> Standardizer                    standardizer: to f32, fitted on the training set
//!   -> Scenario                        scenario: indices alone; permuted, domains or split
//!   -> Tasks, EpochBatches             scenario: inputs [examples][pixels], labels [examples]
//! ```
//!
//! Images stay bytes for their whole life; a batch is gathered through the
//! task's permutation and looked up in a table when it is asked for.
//! So any number of tasks costs the memory of one data set, and there is no file
//! or cache to keep in step with it.
//!
//! Everything random is a function of a seed, a name and indices ([`random`]): a
//! stream can be entered at any task, epoch and example, and gives what an
//! unbroken run would have given there.
//!
//! ```
//! use mesu_data::scenario::permuted::{OodOrder, Permuted};
//! use mesu_data::{DataSplits, Dataset, Standardizer, Tasks};
//!
//! // Four images of 2 x 2 pixels in two classes stand for a data set.
//! let images = vec![0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110, 120, 130, 140, 150];
//! let train = Dataset::new(images, vec![0, 1, 0, 1], 2, 2, 2)?;
//! let test = train.clone();
//! let splits = DataSplits::new(train, test, None)?;
//! let standardizer = Standardizer::fit(splits.train())?;
//! let scenario = Permuted::new(&splits, OodOrder::AsStored, 1);
//! let tasks = Tasks::new(splits, standardizer, scenario, 1);
//!
//! let (mut inputs, mut labels) = (Vec::new(), Vec::new());
//! for task in 0..3 {
//!     let mut batches = tasks.batches(task, 0, 0);
//!     while batches.next_batch(3, &mut inputs, &mut labels) > 0 {
//!         assert_eq!(inputs.len(), labels.len() * tasks.inputs());
//!     }
//!     assert_eq!(batches.position(), 4);
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod archive;
pub mod dataset;
pub mod format;
pub mod random;
pub mod scenario;
pub mod splits;
pub mod standardizer;

pub use dataset::{Dataset, DatasetError, ExampleData};
pub use format::cifar::CifarError;
pub use format::idx::IdxError;
pub use format::npy::{NpyError, NpzError};
pub use scenario::{EpochBatches, Examples, OodKind, Scenario, ScenarioError, Tasks};
pub use splits::{DataSplits, SplitsError};
pub use standardizer::{Standardizer, StandardizerError};

/// Examples of the README, as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
