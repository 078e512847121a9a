//! `mesu show`: a preset as a file to copy, or a state.

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result, anyhow, bail};
use mesu_lab::record::saved::checkpoints;
use mesu_lab::{find_preset, presets};
use mesu_stream::run::{inspect, names_state};

use super::folder;
use crate::arguments::ShowArguments;
use crate::output::print;
use crate::tables::stream as table;

/// Prints the preset's text as it is in the program, comments included; or the numbers of a state.
pub(crate) fn show(arguments: &ShowArguments) -> Result<ExitCode> {
    let ShowArguments { preset, json } = arguments;
    let known = presets().iter().any(|known| known.name == *preset);
    let path = Path::new(preset);
    if !known && names_state(path) {
        let state = inspect(path)?;
        let text = match json {
            true => serde_json::to_string_pretty(&state).context("the state")? + "\n",
            false => table::state(&state, path),
        };
        print(&text)?;
        return Ok(ExitCode::SUCCESS);
    }
    if !known && path.is_dir() {
        return Err(match checkpoints(path) {
            Ok(_) => anyhow!(
                "{preset}: a folder of a run, or of several; mesu doctor and mesu report take it"
            ),
            Err(_) => folder::unfit(path, "name a preset, or a state that mesu learn wrote"),
        });
    }
    let preset = find_preset(preset)?;
    if *json {
        bail!("--json: {} is a preset; expected a state", preset.name);
    }
    print(preset.text)?;
    Ok(ExitCode::SUCCESS)
}
