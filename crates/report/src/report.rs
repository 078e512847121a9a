//! A report over runs.

use std::path::{Path, PathBuf};

use mesu_lab::LabError;
use mesu_lab::run::directory::write_file;

use crate::draw::Figure;
use crate::figures::section;
use crate::files;
use crate::page::html::Page;
use crate::runs::group::Group;
use crate::runs::{reference, source};

/// Runs side by side: a page, its figures, and their data.
#[derive(Clone, Debug)]
pub struct Report {
    html: String,
    figures: Vec<Figure>,
    /// Names and contents of data files that are of no figure.
    tables: Vec<(String, String)>,
    left_out: Vec<PathBuf>,
}

impl Report {
    /// Of the runs in `folders`: each holds a run, or folders of runs, down to three levels.
    /// Runs without a finished task are left out.
    ///
    /// # Errors
    /// [`LabError::NoRun`] for a folder without a run, a damaged checkpoint, or runs none of
    /// which has finished a task; [`LabError::Io`] for what can't be read.
    pub fn read(folders: &[PathBuf]) -> Result<Self, LabError> {
        let found = source::find(folders)?;
        Ok(Self::of(Group::all(found.runs), found.left_out))
    }

    fn of(groups: Vec<Group>, left_out: Vec<PathBuf>) -> Self {
        let papers = reference::beside(&groups);
        let sections = section::sections(&groups, &papers);
        let page = Page::new(&groups, &papers, &sections, left_out.len());
        Self {
            html: page.html(),
            tables: page.tables(),
            figures: sections
                .into_iter()
                .flat_map(|section| section.figures)
                .collect(),
            left_out,
        }
    }

    /// The page.
    pub fn html(&self) -> &str {
        &self.html
    }

    /// Folders of runs that have not finished a task.
    pub fn left_out(&self) -> &[PathBuf] {
        &self.left_out
    }

    /// Writes the page to `path`, whose folder must be there; what was there is replaced at
    /// once or not at all.
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

#[cfg(test)]
mod tests;
