//! `mesu results`: RESULTS.md of the records of a folder.

use std::process::ExitCode;

use anyhow::Result;
use mesu_lab::run::directory;
use mesu_report::results;

use crate::arguments::ResultsArguments;
use crate::output::print;

/// Writes the page, or prints it.
pub(crate) fn results(arguments: &ResultsArguments) -> Result<ExitCode> {
    let page = results::page(&arguments.folder)?;
    match &arguments.out {
        Some(path) => directory::write_file(path, page.as_bytes())?,
        None => print(&page)?,
    }
    Ok(ExitCode::SUCCESS)
}
