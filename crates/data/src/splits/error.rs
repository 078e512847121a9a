//! Reasons why files do not make a source of examples.

use std::path::{Path, PathBuf};

use crate::dataset::DatasetError;
use crate::format::FileKind;
use crate::format::cifar::CifarError;
use crate::format::idx::IdxError;
use crate::format::npy::NpzError;

/// Reason why files do not make a [`DataSplits`](crate::DataSplits).
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
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
        /// Value that was found.
        what: String,
        /// Value that should have been.
        expected: String,
    },
    /// A known set is not in the data folder, or lacks a part that is needed.
    #[error(
        "{}: no {what} of {set} there", folder.display()
    )]
    Absent {
        /// Name of the set.
        set: &'static str,
        /// Content that is missing: "files", "training images" or "test images".
        what: &'static str,
        /// Folder of the set.
        folder: PathBuf,
    },
    /// The folder is not there.
    #[error("{}: no such folder or archive; expected {FORMATS}", folder.display())]
    NoFolder {
        /// The folder.
        folder: PathBuf,
    },
    /// A file of a kind that is not read as data.
    #[error("{}: is {found}; expected {FORMATS}", path.display())]
    OtherKind {
        /// The file.
        path: PathBuf,
        /// Kind of the file, by its content and its name.
        found: FileKind,
    },
    /// An archive without an array that is needed.
    #[error("{file}: holds no array {}, but {}", expected.join(" or "), listed(found))]
    NoArray {
        /// The archive.
        file: String,
        /// The names that the array may have.
        expected: Vec<String>,
        /// The arrays that are there.
        found: Vec<String>,
    },
    /// The folder lacks a file.
    #[error(
        "{}: no {what} there, tried {}",
        folder.display(), tried.join(", ")
    )]
    Missing {
        /// The folder.
        folder: PathBuf,
        /// Content that the file would hold, e.g. "training images".
        what: &'static str,
        /// The names that were looked for.
        tried: Vec<String>,
    },
    /// An images file and its labels file do not belong together.
    #[error("{images_file} holds {images} images but {labels_file} holds {labels} labels")]
    Count {
        /// The images file.
        images_file: String,
        /// Number of images.
        images: usize,
        /// The labels file.
        labels_file: String,
        /// Number of labels.
        labels: usize,
    },
    /// A training label far above the others: damage rather than a class.
    #[error("{file}: example {index} has label {label}, but only {used} different labels occur")]
    StrayLabel {
        /// The labels file.
        file: String,
        /// The first example with that label, counted from 0.
        index: usize,
        /// The largest label of the file.
        label: u16,
        /// Number of different labels that occur.
        used: usize,
    },
    /// A set of images does not have the training set's number of pixels.
    #[error("the {set} set's examples have {got} numbers, the training set's {expected}")]
    Pixels {
        /// Set: "test", "out-of-distribution" or "unseen".
        set: &'static str,
        /// Pixels or features of a training example.
        expected: usize,
        /// Sizes of an example of this set.
        got: usize,
    },
    /// The test set holds a class that the training set does not have.
    #[error(
        "the test set's example {index} has label {label}, the training set's labels are \
         0..={}", classes - 1
    )]
    TestLabel {
        /// The test example, counted from 0.
        index: usize,
        /// Label of the example.
        label: u32,
        /// Classes of the training set.
        classes: usize,
    },
    /// Bytes and labels that do not make a data set, or fewer examples than asked for.
    #[error("{set}: {error}")]
    Dataset {
        /// The set or file.
        set: String,
        /// Defect.
        error: DatasetError,
    },
}

/// Formats that are read, for errors.
const FORMATS: &str = "a folder of IDX files, an NPZ archive (NAME.npz), or the name of a data set";

impl SplitsError {
    /// The error of a path that is no folder: nothing is there, or a file.
    pub(super) fn no_folder(path: &Path) -> Self {
        match FileKind::of_path(path) {
            Ok(found) => Self::OtherKind {
                path: path.to_owned(),
                found,
            },
            Err(_) => Self::NoFolder {
                folder: path.to_owned(),
            },
        }
    }
}

/// Writes `a, b and 3 more`; at most twelve names.
fn listed(names: &[String]) -> String {
    const SHOWN: usize = 12;
    match names.len() {
        0 => "no array at all".to_owned(),
        count if count > SHOWN => {
            format!("{} and {} more", names[..SHOWN].join(", "), count - SHOWN)
        }
        _ => names.join(", "),
    }
}
