//! Advice after an error: libraries state facts, the command line adds what to type.
//!
//! An error and its sources are matched by type, the outermost one first; the first that there is advice for
//! gives it. So one line says what is wrong, and behind a semicolon what to do.

mod data;
mod lab;
mod stream;
#[cfg(feature = "vision")]
mod vision;

use std::error::Error;

/// Returns the advice for `error`, if there is any.
pub(crate) fn hint(error: &anyhow::Error) -> Option<String> {
    error.chain().find_map(of)
}

/// Returns `error` in words, with the advice for it.
pub(crate) fn advised(error: &(dyn Error + 'static)) -> String {
    let mut causes = std::iter::successors(Some(error), |&error| error.source());
    match causes.find_map(of) {
        Some(hint) => format!("{error}; {hint}"),
        None => error.to_string(),
    }
}

fn of(error: &(dyn Error + 'static)) -> Option<String> {
    #[cfg(feature = "vision")]
    if let Some(hint) = vision::of(error) {
        return Some(hint);
    }
    if let Some(error) = error.downcast_ref() {
        return lab::of(error);
    }
    if let Some(error) = error.downcast_ref() {
        return stream::of(error);
    }
    data::of(error)
}

/// Advice for a file that the system does not give.
const UNREADABLE: &str = "check the path and its permissions";
/// Advice for a damaged file.
const AGAIN: &str = "get the file again";

#[cfg(test)]
mod tests {
    use mesu_data::SplitsError;
    use mesu_lab::LabError;

    use super::*;

    #[test]
    fn facts_get_their_advice() {
        let absent = || SplitsError::Absent {
            set: "cifar100",
            what: "files",
            folder: "data".into(),
        };
        let expected =
            "get it with: mesu data get cifar100, or set MESU_DATA to the folder that has cifar100";
        let error = anyhow::Error::from(LabError::Source(absent()));
        assert_eq!(hint(&error).as_deref(), Some(expected));
        assert_eq!(
            hint(&error.context("behind words")).as_deref(),
            Some(expected)
        );
        let text = advised(&absent());
        assert_eq!(
            text,
            format!("data: no files of cifar100 there; {expected}")
        );
        assert_eq!(hint(&anyhow::anyhow!("else")), None);
        assert_eq!(advised(&std::fmt::Error), std::fmt::Error.to_string());
    }
}
