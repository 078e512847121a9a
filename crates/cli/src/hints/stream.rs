//! Advice for streams of rows and their states.

use mesu_datasets::EmbeddedStream;
use mesu_rows::{RowsError, WriteError};
use mesu_stream::run::RunError;
use mesu_stream::{SchemaError, StateError};

use super::{AGAIN, UNREADABLE};

/// Least likeness of names that may be meant.
const LIKE: f64 = 0.7;

pub(super) fn of(error: &RunError) -> Option<String> {
    let hint = match error {
        RunError::Rows(error) => return rows(error),
        RunError::Write(error) => write(error)?,
        RunError::Row { .. } => BAD_ROW,
        RunError::Schema { error, .. } => return schema(error),
        RunError::NoTarget { columns, .. } => {
            let last = columns.last()?;
            return Some(format!("name it, for example --target {last}"));
        }
        RunError::State { error, .. } => match error {
            StateError::Foreign => "name a file that mesu learn wrote",
            StateError::Version { .. } => "use the mesu that wrote it",
            _ => "use a copy of it, or start again",
        },
        RunError::File { .. } => UNREADABLE,
        RunError::Busy { .. } => "wait for it, or choose another --state",
        RunError::NoState { .. } => "mesu learn ROWS --target COLUMN makes one",
        RunError::Again { .. } => {
            "--resume goes on behind them; other rows need another name, or choose another --state"
        }
        RunError::OtherSource { .. } => "resume that one first, or choose another --state",
        RunError::Columns { .. } => "give rows with these columns, or choose another --state",
        RunError::Other { .. } => "leave that option out, or choose another --state",
        RunError::NoIds { .. } => {
            "late labels need mesu learn ROWS --id COLUMN from the first row on"
        }
        _ => return None,
    };
    Some(hint.to_owned())
}

const BAD_ROW: &str =
    "mend it (mesu learn then goes on with --resume), or choose --on-bad-row skip or predict";

fn rows(error: &RowsError) -> Option<String> {
    let hint = match error {
        error if error.is_of_row() => BAD_ROW,
        RowsError::Unopened { path, .. } => {
            let names = EmbeddedStream::ALL.map(|stream| stream.name);
            return Some(match nearest(path, names.into_iter()) {
                Some(name) => format!("did you mean the stream {name}?"),
                None => UNREADABLE.to_owned(),
            });
        }
        RowsError::Unreadable { .. } => AGAIN,
        RowsError::Changed { .. } | RowsError::Shorter { .. } => {
            "give the rows that were read before, or start again with another --state"
        }
        _ => return None,
    };
    Some(hint.to_owned())
}

fn write(error: &WriteError) -> Option<&'static str> {
    Some(match error {
        WriteError::Full { .. } => "make room; --resume goes on",
        WriteError::Unwritten { .. } => UNREADABLE,
        WriteError::Other { .. } | WriteError::Shorter { .. } => {
            "put it back as it was, or start again with another --state and file"
        }
        _ => return None,
    })
}

fn schema(error: &SchemaError) -> Option<String> {
    match error {
        SchemaError::NoName { name, columns } => {
            let names = columns.iter().map(String::as_str);
            nearest(name, names).map(|name| format!("did you mean {name}?"))
        }
        SchemaError::Target { .. } => Some("a class is predicted without --regression".to_owned()),
        SchemaError::TwoRoles { .. } => Some("name different columns".to_owned()),
        _ => None,
    }
}

/// The name that is most like `name`, if one is.
fn nearest<'a>(name: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let like = |other: &str| strsim::jaro_winkler(&name.to_lowercase(), &other.to_lowercase());
    let scored = names.map(|other| (like(other), other));
    let best = scored.max_by(|a, b| a.0.total_cmp(&b.0))?;
    (best.0 >= LIKE).then_some(best.1)
}
