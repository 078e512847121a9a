//! `mesu`: parse, call the lab, print. Data go to stdout, messages to stderr.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod arguments;
mod commands;
mod hints;
mod output;
mod progress;
mod tables;

use std::process::ExitCode;

use clap::Parser;

use arguments::{Arguments, Command, StateCommand};
#[cfg(feature = "vision")]
use commands::features;
use commands::rows::{learn, predict, state};
use commands::{
    bench, data, describe, doctor, list, micro, report, repro, results, run, settings, show,
};

fn main() -> ExitCode {
    let command = Arguments::parse().command;
    if let Err(wanted) = mesu::level::name() {
        let levels = mesu::level::available().join(", ");
        output::message(&format!(
            "error: MESU_SIMD={wanted}: this machine has no such level; expected one of {levels}"
        ));
        return ExitCode::FAILURE;
    }
    let result = match command {
        Command::List => list::list(),
        Command::Run(arguments) => run::run(&arguments),
        Command::Learn(arguments) => learn::learn(&arguments),
        Command::Predict(arguments) => predict::predict(&arguments),
        Command::State {
            state: StateCommand::From(arguments),
        } => state::from(&arguments),
        Command::Report(arguments) => report::report(&arguments),
        Command::Repro(arguments) => repro::repro(&arguments),
        Command::Results(arguments) => results::results(&arguments),
        Command::Show(arguments) => show::show(&arguments),
        Command::Settings(arguments) => settings::settings(&arguments),
        Command::Describe(arguments) => describe::describe(&arguments),
        Command::Doctor(arguments) => doctor::doctor(&arguments),
        Command::Data { data } => data::data(&data),
        #[cfg(feature = "vision")]
        Command::Features(arguments) => features::features(&arguments),
        #[cfg(not(feature = "vision"))]
        Command::Features { .. } => Err(anyhow::anyhow!(
            "features: this mesu was built without its ONNX engine; \
             build it with cargo install --path crates/cli --features vision"
        )),
        Command::Micro { micro } => micro::micro(&micro),
        Command::Bench { bench } => bench::bench(&bench),
    };
    result.unwrap_or_else(|error| {
        let hint = hints::hint(&error).map_or(String::new(), |hint| format!("; {hint}"));
        output::message(&format!("error: {}{hint}", one_line(&error)));
        ExitCode::FAILURE
    })
}

/// The error and its causes in one line; a cause that its effect already tells is left out.
fn one_line(error: &anyhow::Error) -> String {
    let mut text = String::new();
    for cause in error.chain().map(ToString::to_string) {
        if text.is_empty() {
            text = cause;
        } else if !text.contains(&cause) {
            text = format!("{text}: {cause}");
        }
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
