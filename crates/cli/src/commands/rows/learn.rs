//! `mesu learn`: rows, each predicted and then learned.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use mesu_stream::run::{Bookmark, LearnOptions, Resume, RunError, Summary, learn_labels};

use super::source::{Named, named, rows_or_pictures};
use crate::arguments::{BadRows, LearnArguments};
use crate::commands::run::{INTERRUPTED, quoted, stop_on_signal};
use crate::output::{counted, grouped, message, print, refuse_same};
use crate::progress::RowsScreen;
use crate::tables::stream as table;

/// Learns the rows, or the labels, that `arguments` name, and prints the table.
pub(crate) fn learn(arguments: &LearnArguments) -> Result<ExitCode> {
    let mut options = options(arguments)?;
    let stop = stop_on_signal()?;
    let mut screen = RowsScreen::new(arguments.quiet);
    if let Some(labels) = &arguments.labels {
        let Some(state) = &arguments.state else {
            bail!("--labels {labels}: no state is named; expected --state FILE.mesu");
        };
        let Named { input, .. } = named(std::slice::from_ref(labels))?;
        let done = learn_labels(input, state, &options, &stop, &mut |e| screen.event(e));
        screen.clear();
        let labeled = done?;
        if labeled.stopped {
            message("stopped, and saved; the same command goes on");
            return Ok(ExitCode::from(INTERRUPTED));
        }
        let summary = Summary::from(&labeled);
        if !arguments.quiet {
            message(&format!(
                "{} learned, {} of rows that do not wait",
                counted(labeled.learned, "label"),
                grouped(labeled.unknown as f64)
            ));
        }
        return ended(arguments, state, summary, &labeled.bookmark);
    }
    let skip_bad = arguments.on_bad_row != BadRows::Stop;
    let (named, notes) = rows_or_pictures(
        &arguments.rows,
        arguments.state.as_deref(),
        &arguments.backbone,
        skip_bad,
    )?;
    let Named {
        input,
        name,
        embedded,
    } = named;
    if let Some(stream) = embedded {
        let target = &mut options.target;
        if target.target.is_none() {
            target.target = Some(stream.target.to_owned());
            target.regression |= stream.regression;
        }
    }
    let default = PathBuf::from(format!("{name}.mesu"));
    let state = arguments.state.as_ref().unwrap_or(&default);
    let rows = || arguments.rows.iter().map(Path::new);
    if let Some(predictions) = &arguments.predictions {
        refuse_same(
            "--predictions",
            predictions,
            rows().chain([state.as_path()]),
        )?;
    }
    refuse_same("--state", state, rows())?;
    if !notes.is_empty() && !state.exists() {
        of_pictures(&mut options);
        options.notes = notes;
    }
    let done = mesu_stream::run::learn(input, state, &options, &stop, &mut |e| screen.event(e));
    screen.clear();
    let Some(learned) = done? else {
        message("stopped; nothing was learned yet");
        return Ok(ExitCode::from(INTERRUPTED));
    };
    if learned.stopped {
        let Bookmark { place, last_id, .. } = &learned.bookmark;
        let id = last_id
            .as_ref()
            .map(|id| format!(", the last of them {id}"));
        message(&format!(
            "stopped, and saved after {}{}. To resume:\n  {}",
            counted(place.rows, "row"),
            id.unwrap_or_default(),
            resumption()
        ));
        return Ok(ExitCode::from(INTERRUPTED));
    }
    ended(arguments, state, Summary::from(&learned), &learned.bookmark)
}

/// Members that learn features of a backbone: hats of a thousand of them would be slow, and say nothing new.
const OF_FEATURES: &str =
    "linear-values-1e3,linear-values-1e4,linear-values-1e5,values-1e4,neighbors";

/// Fills in what rows of pictures have, where nothing else is asked for.
fn of_pictures(options: &mut LearnOptions) {
    let target = &mut options.target;
    target.target.get_or_insert_with(|| "class".to_owned());
    target.id.get_or_insert_with(|| "path".to_owned());
    if !options.settings.iter().any(|(key, _)| key == "members") {
        let members = ("members".to_owned(), OF_FEATURES.to_owned());
        options.settings.push(members);
    }
}

/// Prints what was learned.
fn ended(
    arguments: &LearnArguments,
    state: &Path,
    mut summary: Summary,
    bookmark: &Bookmark,
) -> Result<ExitCode> {
    summary.peak_memory_bytes = mesu_lab::run::peak_bytes();
    let text = match arguments.json {
        true => serde_json::to_string_pretty(&summary).context("the summary")? + "\n",
        false => table::table(&summary, bookmark, state),
    };
    print(&text)?;
    Ok(ExitCode::SUCCESS)
}

fn options(arguments: &LearnArguments) -> Result<LearnOptions> {
    let mut options = LearnOptions::default();
    let target = &mut options.target;
    target.target.clone_from(&arguments.target);
    target.regression = arguments.regression;
    target.id.clone_from(&arguments.id);
    target.weight.clone_from(&arguments.weight);
    target.time.clone_from(&arguments.time);
    target.ignore.clone_from(&arguments.ignore);
    for set in &arguments.sets {
        let Some((key, value)) = set.split_once('=') else {
            bail!("--set {set}: no value; expected key=value, for example members=one");
        };
        // Known before anything is read.
        mesu_stream::run::assign(&mut mesu_stream::StreamSettings::default(), key, value)
            .map_err(RunError::from)?;
        options.settings.push((key.to_owned(), value.to_owned()));
    }
    options.predictions.clone_from(&arguments.predictions);
    options.probabilities = arguments.probabilities;
    options.resume = match (arguments.resume, arguments.rest) {
        (_, true) => Resume::Rest,
        (true, false) => Resume::Source,
        (false, false) => Resume::No,
    };
    options.on_bad_row = arguments.on_bad_row.into();
    let seconds = arguments.save_every;
    options.save_every = Duration::try_from_secs_f64(seconds)
        .with_context(|| format!("--save-every {seconds}: expected seconds, 0 or more"))?;
    Ok(options)
}

/// The command that resumes this one.
fn resumption() -> String {
    let mut words: Vec<String> = std::env::args().collect();
    if !words.iter().any(|word| word == "--resume") {
        words.push("--resume".to_owned());
    }
    let words: Vec<String> = words.iter().map(|word| quoted(word)).collect();
    words.join(" ")
}
