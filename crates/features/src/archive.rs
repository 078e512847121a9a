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

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use mesu_data::format::npy::{Array, Values};
use mesu_data::format::npz;

use crate::extract::Features;
use crate::listing::{Image, Listing};
use crate::resize::CHANNELS;

/// The file can't be written; nothing is there under its name that was not before.
#[derive(Debug, thiserror::Error)]
#[error("{}: can't be written: {cause}; choose another --out", path.display())]
pub struct ArchiveError {
    /// The file.
    pub path: PathBuf,
    /// The system's reason.
    pub cause: std::io::Error,
}

/// The arrays of `features`, images of `listing`, each with its name.
pub fn arrays(listing: &Listing, features: Features) -> Vec<(&'static str, Array)> {
    let images: Vec<&Image> = features.of.iter().map(|&at| &listing.images[at]).collect();
    let shape = [images.len(), features.width];
    let rows = Array::new(&shape, Values::F32(features.values)).expect("features are [n][width]");
    let side = features.side;
    let shape = [images.len(), side, side, CHANNELS];
    let pictures = Array::new(&shape, Values::U8(features.pictures));
    let integers = |of: &dyn Fn(&Image) -> usize| {
        Array::list(Values::I64(
            images.iter().map(|image| of(image) as i64).collect(),
        ))
    };
    let mut arrays = vec![
        ("features", rows),
        ("labels", integers(&|image| image.label)),
        (
            "classes",
            Array::list(Values::Text(listing.classes.clone())),
        ),
        (
            "paths",
            Array::list(Values::Text(
                images.iter().map(|image| image.name.clone()).collect(),
            )),
        ),
    ];
    if side > 0 {
        arrays.push((
            "pictures",
            pictures.expect("pictures are [n][side][side][3]"),
        ));
    }
    if !listing.domains.is_empty() {
        arrays.push(("domains", integers(&|image| image.domain.unwrap_or(0))));
        arrays.push((
            "domain_names",
            Array::list(Values::Text(listing.domains.clone())),
        ));
    }
    arrays
}

/// Writes `arrays` to `path`, at once or not at all; its folder must be there.
///
/// # Errors
/// [`ArchiveError`].
pub fn write(path: &Path, arrays: &[(&'static str, Array)]) -> Result<(), ArchiveError> {
    let arrays: Vec<(&str, &Array)> = arrays.iter().map(|(name, array)| (*name, array)).collect();
    replace(path, |file| npz::write(file, &arrays)).map_err(|cause| ArchiveError {
        path: path.to_owned(),
        cause,
    })
}

/// The folder that `path` lies in.
pub fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    }
}

fn replace(
    path: &Path,
    write: impl FnOnce(&mut BufWriter<&File>) -> std::io::Result<()>,
) -> std::io::Result<()> {
    let folder = folder_of(path);
    let mut builder = tempfile::Builder::new();
    builder.prefix(".mesu-tmp-");
    #[cfg(unix)]
    {
        // As other files of the user, rather than for the user alone.
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    let temporary = builder.tempfile_in(folder)?;
    let mut writer = BufWriter::new(temporary.as_file());
    write(&mut writer)?;
    writer.flush()?;
    drop(writer);
    temporary.as_file().sync_all()?;
    temporary.persist(path)?;
    // The name is safe on disk once the folder is; only Unix can be asked for that.
    #[cfg(unix)]
    File::open(folder)?.sync_all()?;
    Ok(())
}
