//! What can be wrong with a description of how images are prepared.

/// Why a text or a name is no preprocessing.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PreprocessError {
    /// Nothing says how pictures become input.
    #[error("{model}: no preprocessing is given for it, and there is no {beside}")]
    Unstated {
        /// The model.
        model: String,
        /// The file that was looked for.
        beside: String,
    },
    /// Neither a preset nor a file that can be read.
    #[error("preprocessing {asked}: no preset, and no file that can be read: {cause}")]
    Unreadable {
        /// What was asked for.
        asked: String,
        /// The system's reason.
        cause: std::io::Error,
    },
    /// Not the TOML it should be.
    #[error("{file}{}: {what}", line.map_or(String::new(), |line| format!(", line {line}")))]
    Syntax {
        /// The file.
        file: String,
        /// Counted from 1.
        line: Option<usize>,
        /// What the parser says.
        what: String,
    },
    /// A number that makes no sense.
    #[error("{file}: {key}: found {found}, expected {expected}")]
    Range {
        /// The file.
        file: String,
        /// The key.
        key: &'static str,
        /// Its value.
        found: String,
        /// What it may be.
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
