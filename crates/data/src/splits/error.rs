//! Why files do not make a source of examples.

use std::path::PathBuf;

use crate::dataset::DatasetError;
use crate::format::cifar::CifarError;
use crate::format::idx::IdxError;
use crate::format::npy::NpzError;

/// Why files do not make a [`DataSplits`](crate::DataSplits).
#[derive(Debug, thiserror::Error)]
pub enum SplitsError {
    /// A file is not what it should be.
    #[error(transparent)]
    Idx(#[from] IdxError),
    /// A file of a CIFAR set is not what it should be.
    #[error(transparent)]
    Cifar(#[from] CifarError),
    /// An archive of features is not what it should be.
    #[error(transparent)]
    Npz(#[from] NpzError),
    /// The arrays of an archive do not belong together.
    #[error("{file}: {what}; expected {expected}")]
    Archive {
        /// The archive.
        file: String,
        /// What was found.
        what: String,
        /// What should have been.
        expected: String,
    },
    /// A known set is not in the data folder, or lacks a part that is needed.
    #[error(
        "{}: no {what} of {set} there", folder.display()
    )]
    Absent {
        /// Its name.
        set: &'static str,
        /// "files", "training images" or "test images".
        what: &'static str,
        /// Its folder.
        folder: PathBuf,
    },
    /// The folder is not there.
    #[error("{}: no such folder; give one that holds IDX files, an .npz archive, or the name of a set (mnist, cifar10, …)", folder.display())]
    NoFolder {
        /// The folder.
        folder: PathBuf,
    },
    /// The folder lacks a file.
    #[error(
        "{}: no {what} there, tried {}; put the file there under one of these names",
        folder.display(), tried.join(", ")
    )]
    Missing {
        /// The folder.
        folder: PathBuf,
        /// What the file would hold, e.g. "training images".
        what: &'static str,
        /// The names that were looked for.
        tried: Vec<String>,
    },
    /// An images file and its labels file do not belong together.
    #[error(
        "{images_file} holds {images} images but {labels_file} holds {labels} labels; \
         give two files of one set"
    )]
    Count {
        /// The images file.
        images_file: String,
        /// Its number of images.
        images: usize,
        /// The labels file.
        labels_file: String,
        /// Its number of labels.
        labels: usize,
    },
    /// A training label far above the others: damage rather than a class.
    #[error(
        "{file}: example {index} has label {label}, but only {used} different labels occur; \
         repair that label, or number the classes from 0 without gaps"
    )]
    StrayLabel {
        /// The labels file.
        file: String,
        /// The first example with that label, counted from 0.
        index: usize,
        /// The largest label of the file.
        label: u8,
        /// How many different labels occur.
        used: usize,
    },
    /// A set of images does not have the training set's number of pixels.
    #[error(
        "the {set} set's examples have {got} numbers, the training set's {expected}; \
         give sets of one size"
    )]
    Pixels {
        /// "test", "out-of-distribution" or "unseen".
        set: &'static str,
        /// Pixels or features of a training example.
        expected: usize,
        /// Those of an example of this set.
        got: usize,
    },
    /// The test set holds a class that the training set does not have.
    #[error(
        "the test set's example {index} has label {label}, the training set's labels are \
         0..={}; give two sets of the same classes", classes - 1
    )]
    TestLabel {
        /// The test example, counted from 0.
        index: usize,
        /// Its label.
        label: u32,
        /// Classes of the training set.
        classes: usize,
    },
    /// Bytes and labels that do not make a data set, or fewer examples than asked for.
    #[error("{set}: {error}")]
    Dataset {
        /// The set or file.
        set: String,
        /// What is wrong with it.
        error: DatasetError,
    },
}
