//! A figure of a report.

/// A figure, its data and its words.
#[derive(Clone, Debug)]
pub(crate) struct Figure {
    /// A word, its own among the figures of a report.
    pub(crate) id: String,
    /// How to read it.
    pub(crate) caption: String,
    /// The text of an SVG element, on no ground.
    pub(crate) svg: String,
    /// A header line, and a line per point or cell.
    pub(crate) csv: String,
}
