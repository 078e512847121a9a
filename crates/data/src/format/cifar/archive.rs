//! A set from its archive, entry by entry and in place.

use std::fs::File;
use std::io::{self, BufReader, ErrorKind, Read};
use std::path::Path;

use flate2::bufread::MultiGzDecoder;
use tar::{Archive, EntryType};

use super::error::{CifarError, Name};
use super::layout::{Cifar, Kind};
use super::parts::{Part, Parts};

/// Length of what may follow the archive's end: tar fills its last record with zeros, 10 kB as a rule.
const MAX_PADDING: u64 = 1 << 20;

/// Reads the archive at `path`.
pub(super) fn read(kind: Kind, path: &Path) -> Result<Cifar, CifarError> {
    let name = Name {
        file: path.display().to_string(),
        packed: true,
    };
    let file = File::open(path).map_err(|cause| name.failed(cause))?;
    unfold(kind, BufReader::with_capacity(1 << 16, file), &name)
}

/// Reads an archive from `content`.
pub(super) fn unfold(
    kind: Kind,
    content: impl io::BufRead,
    archive_name: &Name,
) -> Result<Cifar, CifarError> {
    let mut parts = Parts::new(kind);
    let mut archive = Archive::new(MultiGzDecoder::new(content));
    let damaged = |cause| tar_failed(archive_name, cause);
    // Raw: long names and other extensions would be read into memory however long they are.
    // The published archives have none.
    for entry in archive.entries().map_err(damaged)?.raw(true) {
        let entry = entry.map_err(damaged)?;
        let path = entry.path_bytes().into_owned();
        let name = Name {
            file: format!("{}: {}", archive_name.file, path.escape_ascii()),
            packed: true,
        };
        let bytes = entry.size();
        parts.announce(bytes, &name)?;
        if let Some(what) = hostile(&path, entry.header().entry_type()) {
            let file = name.file;
            return Err(CifarError::Hostile { file, what });
        }
        let file_name = path.rsplit(|&byte| byte == b'/').next().unwrap_or_default();
        let is_file = entry.header().entry_type().is_file();
        if let Some(part) = Part::named(kind, file_name).filter(|_| is_file) {
            parts.add(part, entry, bytes, &name)?;
        }
    }
    // Only at its very end does a gzip stream tell whether all before was sound.
    let padding = io::copy(&mut archive.into_inner().take(MAX_PADDING), &mut io::sink())
        .map_err(|cause| archive_name.failed(cause))?;
    if padding == MAX_PADDING {
        let cause = io::Error::other("more follows its end");
        return Err(tar_failed(archive_name, cause));
    }
    parts.finish(&archive_name.file)
}

/// The tar reader's own findings are of no particular kind; others come from below it.
fn tar_failed(name: &Name, cause: io::Error) -> CifarError {
    match cause.kind() {
        ErrorKind::Other => CifarError::Tar {
            file: name.file.clone(),
            cause,
        },
        _ => name.failed(cause),
    }
}

/// Returns what makes an entry one that no data set's archive has.
fn hostile(path: &[u8], kind: EntryType) -> Option<&'static str> {
    let is_separator = |byte: &u8| matches!(byte, b'/' | b'\\');
    if path.split(is_separator).any(|part| part == b"..") {
        return Some("a path that climbs out");
    }
    if path.first().is_some_and(is_separator) || path.get(1) == Some(&b':') {
        return Some("an absolute path");
    }
    match kind {
        EntryType::Regular
        | EntryType::Continuous
        | EntryType::Directory
        // Times and the like, in words of their own.
        | EntryType::XHeader
        | EntryType::XGlobalHeader => None,
        EntryType::Symlink | EntryType::Link => Some("a link"),
        _ => Some("a special file"),
    }
}
