//! Constants of the format, and what is read of a set.

use crate::dataset::Dataset;

/// The most that is read of one folder, or unfolded of one archive: 1 GiB, five times a
/// whole set.
pub const MAX_BYTES: u64 = 1 << 30;

/// Channels, rows and columns of every image.
pub const SHAPE: [usize; 3] = [3, 32, 32];

/// Classes of CIFAR-100's coarse labels.
pub const COARSE_CLASSES: usize = 20;

/// One of the two sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Set of 10 classes.
    Cifar10,
    /// Set of 100 classes in 20 superclasses.
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
    pub train: Vec<u16>,
    /// One per test image.
    pub test: Vec<u16>,
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
    pub(super) fn labels(self) -> usize {
        match self {
            Self::Cifar10 => 1,
            Self::Cifar100 => 2,
        }
    }

    /// Bytes of a record.
    pub(super) fn record(self) -> usize {
        self.labels() + SHAPE.iter().product::<usize>()
    }
}
