//! `mesu doctor`: the health of a run, of a checkpoint, or of a state of rows.

mod run;
mod state;
mod text;

use std::process::ExitCode;

use anyhow::{Result, bail};
use mesu_lab::LabError;
use mesu_stream::run::names_state;

use super::folder;
use crate::arguments::DoctorArguments;

/// Advice for a folder of neither.
const SERVES: &str = "name a run directory, a checkpoint, or a state";

/// Diagnoses what `arguments` name, and prints it.
pub(crate) fn doctor(arguments: &DoctorArguments) -> Result<ExitCode> {
    let DoctorArguments {
        path,
        task_length,
        batch_size,
        ..
    } = arguments;
    if names_state(path) {
        for (option, given) in [("--task-length", task_length), ("--batch-size", batch_size)] {
            if given.is_some() {
                let path = path.display();
                bail!("{option}: {path} is a state, which learns row by row; leave it out");
            }
        }
        return state::state(path, arguments.json);
    }
    run::runs(arguments).map_err(|error| match error.downcast_ref() {
        Some(LabError::NoCheckpoint { path }) => folder::unfit(path, SERVES),
        _ => error,
    })
}
