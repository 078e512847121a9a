//! Why bytes are refused.

use core::fmt::{Display, Formatter, Result as Written};

/// Bytes that are not a state of a learner; the learner is as before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BlobError {
    /// Bytes of another number than the learner's state has.
    Length {
        /// Bytes given.
        found: usize,
        /// Bytes of the state.
        expected: usize,
    },
    /// Bytes that do not begin as a blob does.
    Magic,
    /// Another version of the form.
    Version {
        /// Version of the bytes.
        found: u16,
        /// Version that is read.
        expected: u16,
    },
    /// A learner of another kind, format, shape or number of samples.
    Shape,
    /// A sum that is not that of the bytes: some were changed or are missing.
    Crc,
    /// Numbers that no learner has.
    Content,
    /// Memory that cannot be read.
    Unreadable,
}

impl Display for BlobError {
    fn fmt(&self, f: &mut Formatter<'_>) -> Written {
        match self {
            Self::Length { found, expected } => write!(f, "{found} bytes; expected {expected}"),
            Self::Magic => f.write_str("the bytes do not begin as a learner's do"),
            Self::Version { found, expected } => {
                write!(f, "version {found} of the form; expected {expected}")
            }
            Self::Shape => {
                f.write_str("a learner of another kind, format, shape or number of samples")
            }
            Self::Crc => f.write_str("the CRC is not that of the bytes"),
            Self::Content => f.write_str("settings or synapses that no learner has"),
            Self::Unreadable => f.write_str("the memory cannot be read"),
        }
    }
}

impl core::error::Error for BlobError {}
