//! A figure of a report.

/// A figure, its data and its words.
#[derive(Clone, Debug)]
pub(crate) struct Figure {
    /// A word, its own among the figures of a report.
    pub(crate) id: String,
    /// How to read it.
    pub(crate) caption: String,
    pub(crate) shown: Shown,
    /// A header line, and a line per point or cell.
    pub(crate) csv: String,
}

/// The form of a figure.
#[derive(Clone, Debug)]
pub(crate) enum Shown {
    /// The text of an SVG element, on no ground.
    Drawing(String),
    /// A small table in the place of lines through one or two points.
    Numbers(SmallTable),
}

/// Numbers after each of a few stages.
#[derive(Clone, Debug)]
pub(crate) struct SmallTable {
    /// Title, with the unit.
    pub(crate) title: String,
    /// Name of each line, and a number after each stage.
    pub(crate) rows: Vec<(String, Vec<String>)>,
}

impl Figure {
    /// Its drawing; none of a table.
    pub(crate) fn svg(&self) -> Option<&str> {
        match &self.shown {
            Shown::Drawing(svg) => Some(svg),
            Shown::Numbers(_) => None,
        }
    }

    /// Its table; none of a drawing.
    pub(crate) fn table(&self) -> Option<&SmallTable> {
        match &self.shown {
            Shown::Numbers(table) => Some(table),
            Shown::Drawing(_) => None,
        }
    }
}
