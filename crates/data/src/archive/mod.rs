//! Examples in an NPZ archive, as numpy saves them: features, or images.
//!
//! | array | shape | content |
//! |---|---|---|
//! | `features`, `X` or `x` | `[n, d]` | one row per example, finite |
//! | | `[n, rows, columns]` | gray images |
//! | | `[n, 3, rows, columns]` or `[n, rows, columns, 3]` | color images (also 1 in place of 3) |
//! | `labels` or `y` | `[n]` or `[n, 1]`, integers | class of each, 0 to 65,535 |
//! | | `[n]` or `[n, 1]`, text | class of each by name |
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

mod convert;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufReader, Read, Seek};
use std::path::Path;

use self::convert::{Layout, integers, layout, numbers, planes};
use crate::dataset::{Dataset, DatasetError};
use crate::format::FileKind;
use crate::format::npy::{Array, Elements, NpzError};
use crate::format::npz::Npz;
use crate::splits::labels::classes_of;
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

/// Meaning of a set's labels.
#[derive(Clone, Copy)]
enum Role<'a> {
    /// Labels that say which classes there are.
    Training,
    /// Labels of the classes of the training set.
    Test(&'a Dataset),
    /// Labels that need not be there.
    Unlabeled,
}

/// Labels of a set, the number of its classes, and their names if they are known.
struct Labels {
    labels: Vec<u16>,
    classes: usize,
    names: Option<Vec<String>>,
}

struct Archive<R> {
    npz: Npz<R>,
    file: String,
}

impl Archive<BufReader<File>> {
    fn open(path: &Path) -> Result<Self, SplitsError> {
        let npz = Npz::open(path).map_err(|error| match (error, FileKind::of_path(path)) {
            // A damaged archive says what is wrong with it.
            (error, Err(_) | Ok(FileKind::Npz | FileKind::Zip)) => error.into(),
            (NpzError::Archive { .. }, Ok(found)) => SplitsError::OtherKind {
                path: path.to_owned(),
                found,
            },
            (error, _) => error.into(),
        })?;
        Ok(Self {
            npz,
            file: path.display().to_string(),
        })
    }
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

    /// The names that an array may have.
    fn names(what: &'static str, ending: &str) -> Vec<String> {
        let names: &[&str] = match what {
            "features" => &["features", "X", "x"],
            "labels" => &["labels", "y"],
            "domains" => &["domains", "domain"],
            _ => &[what],
        };
        names.iter().map(|name| format!("{name}{ending}")).collect()
    }

    fn has(&self, what: &'static str, ending: &str) -> bool {
        let names = Self::names(what, ending);
        names.iter().any(|name| self.npz.names().contains(name))
    }

    /// The array and its name; the error of a missing one names all spellings.
    fn array(&mut self, what: &'static str, ending: &str) -> Result<(Array, String), SplitsError> {
        let expected = Self::names(what, ending);
        let there = expected.iter().find(|name| self.npz.names().contains(name));
        match there.cloned() {
            Some(name) => Ok((self.npz.array(&name)?, name)),
            None => Err(SplitsError::NoArray {
                file: self.file.clone(),
                expected,
                found: self.npz.names().to_vec(),
            }),
        }
    }

    fn wrong(&self, what: String, expected: &str) -> SplitsError {
        SplitsError::Archive {
            file: self.file.clone(),
            what,
            expected: expected.to_owned(),
        }
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
        let labels = self.labels(ending, count, role)?;
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

    /// The labels of a set of `count` examples.
    fn labels(
        &mut self,
        ending: &str,
        count: usize,
        role: Role<'_>,
    ) -> Result<Labels, SplitsError> {
        let given = self.texts("classes")?;
        let unlabeled = |given: Option<Vec<String>>| Labels {
            labels: vec![0; count],
            classes: given.as_ref().map_or(1, |names| names.len().max(1)),
            names: given.filter(|names| !names.is_empty()),
        };
        if matches!(role, Role::Unlabeled) && !self.has("labels", ending) {
            return Ok(unlabeled(given));
        }
        let (array, name) = self.array("labels", ending)?;
        if let Elements::Text(texts) = array.elements() {
            let shape = array.shape().to_vec();
            self.check_count(&shape, &name, count)?;
            let known = match role {
                // They do not matter.
                Role::Unlabeled => return Ok(unlabeled(given)),
                Role::Test(train) => given.or_else(|| train.names().map(<[String]>::to_vec)),
                Role::Training => given,
            };
            return self.named_labels(texts, &name, known);
        }
        let labels = self.small_integers(array, &name, count, u16::MAX)?;
        let largest = labels.iter().copied().max().map_or(0, usize::from) + 1;
        let classes = match (&given, role) {
            (Some(names), Role::Unlabeled) => names.len().max(largest),
            (Some(names), _) if largest > names.len() => {
                let at = labels
                    .iter()
                    .position(|label| usize::from(*label) + 1 == largest);
                let found = format!("{name} of example {} is {}", at.unwrap_or(0), largest - 1);
                return Err(self.wrong(
                    found,
                    &format!(
                        "labels of the {} names in classes, counted from 0",
                        names.len()
                    ),
                ));
            }
            (Some(names), _) => names.len(),
            (None, Role::Training) => classes_of(&labels, &format!("{}, array {name}", self.file))?,
            (None, _) => largest,
        };
        Ok(Labels {
            names: given.filter(|names| names.len() == classes),
            labels,
            classes,
        })
    }

    /// Labels by name: those of `known`, or in alphabetical order all that occur.
    fn named_labels(
        &self,
        texts: &[String],
        name: &str,
        known: Option<Vec<String>>,
    ) -> Result<Labels, SplitsError> {
        let occurring = || texts.iter().collect::<BTreeSet<_>>();
        let names = known.unwrap_or_else(|| occurring().into_iter().cloned().collect());
        if names.len() > usize::from(u16::MAX) + 1 {
            return Err(self.wrong(
                format!("{name} has {} texts", names.len()),
                "65,536 or fewer",
            ));
        }
        let mut labels = Vec::with_capacity(texts.len());
        for (at, text) in texts.iter().enumerate() {
            let Some(label) = names.iter().position(|name| name == text) else {
                let shown: String = text.chars().take(40).collect();
                let found = format!("{name} of example {at} is {shown:?}");
                return Err(self.wrong(found, "the name of a class of the training set"));
            };
            labels.push(label as u16);
        }
        Ok(Labels {
            labels,
            classes: names.len(),
            names: Some(names),
        })
    }

    fn check_count(&self, shape: &[usize], name: &str, count: usize) -> Result<(), SplitsError> {
        match *shape {
            [n] | [n, 1] if n == count => Ok(()),
            _ => {
                let found = format!("{name} of shape {shape:?}");
                Err(self.wrong(found, &format!("[{count}], one for each row of features")))
            }
        }
    }

    /// Integers of 0 to `largest`, one per example.
    fn small_integers(
        &self,
        array: Array,
        name: &str,
        count: usize,
        largest: u16,
    ) -> Result<Vec<u16>, SplitsError> {
        self.check_count(array.shape(), name, count)?;
        let expected = format!("integers of 0 to {largest}, counted from 0");
        let Some(integers) = integers(array.into_elements()) else {
            return Err(self.wrong(format!("{name} is not of integers"), &expected));
        };
        let small = |(at, integer): (usize, &i64)| match u16::try_from(*integer) {
            Ok(small) if small <= largest => Ok(small),
            _ => {
                let found = format!("{name} of example {at} is {integer}");
                Err(self.wrong(found, &expected))
            }
        };
        integers.iter().enumerate().map(small).collect()
    }

    /// A list of text, if it is there.
    fn texts(&mut self, name: &str) -> Result<Option<Vec<String>>, SplitsError> {
        if !self.npz.names().iter().any(|there| there == name) {
            return Ok(None);
        }
        match self.npz.array(name)?.into_elements() {
            Elements::Text(texts) => Ok(Some(texts)),
            _ => Err(self.wrong(format!("{name} is not text"), "names")),
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
