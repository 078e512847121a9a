//! Reasons why a file is no backbone, or fails as one.

/// Reason why a file is no backbone, or fails as one.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BackboneError {
    /// The operating system does not give the file.
    #[error("{file}: cannot be read: {cause}")]
    Unreadable {
        /// The file.
        file: String,
        /// The system's reason.
        cause: std::io::Error,
    },
    /// Content that is not ONNX, is damaged, or makes no sense as a graph.
    #[error("{file}: no ONNX model that can be used: {what}")]
    NoModel {
        /// The file.
        file: String,
        /// Defect.
        what: String,
    },
    /// A graph whose weights are not in its file.
    #[error("{file}: no ONNX model that can be used: its weights lie in other files")]
    ExternalWeights {
        /// The file.
        file: String,
    },
    /// Operators that the engine does not have.
    #[error("{file}: uses operators that are not supported: {}", operators.join(", "))]
    Operators {
        /// The file.
        file: String,
        /// Their names.
        operators: Vec<String>,
    },
    /// Number of inputs other than one.
    #[error("{file}: has {found} inputs, expected 1, the images")]
    Inputs {
        /// The file.
        file: String,
        /// Their number.
        found: usize,
    },
    /// An input that takes no images.
    #[error(
        "{file}: its input is {found}, expected images of f32, [n, 3, height, width] or [n, height, width, 3]"
    )]
    Input {
        /// The file.
        file: String,
        /// Dimensions and type.
        found: String,
    },
    /// An output that is not features.
    #[error(
        "{file}: its first output is {found:?} for {batch} images of {size:?}, expected [n, d]"
    )]
    Output {
        /// The file.
        file: String,
        /// The output's dimensions.
        found: Vec<usize>,
        /// Images.
        batch: usize,
        /// Their height and width.
        size: [usize; 2],
    },
    /// Running it failed.
    #[error("{file}: failed on an image: {what}")]
    Failed {
        /// The file.
        file: String,
        /// Message of the engine.
        what: String,
    },
}

pub(super) fn no_model(file: &str, what: impl std::fmt::Display) -> BackboneError {
    BackboneError::NoModel {
        file: file.to_owned(),
        what: what.to_string(),
    }
}
