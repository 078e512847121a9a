//! The data sets that are known by name, each in a folder of its own below the data folder,
//! in the files of its own distribution.
//!
//! ```text
//! mnist/ fashion-mnist/    {train,t10k}-{images-idx3,labels-idx1}-ubyte.gz
//! cifar10/                 cifar-10-binary.tar.gz    or cifar-10-batches-bin/
//! cifar100/                cifar-100-binary.tar.gz   or cifar-100-binary/
//! ```

use std::path::{Path, PathBuf};

use mesu_data::format::cifar::{self, Cifar, Kind};
use mesu_data::splits::pair;
use mesu_data::{DataSplits, Dataset, SplitsError};

/// A published data set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BenchmarkSet {
    /// Digits of 28 x 28 pixels in 10 classes (LeCun, Cortes and Burges).
    Mnist,
    /// Pieces of clothing of 28 x 28 pixels in 10 classes (Xiao, Rasul and Vollgraf 2017).
    FashionMnist,
    /// Color pictures of 32 x 32 pixels in 10 classes (Krizhevsky 2009).
    Cifar10,
    /// Color pictures of 32 x 32 pixels in 100 classes, in 20 superclasses (Krizhevsky 2009).
    Cifar100,
}

/// Presence of a set.
#[derive(Clone, Debug, PartialEq)]
pub struct PartialSet {
    /// The training images.
    pub train: Option<Dataset>,
    /// The test images.
    pub test: Option<Dataset>,
}

impl BenchmarkSet {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::Mnist,
        Self::FashionMnist,
        Self::Cifar10,
        Self::Cifar100,
    ];

    /// Returns its name, and that of its folder.
    pub fn name(self) -> &'static str {
        match self {
            Self::Mnist => "mnist",
            Self::FashionMnist => "fashion-mnist",
            Self::Cifar10 => "cifar10",
            Self::Cifar100 => "cifar100",
        }
    }

    /// The set of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|set| set.name() == name)
    }

    /// Training and test images of the whole set.
    pub fn whole(self) -> [usize; 2] {
        match self {
            Self::Mnist | Self::FashionMnist => [60_000, 10_000],
            Self::Cifar10 | Self::Cifar100 => [50_000, 10_000],
        }
    }

    /// Returns its folder in the data folder `root`.
    pub fn folder(self, root: &Path) -> PathBuf {
        root.join(self.name())
    }

    /// Reads what there is of the set in the data folder `root`; `None` if nothing is there.
    ///
    /// # Errors
    /// [`SplitsError`]: a damaged file, or images without their labels.
    pub fn read(self, root: &Path) -> Result<Option<PartialSet>, SplitsError> {
        let folder = self.folder(root);
        let held = match self.cifar() {
            Some(kind) if !cifar::is_at(kind, &folder) => return Ok(None),
            Some(kind) => {
                let Cifar { train, test, .. } = cifar::read(kind, &folder)?;
                PartialSet { train, test }
            }
            None => PartialSet {
                train: pair::read_if_there(&folder, "train", TRAIN)?,
                test: pair::read_if_there(&folder, "t10k", TEST)?,
            },
        };
        Ok((held.train.is_some() || held.test.is_some()).then_some(held))
    }

    /// Reads the set, whole or partial, from the data folder `root`; for CIFAR-100 with the
    /// fine labels ([`cifar::read`] gives the coarse ones too).
    ///
    /// # Errors
    /// [`SplitsError`]: nothing there, no training or no test images, a damaged file.
    pub fn splits(self, root: &Path) -> Result<DataSplits, SplitsError> {
        let absent = |what| SplitsError::Absent {
            set: self.name(),
            what,
            folder: self.folder(root),
        };
        let held = self.read(root)?.ok_or_else(|| absent("files"))?;
        let train = held.train.ok_or_else(|| absent("training images"))?;
        let test = held.test.ok_or_else(|| absent("test images"))?;
        DataSplits::new(train, test, None)
    }

    fn cifar(self) -> Option<Kind> {
        match self {
            Self::Cifar10 => Some(Kind::Cifar10),
            Self::Cifar100 => Some(Kind::Cifar100),
            Self::Mnist | Self::FashionMnist => None,
        }
    }
}

const TRAIN: [&str; 2] = ["training images", "training labels"];
const TEST: [&str; 2] = ["test images", "test labels"];

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn idx(magic: u8, sizes: &[u8], body: &[u8]) -> Vec<u8> {
        let sizes = sizes.iter().flat_map(|&size| [0, 0, 0, size]);
        [0, 0, 8, magic]
            .into_iter()
            .chain(sizes)
            .chain(body.iter().copied())
            .collect()
    }

    #[test]
    fn names_go_both_ways() {
        for set in BenchmarkSet::ALL {
            assert_eq!(BenchmarkSet::named(set.name()), Some(set));
        }
        assert_eq!(BenchmarkSet::named("imagenet"), None);
    }

    #[test]
    fn what_is_there_is_read_and_what_is_missing_is_said() {
        let root = tempfile::tempdir().unwrap();
        for set in BenchmarkSet::ALL {
            assert_eq!(set.read(root.path()).unwrap(), None);
            let error = set.splits(root.path()).unwrap_err().to_string();
            let of = format!("no files of {} there", set.name());
            assert!(error.starts_with(&set.folder(root.path()).display().to_string()));
            assert!(error.contains(&of), "{error}");
        }
        let folder = BenchmarkSet::FashionMnist.folder(root.path());
        fs::create_dir(&folder).unwrap();
        let write = |name: &str, bytes| fs::write(folder.join(name), bytes).unwrap();
        write("t10k-images-idx3-ubyte", idx(3, &[2, 1, 2], &[1, 2, 3, 4]));
        let error = BenchmarkSet::FashionMnist.read(root.path()).unwrap_err();
        assert!(error.to_string().contains("no test labels"), "{error}");
        write("t10k-labels-idx1-ubyte", idx(1, &[2], &[1, 0]));
        let held = BenchmarkSet::FashionMnist
            .read(root.path())
            .unwrap()
            .unwrap();
        assert_eq!((held.train, held.test.unwrap().len()), (None, 2));
        let error = BenchmarkSet::FashionMnist.splits(root.path()).unwrap_err();
        assert!(error.to_string().contains("no training images"), "{error}");
    }

    #[test]
    fn pictures_are_a_source() {
        let root = tempfile::tempdir().unwrap();
        let folder = BenchmarkSet::Cifar100
            .folder(root.path())
            .join("cifar-100-binary");
        fs::create_dir_all(&folder).unwrap();
        let record = |fine: u8| [vec![0, fine], vec![7; 3072]].concat();
        fs::write(folder.join("train.bin"), record(99)).unwrap();
        fs::write(folder.join("test.bin"), record(3)).unwrap();
        let splits = BenchmarkSet::Cifar100.splits(root.path()).unwrap();
        assert_eq!((splits.classes(), splits.pixels()), (100, 3072));
        assert_eq!(splits.test().labels(), [3]);
        fs::write(folder.join("test.bin"), record(100)).unwrap();
        let error = BenchmarkSet::Cifar100
            .splits(root.path())
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("test.bin: record 0 has fine label 100"),
            "{error}"
        );
    }
}
