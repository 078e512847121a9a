//! Labels of rows that wait for them.

use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use super::bookmark::Bookmark;
use super::error::RunError;
use super::event::{Event, Progress};
use super::feed::{Batch, Cut, Feed, Start};
use super::options::{Input, LearnOptions};
use super::state_file::StateFile;
use crate::error::{RowError, StreamError};
use crate::labels;
use crate::learner::StreamLearner;

/// State after labels were brought.
#[non_exhaustive]
pub struct Labeled {
    /// The learner.
    pub learner: StreamLearner,
    /// Its place in its source, as before.
    pub bookmark: Bookmark,
    /// Rows that were learned.
    pub learned: u64,
    /// Labels of rows that do not wait: they never came, were given up, or have had their label.
    pub unknown: u64,
    /// Time that it took, seconds.
    pub seconds: f64,
    /// True if it was stopped before the end of the labels.
    pub stopped: bool,
}

/// Learns labels that come late: `input` has the state's columns of ids and of the target. A label that was learned is not
/// learned again: stopped or killed at any moment, the same call brings the rest.
///
/// # Errors
/// [`RunError`]; what was learned before it is kept.
pub fn learn_labels(
    input: Input,
    state: &Path,
    options: &LearnOptions,
    stop: &AtomicBool,
    on: &mut dyn FnMut(Event<'_>),
) -> Result<Labeled, RunError> {
    let began = Instant::now();
    let file = StateFile::lock(state)?;
    let Some((learner, bookmark)) = file.read()? else {
        return Err(RunError::NoState {
            path: state.to_owned(),
        });
    };
    let schema = learner.schema();
    let Some(id) = schema.id else {
        return Err(RunError::NoIds {
            path: state.to_owned(),
        });
    };
    let wanted = [id, schema.target].map(|at| schema.columns[at].name.clone());
    let feed = Feed::new(input.source, Start::First);
    let names = feed.columns(stop)?.unwrap_or_default();
    let place = |name: &String| names.iter().position(|other| other == name);
    let (Some(id), Some(target)) = (place(&wanted[0]), place(&wanted[1])) else {
        let missing = wanted.iter().filter(|name| place(name).is_none());
        return Err(RunError::Columns {
            origin: input.origin,
            missing: missing.cloned().collect(),
            columns: wanted.to_vec(),
        });
    };
    let mut labeled = Labeled {
        learner,
        bookmark,
        learned: 0,
        unknown: 0,
        seconds: 0.0,
        stopped: false,
    };
    let (mut batch, mut ended, mut saved) = (Batch::default(), false, Instant::now());
    let mut failed = None;
    while !ended && failed.is_none() {
        if !feed.take(&mut batch, stop) {
            labeled.stopped = true;
            break;
        }
        for row in &batch.rows {
            let Some(name) = labels::name(&row.values[id]) else {
                labeled.unknown += 1;
                continue;
            };
            match labeled.learner.learn_late(&name, &row.values[target]) {
                Ok(Some(_)) => labeled.learned += 1,
                Ok(None) => labeled.unknown += 1,
                Err(error) => {
                    failed = Some(RunError::of_row(&input.origin, at_row(error, row.number)));
                    break;
                }
            }
        }
        match batch.cut.take() {
            Some(Cut::Bad(error, _) | Cut::Failed(error)) if failed.is_none() => {
                failed = Some(error.into());
            }
            Some(Cut::End(_)) => ended = true,
            _ => {}
        }
        let progress = Progress {
            rows: labeled.learned + labeled.unknown,
            new_rows: labeled.learned,
            drifts: labeled.learner.drifts().len(),
        };
        let window = || labeled.learner.window();
        on(Event::Progress {
            progress,
            window: &window,
        });
        if saved.elapsed() >= options.save_every {
            file.write(&labeled.learner, &labeled.bookmark)?;
            saved = Instant::now();
        }
    }
    file.write(&labeled.learner, &labeled.bookmark)?;
    labeled.seconds = began.elapsed().as_secs_f64();
    match failed {
        Some(error) => Err(error),
        None => Ok(labeled),
    }
}

/// The error with the number of the row of the labels' file.
fn at_row(error: StreamError, number: u64) -> StreamError {
    match error {
        StreamError::Row {
            index,
            error:
                RowError::Value {
                    column,
                    found,
                    expected,
                    ..
                },
        } => StreamError::Row {
            index,
            error: RowError::Value {
                row: number,
                column,
                found,
                expected,
            },
        },
        error => error,
    }
}
