//! Advice after an error: libraries state facts, the command line adds the remedy.

use std::error::Error;
use std::io;

use mesu_data::SplitsError;
use mesu_data::format::FileKind;
use mesu_lab::LabError;

/// The remedy for `error`, if there is one to name.
pub(crate) fn hint(error: &anyhow::Error) -> Option<String> {
    #[cfg(feature = "vision")]
    if let Some(error) = error.downcast_ref::<mesu_vision::PreprocessError>() {
        return of_preprocessing(error);
    }
    match error.downcast_ref::<LabError>()? {
        LabError::Source(error) | LabError::Unknown(error) => of_data(error),
        LabError::NotAnExperiment { found, .. } => Some(match found {
            FileKind::Npz | FileKind::Idx => {
                "as data it is used by: mesu run permuted-digits --set data.source=FILE".to_owned()
            }
            _ => {
                "write experiments in TOML, for example with: mesu show permuted-digits > own.toml"
                    .to_owned()
            }
        }),
        _ => None,
    }
}

#[cfg(feature = "vision")]
fn of_preprocessing(error: &mesu_vision::PreprocessError) -> Option<String> {
    use mesu_vision::PreprocessError::{Unreadable, Unstated};
    let presets = "imagenet, tensorflow, zero-one or a file (`mesu features --help` has one)";
    match error {
        Unstated { beside, .. } => Some(format!("write {beside}, or give --preprocess {presets}")),
        Unreadable { .. } => Some(format!("give --preprocess {presets}")),
        _ => None,
    }
}

fn of_data(error: &SplitsError) -> Option<String> {
    match error {
        SplitsError::Absent { set, .. } => Some(format!("get it with: mesu data get {set}")),
        SplitsError::OtherKind { found, .. } => match found {
            FileKind::Png | FileKind::Jpeg => {
                Some("turn photographs into an archive with: mesu features".to_owned())
            }
            FileKind::Npy | FileKind::Csv => {
                Some("save the table with numpy.savez(\"mine.npz\", X=features, y=labels)".to_owned())
            }
            _ => None,
        },
        other => missing(other)
            .then(|| "make the archive with: mesu features, or choose another with --set data.source=FILE".to_owned()),
    }
}

/// Returns whether a file that is not there is behind `error`.
fn missing(error: &(dyn Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        let io = error.downcast_ref::<io::Error>();
        if io.is_some_and(|io| io.kind() == io::ErrorKind::NotFound) {
            return true;
        }
        cause = error.source();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_get_their_remedies() {
        let absent = SplitsError::Absent {
            set: "cifar100",
            what: "files",
            folder: "data".into(),
        };
        let error = anyhow::Error::from(LabError::Source(absent));
        assert_eq!(
            hint(&error).as_deref(),
            Some("get it with: mesu data get cifar100")
        );
        assert_eq!(hint(&anyhow::anyhow!("else")), None);
    }
}
