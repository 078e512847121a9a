//! Features in an NPZ archive: what `mesu features` writes, or what numpy saved.
//!
//! | array | shape | what |
//! |---|---|---|
//! | `features` or `X` | `[n, d]` | one row per example, finite |
//! | `labels` or `y` | `[n]`, integers | class of each, 0 to 255 |
//! | `domains` or `domain` | `[n]`, integers | domain of each, 0 to 255; optional |
//! | `pictures` | `[n, rows, columns, 3]` u8 | what the features were made of; optional |
//! | `classes`, `domain_names` | text | names; optional |
//!
//! The names end in `_train` and `_test` where there are both sets, and in `_ood` and `_unseen` for what
//! is not to be recognised, whose labels are not needed. Without the endings there is one set, and a share
//! of every class and domain is held out as the test set.

#[cfg(test)]
mod tests;

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use crate::dataset::{Dataset, DatasetError};
use crate::format::npy::{Array, Elements};
use crate::format::npz::Npz;
use crate::splits::{DataSplits, SplitsError, held_out};

/// Who is held out must not depend on a run's seed: all runs are tested on the same examples.
const HELD_OUT_SEED: u64 = 0;

/// Reads the archive at `path`. Of an archive with one set, `test_share`, in (0, 1), of every class and
/// domain becomes the test set.
///
/// # Errors
/// [`SplitsError::Npz`] for a damaged archive, [`SplitsError::Archive`] or [`SplitsError::Dataset`] for arrays
/// that do not belong together.
pub fn read(path: &Path, test_share: f64) -> Result<DataSplits, SplitsError> {
    let mut archive = Archive {
        npz: Npz::open(path)?,
        file: path.display().to_string(),
    };
    let source = match archive.has("features", "_train") {
        true => DataSplits::new(
            archive.set("_train", true)?,
            archive.set("_test", true)?,
            None,
        )?,
        false => {
            let all = archive.set("", true)?;
            let [train, test] = held_out(&all, test_share, Some(HELD_OUT_SEED));
            let part = |of: &[u32]| {
                let part = all.select(of);
                part.map_err(|_| archive.wrong("one example".to_owned(), "two or more of a class"))
            };
            DataSplits::new(part(&train)?, part(&test)?, None)?
        }
    };
    let unknown = |archive: &mut Archive, ending| match archive.has("features", ending) {
        true => archive.set(ending, false).map(Some),
        false => Ok(None),
    };
    let ood = unknown(&mut archive, "_ood")?;
    let unseen = unknown(&mut archive, "_unseen")?;
    let names = archive.texts("domain_names")?.unwrap_or_default();
    let source = source.with_ood(ood)?.with_unseen(unseen)?;
    Ok(source.with_domain_names(names))
}

/// All examples of the archive at `path` as unknown ones: labels are not needed.
///
/// # Errors
/// As [`read`].
pub fn read_ood(path: &Path) -> Result<Dataset, SplitsError> {
    let mut archive = Archive {
        npz: Npz::open(path)?,
        file: path.display().to_string(),
    };
    archive.set("", false)
}

struct Archive {
    npz: Npz<BufReader<File>>,
    file: String,
}

impl Archive {
    /// The names that an array may have.
    fn names(what: &'static str, ending: &str) -> [String; 2] {
        let short = match what {
            "features" => "X",
            "labels" => "y",
            "domains" => "domain",
            other => other,
        };
        [what, short].map(|name| format!("{name}{ending}"))
    }

    fn has(&self, what: &'static str, ending: &str) -> bool {
        let [long, short] = Self::names(what, ending);
        let names = self.npz.names();
        names.contains(&long) || names.contains(&short)
    }

    /// The array and its name; the missing one's error names both spellings.
    fn array(&mut self, what: &'static str, ending: &str) -> Result<(Array, String), SplitsError> {
        let [long, short] = Self::names(what, ending);
        let name = match self.npz.names().contains(&short) {
            true => short,
            false => long,
        };
        Ok((self.npz.array(&name)?, name))
    }

    fn wrong(&self, what: String, expected: &str) -> SplitsError {
        SplitsError::Archive {
            file: self.file.clone(),
            what,
            expected: expected.to_owned(),
        }
    }

    /// The set whose arrays end in `ending`.
    fn set(&mut self, ending: &str, labelled: bool) -> Result<Dataset, SplitsError> {
        let (features, name) = self.array("features", ending)?;
        let [count, width] = *features.shape() else {
            let found = format!("{name} of shape {:?}", features.shape());
            return Err(self.wrong(found, "a table, [examples, features]"));
        };
        let Some(numbers) = numbers(features.into_values()) else {
            return Err(self.wrong(format!("{name} is not of numbers"), "numbers"));
        };
        let labels = match labelled || self.has("labels", ending) {
            true => self.small_integers("labels", ending, count)?,
            false => vec![0; count],
        };
        let names = self.texts("classes")?;
        let largest = labels
            .iter()
            .max()
            .map_or(0, |label| usize::from(*label) + 1);
        let classes = names
            .as_ref()
            .map_or(largest, |names| names.len().max(largest));
        let array = format!("{}, array {name}", self.file);
        let failed = |error: DatasetError| SplitsError::Dataset {
            set: array.clone(),
            error,
        };
        let mut set = Dataset::features(numbers, labels, width, classes).map_err(failed)?;
        if let Some(names) = names.filter(|names| names.len() == classes) {
            set = set.named(names).map_err(failed)?;
        }
        if self.has("domains", ending) {
            let domains = self.small_integers("domains", ending, count)?;
            set = set.in_domains(domains).map_err(failed)?;
        }
        if self.has("pictures", ending) {
            let (pictures, name) = self.array("pictures", ending)?;
            let shape = pictures.shape().to_vec();
            let (&[n, rows, columns, 3], Elements::U8(bytes)) =
                (&shape[..], pictures.into_values())
            else {
                let found = format!("{name} of shape {shape:?}");
                return Err(self.wrong(found, "bytes, [examples, rows, columns, 3]"));
            };
            if n != count || bytes.is_empty() {
                let found = format!("{name} of shape {shape:?}");
                return Err(self.wrong(found, &format!("{count} pictures, one each")));
            }
            let planes = planes(&bytes, bytes.len() / (3 * count));
            set = set
                .with_pictures(planes, [3, rows, columns])
                .map_err(failed)?;
        }
        Ok(set)
    }

    /// Integers of 0 to 255, one per example.
    fn small_integers(
        &mut self,
        what: &'static str,
        ending: &str,
        count: usize,
    ) -> Result<Vec<u8>, SplitsError> {
        let (array, name) = self.array(what, ending)?;
        if array.shape() != [count] {
            let found = format!("{name} of shape {:?}", array.shape());
            return Err(self.wrong(found, &format!("[{count}], one for each row of features")));
        }
        let expected = "integers of 0 to 255, counted from 0";
        let Some(integers) = integers(array.into_values()) else {
            return Err(self.wrong(format!("{name} is not of integers"), expected));
        };
        let bad = integers.iter().position(|x| !(0..=255).contains(x));
        match bad {
            Some(at) => {
                let found = format!("{name} of example {at} is {}", integers[at]);
                Err(self.wrong(found, expected))
            }
            None => Ok(integers.iter().map(|x| *x as u8).collect()),
        }
    }

    /// A list of text, if it is there.
    fn texts(&mut self, name: &str) -> Result<Option<Vec<String>>, SplitsError> {
        if !self.npz.names().iter().any(|there| there == name) {
            return Ok(None);
        }
        match self.npz.array(name)?.into_values() {
            Elements::Text(texts) => Ok(Some(texts)),
            _ => Err(self.wrong(format!("{name} is not text"), "names")),
        }
    }
}

/// Floats and integers as f32; `None` of text.
fn numbers(values: Elements) -> Option<Vec<f32>> {
    Some(match values {
        Elements::F32(x) => x,
        Elements::F16(x) => x.iter().map(|x| x.to_f32()).collect(),
        Elements::F64(x) => x.iter().map(|x| *x as f32).collect(),
        other => integers(other)?.iter().map(|x| *x as f32).collect(),
    })
}

/// Integers; those beyond i64 become its largest. `None` of anything else.
fn integers(values: Elements) -> Option<Vec<i64>> {
    fn wide<T: Copy + Into<i64>>(values: &[T]) -> Vec<i64> {
        values.iter().map(|x| (*x).into()).collect()
    }
    Some(match values {
        Elements::Bool(x) => wide(&x),
        Elements::I8(x) => wide(&x),
        Elements::I16(x) => wide(&x),
        Elements::I32(x) => wide(&x),
        Elements::I64(x) => x,
        Elements::U8(x) => wide(&x),
        Elements::U16(x) => wide(&x),
        Elements::U32(x) => wide(&x),
        Elements::U64(x) => x
            .iter()
            .map(|x| i64::try_from(*x).unwrap_or(i64::MAX))
            .collect(),
        Elements::F16(_) | Elements::F32(_) | Elements::F64(_) | Elements::Text(_) => return None,
    })
}

/// Images of `pixels` pixels, colour by colour instead of pixel by pixel.
fn planes(bytes: &[u8], pixels: usize) -> Vec<u8> {
    let images = bytes.chunks_exact(3 * pixels);
    let plane = |image: &[u8], colour| image.iter().skip(colour).step_by(3).copied().collect();
    let of_image = |image| (0..3).flat_map(move |colour| -> Vec<u8> { plane(image, colour) });
    images.flat_map(of_image).collect()
}
