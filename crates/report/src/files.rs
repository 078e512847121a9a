//! Figures and their data as files.

use std::fs;
use std::path::{Path, PathBuf};

use mesu_lab::LabError;
use mesu_lab::run::directory::write_file;

use crate::draw::{Figure, canvas};

/// Writes every drawing to `folder` as an SVG file on a white ground; returns the files.
pub(crate) fn write_svg(folder: &Path, figures: &[Figure]) -> Result<Vec<PathBuf>, LabError> {
    let file = |figure: &Figure| {
        let svg = canvas::alone(figure.svg()?);
        Some((format!("{}.svg", figure.id), svg))
    };
    write_all(folder, figures.iter().filter_map(file))
}

/// Writes the data of every figure, and `tables` of names and contents, to `folder` as CSV files; returns the
/// files.
pub(crate) fn write_csv(
    folder: &Path,
    figures: &[Figure],
    tables: &[(String, String)],
) -> Result<Vec<PathBuf>, LabError> {
    let file = |figure: &Figure| (format!("{}.csv", figure.id), figure.csv.clone());
    let figures = figures.iter().map(file);
    write_all(folder, figures.chain(tables.iter().cloned()))
}

fn write_all(
    folder: &Path,
    files: impl Iterator<Item = (String, String)>,
) -> Result<Vec<PathBuf>, LabError> {
    fs::create_dir_all(folder).map_err(LabError::io(folder, "can't be made a folder"))?;
    let write = |(name, content): (String, String)| {
        let path = folder.join(name);
        write_file(&path, content.as_bytes()).map(|()| path)
    };
    files.map(write).collect()
}
