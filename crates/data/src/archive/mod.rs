//! Examples in an NPZ archive, as numpy saves them: features, or images.
//!
//! | array | shape | content |
//! |---|---|---|
//! | `features`, `X` or `x` | `[n, d]` | one row per example, finite |
//! | | `[n, rows, columns]` | gray images |
//! | | `[n, 3, rows, columns]` or `[n, rows, columns, 3]` | color images (also 1 in place of 3) |
//! | `labels` or `y` | `[n]` or `[n, 1]`, integers | class of each, 0 to 65,535 |
//! | | `[n]` or `[n, 1]`, text | class of each by name |
//! | `targets`, `values` or `y` | `[n]` or `[n, 1]`, numbers | value of each, in the place of `labels`, for [`read_values`] |
//! | `domains` or `domain` | `[n]` or `[n, 1]`, integers | domain of each, 0 to 255; optional |
//! | `pictures` | `[n, rows, columns, 3]` u8 | pictures that the features were made of; optional |
//! | `paths` | `[n]` text | file that each example was made of; optional |
//! | `classes`, `domain_names` | text | names; optional |
//!
//! Images of u8 stay bytes, images of other numbers are features of that shape; a table of u8 is a table of
//! numbers.
//!
//! The names end in `_train` and `_test` where there are both sets, and in `_ood` and `_unseen` for
//! out-of-distribution examples and for new kinds of the known classes, whose labels are not needed. Without
//! the endings there is one set, and a share of every class and domain is held out as the test set.
//!
//! There are as many classes as `classes` has names; without it, as many as labels of the training set have
//! different texts, in alphabetical order; of integers the largest of the training set + 1, unless there are
//! more than 16 and most of them never occur.

mod arrays;
mod convert;
mod labels;
#[cfg(test)]
mod tests;

use std::io::{Read, Seek};
use std::path::Path;

use self::arrays::{Archive, Role};
use self::convert::{Layout, layout, numbers, planes};
use self::labels::Labels;
use crate::dataset::{Dataset, DatasetError};
use crate::format::npy::Elements;
use crate::format::npz::Npz;
use crate::splits::{DataSplits, SplitsError, held_out};

/// Seed of what is held out, the same for every run: all runs are tested on the same examples.
const HELD_OUT_SEED: u64 = 0;

/// Reads the archive at `path`. Of an archive with one set, `test_share`, in (0, 1), of every class and
/// domain becomes the test set.
///
/// # Errors
/// [`SplitsError::Npz`] for a damaged archive, [`SplitsError::Archive`] or [`SplitsError::Dataset`] for
/// arrays that do not belong together.
pub fn read(path: &Path, test_share: f64) -> Result<DataSplits, SplitsError> {
    Archive::open(path)?.splits(test_share)
}

/// Reads the archive at `path` like [`read`], with a value to predict for each example in the place of its label.
///
/// # Errors
/// As [`read`].
pub fn read_values(path: &Path, test_share: f64) -> Result<DataSplits, SplitsError> {
    let mut archive = Archive::open(path)?;
    archive.of_values = true;
    archive.splits(test_share)
}

/// Reads the archive in `content`, called `file` in errors, like [`read`].
///
/// # Errors
/// As [`read`].
pub fn parse(
    content: impl Read + Seek,
    file: &str,
    test_share: f64,
) -> Result<DataSplits, SplitsError> {
    let archive = Archive {
        npz: Npz::read(content, file)?,
        file: file.to_owned(),
        of_values: false,
    };
    archive.splits(test_share)
}

/// All examples of the archive at `path` as unknown ones: labels are not needed.
///
/// # Errors
/// As [`read`].
pub fn read_ood(path: &Path) -> Result<Dataset, SplitsError> {
    let mut archive = Archive::open(path)?;
    archive.set("", Role::Unlabeled)
}

impl<R: Read + Seek> Archive<R> {
    /// All sets, which must agree.
    fn splits(mut self, test_share: f64) -> Result<DataSplits, SplitsError> {
        let source = match self.has("features", "_train") {
            true => {
                let train = self.set("_train", Role::Training)?;
                let test = self.set("_test", Role::Test(&train))?;
                DataSplits::new(train, test, None)?
            }
            false => {
                let all = self.set("", Role::Training)?;
                let [train, test] = held_out(&all, test_share, Some(HELD_OUT_SEED));
                let part = |of: &[u32]| {
                    let part = all.select(of);
                    part.map_err(|_| self.wrong("one example".to_owned(), "two or more of a class"))
                };
                DataSplits::new(part(&train)?, part(&test)?, None)?
            }
        };
        let unlabeled = |archive: &mut Self, ending| match archive.has("features", ending) {
            true => archive.set(ending, Role::Unlabeled).map(Some),
            false => Ok(None),
        };
        let ood = unlabeled(&mut self, "_ood")?;
        let unseen = unlabeled(&mut self, "_unseen")?;
        let names = self.texts("domain_names")?.unwrap_or_default();
        let source = source.with_ood(ood)?.with_unseen(unseen)?;
        Ok(source.with_domain_names(names))
    }

    /// The set whose arrays end in `ending`.
    fn set(&mut self, ending: &str, role: Role<'_>) -> Result<Dataset, SplitsError> {
        let (examples, name) = self.array("features", ending)?;
        let sizes = examples.shape().to_vec();
        let of_each = sizes.get(1..).and_then(layout);
        let (Some(&count), Some(layout)) = (sizes.first(), of_each) else {
            let found = format!("{name} of shape {sizes:?}");
            return Err(self.wrong(
                found,
                "a table, [examples, features], or images, [examples, rows, columns], \
                 [examples, 3, rows, columns] or [examples, rows, columns, 3]",
            ));
        };
        let targets = match role {
            Role::Training | Role::Test(_) if self.of_values => Some(self.targets(ending, count)?),
            _ => None,
        };
        let role = if self.of_values {
            Role::Unlabeled
        } else {
            role
        };
        let labels = match targets {
            Some(_) => Labels::none(count),
            None => self.labels(ending, count, role)?,
        };
        let (names, classes) = (labels.names, labels.classes);
        let set = match examples.into_elements() {
            Elements::U8(bytes) if sizes.len() > 2 => {
                Dataset::planar(planar(bytes, layout), labels.labels, layout.shape, classes)
            }
            elements => {
                let Some(numbers) = numbers(elements) else {
                    return Err(self.wrong(format!("{name} is not of numbers"), "numbers"));
                };
                let numbers = planar(numbers, layout);
                Dataset::planar_features(numbers, labels.labels, layout.shape, classes)
            }
        };
        let array = format!("{}, array {name}", self.file);
        let failed = |error: DatasetError| SplitsError::Dataset {
            set: array.clone(),
            error,
        };
        let mut set = set.map_err(failed)?;
        if let Some(names) = names {
            set = set.named(names).map_err(failed)?;
        }
        if let Some(targets) = targets {
            set = set.with_targets(targets).map_err(failed)?;
        }
        if self.has("domains", ending) {
            let (domains, name) = self.array("domains", ending)?;
            let domains = self.small_integers(domains, &name, count, u8::MAX.into())?;
            let domains = domains.iter().map(|domain| *domain as u8).collect();
            set = set.in_domains(domains).map_err(failed)?;
        }
        if self.has("pictures", ending) {
            let (pictures, shape) = self.pictures(ending, count)?;
            set = set.with_pictures(pictures, shape).map_err(failed)?;
        }
        // Only to be read by people: nothing is refused for their sake.
        let paths = self.texts(&format!("paths{ending}"));
        Ok(set.with_paths(paths.ok().flatten().unwrap_or_default()))
    }

    /// Bytes `[count][3][rows][columns]`, and the shape of each.
    fn pictures(
        &mut self,
        ending: &str,
        count: usize,
    ) -> Result<(Vec<u8>, [usize; 3]), SplitsError> {
        let (pictures, name) = self.array("pictures", ending)?;
        let shape = pictures.shape().to_vec();
        let found = format!("{name} of shape {shape:?}");
        match (&shape[..], pictures.into_elements()) {
            (&[n, rows, columns, 3], Elements::U8(bytes)) if n == count && !bytes.is_empty() => {
                Ok((planes(&bytes, [3, rows, columns]), [3, rows, columns]))
            }
            (&[_, _, _, 3], Elements::U8(_)) => {
                Err(self.wrong(found, &format!("{count} pictures, one each")))
            }
            _ => Err(self.wrong(found, "bytes, [examples, rows, columns, 3]")),
        }
    }
}

/// Returns `values` plane by plane.
fn planar<T: Copy>(values: Vec<T>, layout: Layout) -> Vec<T> {
    match layout.interleaved {
        true => planes(&values, layout.shape),
        false => values,
    }
}
