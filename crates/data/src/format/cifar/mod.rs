//! CIFAR-10 and CIFAR-100 in their binary form (Krizhevsky, *Learning Multiple Layers of
//! Features from Tiny Images*, 2009, <https://www.cs.toronto.edu/~kriz/cifar.html>), as the
//! published archive or as the folder that it unpacks to.
//!
//! ```text
//! cifar-10-binary.tar.gz     cifar-10-batches-bin/  data_batch_1.bin .. data_batch_5.bin
//!                                                   test_batch.bin   batches.meta.txt
//! cifar-100-binary.tar.gz    cifar-100-binary/      train.bin        test.bin
//!                                                   fine_label_names.txt  coarse_label_names.txt
//! record of CIFAR-10         label | 1024 red | 1024 green | 1024 blue          3,073 bytes
//! record of CIFAR-100        coarse label | fine label | the same               3,074 bytes
//! ```
//! Images are 32 x 32, row by row. Fewer batches and fewer records than the published ones
//! are read as they are; files of other names are passed over.
//!
//! A file is not trusted. An archive is read where it is: nothing of it is written anywhere.
//! One with a path that climbs out, a link or a device is refused all the same, and so is one
//! whose entries announce more than [`MAX_BYTES`], before they are unfolded. Memory grows with
//! the records that really arrive.
//!
//! ```no_run
//! use mesu_data::format::cifar::{self, Kind};
//!
//! let set = cifar::read(Kind::Cifar100, "data/cifar100".as_ref())?;
//! let train = set.train.ok_or("no train.bin")?;
//! assert_eq!(train.shape(), [3, 32, 32]);
//! println!("{:?} is a {:?}", train.image(0), train.names().map(|names| &names[0]));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod archive;
mod error;
mod folder;
mod parts;
mod records;

use std::path::{Path, PathBuf};

pub use error::CifarError;

use crate::dataset::Dataset;

/// The most that is read of one folder, or unfolded of one archive: 1 GiB, five times a
/// whole set.
pub const MAX_BYTES: u64 = 1 << 30;

/// Channels, rows and columns of every image.
pub const SHAPE: [usize; 3] = [3, 32, 32];

/// Classes of CIFAR-100's coarse labels.
pub const COARSE_CLASSES: usize = 20;

/// Which of the two sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// 10 classes.
    Cifar10,
    /// 100 classes in 20 superclasses.
    Cifar100,
}

/// A set as read; at least one of `train` and `test` is there.
#[derive(Clone, Debug, PartialEq)]
pub struct Cifar {
    /// The training images in the order of their files and records, labelled with CIFAR-100's
    /// fine labels; named where the file of names is there.
    pub train: Option<Dataset>,
    /// The test images, likewise.
    pub test: Option<Dataset>,
    /// CIFAR-100's superclasses; `None` for CIFAR-10.
    pub coarse: Option<Coarse>,
}

/// CIFAR-100's superclass of each image, for [`Dataset::with_labels`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coarse {
    /// One label in `0..`[`COARSE_CLASSES`] per training image.
    pub train: Vec<u8>,
    /// One per test image.
    pub test: Vec<u8>,
    /// Their names, if the file is there.
    pub names: Option<Vec<String>>,
}

impl Kind {
    /// The published archive's name.
    pub fn archive(self) -> &'static str {
        match self {
            Self::Cifar10 => "cifar-10-binary.tar.gz",
            Self::Cifar100 => "cifar-100-binary.tar.gz",
        }
    }

    /// The folder inside the archive.
    pub fn folder(self) -> &'static str {
        match self {
            Self::Cifar10 => "cifar-10-batches-bin",
            Self::Cifar100 => "cifar-100-binary",
        }
    }

    /// Number of classes: labels are smaller.
    pub fn classes(self) -> usize {
        match self {
            Self::Cifar10 => 10,
            Self::Cifar100 => 100,
        }
    }

    /// Bytes of a record before its image.
    fn labels(self) -> usize {
        match self {
            Self::Cifar10 => 1,
            Self::Cifar100 => 2,
        }
    }

    /// Bytes of a record.
    fn record(self) -> usize {
        self.labels() + SHAPE.iter().product::<usize>()
    }
}

/// Reads the set at `path`: an archive, the folder that it unpacks to, or a folder that holds
/// one of them under its published name. Where both are there, the archive is read.
///
/// # Errors
/// Any [`CifarError`], naming the file.
pub fn read(kind: Kind, path: &Path) -> Result<Cifar, CifarError> {
    match find(kind, path) {
        Some(Place::Archive(path)) => archive::read(kind, &path),
        Some(Place::Folder(path)) => folder::read(kind, &path),
        None => Err(CifarError::NotThere {
            path: path.to_owned(),
            archive: kind.archive(),
            folder: kind.folder(),
        }),
    }
}

/// Whether [`read`] finds an archive or a folder at `path`, whatever is in it.
pub fn is_at(kind: Kind, path: &Path) -> bool {
    find(kind, path).is_some()
}

enum Place {
    Archive(PathBuf),
    Folder(PathBuf),
}

fn find(kind: Kind, path: &Path) -> Option<Place> {
    if path.is_file() {
        return Some(Place::Archive(path.to_owned()));
    }
    let archive = path.join(kind.archive());
    if archive.is_file() {
        return Some(Place::Archive(archive));
    }
    let is_folder = |folder: &PathBuf| folder.is_dir() && folder::holds_any(kind, folder);
    [path.join(kind.folder()), path.to_owned()]
        .into_iter()
        .find(is_folder)
        .map(Place::Folder)
}

#[cfg(test)]
mod tests;
