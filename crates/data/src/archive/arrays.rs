//! Arrays of an archive, by the names that they may have.

use std::fs::File;
use std::io::{BufReader, Read, Seek};
use std::path::Path;

use crate::dataset::Dataset;
use crate::format::FileKind;
use crate::format::npy::{Array, Elements, NpzError};
use crate::format::npz::Npz;
use crate::splits::SplitsError;

/// Meaning of a set's labels.
#[derive(Clone, Copy)]
pub(super) enum Role<'a> {
    /// Labels that say which classes there are.
    Training,
    /// Labels of the classes of the training set.
    Test(&'a Dataset),
    /// Labels that need not be there.
    Unlabeled,
}

pub(super) struct Archive<R> {
    pub(super) npz: Npz<R>,
    pub(super) file: String,
    /// True if examples have values in the place of labels.
    pub(super) of_values: bool,
}

impl Archive<BufReader<File>> {
    pub(super) fn open(path: &Path) -> Result<Self, SplitsError> {
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
            of_values: false,
        })
    }
}

impl<R: Read + Seek> Archive<R> {
    /// The names that an array may have.
    pub(super) fn names(what: &'static str, ending: &str) -> Vec<String> {
        let names: &[&str] = match what {
            "features" => &["features", "X", "x"],
            "labels" => &["labels", "y"],
            "targets" => &["targets", "values", "y"],
            "domains" => &["domains", "domain"],
            _ => &[what],
        };
        names.iter().map(|name| format!("{name}{ending}")).collect()
    }

    pub(super) fn has(&self, what: &'static str, ending: &str) -> bool {
        let names = Self::names(what, ending);
        names.iter().any(|name| self.npz.names().contains(name))
    }

    /// The array and its name; the error of a missing one names all spellings.
    pub(super) fn array(
        &mut self,
        what: &'static str,
        ending: &str,
    ) -> Result<(Array, String), SplitsError> {
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

    pub(super) fn wrong(&self, what: String, expected: &str) -> SplitsError {
        SplitsError::Archive {
            file: self.file.clone(),
            what,
            expected: expected.to_owned(),
        }
    }

    /// A list of text, if it is there.
    pub(super) fn texts(&mut self, name: &str) -> Result<Option<Vec<String>>, SplitsError> {
        if !self.npz.names().iter().any(|there| there == name) {
            return Ok(None);
        }
        match self.npz.array(name)?.into_elements() {
            Elements::Text(texts) => Ok(Some(texts)),
            _ => Err(self.wrong(format!("{name} is not text"), "names")),
        }
    }
}
