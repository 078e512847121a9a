//! `mesu predict`: rows, predicted by a state.

use std::path::Path;
use std::process::ExitCode;

use anyhow::Result;
use mesu_rows::WriteError;
use mesu_stream::run::{PredictOptions, RunError};

use super::source::{Named, rows_or_pictures};
use crate::arguments::{BadRows, PredictArguments};
use crate::commands::run::{INTERRUPTED, stop_on_signal};
use crate::output::{counted, message, print, refuse_same};
use crate::progress::RowsScreen;
use crate::tables::stream as table;

/// Predicts the rows that `arguments` name; scores on stderr where predictions go to stdout.
pub(crate) fn predict(arguments: &PredictArguments) -> Result<ExitCode> {
    let mut options = PredictOptions::default();
    options.output.clone_from(&arguments.output);
    if let Some(output) = &arguments.output {
        let rows = arguments.rows.iter().map(Path::new);
        refuse_same("--output", output, rows.chain([arguments.state.as_path()]))?;
    }
    options.probabilities = arguments.probabilities;
    options.on_bad_row = arguments.on_bad_row.into();
    let skip_bad = arguments.on_bad_row != BadRows::Stop;
    let (Named { input, .. }, _) = rows_or_pictures(
        &arguments.rows,
        Some(&arguments.state),
        &arguments.backbone,
        skip_bad,
    )?;
    let stop = stop_on_signal()?;
    let mut screen = RowsScreen::new(arguments.quiet);
    let state = &arguments.state;
    let done = mesu_stream::run::predict(input, state, &options, &stop, &mut |e| screen.event(e));
    screen.clear();
    let predicted = match done {
        // A reader that has gone away (`| head`) has what it wanted.
        Err(RunError::Write(WriteError::Closed { .. })) => return Ok(ExitCode::SUCCESS),
        done => done?,
    };
    let mut text = format!("{} predicted", counted(predicted.rows, "row"));
    if predicted.bad_rows > 0 {
        text += &format!(", {}", counted(predicted.bad_rows, "bad one"));
    }
    text.push('\n');
    if let Some(measures) = &predicted.measures {
        text += &table::scores(measures, None);
    }
    match &arguments.output {
        Some(path) => print(&format!("{text}predictions: {}\n", path.display()))?,
        None if arguments.quiet => {}
        None => message(text.trim_end()),
    }
    Ok(match predicted.stopped {
        true => ExitCode::from(INTERRUPTED),
        false => ExitCode::SUCCESS,
    })
}
