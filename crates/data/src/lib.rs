//! Data sets, and the streams of tasks made from them. Knows nothing of models.
//!
//! The road a datum takes:
//!
//! ```text
//! IDX and CIFAR files, or embedded     format, embedded; known, folder: sets by name
//! NPZ archives of features             format::npz, archive
//!   -> Dataset (as stored)             dataset: bytes of images, or features
//!   -> Source (train, test, unknown)   source: they agree with each other
//!   -> Standardise                     standardise: to f32, fitted on train
//!   -> Scenario (which, when)          scenario: permuted, domains or split; indices alone
//!   -> Tasks, Stream (batches)         scenario: inputs [examples][pixels], labels [examples]
//! ```
//!
//! Images stay bytes for their whole life; a batch is gathered through the
//! task's permutation and looked up in the table at the moment it is asked for.
//! So any number of tasks costs the memory of one data set, and there is no file
//! or cache to keep in step with it.
//!
//! Everything random is a function of a seed, a name and indices ([`random`]): a
//! stream can be entered at any task, epoch and example, and gives what an
//! unbroken run would have given there.
//!
//! ```
//! use mesu_data::scenario::permuted::{Permuted, UnknownOrder};
//! use mesu_data::{Dataset, Source, Standardise, Tasks};
//!
//! // Four images of 2 x 2 pixels in two classes stand for a data set;
//! // `Source::embedded()` is MNIST, `Source::folder(path)` the user's own.
//! let images = vec![0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110, 120, 130, 140, 150];
//! let train = Dataset::new(images, vec![0, 1, 0, 1], 2, 2, 2)?;
//! let test = train.clone();
//! let source = Source::new(train, test, None)?;
//! let standardise = Standardise::of(source.train())?;
//! let scenario = Permuted::new(&source, UnknownOrder::AsStored, 1);
//! let tasks = Tasks::new(source, standardise, scenario, 1);
//!
//! let (mut inputs, mut labels) = (Vec::new(), Vec::new());
//! for task in 0..3 {
//!     let mut stream = tasks.stream(task, 0, 0);
//!     while stream.next_batch(3, &mut inputs, &mut labels) > 0 {
//!         assert_eq!(inputs.len(), labels.len() * tasks.inputs());
//!     }
//!     assert_eq!(stream.position(), 4);
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod archive;
pub mod dataset;
pub mod embedded;
pub mod folder;
pub mod format;
pub mod known;
pub mod random;
pub mod scenario;
pub mod source;
pub mod standardise;

pub use dataset::{Dataset, DatasetError};
pub use folder::{NoDataFolder, data_folder};
pub use format::cifar::CifarError;
pub use format::idx::IdxError;
pub use format::npy::{NpyError, NpzError};
pub use known::{Held, Known};
pub use scenario::{Examples, Scenario, ScenarioError, Stream, Tasks, Unknown};
pub use source::{Source, SourceError};
pub use standardise::{Standardise, StandardiseError};
