//! Shapes of what goes from one layer to the next.

use std::fmt;

/// Shape of an example between two layers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Channels, rows and columns of pixels.
    Image([usize; 3]),
    /// Numbers.
    Flat(usize),
}

impl Shape {
    /// Returns how many numbers that is.
    pub(crate) fn numbers(self) -> usize {
        match self {
            Self::Image(sizes) => sizes.iter().product(),
            Self::Flat(numbers) => numbers,
        }
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Image([channels, rows, columns]) => write!(f, "{channels}x{rows}x{columns}"),
            Self::Flat(numbers) => write!(f, "{numbers}"),
        }
    }
}
