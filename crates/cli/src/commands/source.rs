//! Rows that the command line names.

use std::path::Path;

use anyhow::{Result, bail};
use mesu_datasets::EmbeddedStream;
use mesu_rows::Source;
use mesu_stream::run::{Input, OnBadRow, RunError};

use crate::arguments::BadRows;

/// Rows, and the name of a state made of them.
pub(super) struct Named {
    pub(super) input: Input,
    pub(super) name: String,
    /// The stream, if it is one inside the program.
    pub(super) embedded: Option<EmbeddedStream>,
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
