//! Rows that the command line names.

use std::path::Path;
#[cfg(feature = "vision")]
use std::path::PathBuf;

use anyhow::{Result, bail};
use mesu_datasets::EmbeddedStream;
use mesu_rows::Source;
use mesu_stream::Notes;
use mesu_stream::run::{Input, OnBadRow, RunError};

#[cfg(feature = "vision")]
use super::pictures;
use crate::arguments::{BackboneArguments, BadRows};

/// Rows, and the name of a state made of them.
pub(super) struct Named {
    pub(super) input: Input,
    pub(super) name: String,
    /// The stream, if it is one inside the program.
    pub(super) embedded: Option<EmbeddedStream>,
}

/// Opens rows as [`named`], and pictures, where a backbone is asked for or the state notes one: then with the notes of a
/// new state. `skip_bad` leaves out pictures that can't be used.
#[cfg(feature = "vision")]
pub(super) fn rows_or_pictures(
    rows: &[String],
    state: Option<&Path>,
    asked: &BackboneArguments,
    skip_bad: bool,
) -> Result<(Named, Notes)> {
    let name = match rows {
        [one] if one != "-" => stem(Path::new(one)),
        _ => return Ok((named(rows)?, Notes::new())),
    };
    let default = PathBuf::from(format!("{name}.mesu"));
    let known = pictures::note_of(state.unwrap_or(&default))?;
    if asked.backbone.is_none() && (known.is_none() || !pictures::are_pictures(rows)) {
        return Ok((named(rows)?, Notes::new()));
    }
    let (input, notes) = pictures::pictures(&rows[0], known, asked, skip_bad)?;
    let named = Named {
        input,
        name,
        embedded: None,
    };
    Ok((named, notes))
}

/// Opens rows as [`named`]: this program has no engine for pictures.
#[cfg(not(feature = "vision"))]
pub(super) fn rows_or_pictures(
    rows: &[String],
    _state: Option<&Path>,
    asked: &BackboneArguments,
    _skip_bad: bool,
) -> Result<(Named, Notes)> {
    if let Some(backbone) = &asked.backbone {
        bail!(
            "--backbone {}: this mesu was built without its ONNX engine; \
             build it with cargo install --path crates/cli --features vision",
            backbone.display()
        );
    }
    Ok((named(rows)?, Notes::new()))
}

/// Opens files and folders, the standard input (`-`), or a stream inside the program.
pub(super) fn named(rows: &[String]) -> Result<Named> {
    let origin = rows.join(", ");
    if let [one] = rows
        && let Some(stream) = EmbeddedStream::named(one)
    {
        return Ok(Named {
            input: Input {
                origin,
                source: Source::reader(one, stream.bytes),
                pipe: false,
            },
            name: one.clone(),
            embedded: Some(stream),
        });
    }
    let pipe = rows.iter().any(|one| one == "-");
    if pipe && rows.len() > 1 {
        bail!("{origin}: the standard input beside other rows; expected it alone");
    }
    let source = match pipe {
        true => Source::stdin(),
        false => Source::paths(rows).map_err(RunError::from)?,
    };
    Ok(Named {
        name: match rows {
            [one] if !pipe => stem(Path::new(one)),
            _ if pipe => "stdin".to_owned(),
            _ => "rows".to_owned(),
        },
        input: Input {
            origin,
            source,
            pipe,
        },
        embedded: None,
    })
}

/// Name of a file up to its first dot, or of a folder.
fn stem(path: &Path) -> String {
    let whole = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let name = whole.file_name().unwrap_or_default().to_string_lossy();
    let (stem, _) = name.split_once('.').unwrap_or((&name, ""));
    match stem {
        "" => "rows".to_owned(),
        stem => stem.to_owned(),
    }
}

impl From<BadRows> for OnBadRow {
    fn from(policy: BadRows) -> Self {
        match policy {
            BadRows::Stop => Self::Stop,
            BadRows::Skip => Self::Skip,
            BadRows::Predict => Self::Predict,
        }
    }
}
