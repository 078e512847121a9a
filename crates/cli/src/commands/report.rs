//! `mesu report`: runs side by side on one page, or a state on a page of its own.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Result, bail};
use mesu_lab::LabError;
use mesu_lab::record::files::REPORT;
use mesu_report::{HOLDS_NO_RUN, Report, StateReport};
use mesu_stream::run::names_state;

use super::folder;
use crate::arguments::ReportArguments;
use crate::output::{message, print, refuse_same};

/// Advice for a folder of neither.
const SERVES: &str = "give a folder that `mesu run` made, one of such folders, or a state";

/// Writes what `arguments` ask for, and prints where it is.
pub(crate) fn report(arguments: &ReportArguments) -> Result<ExitCode> {
    if let Some(state) = arguments.folders.iter().find(|path| names_state(path)) {
        return match &arguments.folders[..] {
            [_] => of_state(state, arguments),
            _ => bail!(
                "{}: a state beside other paths; expected one state alone, or runs",
                state.display()
            ),
        };
    }
    let report = Report::read(&arguments.folders).map_err(|error| match &error {
        LabError::NoRun { path, reason } if reason == HOLDS_NO_RUN => folder::unfit(path, SERVES),
        _ => anyhow::Error::from(error),
    })?;
    for folder in report.left_out() {
        message(&format!(
            "{}: left out, no task of it is finished yet",
            folder.display()
        ));
    }
    let page = page(arguments);
    report.write(&page)?;
    print(&format!("{}\n", page.display()))?;
    let folders = [&arguments.svg, &arguments.csv];
    export(
        folders,
        [&|to| report.write_svg(to), &|to| report.write_csv(to)],
    )
}

/// Writes the page of the state in the file `path`: beside it, as `NAME.html`.
fn of_state(path: &Path, arguments: &ReportArguments) -> Result<ExitCode> {
    let report = StateReport::read(path)?;
    let beside = path.with_extension("html");
    let page = arguments.out.as_ref().unwrap_or(&beside);
    refuse_same("--out", page, [path])?;
    report.write(page)?;
    print(&format!("{}\n", page.display()))?;
    let folders = [&arguments.svg, &arguments.csv];
    export(
        folders,
        [&|to| report.write_svg(to), &|to| report.write_csv(to)],
    )
}

type Export<'a> = &'a dyn Fn(&Path) -> Result<Vec<PathBuf>, LabError>;

/// Writes files to the folders that are asked for, and prints where they are.
fn export(folders: [&Option<PathBuf>; 2], exports: [Export<'_>; 2]) -> Result<ExitCode> {
    for (folder, export) in folders.into_iter().zip(exports) {
        let Some(folder) = folder else { continue };
        for file in export(folder)? {
            print(&format!("{}\n", file.display()))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Path of the page: beside the runs if they are in one folder.
fn page(arguments: &ReportArguments) -> PathBuf {
    match (&arguments.out, &arguments.folders[..]) {
        (Some(out), _) => out.clone(),
        (None, [folder]) => folder.join(REPORT),
        (None, _) => PathBuf::from(REPORT),
    }
}
