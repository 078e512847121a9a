//! Errors in a description of how images are prepared.

/// Reason why a text or a name is no preprocessing.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PreprocessError {
    /// Lack of a description of how pictures become input.
    #[error("{model}: no preprocessing is given for it, and there is no {beside}")]
    Unstated {
        /// The model.
        model: String,
        /// The file that was looked for.
        beside: String,
    },
    /// Name of neither a preset nor a file that can be read.
    #[error("preprocessing {asked}: no preset, and no file that can be read: {cause}")]
    Unreadable {
        /// Name that was asked for.
        asked: String,
        /// The system's reason.
        cause: std::io::Error,
    },
    /// Text that is not the TOML it should be.
    #[error("{file}{}: {what}", line.map_or(String::new(), |line| format!(", line {line}")))]
    Syntax {
        /// The file.
        file: String,
        /// Line, counted from 1.
        line: Option<usize>,
        /// Message of the parser.
        what: String,
    },
    /// A number that makes no sense.
    #[error("{file}: {key}: found {found}, expected {expected}")]
    Range {
        /// The file.
        file: String,
        /// The key.
        key: &'static str,
        /// Value of the key.
        found: String,
        /// Values that it may have.
        expected: String,
    },
    /// The model takes another size.
    #[error("{file}: crop is {crop:?} (height, width), but the model takes {model:?}")]
    OtherSize {
        /// The file.
        file: String,
        /// Height and width of what is cropped.
        crop: [usize; 2],
        /// Height and width of the model's input.
        model: [usize; 2],
    },
}
