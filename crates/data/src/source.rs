//! Where a scenario's images come from: a training set, a test set, and a set
//! of other things (out of distribution) that a learner should not recognise.

use std::path::{Path, PathBuf};

use crate::dataset::{Dataset, DatasetError};
use crate::embedded;
use crate::format::cifar::CifarError;
use crate::format::idx::{self, IdxError, Images};

/// Three data sets that agree: the same number of pixels, and test labels that
/// the training set knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    train: Dataset,
    test: Dataset,
    ood: Option<Dataset>,
}

/// Why files do not make a [`Source`].
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// A file is not what it should be.
    #[error(transparent)]
    Idx(#[from] IdxError),
    /// A file of a CIFAR set is not what it should be.
    #[error(transparent)]
    Cifar(#[from] CifarError),
    /// A known set is not in the data folder, or lacks a part that is needed.
    #[error(
        "{}: no {what} of {set} there; run `mesu data get {set}`, or set MESU_DATA to the folder \
         that has {set}", folder.display()
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
    #[error("{}: no such folder; give the folder that holds the IDX files", folder.display())]
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
        "the {set} set's images have {got} pixels, the training set's {expected}; \
         give sets of one image size"
    )]
    Pixels {
        /// "test" or "out-of-distribution".
        set: &'static str,
        /// Pixels of a training image.
        expected: usize,
        /// Pixels of an image of this set.
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

impl Source {
    /// Joins sets that agree. The test set's number of classes becomes the training set's;
    /// the labels of `ood` do not matter.
    ///
    /// # Errors
    /// [`SourceError::Pixels`] or [`SourceError::TestLabel`].
    pub fn new(train: Dataset, test: Dataset, ood: Option<Dataset>) -> Result<Self, SourceError> {
        let others = [("test", Some(&test)), ("out-of-distribution", ood.as_ref())];
        for (set, other) in others {
            if let Some(got) = other
                .map(Dataset::pixels)
                .filter(|&got| got != train.pixels())
            {
                return Err(SourceError::Pixels {
                    set,
                    expected: train.pixels(),
                    got,
                });
            }
        }
        let test = test
            .with_classes(train.classes())
            .map_err(|error| match error {
                DatasetError::LabelOutOfRange {
                    index,
                    label,
                    classes,
                } => SourceError::TestLabel {
                    index,
                    label: u32::from(label),
                    classes,
                },
                error => SourceError::Dataset {
                    set: "test set".to_owned(),
                    error,
                },
            })?;
        Ok(Self { train, test, ood })
    }

    /// The default: MNIST, with Fashion-MNIST's test set as the other things.
    ///
    /// # Errors
    /// None in a sound build; see [`embedded`].
    pub fn embedded() -> Result<Self, SourceError> {
        Self::new(
            embedded::mnist_train()?,
            embedded::mnist_test()?,
            Some(embedded::fashion_mnist_test()?),
        )
    }

    /// The IDX files in `folder` under their usual names, and the test pair of the folder `ood`.
    ///
    /// The names are `train-images-idx3-ubyte`, `train-labels-idx1-ubyte`,
    /// `t10k-images-idx3-ubyte` and `t10k-labels-idx1-ubyte`, with or without `.gz`,
    /// also spelled `train-images.idx3-ubyte`. The training set has as many classes
    /// as its largest label says.
    ///
    /// # Errors
    /// [`SourceError`]: a missing file, a damaged one, or sets that do not agree.
    pub fn folder(folder: &Path, ood: Option<&Path>) -> Result<Self, SourceError> {
        let train = read_pair(folder, "train", ["training images", "training labels"])?;
        let test = read_pair(folder, "t10k", ["test images", "test labels"])?;
        let ood = match ood {
            Some(folder) => Some(read_pair(
                folder,
                "t10k",
                ["out-of-distribution images", "out-of-distribution labels"],
            )?),
            None => None,
        };
        Self::new(train, test, ood)
    }

    /// The same sets with another out-of-distribution set, or none.
    ///
    /// # Errors
    /// [`SourceError::Pixels`].
    pub fn with_ood(self, ood: Option<Dataset>) -> Result<Self, SourceError> {
        Self::new(self.train, self.test, ood)
    }

    /// The same, with the last `count` training examples as the test set: for choosing settings
    /// without a look at the real one.
    ///
    /// # Errors
    /// [`SourceError::Dataset`] when the training set has no more than `count` examples.
    pub fn validating(self, count: usize) -> Result<Self, SourceError> {
        let split = self.train.split_off(count);
        let (train, test) = split.map_err(|error| SourceError::Dataset {
            set: "training set, to be split for validation".to_owned(),
            error,
        })?;
        Self::new(train, test, self.ood)
    }

    /// The first `train` training and `test` test examples (`None`: all), and as many of
    /// the out-of-distribution set as of the test set if it has more.
    ///
    /// # Errors
    /// [`SourceError::Dataset`] when a set has fewer examples than asked for.
    pub fn truncated(self, train: Option<usize>, test: Option<usize>) -> Result<Self, SourceError> {
        let cut = |set: Dataset, count: Option<usize>, name: &str| match count {
            None => Ok(set),
            Some(count) => set.truncated(count).map_err(|error| SourceError::Dataset {
                set: name.to_owned(),
                error,
            }),
        };
        Ok(Self {
            train: cut(self.train, train, "training set")?,
            test: cut(self.test, test, "test set")?,
            ood: match self.ood {
                None => None,
                Some(ood) => {
                    let count = test.map(|count| count.min(ood.len()));
                    Some(cut(ood, count, "out-of-distribution set")?)
                }
            },
        })
    }

    /// What is learned.
    pub fn train(&self) -> &Dataset {
        &self.train
    }

    /// What accuracy is measured on; as many classes as [`Source::train`].
    pub fn test(&self) -> &Dataset {
        &self.test
    }

    /// What should not be recognised, if there is any.
    pub fn ood(&self) -> Option<&Dataset> {
        self.ood.as_ref()
    }

    /// Pixels of an image: the network's inputs.
    pub fn pixels(&self) -> usize {
        self.train.pixels()
    }

    /// Classes of the training set: the network's outputs.
    pub fn classes(&self) -> usize {
        self.train.classes()
    }
}

/// The data set in two IDX files, each given as (name, content).
pub(crate) fn dataset_of(
    (images_file, images): (&str, &[u8]),
    (labels_file, labels): (&str, &[u8]),
) -> Result<Dataset, SourceError> {
    let images = idx::parse_images(images, images_file)?;
    let labels = idx::parse_labels(labels, labels_file)?;
    join(images, images_file, labels, labels_file)
}

fn read_pair(folder: &Path, set: &str, what: [&'static str; 2]) -> Result<Dataset, SourceError> {
    let images_path = find(folder, set, "images", 3, what[0])?;
    let labels_path = find(folder, set, "labels", 1, what[1])?;
    let images = idx::read_images(&images_path)?;
    let labels = idx::read_labels(&labels_path)?;
    join(
        images,
        &images_path.display().to_string(),
        labels,
        &labels_path.display().to_string(),
    )
}

/// As [`read_pair`]; `None` if neither of the two files is there.
pub(crate) fn read_pair_if_there(
    folder: &Path,
    set: &str,
    what: [&'static str; 2],
) -> Result<Option<Dataset>, SourceError> {
    let is_there = |name: &String| folder.join(name).exists();
    let mut names = names(set, "images", 3)
        .into_iter()
        .chain(names(set, "labels", 1));
    if !names.any(|name| is_there(&name)) {
        return Ok(None);
    }
    read_pair(folder, set, what).map(Some)
}

fn find(
    folder: &Path,
    set: &str,
    kind: &str,
    dimensions: usize,
    what: &'static str,
) -> Result<PathBuf, SourceError> {
    if !folder.is_dir() {
        return Err(SourceError::NoFolder {
            folder: folder.to_owned(),
        });
    }
    let tried = names(set, kind, dimensions);
    match tried.iter().find(|name| folder.join(name).exists()) {
        Some(name) => Ok(folder.join(name)),
        None => Err(SourceError::Missing {
            folder: folder.to_owned(),
            what,
            tried,
        }),
    }
}

/// What the file of a set may be called.
fn names(set: &str, kind: &str, dimensions: usize) -> Vec<String> {
    let mut names = Vec::new();
    for separator in ["-", "."] {
        for ending in ["", ".gz"] {
            names.push(format!(
                "{set}-{kind}{separator}idx{dimensions}-ubyte{ending}"
            ));
        }
    }
    names
}

fn join(
    images: Images,
    images_file: &str,
    labels: Vec<u8>,
    labels_file: &str,
) -> Result<Dataset, SourceError> {
    if images.count != labels.len() {
        return Err(SourceError::Count {
            images_file: images_file.to_owned(),
            images: images.count,
            labels_file: labels_file.to_owned(),
            labels: labels.len(),
        });
    }
    let classes = classes_of(&labels, labels_file)?;
    Dataset::new(images.bytes, labels, images.rows, images.columns, classes).map_err(|error| {
        SourceError::Dataset {
            set: images_file.to_owned(),
            error,
        }
    })
}

/// Gaps are common (a set without class 0, a few digits of ten); labels that are mostly
/// gaps come from damage, and one damaged byte would give a network of 256 outputs.
const CLASSES_WITHOUT_DOUBT: usize = 16;

/// The largest label + 1, unless more labels below it are unused than used.
fn classes_of(labels: &[u8], file: &str) -> Result<usize, SourceError> {
    let mut first = [None; 256];
    for (index, &label) in labels.iter().enumerate() {
        first[usize::from(label)].get_or_insert(index);
    }
    let used = first.iter().flatten().count();
    let (label, index) = (0..=u8::MAX)
        .rev()
        .find_map(|label| first[usize::from(label)].map(|index| (label, index)))
        .unwrap_or((0, 0));
    let classes = usize::from(label) + 1;
    if classes > CLASSES_WITHOUT_DOUBT && classes > 2 * used {
        return Err(SourceError::StrayLabel {
            file: file.to_owned(),
            index,
            label,
            used,
        });
    }
    Ok(classes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn images(count: u32, rows: u32, columns: u32) -> Vec<u8> {
        let header = [0x803, count, rows, columns];
        let mut file: Vec<u8> = header.iter().flat_map(|word| word.to_be_bytes()).collect();
        file.extend((0..count * rows * columns).map(|i| (i % 256) as u8));
        file
    }

    fn labels(labels: &[u8]) -> Vec<u8> {
        let header = [0x801, labels.len() as u32];
        let mut file: Vec<u8> = header.iter().flat_map(|word| word.to_be_bytes()).collect();
        file.extend(labels);
        file
    }

    /// Three training images of 2 x 2 in classes 0, 1, 2 and two test images.
    fn folder() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let write =
            |name: &str, bytes: Vec<u8>| fs::write(folder.path().join(name), bytes).unwrap();
        write("train-images-idx3-ubyte", images(3, 2, 2));
        write("train-labels-idx1-ubyte", labels(&[0, 1, 2]));
        write("t10k-images.idx3-ubyte", images(2, 2, 2));
        write("t10k-labels.idx1-ubyte", labels(&[1, 0]));
        folder
    }

    fn refusal(name: &str, bytes: Vec<u8>) -> String {
        let folder = folder();
        fs::write(folder.path().join(name), bytes).unwrap();
        let message = Source::folder(folder.path(), None).unwrap_err().to_string();
        assert!(!message.contains('\n'));
        message.replace(&folder.path().display().to_string(), "F")
    }

    #[test]
    fn a_folder_is_read_under_both_spellings() {
        let folder = folder();
        let source = Source::folder(folder.path(), Some(folder.path())).unwrap();
        assert_eq!((source.train().len(), source.test().len()), (3, 2));
        assert_eq!((source.pixels(), source.classes()), (4, 3));
        assert_eq!(source.test().classes(), 3);
        assert_eq!(source.ood().unwrap().len(), 2);
        assert!(Source::folder(folder.path(), None).unwrap().ood().is_none());
    }

    #[test]
    fn a_missing_file_names_folder_and_names() {
        let folder = folder();
        fs::remove_file(folder.path().join("t10k-labels.idx1-ubyte")).unwrap();
        let message = Source::folder(folder.path(), None).unwrap_err().to_string();
        assert_eq!(
            message.replace(&folder.path().display().to_string(), "F"),
            "F: no test labels there, tried t10k-labels-idx1-ubyte, t10k-labels-idx1-ubyte.gz, \
             t10k-labels.idx1-ubyte, t10k-labels.idx1-ubyte.gz; \
             put the file there under one of these names"
        );
        let none = folder.path().join("none");
        assert!(matches!(
            Source::folder(&none, None).unwrap_err(),
            SourceError::NoFolder { folder } if folder == none
        ));
    }

    #[test]
    fn files_that_disagree_are_refused() {
        assert_eq!(
            refusal("train-labels-idx1-ubyte", labels(&[0, 1])),
            "F/train-images-idx3-ubyte holds 3 images but F/train-labels-idx1-ubyte holds \
             2 labels; give two files of one set"
        );
        assert_eq!(
            refusal("t10k-images.idx3-ubyte", images(2, 2, 3)),
            "the test set's images have 6 pixels, the training set's 4; \
             give sets of one image size"
        );
        assert_eq!(
            refusal("t10k-labels.idx1-ubyte", labels(&[1, 3])),
            "the test set's example 1 has label 3, the training set's labels are 0..=2; \
             give two sets of the same classes"
        );
        assert_eq!(
            refusal("train-labels-idx1-ubyte", labels(&[0, 200, 1])),
            "F/train-labels-idx1-ubyte: example 1 has label 200, but only 3 different labels \
             occur; repair that label, or number the classes from 0 without gaps"
        );
        assert!(refusal("train-labels-idx1-ubyte", images(3, 2, 2)).contains("images file"));
    }

    #[test]
    fn another_image_size_out_of_distribution_is_refused() {
        let (digits, other) = (folder(), folder());
        fs::write(other.path().join("t10k-images.idx3-ubyte"), images(2, 1, 2)).unwrap();
        let error = Source::folder(digits.path(), Some(other.path())).unwrap_err();
        assert!(matches!(
            error,
            SourceError::Pixels {
                set: "out-of-distribution",
                expected: 4,
                got: 2
            }
        ));
    }

    #[test]
    fn gaps_between_labels_are_allowed_within_reason() {
        let classes = |labels: &[u8]| classes_of(labels, "x").ok();
        assert_eq!(classes(&[5]), Some(6));
        assert_eq!(classes(&[3, 8, 3]), Some(9));
        assert_eq!(classes(&(1..=26).collect::<Vec<_>>()), Some(27));
        assert_eq!(classes(&(0..=255).collect::<Vec<_>>()), Some(256));
        assert_eq!(classes(&[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 25]), None);
    }

    #[test]
    fn truncated_cuts_all_three() {
        let folder = folder();
        let read = || Source::folder(folder.path(), Some(folder.path())).unwrap();
        let cut = read().truncated(Some(2), Some(1)).unwrap();
        assert_eq!((cut.train().len(), cut.test().len()), (2, 1));
        assert_eq!((cut.ood().unwrap().len(), cut.classes()), (1, 3));
        assert_eq!(read().truncated(None, None).unwrap(), read());
        assert_eq!(
            read().truncated(Some(4), None).unwrap_err().to_string(),
            "training set: 4 examples asked for, 3 available; ask for 1..=3"
        );
    }
}
