//! Rows of a source learned into a state, batch by batch.

use std::ops::Range;
use std::time::Instant;

use mesu_rows::{Place, Row, RowsError, Value};

use super::bookmark::Bookmark;
use super::columns::Columns;
use super::error::RunError;
use super::event::{Event, Progress};
use super::feed::{Batch, Cut};
use super::options::{LearnOptions, OnBadRow};
use super::predictions::Predictions;
use super::state_file::StateFile;
use crate::answer::{Answer, Outcome};
use crate::error::{RowError, StreamError};
use crate::labels;
use crate::learner::StreamLearner;

/// Rows that are learned while what came of those before them is written.
const PART: usize = 256;

/// Learning of a source.
pub(super) struct Session<'a> {
    pub(super) file: &'a StateFile,
    pub(super) options: &'a LearnOptions,
    pub(super) on: &'a mut dyn FnMut(Event<'_>),
    pub(super) learner: StreamLearner,
    pub(super) bookmark: Bookmark,
    pub(super) columns: Columns,
    pub(super) predictions: Option<Predictions>,
    /// Time of the last saving.
    pub(super) saved: Instant,
    /// Rows that were learned or predicted.
    pub(super) new_rows: u64,
}

impl Session<'_> {
    /// Learns a batch, and saves now and then.
    pub(super) fn batch(&mut self, batch: &mut Batch) -> Result<(), RunError> {
        batch
            .rows
            .iter_mut()
            .for_each(|row| self.columns.order(row));
        self.rows(&mut batch.rows, &batch.places)?;
        match batch.cut.take() {
            Some(Cut::Bad(error, place)) => self.unreadable(error, place)?,
            Some(Cut::Failed(error)) => {
                self.save()?;
                return Err(error.into());
            }
            Some(Cut::End(keys)) => {
                self.bookmark.ended = true;
                if !keys.is_empty() {
                    (self.on)(Event::Unused(&keys));
                }
            }
            None => {}
        }
        let progress = Progress {
            rows: self.bookmark.place.rows,
            new_rows: self.new_rows,
            drifts: self.learner.drifts().len(),
        };
        let window = || self.learner.window();
        (self.on)(Event::Progress {
            progress,
            window: &window,
        });
        if self.saved.elapsed() >= self.options.save_every {
            self.save()?;
        }
        Ok(())
    }

    /// Learns rows up to each that can't be, which is treated as asked for.
    fn rows(&mut self, rows: &mut [Row], places: &[Place]) -> Result<(), RunError> {
        let (mut from, mut unwritten) = (0, Vec::new());
        while from < rows.len() {
            let to = rows.len().min(from + PART);
            match self.part(rows, from..to, &mut unwritten)? {
                Ok(()) => {
                    self.learned(&rows[from..to], places[to - 1], &unwritten);
                    from = to;
                }
                Err(StreamError::Row { index, error }) => {
                    let at = from + index;
                    if at > from {
                        let done = self.part(rows, from..at, &mut unwritten)?;
                        done.map_err(|error| RunError::of_row(&self.bookmark.origin, error))?;
                        self.learned(&rows[from..at], places[at - 1], &unwritten);
                    }
                    self.write(&rows[..at], &mut unwritten)?;
                    self.unfit(&mut rows[at], places[at], error)?;
                    from = at + 1;
                }
                Err(error) => return Err(RunError::of_row(&self.bookmark.origin, error)),
            }
        }
        self.write(rows, &mut unwritten)
    }

    /// Learns `rows[part]`; at the same time writes what came of the rows before them, and has then what came of these,
    /// unless they are refused.
    fn part(
        &mut self,
        rows: &[Row],
        part: Range<usize>,
        unwritten: &mut Vec<Outcome>,
    ) -> Result<Result<(), StreamError>, RunError> {
        let (before, rows) = (&rows[..part.start], &rows[part]);
        let Self {
            learner,
            predictions,
            ..
        } = self;
        let learned = match predictions {
            Some(predictions) if !unwritten.is_empty() => {
                predictions.know(learner.classes());
                let write = || predictions.write_all(last(before, unwritten), unwritten);
                let (learned, written) =
                    rayon::join(|| learner.predict_then_learn_rows(rows), write);
                written?;
                learned
            }
            _ => learner.predict_then_learn_rows(rows),
        };
        unwritten.clear();
        Ok(learned.map(|outcomes| *unwritten = outcomes))
    }

    /// Writes what came of the last of `rows`.
    fn write(&mut self, rows: &[Row], unwritten: &mut Vec<Outcome>) -> Result<(), RunError> {
        if let Some(predictions) = &mut self.predictions {
            predictions.know(self.learner.classes());
            predictions.write_all(last(rows, unwritten), unwritten)?;
        }
        unwritten.clear();
        Ok(())
    }

    /// Tells what came of rows; `place` is the one behind them.
    fn learned(&mut self, rows: &[Row], place: Place, outcomes: &[Outcome]) {
        for (row, outcome) in rows.iter().zip(outcomes) {
            if let Some(drift) = &outcome.drift {
                let time = self.time(row);
                (self.on)(Event::Drift { drift, time });
            }
            if let Some(earlier) = outcome.replaced {
                let row = outcome.row;
                self.bookmark.replace(row, earlier);
                (self.on)(Event::Replaced { row, earlier });
            }
        }
        self.new_rows += rows.len() as u64;
        if let Some(row) = rows.last() {
            self.passed(row, place);
        }
    }

    fn time(&self, row: &Row) -> Option<String> {
        let name = self.bookmark.time.as_ref()?;
        let columns = &self.learner.schema().columns;
        let at = columns.iter().position(|column| column.name == *name)?;
        labels::name(&row.values[at]).map(std::borrow::Cow::into_owned)
    }

    fn passed(&mut self, row: &Row, place: Place) {
        self.bookmark.place = place;
        let id = self.learner.schema().id;
        if let Some(name) = id.and_then(|id| labels::name(&row.values[id])) {
            self.bookmark.last_id = Some(name.into_owned());
        }
    }

    /// Treats a row with a value that its column can't hold.
    fn unfit(&mut self, row: &mut Row, place: Place, error: RowError) -> Result<(), RunError> {
        if self.options.on_bad_row == OnBadRow::Stop {
            self.save()?;
            let origin = self.bookmark.origin.clone();
            return Err(RunError::Row { origin, error });
        }
        if self.options.on_bad_row == OnBadRow::Predict
            && let Some(answer) = predict_without(&self.learner, row, error.clone())
                .map_err(|error| RunError::of_row(&self.bookmark.origin, error))?
        {
            self.new_rows += 1;
            if let Some(predictions) = &mut self.predictions {
                predictions.know(self.learner.classes());
                predictions.write(row, &answer, None)?;
            }
        }
        self.leave_out(row.number, &error.to_string());
        self.passed(row, place);
        Ok(())
    }

    /// Treats a row that can't be read.
    fn unreadable(&mut self, error: RowsError, place: Place) -> Result<(), RunError> {
        if self.options.on_bad_row == OnBadRow::Stop {
            self.save()?;
            return Err(error.into());
        }
        self.leave_out(place.rows, &error.to_string());
        self.bookmark.place = place;
        Ok(())
    }

    fn leave_out(&mut self, row: u64, reason: &str) {
        self.bookmark.leave_out(row, reason);
        (self.on)(Event::BadRow { row, reason });
    }

    /// Saves: predictions first, so that a state never tells of some that are not there.
    pub(super) fn save(&mut self) -> Result<(), RunError> {
        if let Some(predictions) = &mut self.predictions {
            self.bookmark.predictions = Some(predictions.synchronize()?);
        }
        self.file.write(&self.learner, &self.bookmark)?;
        self.saved = Instant::now();
        Ok(())
    }
}

/// The last of `rows`, as many as there are outcomes.
fn last<'a>(rows: &'a [Row], outcomes: &[Outcome]) -> &'a [Row] {
    &rows[rows.len().saturating_sub(outcomes.len())..]
}

/// Predicts a row as if its values that are refused, of which `error` tells the first, were missing; `None` if that is not
/// what is wrong with it.
pub(super) fn predict_without(
    learner: &StreamLearner,
    row: &mut Row,
    error: RowError,
) -> Result<Option<Answer>, StreamError> {
    let mut refused = error;
    // One try for each column.
    for _ in 0..=row.values.len() {
        let RowError::Value { column, .. } = &refused else {
            return Ok(None);
        };
        let columns = &learner.schema().columns;
        let at = columns.iter().position(|other| other.name == *column);
        if let Some(value) = at.and_then(|at| row.values.get_mut(at)) {
            *value = Value::Missing;
        }
        match learner.predict(row) {
            Ok(answer) => return Ok(Some(answer)),
            Err(StreamError::Row { error, .. }) => refused = error,
            Err(error) => return Err(error),
        }
    }
    Ok(None)
}
