//! Pictures as rows: folders of images through the backbone that a state knows.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use mesu_rows::Source;
use mesu_stream::Notes;
use mesu_stream::run::{Input, inspect, is_state};
use mesu_vision::{Backbone, Cache, Listing, Model, PictureRows, Preprocess};
use serde::{Deserialize, Serialize};

use crate::arguments::BackboneArguments;

/// Name of the note that a state keeps.
const NOTE: &str = "pictures";

/// Backbone of a state, and how pictures are prepared for it.
#[derive(Debug, Deserialize, Serialize)]
pub(super) struct Note {
    /// Path of its file, as it was named.
    file: PathBuf,
    /// SHA-256 of the file, in hexadecimal digits.
    sha256: String,
    preprocess: Preprocess,
    /// Content of the file in base 64, if the state keeps it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    content: Option<String>,
}

/// Returns what a state notes of pictures; `None` if it is of other rows or not there.
pub(super) fn note_of(state: &Path) -> Result<Option<Note>> {
    if !is_state(state) {
        return Ok(None);
    }
    let bookmark = inspect(state)?.bookmark;
    let Some(note) = bookmark.notes.get(NOTE) else {
        return Ok(None);
    };
    let read = serde_json::from_str(note);
    let note = read.with_context(|| format!("{}: its note of a backbone", state.display()))?;
    Ok(Some(note))
}

/// Returns whether `rows` are pictures for a state that notes a backbone: a folder or file that is no table.
pub(super) fn are_pictures(rows: &[String]) -> bool {
    match rows {
        [one] if one != "-" => {
            let path = Path::new(one);
            path.exists() && Source::path(path).is_err() || is_image(path)
        }
        _ => false,
    }
}

fn is_image(path: &Path) -> bool {
    let ending = path.extension().unwrap_or_default().to_string_lossy();
    let ending = ending.to_ascii_lowercase();
    path.is_file() && ["png", "jpg", "jpeg"].contains(&&ending[..])
}

/// The pictures in `rows` through the backbone that is asked for or noted.
pub(super) fn pictures(
    rows: &str,
    known: Option<Note>,
    asked: &BackboneArguments,
    skip_bad: bool,
) -> Result<(Input, Notes)> {
    let listing = Listing::from_path(Path::new(rows), skip_bad)?;
    let (model, note) = model(known, asked)?;
    let prepare = note
        .preprocess
        .for_model(model.size(), "the preprocessing of the state")?;
    let backbone = Backbone::new(model, prepare.size())?;
    let sha256 = hexadecimal(backbone.digest());
    if !note.sha256.is_empty() && note.sha256 != sha256 {
        bail!(
            "{}: another backbone than the state learned with: SHA-256 {}…; expected {}…",
            asked.backbone.as_ref().unwrap_or(&note.file).display(),
            &sha256[..16],
            note.sha256.get(..16).unwrap_or(&note.sha256),
        );
    }
    let description = prepare.description();
    let open =
        |folder: &PathBuf| Cache::open(folder, backbone.digest(), &description, backbone.width());
    let cache = asked.cache.as_ref().map(open).transpose()?;
    let note = Note { sha256, ..note };
    let text = PictureRows::new(listing, prepare, backbone, cache, skip_bad);
    let input = Input {
        origin: rows.to_owned(),
        source: Source::reader(rows, text),
        pipe: false,
    };
    let note = serde_json::to_string(&note)?;
    Ok((input, Notes::from([(NOTE.to_owned(), note)])))
}

/// The backbone: the one that is asked for, the one in the note, or the one at the path in it. The note of a new state
/// has no checksum yet.
fn model(known: Option<Note>, asked: &BackboneArguments) -> Result<(Model, Note)> {
    let read = |path: &Path| {
        let content = std::fs::read(path);
        let content = content.with_context(|| format!("{}: the backbone", path.display()))?;
        let model = Model::parse(&content, &path.display().to_string())?;
        Ok::<_, anyhow::Error>((model, content))
    };
    match (known, &asked.backbone) {
        (Some(note), Some(path)) => Ok((read(path)?.0, note)),
        (Some(note), None) => {
            let name = note.file.display().to_string();
            let model = match &note.content {
                Some(content) => {
                    let bytes = STANDARD.decode(content);
                    let bytes = bytes.context("the backbone that the state keeps")?;
                    Model::parse(&bytes, &name)?
                }
                None => {
                    let read = read(&note.file);
                    read.context("the state keeps no backbone; name its file with --backbone")?
                        .0
                }
            };
            Ok((model, note))
        }
        (None, Some(path)) => {
            let (preprocess, _) = Preprocess::find(asked.preprocess.as_deref(), path)?;
            let (model, content) = read(path)?;
            let note = Note {
                file: std::path::absolute(path).unwrap_or_else(|_| path.clone()),
                sha256: String::new(),
                preprocess,
                content: asked.keep_backbone.then(|| STANDARD.encode(content)),
            };
            Ok((model, note))
        }
        (None, None) => bail!("pictures without a backbone; name one with --backbone NET.onnx"),
    }
}

fn hexadecimal(digest: [u8; 32]) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}
