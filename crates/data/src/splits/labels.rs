//! Number of classes of a training set whose classes have no names: one rule for all formats.
//!
//! Labels count from 0, and there are as many classes as the largest label + 1. Gaps are common (a set
//! without class 0, a few digits of ten) and accepted up to 16 classes. Beyond that at least half of the
//! classes must occur: labels 0, 7 and 200 come from damage or from a numbering of another set, and would
//! give a network of 201 outputs. A set with names has as many classes as names, whatever occurs.

use super::SplitsError;

/// Classes up to which any gap is accepted.
const ALWAYS_ACCEPTED: usize = 16;

/// Returns the largest of `labels` + 1; `file` is where they come from, for the error.
///
/// # Errors
/// [`SplitsError::StrayLabel`] if there are more than 16 classes, most of which do not occur.
pub(crate) fn classes_of(labels: &[u16], file: &str) -> Result<usize, SplitsError> {
    let label = labels.iter().copied().max().unwrap_or(0);
    let classes = usize::from(label) + 1;
    let mut occurs = vec![false; classes];
    for label in labels {
        occurs[usize::from(*label)] = true;
    }
    let used = occurs.iter().filter(|occurs| **occurs).count();
    if classes > ALWAYS_ACCEPTED && classes > 2 * used {
        return Err(SplitsError::StrayLabel {
            file: file.to_owned(),
            index: labels.iter().position(|&other| other == label).unwrap_or(0),
            label,
            used,
        });
    }
    Ok(classes)
}
