//! A data set in two IDX files, one of images and one of labels.

use std::path::{Path, PathBuf};

use super::SplitsError;
use super::labels::classes_of;
use crate::dataset::Dataset;
use crate::format::idx::{self, Images};

/// Reads the data set in two IDX files, each given as (name, content).
///
/// # Errors
/// [`SplitsError`]: a damaged file, or images and labels that do not belong together.
pub fn parse(
    (images_file, images): (&str, &[u8]),
    (labels_file, labels): (&str, &[u8]),
) -> Result<Dataset, SplitsError> {
    let images = idx::parse_images(images, images_file)?;
    let labels = idx::parse_labels(labels, labels_file)?;
    join(images, images_file, labels, labels_file)
}

pub(super) fn read_pair(
    folder: &Path,
    set: &str,
    what: [&'static str; 2],
) -> Result<Dataset, SplitsError> {
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

/// Reads the images and labels of `set` ("train" or "t10k") in `folder`; `None` if neither of the two files
/// is there. `what` they hold, for errors.
///
/// # Errors
/// [`SplitsError`]: one of the two files missing, a damaged file, images and labels that do not belong
/// together.
pub fn read_if_there(
    folder: &Path,
    set: &str,
    what: [&'static str; 2],
) -> Result<Option<Dataset>, SplitsError> {
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
) -> Result<PathBuf, SplitsError> {
    if !folder.is_dir() {
        return Err(SplitsError::no_folder(folder));
    }
    let tried = names(set, kind, dimensions);
    match tried.iter().find(|name| folder.join(name).exists()) {
        Some(name) => Ok(folder.join(name)),
        None => Err(SplitsError::Missing {
            folder: folder.to_owned(),
            what,
            tried,
        }),
    }
}

/// Returns the names that the file of a set may have.
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
) -> Result<Dataset, SplitsError> {
    if images.count != labels.len() {
        return Err(SplitsError::Count {
            images_file: images_file.to_owned(),
            images: images.count,
            labels_file: labels_file.to_owned(),
            labels: labels.len(),
        });
    }
    let labels: Vec<u16> = labels.into_iter().map(u16::from).collect();
    let classes = classes_of(&labels, labels_file)?;
    Dataset::new(images.bytes, labels, images.rows, images.columns, classes).map_err(|error| {
        SplitsError::Dataset {
            set: images_file.to_owned(),
            error,
        }
    })
}
