//! The page of a state: how rows were predicted over time, how sure the answers were, and what was seen of
//! the columns.

mod calibration;
mod columns;
mod noted;
mod numbers;
mod over_rows;
mod page;
mod parts;
mod taken_for;
mod words;

use std::path::{Path, PathBuf};

use mesu_lab::LabError;
use mesu_lab::run::directory::write_file;
use mesu_stream::run::{Bookmark, RunError};
use mesu_stream::{Measures, StreamLearner};

use self::page::Page;
use self::parts::{Section, Table};
use crate::draw::Figure;
use crate::files;

/// A report over a state: a page, its figures, and their data.
#[derive(Clone, Debug)]
pub struct StateReport {
    html: String,
    figures: Vec<Figure>,
    /// Names and contents of the tables.
    tables: Vec<(String, String)>,
}

impl StateReport {
    /// Report over the state in the file `path`, whether or not a process is learning into it.
    ///
    /// # Errors
    /// [`RunError::State`], [`RunError::NoState`] or [`RunError::File`].
    pub fn read(path: &Path) -> Result<Self, RunError> {
        let (learner, bookmark) = mesu_stream::run::open(path)?;
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        Ok(Self::of(&learner, &bookmark, &name))
    }

    /// Report over a learner and its place, called `name`.
    #[must_use]
    pub fn of(learner: &StreamLearner, bookmark: &Bookmark, name: &str) -> Self {
        let sections = sections(learner);
        let html = Page::new(learner, bookmark, name, &sections).html();
        let tables = sections.iter().flat_map(|section| &section.tables);
        Self {
            html,
            tables: tables.map(Table::csv).collect(),
            figures: sections
                .into_iter()
                .flat_map(|section| section.figures)
                .collect(),
        }
    }

    /// The page.
    #[must_use]
    pub fn html(&self) -> &str {
        &self.html
    }

    /// Writes the page to `path`, whose folder must be there; what was there is replaced at once or not at
    /// all.
    ///
    /// # Errors
    /// [`LabError::Io`].
    pub fn write(&self, path: &Path) -> Result<(), LabError> {
        write_file(path, self.html.as_bytes())
    }

    /// Writes every figure to `folder` as an SVG file on a white ground; returns the files.
    ///
    /// # Errors
    /// [`LabError::Io`].
    pub fn write_svg(&self, folder: &Path) -> Result<Vec<PathBuf>, LabError> {
        files::write_svg(folder, &self.figures)
    }

    /// Writes the data of every figure and table to `folder` as a CSV file; returns the files.
    ///
    /// # Errors
    /// [`LabError::Io`].
    pub fn write_csv(&self, folder: &Path) -> Result<Vec<PathBuf>, LabError> {
        files::write_csv(folder, &self.figures, &self.tables)
    }
}

/// All sections, those that have nothing to show left out.
fn sections(learner: &StreamLearner) -> Vec<Section> {
    let of_classes = matches!(learner.measures(), Measures::Class(_));
    let all = [
        over_rows::section(learner),
        calibration::section(learner),
        match of_classes {
            true => taken_for::section(learner),
            false => Section::default(),
        },
        columns::section(learner),
        noted::section(learner),
        numbers::section(learner),
    ];
    let shows = |section: &Section| !(section.figures.is_empty() && section.tables.is_empty());
    all.into_iter().filter(shows).collect()
}

#[cfg(test)]
mod tests;
