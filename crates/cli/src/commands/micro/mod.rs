//! `mesu micro`: learners of microcontrollers.

mod export;
mod import;
mod received;
mod score;
mod size;

use std::process::ExitCode;

use anyhow::Result;

use crate::arguments::MicroCommand;

pub(crate) fn micro(command: &MicroCommand) -> Result<ExitCode> {
    match command {
        MicroCommand::Size(arguments) => size::size(arguments),
        MicroCommand::Export(arguments) => export::export(arguments),
        MicroCommand::Import(arguments) => import::import(arguments),
    }
}
