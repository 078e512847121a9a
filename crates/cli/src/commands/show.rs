//! `mesu show`: a preset as a file to copy.

use std::process::ExitCode;

use anyhow::Result;
use mesu_lab::find_preset;

use crate::arguments::ShowArguments;
use crate::output::print;

/// Prints the preset's text as it is in the program, comments included.
pub(crate) fn show(arguments: &ShowArguments) -> Result<ExitCode> {
    print(find_preset(&arguments.preset)?.text)?;
    Ok(ExitCode::SUCCESS)
}
