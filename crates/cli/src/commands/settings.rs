//! `mesu settings`: what `--set` can change.

use std::process::ExitCode;

use anyhow::Result;
use mesu_lab::config::reference::Reference;

use crate::arguments::SettingsArguments;
use crate::output::{columns, print};

/// Prints all settings, one of them, or their JSON schema.
pub(crate) fn settings(arguments: &SettingsArguments) -> Result<ExitCode> {
    let reference = Reference::new()?;
    print(&match &arguments.key {
        Some(key) => reference.about(key, columns())?,
        None if arguments.json => format!("{:#}\n", reference.schema()),
        None if arguments.markdown => reference.markdown(),
        None => reference.text(columns()),
    })?;
    Ok(ExitCode::SUCCESS)
}
