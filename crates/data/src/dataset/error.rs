//! Reason why bytes and labels do not make a data set.

/// Reason why bytes and labels do not make a data set.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DatasetError {
    /// No example, or images without pixels, or no class.
    #[error(
        "a data set needs examples, pixels and classes, got {count} examples of \
         {} pixels in {classes} classes",
        size(shape)
    )]
    Empty {
        /// Number of labels.
        count: usize,
        /// Channels, height and width of an image.
        shape: [usize; 3],
        /// Number of classes.
        classes: usize,
    },
    /// Number of examples beyond what an index of 32 bits can name.
    #[error("{count} examples are more than the {} supported", u32::MAX)]
    TooMany {
        /// Number of labels.
        count: usize,
    },
    /// The images are not as many bytes as there are labels times pixels.
    #[error(
        "{count} labels need {count} images of {} bytes, got {bytes} bytes",
        size(shape)
    )]
    Length {
        /// Number of labels.
        count: usize,
        /// Channels, height and width of an image.
        shape: [usize; 3],
        /// Bytes of all images together.
        bytes: usize,
    },
    /// A label names no class.
    #[error(
        "example {index} has label {label}, expected 0..={}", classes - 1
    )]
    LabelOutOfRange {
        /// The example, counted from 0.
        index: usize,
        /// Label of the example.
        label: u16,
        /// Number of classes, at least 1.
        classes: usize,
    },
    /// Number of names other than that of the classes.
    #[error("{names} names for {classes} classes")]
    Names {
        /// Number of names.
        names: usize,
        /// Number of classes.
        classes: usize,
    },
    /// Number of domains other than that of the examples.
    #[error("{domains} domains for {examples} examples")]
    Domains {
        /// Number of domains given.
        domains: usize,
        /// Number of examples.
        examples: usize,
    },
    /// Number of values to predict other than that of the examples.
    #[error("{targets} values to predict for {examples} examples")]
    Targets {
        /// Number of values given.
        targets: usize,
        /// Number of examples.
        examples: usize,
    },
    /// A value that no network can learn.
    #[error("value to predict of example {index} is not finite")]
    Target {
        /// The example, counted from 0.
        index: usize,
    },
    /// A feature that no network can learn from.
    #[error("feature {position} of example {index} is not finite")]
    NotFinite {
        /// The example, counted from 0.
        index: usize,
        /// The feature, counted from 0.
        position: usize,
    },
    /// Two sets that can't be one.
    #[error("examples of {} and of {} in one set", size(shape), size(of_other))]
    Shapes {
        /// Channels, height and width of the first set's.
        shape: [usize; 3],
        /// Sizes of the other's.
        of_other: [usize; 3],
    },
    /// Number of classes beyond what a label can name.
    #[error("{classes} classes are more than 65,536")]
    Labels {
        /// Classes of all sets together.
        classes: usize,
    },
    /// Request for more examples than there are.
    #[error("{asked} examples asked for, {available} available")]
    NotEnough {
        /// Examples asked for.
        asked: usize,
        /// Examples there are.
        available: usize,
    },
}

/// Returns sizes in words: `28 x 28`, or `3 x 32 x 32` of several channels.
fn size(&[channels, rows, columns]: &[usize; 3]) -> String {
    match channels {
        1 => format!("{rows} x {columns}"),
        _ => format!("{channels} x {rows} x {columns}"),
    }
}
