//! Sections of the page, and their tables.

use crate::draw::Figure;
use crate::draw::lines::quoted;

/// Figures and tables under one heading.
#[derive(Clone, Debug, Default)]
pub(super) struct Section {
    /// A word, its own among the sections.
    pub(super) id: &'static str,
    /// Short name, for the list of sections.
    pub(super) name: &'static str,
    /// Heading that says what is seen.
    pub(super) title: String,
    /// Hint on what to look for.
    pub(super) intro: String,
    pub(super) tables: Vec<Table>,
    pub(super) figures: Vec<Figure>,
}

impl Section {
    /// Figures that are drawings, with these.
    pub(super) fn drawings(&self) -> impl Iterator<Item = (&Figure, &str)> {
        let figures = self.figures.iter();
        figures.filter_map(|figure| Some((figure, figure.svg()?)))
    }

    /// Returns whether there is room for what it shows side by side.
    pub(super) fn side_by_side(&self) -> bool {
        let few = |table: &Table| table.heads.len() <= 4;
        self.tables.len() + self.figures.len() > 1 && self.tables.iter().all(few)
    }
}

/// A table.
#[derive(Clone, Debug, Default)]
pub(super) struct Table {
    /// A word, its own among the tables.
    pub(super) id: &'static str,
    /// Title, if it needs one of its own.
    pub(super) title: String,
    pub(super) heads: Vec<Head>,
    pub(super) rows: Vec<Vec<Cell>>,
    /// Remark below it.
    pub(super) note: String,
}

/// Head of a column.
#[derive(Clone, Copy, Debug)]
pub(super) struct Head {
    pub(super) name: &'static str,
    /// True if its cells are numbers, which stand at the right.
    pub(super) number: bool,
}

/// A cell.
#[derive(Clone, Debug, Default)]
pub(super) struct Cell {
    pub(super) text: String,
    /// Length of a bar beside it, percent.
    pub(super) bar: Option<u32>,
    /// True if it is worth a look.
    pub(super) flagged: bool,
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self {
            text,
            ..Self::default()
        }
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

/// Heads of words.
pub(super) fn words(name: &'static str) -> Head {
    Head {
        name,
        number: false,
    }
}

/// Heads of numbers.
pub(super) fn numbers(name: &'static str) -> Head {
    Head { name, number: true }
}

impl Table {
    /// Cells of a row with their heads.
    pub(super) fn cells<'a>(
        &'a self,
        row: &'a [Cell],
    ) -> impl Iterator<Item = (&'a Head, &'a Cell)> {
        self.heads.iter().zip(row)
    }

    /// Name and content as a CSV file.
    pub(super) fn csv(&self) -> (String, String) {
        let heads: Vec<String> = self.heads.iter().map(|head| quoted(head.name)).collect();
        let mut text = heads.join(",") + "\n";
        for row in &self.rows {
            let cells: Vec<String> = row.iter().map(|cell| quoted(&cell.text)).collect();
            text += &(cells.join(",") + "\n");
        }
        (format!("{}.csv", self.id), text)
    }
}
