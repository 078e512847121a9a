//! Sources of a scenario's examples: a training set, a test set, and sets of what a
//! learner should not recognize: other things (out of distribution), and kinds of the known
//! classes that it never saw.

mod error;
pub(crate) mod labels;
pub mod pair;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::Path;

pub use self::error::SplitsError;
use self::pair::read_pair;
use crate::dataset::{Dataset, DatasetError};
use crate::random::{generator, shuffled};

/// Data sets that agree: the same number of pixels, and test labels that
/// the training set knows.
#[derive(Clone, Debug, PartialEq)]
pub struct DataSplits {
    train: Dataset,
    test: Dataset,
    ood: Option<Dataset>,
    unseen: Option<Dataset>,
    domain_names: Vec<String>,
}

impl DataSplits {
    /// Joins sets that agree. The test set's number of classes becomes the training set's;
    /// the labels of `ood` do not matter.
    ///
    /// # Errors
    /// [`SplitsError::Pixels`] or [`SplitsError::TestLabel`].
    pub fn new(train: Dataset, test: Dataset, ood: Option<Dataset>) -> Result<Self, SplitsError> {
        check_pixels(&train, "test", Some(&test))?;
        check_pixels(&train, "out-of-distribution", ood.as_ref())?;
        let test = test
            .with_classes(train.classes())
            .map_err(|error| match error {
                DatasetError::LabelOutOfRange {
                    index,
                    label,
                    classes,
                } => SplitsError::TestLabel {
                    index,
                    label: u32::from(label),
                    classes,
                },
                error => SplitsError::Dataset {
                    set: "test set".to_owned(),
                    error,
                },
            })?;
        Ok(Self {
            train,
            test,
            ood,
            unseen: None,
            domain_names: Vec::new(),
        })
    }

    /// The same with examples of known classes, but of kinds that are not learned; their labels do
    /// not matter.
    ///
    /// # Errors
    /// [`SplitsError::Pixels`].
    pub fn with_unseen(self, unseen: Option<Dataset>) -> Result<Self, SplitsError> {
        check_pixels(&self.train, "unseen", unseen.as_ref())?;
        Ok(Self { unseen, ..self })
    }

    /// The same with names of the domains, in their order.
    #[must_use]
    pub fn with_domain_names(self, domain_names: Vec<String>) -> Self {
        Self {
            domain_names,
            ..self
        }
    }

    /// The classes of both, those of `other` behind the others; nothing is unknown.
    ///
    /// # Errors
    /// [`SplitsError::Dataset`]: examples of other shapes, or more than 256 classes.
    pub fn concat_classes(self, other: Self) -> Result<Self, SplitsError> {
        let named = |set: &str| {
            let set = set.to_owned();
            move |error| SplitsError::Dataset { set, error }
        };
        let train = self.train.concat_classes(other.train);
        let test = self.test.concat_classes(other.test);
        Self::new(
            train.map_err(named("training sets"))?,
            test.map_err(named("test sets"))?,
            None,
        )
    }

    /// The IDX files in `folder` under their usual names; nothing is unknown.
    ///
    /// The names are `train-images-idx3-ubyte`, `train-labels-idx1-ubyte`,
    /// `t10k-images-idx3-ubyte` and `t10k-labels-idx1-ubyte`, with or without `.gz`,
    /// also spelled `train-images.idx3-ubyte`. The training set has as many classes
    /// as its largest label says.
    ///
    /// # Errors
    /// [`SplitsError`]: a missing file, a damaged one, or sets that do not agree.
    pub fn from_idx_folder(folder: &Path) -> Result<Self, SplitsError> {
        let train = read_pair(folder, "train", ["training images", "training labels"])?;
        let test = read_pair(folder, "t10k", ["test images", "test labels"])?;
        Self::new(train, test, None)
    }

    /// The test pair alone of such a folder, for [`DataSplits::with_ood`].
    ///
    /// # Errors
    /// [`SplitsError`]: a missing file or a damaged one.
    pub fn ood_from_idx_folder(folder: &Path) -> Result<Dataset, SplitsError> {
        let what = ["out-of-distribution images", "out-of-distribution labels"];
        read_pair(folder, "t10k", what)
    }

    /// The same sets with another out-of-distribution set, or none.
    ///
    /// # Errors
    /// [`SplitsError::Pixels`].
    pub fn with_ood(self, ood: Option<Dataset>) -> Result<Self, SplitsError> {
        check_pixels(&self.train, "out-of-distribution", ood.as_ref())?;
        Ok(Self { ood, ..self })
    }

    /// The same, with the last `count` training examples as the test set: for choosing settings
    /// without a look at the real one. Of examples in domains they are the last of each class and
    /// domain, as large a share of all.
    ///
    /// # Errors
    /// [`SplitsError::Dataset`] when the training set has no more than `count` examples.
    pub fn hold_out(self, count: usize) -> Result<Self, SplitsError> {
        let failed = |error| SplitsError::Dataset {
            set: "training set, to be split for validation".to_owned(),
            error,
        };
        let (train, test) = match self.train.domains() {
            None => self.train.split_off(count).map_err(failed)?,
            Some(_) => {
                let share = count as f64 / self.train.len() as f64;
                let [kept, held] = held_out(&self.train, share, None);
                let set = |of: &[u32]| self.train.select(of).map_err(failed);
                (set(&kept)?, set(&held)?)
            }
        };
        let source = Self::new(train, test, self.ood)?;
        let source = source.with_unseen(self.unseen)?;
        Ok(source.with_domain_names(self.domain_names))
    }

    /// The first `train` training and `test` test examples (`None`: all), and as many of
    /// the out-of-distribution set as of the test set if it has more.
    ///
    /// # Errors
    /// [`SplitsError::Dataset`] when a set has fewer examples than asked for.
    pub fn truncated(self, train: Option<usize>, test: Option<usize>) -> Result<Self, SplitsError> {
        let cut = |set: Dataset, count: Option<usize>, name: &str| match count {
            None => Ok(set),
            Some(count) => set.truncated(count).map_err(|error| SplitsError::Dataset {
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
            ..self
        })
    }

    /// Returns the set that is learned.
    pub fn train(&self) -> &Dataset {
        &self.train
    }

    /// Returns the set that accuracy is measured on; as many classes as [`DataSplits::train`].
    pub fn test(&self) -> &Dataset {
        &self.test
    }

    /// Returns the set that should not be recognized, if there is any.
    pub fn ood(&self) -> Option<&Dataset> {
        self.ood.as_ref()
    }

    /// New kinds of the known classes, if there are any.
    pub fn unseen(&self) -> Option<&Dataset> {
        self.unseen.as_ref()
    }

    /// Names of the domains, if they are known; else empty.
    pub fn domain_names(&self) -> &[String] {
        &self.domain_names
    }

    /// Classes without a training example, in order: labels that never occur below the largest, or names
    /// that no label uses.
    pub fn classes_without_examples(&self) -> Vec<usize> {
        let mut occurs = vec![false; self.classes()];
        for label in self.train.labels() {
            occurs[usize::from(*label)] = true;
        }
        (0..occurs.len()).filter(|class| !occurs[*class]).collect()
    }

    /// Pixels or features of an example: the network's inputs.
    pub fn pixels(&self) -> usize {
        self.train.pixels()
    }

    /// Classes of the training set: the network's outputs.
    pub fn classes(&self) -> usize {
        self.train.classes()
    }
}

fn check_pixels(
    train: &Dataset,
    set: &'static str,
    other: Option<&Dataset>,
) -> Result<(), SplitsError> {
    let (expected, got) = (train.pixels(), other.map(Dataset::pixels));
    match got.filter(|&got| got != expected) {
        Some(got) => Err(SplitsError::Pixels { set, expected, got }),
        None => Ok(()),
    }
}

/// Returns the examples that are kept and those held out: of every class and domain the last `share`, in the
/// order they are stored or, with a seed, in one drawn from it. A class with two examples or more keeps one
/// and gives one.
pub(crate) fn held_out(set: &Dataset, share: f64, seed: Option<u64>) -> [Vec<u32>; 2] {
    let domain = |i: usize| set.domains().map_or(0, |domains| domains[i]);
    let mut groups: BTreeMap<(u32, u8), Vec<u32>> = BTreeMap::new();
    for i in 0..set.len() {
        let group = groups.entry((set.label(i), domain(i)));
        group.or_default().push(i as u32);
    }
    let (mut kept, mut held) = (Vec::new(), Vec::new());
    for ((label, domain), group) in groups {
        let order: Vec<u32> = match seed {
            None => group,
            Some(seed) => {
                let indices = [u64::from(label), u64::from(domain)];
                let mut generator = generator(seed, "held out", &indices);
                let order = shuffled(group.len(), &mut generator);
                order.iter().map(|i| group[*i as usize]).collect()
            }
        };
        let count = (share * order.len() as f64).round() as usize;
        let count = count.clamp(1.min(order.len() - 1), order.len() - 1);
        let (first, last) = order.split_at(order.len() - count);
        kept.extend(first);
        held.extend(last);
    }
    kept.sort_unstable();
    held.sort_unstable();
    [kept, held]
}
