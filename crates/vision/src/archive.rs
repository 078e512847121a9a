//! Features as a file: an NPZ archive that numpy reads too.
//!
//! | array | shape | what |
//! |---|---|---|
//! | `features` | `[n, d]` f32 | one row per image |
//! | `labels` | `[n]` i64 | class of each, an index into `classes` |
//! | `classes` | `[c]` text | their names |
//! | `paths` | `[n]` text | which image each row is of |
//! | `pictures` | `[n, side, side, 3]` u8 | what each looks like, red, green and blue; unless left out |
//! | `domains` | `[n]` i64 | domain of each, an index into `domain_names`; only if there are any |
//! | `domain_names` | `[m]` text | their names; only if there are any |
//!
//! Of a data set with test images of its own, the names of the arrays of images end in `_train` and `_test`.

use std::path::{Path, PathBuf};

use mesu_data::format::npy::{Array, Elements};
use mesu_data::format::npz;

use crate::extract::Features;
use crate::listing::{Image, Listing};
use crate::resize::CHANNELS;

/// The file can't be written; nothing is there under its name that was not before.
#[derive(Debug, thiserror::Error)]
#[error("{}: can't be written: {cause}", path.display())]
pub struct ArchiveError {
    /// The file.
    pub path: PathBuf,
    /// The system's reason.
    pub cause: std::io::Error,
}

/// The arrays of `features`, images of `listing`, each with its name. A class all of whose images were
/// left out ([`Features::lost_classes`]) is left out too, and the labels are those of the classes that
/// remain.
#[must_use]
pub fn arrays(listing: &Listing, features: &Features) -> Vec<(String, Array)> {
    let of: Vec<&Image> = features.of.iter().map(|&at| &listing.images[at]).collect();
    let text = |names: &[String]| Array::list(Elements::Text(names.to_vec()));
    let lost = features.lost_classes(listing);
    let kept: Vec<usize> = (0..listing.classes.len())
        .filter(|class| !lost.contains(class))
        .collect();
    let names: Vec<String> = kept
        .iter()
        .map(|class| listing.classes[*class].clone())
        .collect();
    let mut arrays = vec![("classes".to_owned(), text(&names))];
    if !listing.domains.is_empty() {
        arrays.push(("domain_names".to_owned(), text(&listing.domains)));
    }
    if !of.iter().any(|image| image.tested) {
        arrays.extend(of_set(listing, features, &of, &kept, None, ""));
        return arrays;
    }
    for (tested, ending) in [(false, "_train"), (true, "_test")] {
        arrays.extend(of_set(listing, features, &of, &kept, Some(tested), ending));
    }
    arrays
}

/// The arrays of the images that are `tested` or not, or of all of them.
fn of_set(
    listing: &Listing,
    features: &Features,
    of: &[&Image],
    kept: &[usize],
    tested: Option<bool>,
    ending: &str,
) -> Vec<(String, Array)> {
    let here = |at: &usize| tested.is_none_or(|tested| of[*at].tested == tested);
    let which: Vec<usize> = (0..of.len()).filter(here).collect();
    let images = || which.iter().map(|at| of[*at]);
    let (width, side) = (features.width, features.side);
    let rows = |at: &usize| &features.values[at * width..(at + 1) * width];
    let rows = which.iter().flat_map(rows).copied().collect();
    let rows = Array::new(&[which.len(), width], Elements::F32(rows));
    let integers = |of: &dyn Fn(&Image) -> usize| {
        Array::list(Elements::I64(
            images().map(|image| of(image) as i64).collect(),
        ))
    };
    let names = images().map(|image| image.name.clone()).collect();
    let mut arrays = vec![
        ("features", rows.expect("features are [n][width]")),
        (
            "labels",
            integers(&|image| kept.binary_search(&image.label).unwrap_or(0)),
        ),
        ("paths", Array::list(Elements::Text(names))),
    ];
    if side > 0 {
        let size = side * side * CHANNELS;
        let pictures = |at: &usize| &features.pictures[at * size..(at + 1) * size];
        let pictures = which.iter().flat_map(pictures).copied().collect();
        let pictures = Array::new(&[which.len(), side, side, CHANNELS], Elements::U8(pictures));
        arrays.push((
            "pictures",
            pictures.expect("pictures are [n][side][side][3]"),
        ));
    }
    if !listing.domains.is_empty() {
        arrays.push(("domains", integers(&|image| image.domain.unwrap_or(0))));
    }
    let named = arrays.into_iter();
    named
        .map(|(name, array)| (format!("{name}{ending}"), array))
        .collect()
}

/// Checks that a file may be made where [`write()`] will make one, before hours of work.
///
/// # Errors
/// [`ArchiveError`].
pub fn try_out(path: &Path) -> Result<(), ArchiveError> {
    mesu_store::probe(path).map_err(|cause| ArchiveError {
        path: path.to_owned(),
        cause,
    })
}

/// Writes `arrays` to `path`, at once or not at all; its folder must be there.
///
/// # Errors
/// [`ArchiveError`].
pub fn write(path: &Path, arrays: &[(String, Array)]) -> Result<(), ArchiveError> {
    let arrays: Vec<(&str, &Array)> = (arrays.iter())
        .map(|(name, array)| (&name[..], array))
        .collect();
    mesu_store::write_with(path, |file| npz::write(file, &arrays)).map_err(|cause| ArchiveError {
        path: path.to_owned(),
        cause,
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn where_no_file_can_be_made_is_said_before_the_work() {
        let folder = tempfile::tempdir().unwrap();
        try_out(&folder.path().join("out.npz")).unwrap();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
        let gone = folder.path().join("gone");
        let message = try_out(&gone.join("out.npz")).unwrap_err().to_string();
        assert!(message.contains("out.npz: can't be written"), "{message}");
        assert!(!message.contains(".mesu-tmp"), "{message}");
    }
}
