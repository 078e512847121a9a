//! Rows of a source, learned into a state.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use mesu_rows::Row;

use super::bookmark::Bookmark;
use super::columns::Columns;
use super::error::RunError;
use super::event::Event;
use super::feed::{Batch, Cut, Feed, Start};
use super::options::{Input, LearnOptions, OnBadRow, Resume, Target};
use super::predictions::{Layout, Predictions, columns_of_classes};
use super::session::Session;
use super::settings::assign;
use super::state_file::StateFile;
use crate::learner::{StreamLearner, StreamSettings};
use crate::schema::{self, INFERRED_FROM, Kind, Roles, Schema, SchemaError};

/// State after a run, and what the run did.
#[non_exhaustive]
pub struct Learned {
    /// The learner.
    pub learner: StreamLearner,
    /// Its place.
    pub bookmark: Bookmark,
    /// Rows that this run has learned or predicted.
    pub new_rows: u64,
    /// Time that it took, seconds.
    pub seconds: f64,
    /// True if it was stopped before the end of the source.
    pub stopped: bool,
}

/// Predicts and learns the rows of `input`, and keeps what was learned in the file `state`, which is made, or goes on. A
/// state that is there is locked, saved every few seconds and at the end, also when `stop` becomes true; `None` if that
/// happens before there was anything to save.
///
/// # Errors
/// [`RunError`]; the state is then as of the last row before it, or as it was saved last.
pub fn learn(
    input: Input,
    state: &Path,
    options: &LearnOptions,
    stop: &AtomicBool,
    on: &mut dyn FnMut(Event<'_>),
) -> Result<Option<Learned>, RunError> {
    let began = Instant::now();
    let file = StateFile::lock(state)?;
    let held = file.read()?;
    let start = match &held {
        Some((learner, bookmark)) => {
            check(state, learner, bookmark, options)?;
            place_to_start(state, bookmark, &input, options.resume)?
        }
        None => Start::First,
    };
    let held = held.map(|(learner, bookmark)| match start {
        Start::First => (learner, bookmark.of_next(&input.origin)),
        _ => (learner, bookmark),
    });
    if let (Some((_, bookmark)), Start::Behind(_) | Start::Rest(_)) = (&held, start) {
        on(Event::Resumed {
            rows: bookmark.place.rows,
            last_id: bookmark.last_id.as_deref(),
        });
    }
    let Input { origin, source, .. } = input;
    let feed = Feed::new(source, start);
    let Some(names) = feed.columns(stop)? else {
        return Ok(None);
    };
    let (learner, mut bookmark, first) = match held {
        Some((learner, bookmark)) => (learner, bookmark, Vec::new()),
        None => {
            let Some(mut first) = first_rows(&feed, options.on_bad_row, stop) else {
                return Ok(None);
            };
            let learner = new_learner(&origin, &names, &mut first, options)?;
            let mut bookmark = Bookmark::default();
            bookmark.origin.clone_from(&origin);
            bookmark.time.clone_from(&options.target.time);
            bookmark.notes.clone_from(&options.notes);
            let columns = learner.schema().columns.iter();
            let ids = columns.filter(|column| column.kind == Kind::Id);
            let ids: Vec<String> = ids.map(|column| column.name.clone()).collect();
            if !ids.is_empty() {
                on(Event::Ids(&ids));
            }
            (learner, bookmark, first)
        }
    };
    bookmark.ended = false;
    let columns = Columns::find(learner.schema(), &names, &origin)?;
    if !columns.unused.is_empty() {
        on(Event::Unused(&columns.unused));
    }
    let predictions = predictions(state, &learner, &bookmark, options)?;
    let mut session = Session {
        file: &file,
        options,
        on,
        learner,
        bookmark,
        columns,
        predictions,
        saved: Instant::now(),
        new_rows: 0,
    };
    for mut batch in first {
        session.batch(&mut batch)?;
    }
    let mut batch = Batch::default();
    while !session.bookmark.ended && feed.take(&mut batch, stop) {
        session.batch(&mut batch)?;
    }
    session.save()?;
    Ok(Some(Learned {
        stopped: !session.bookmark.ended && stop.load(Ordering::Relaxed),
        learner: session.learner,
        bookmark: session.bookmark,
        new_rows: session.new_rows,
        seconds: began.elapsed().as_secs_f64(),
    }))
}

/// Checks that a state is one of what is asked for.
fn check(
    path: &Path,
    learner: &StreamLearner,
    bookmark: &Bookmark,
    options: &LearnOptions,
) -> Result<(), RunError> {
    let other = |what, found: &str, asked: &str| {
        Err(RunError::Other {
            path: path.to_owned(),
            what,
            found: found.to_owned(),
            asked: asked.to_owned(),
        })
    };
    let Target {
        target,
        regression,
        id,
        weight,
        time,
        ignore,
    } = &options.target;
    let schema = learner.schema();
    let name = |at: usize| &schema.columns[at].name;
    let parts = [
        ("its target", target, Some(name(schema.target))),
        ("its column of ids", id, schema.id.map(name)),
        ("its column of weights", weight, schema.weight.map(name)),
        ("its column of times", time, bookmark.time.as_ref()),
    ];
    for (what, asked, found) in parts {
        if let Some(asked) = asked
            && found != Some(asked)
        {
            return other(what, found.map_or("none", |found| found), asked);
        }
    }
    if *regression && schema.task != schema::Target::Value {
        return other("what it predicts", "a class", "a number");
    }
    for asked in ignore {
        let column = schema.columns.iter().find(|column| column.name == *asked);
        if column.is_some_and(|column| column.kind != Kind::Ignored) {
            return other("what it ignores", &format!("not {asked}"), asked);
        }
    }
    for (key, value) in &options.settings {
        let mut settings = learner.settings().clone();
        assign(&mut settings, key, value)?;
        if settings != *learner.settings() {
            return other("its setting", &format!("another {key}"), value);
        }
    }
    Ok(())
}

/// Place in the source at which a state goes on.
fn place_to_start(
    path: &Path,
    bookmark: &Bookmark,
    input: &Input,
    resume: Resume,
) -> Result<Start, RunError> {
    let same = bookmark.origin == input.origin;
    match resume {
        Resume::Source if same => Ok(Start::Behind(bookmark.place)),
        Resume::Rest if same => Ok(Start::Rest(bookmark.place)),
        Resume::No if same && !(input.pipe && bookmark.ended) => Err(RunError::Again {
            path: path.to_owned(),
            origin: input.origin.clone(),
            rows: bookmark.place.rows,
        }),
        Resume::No => Ok(Start::First),
        // Nothing of a source that is new to a state is lost if its run was killed before it saved anything.
        Resume::Source | Resume::Rest if bookmark.ended => Ok(Start::First),
        Resume::Source | Resume::Rest => Err(RunError::OtherSource {
            path: path.to_owned(),
            found: bookmark.origin.clone(),
            expected: input.origin.clone(),
        }),
    }
}

/// Rows that a schema is inferred from, and those that came with them; `None` if the run is to stop.
fn first_rows(feed: &Feed, on_bad_row: OnBadRow, stop: &AtomicBool) -> Option<Vec<Batch>> {
    let (mut batches, mut rows) = (Vec::new(), 0);
    loop {
        let mut batch = Batch::default();
        if !feed.take(&mut batch, stop) {
            return None;
        }
        rows += batch.rows.len();
        let last = match &batch.cut {
            Some(Cut::End(_) | Cut::Failed(_)) => true,
            Some(Cut::Bad(..)) => on_bad_row == OnBadRow::Stop,
            None => false,
        };
        batches.push(batch);
        if last || rows >= INFERRED_FROM {
            return Some(batches);
        }
    }
}

/// A learner for rows like the first ones.
fn new_learner(
    origin: &str,
    names: &[String],
    first: &mut [Batch],
    options: &LearnOptions,
) -> Result<StreamLearner, RunError> {
    let rows = first.iter().flat_map(|batch| &batch.rows);
    let mut rows: Vec<Row> = rows.take(INFERRED_FROM).cloned().collect();
    if rows.is_empty()
        && let Some(Cut::Failed(error) | Cut::Bad(error, _)) =
            first.last_mut().and_then(|batch| batch.cut.take())
    {
        return Err(error.into());
    }
    let Target {
        target,
        regression,
        id,
        weight,
        time,
        ignore,
    } = options.target.clone();
    let target = target.ok_or_else(|| RunError::NoTarget {
        origin: origin.to_owned(),
        columns: names.to_vec(),
    })?;
    let mut roles = Roles::target(target);
    roles.regression = regression;
    roles.id = id;
    roles.weight = weight;
    roles.ignore = ignore;
    roles.time = time;
    let mut first_bad = None;
    let inferred = loop {
        match Schema::infer(names, &roles, &rows) {
            // It is told, or left out, when it is its turn; the first of them, if all are so.
            Err(error @ SchemaError::Target { row, .. }) => {
                rows.retain(|other| other.number != row);
                let first = first_bad.get_or_insert(error);
                if rows.is_empty() {
                    break Err(first.clone());
                }
            }
            inferred => break inferred,
        }
    };
    let schema = inferred.map_err(|error| RunError::schema(origin, error))?;
    let mut settings = StreamSettings::default();
    for (key, value) in &options.settings {
        assign(&mut settings, key, value)?;
    }
    StreamLearner::new(schema, settings).map_err(|error| RunError::of_row(origin, error))
}

/// File of predictions, at the state's place.
fn predictions(
    state: &Path,
    learner: &StreamLearner,
    bookmark: &Bookmark,
    options: &LearnOptions,
) -> Result<Option<Predictions>, RunError> {
    let other = |found: &str, asked: String| RunError::Other {
        path: state.to_owned(),
        what: "its file of predictions",
        found: found.to_owned(),
        asked,
    };
    let layout =
        |classes, unseen| Layout::new(learner.schema(), bookmark.time.as_deref(), classes, unseen);
    match (&options.predictions, &bookmark.predictions) {
        (None, None) => Ok(None),
        (None, Some(_)) => Err(other("begun", "none".to_owned())),
        (Some(path), Some(written)) => {
            let layout = layout(written.classes.clone(), written.unseen);
            Predictions::go_on(path, written, layout).map(Some)
        }
        (Some(path), None) if bookmark.place.rows == 0 => {
            let (classes, unseen) = columns_of_classes(learner, options.probabilities);
            Predictions::create(path, layout(classes, unseen)).map(Some)
        }
        (Some(path), None) => Err(other("none", path.display().to_string())),
    }
}
