//! A set from the folder that its archive unpacks to.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use super::error::{CifarError, Name};
use super::layout::{Cifar, Kind};
use super::parts::{Part, Parts};

/// Returns whether any file of the set is there.
pub(super) fn holds_any(kind: Kind, folder: &Path) -> bool {
    let is_there = |(name, _): &(&str, Part)| folder.join(name).is_file();
    Part::all(kind).iter().any(is_there)
}

/// Reads the files of `folder`.
pub(super) fn read(kind: Kind, folder: &Path) -> Result<Cifar, CifarError> {
    let mut parts = Parts::new(kind);
    for &(file_name, part) in Part::all(kind) {
        let path = folder.join(file_name);
        if !path.is_file() {
            continue;
        }
        let name = Name {
            file: path.display().to_string(),
            packed: false,
        };
        let failed = |cause| name.failed(cause);
        let file = File::open(&path).map_err(failed)?;
        let bytes = file.metadata().map_err(failed)?.len();
        parts.announce(bytes, &name)?;
        parts.add(part, BufReader::with_capacity(1 << 16, file), bytes, &name)?;
    }
    parts.finish(&folder.display().to_string())
}
