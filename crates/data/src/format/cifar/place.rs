//! Places where a set lies: its archive, or the folder that the archive unpacks to.

use std::io::BufRead;
use std::path::{Path, PathBuf};

use super::error::{CifarError, Name};
use super::layout::{Cifar, Kind};
use super::{archive, folder};

/// Reads the set at `path`: an archive, the folder that it unpacks to, or a folder that holds
/// one of them under its published name. Where both are there, the archive is read.
///
/// # Errors
/// Any [`CifarError`], naming the file.
pub fn read(kind: Kind, path: &Path) -> Result<Cifar, CifarError> {
    match find(kind, path) {
        Some(Place::Archive(path)) => archive::read(kind, &path),
        Some(Place::Folder(path)) => folder::read(kind, &path),
        None => Err(CifarError::NotThere {
            path: path.to_owned(),
            archive: kind.archive(),
            folder: kind.folder(),
        }),
    }
}

/// Reads the archive in `content`, called `file` in errors.
///
/// # Errors
/// Any [`CifarError`].
pub fn parse_archive(kind: Kind, content: impl BufRead, file: &str) -> Result<Cifar, CifarError> {
    let name = Name {
        file: file.to_owned(),
        packed: true,
    };
    archive::unfold(kind, content, &name)
}

/// Returns whether [`read`] finds an archive or a folder at `path`, whatever is in it.
pub fn is_at(kind: Kind, path: &Path) -> bool {
    find(kind, path).is_some()
}

enum Place {
    Archive(PathBuf),
    Folder(PathBuf),
}

fn find(kind: Kind, path: &Path) -> Option<Place> {
    if path.is_file() {
        return Some(Place::Archive(path.to_owned()));
    }
    let archive = path.join(kind.archive());
    if archive.is_file() {
        return Some(Place::Archive(archive));
    }
    let is_folder = |folder: &PathBuf| folder.is_dir() && folder::holds_any(kind, folder);
    [path.join(kind.folder()), path.to_owned()]
        .into_iter()
        .find(is_folder)
        .map(Place::Folder)
}
