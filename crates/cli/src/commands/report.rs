//! `mesu report`: runs side by side on one page.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Result;
use mesu_lab::record::files::REPORT;
use mesu_report::Report;

use crate::arguments::ReportArguments;
use crate::output::{message, print};

/// Writes what `arguments` ask for, and prints where it is.
pub(crate) fn report(arguments: &ReportArguments) -> Result<ExitCode> {
    let report = Report::read(&arguments.folders)?;
    for folder in report.left_out() {
        message(&format!(
            "{}: left out, no task of it is finished yet",
            folder.display()
        ));
    }
    let page = page(arguments);
    report.write(&page)?;
    print(&format!("{}\n", page.display()))?;
    let exports = [
        (&arguments.svg, Report::write_svg as Export),
        (&arguments.csv, Report::write_csv),
    ];
    for (folder, export) in exports {
        if let Some(folder) = folder {
            for file in export(&report, folder)? {
                print(&format!("{}\n", file.display()))?;
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

type Export = fn(&Report, &Path) -> Result<Vec<PathBuf>, mesu_lab::LabError>;

/// Path of the page: beside the runs if they are in one folder.
fn page(arguments: &ReportArguments) -> PathBuf {
    match (&arguments.out, &arguments.folders[..]) {
        (Some(out), _) => out.clone(),
        (None, [folder]) => folder.join(REPORT),
        (None, _) => PathBuf::from(REPORT),
    }
}
