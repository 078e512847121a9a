//! Rows of a source, predicted by a state.

use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use mesu_rows::Row;
use rayon::prelude::*;

use super::bookmark::Bookmark;
use super::columns::Columns;
use super::error::RunError;
use super::event::{Event, Progress};
use super::feed::{Batch, Cut, Feed, Start};
use super::options::{Input, OnBadRow, PredictOptions};
use super::predictions::{Layout, Predictions, columns_of_classes};
use super::session::predict_without;
use super::state_file;
use super::summary::scored;
use crate::answer::{Answer, Told};
use crate::error::StreamError;
use crate::labels::{self, Labels};
use crate::learner::StreamLearner;
use crate::metric::{ClassScores, FLOOR, Measures, Score, ValueScore, ValueScores};
use crate::schema::{Target, number};

/// Rows that were predicted.
#[derive(Debug)]
#[non_exhaustive]
pub struct Predicted {
    /// Rows that were predicted.
    pub rows: u64,
    /// Measures of those with a label; `None` if no row has one.
    pub measures: Option<Measures>,
    /// Rows that could not be read, or not as they were.
    pub bad_rows: u64,
    /// Time that it took, seconds.
    pub seconds: f64,
    /// True if it was stopped before the end of the source.
    pub stopped: bool,
}

/// Predicts the rows of `input` with the file `state`, of which nothing is changed; scores them where they have labels.
///
/// # Errors
/// [`RunError`]; what was predicted before it is written.
pub fn predict(
    input: Input,
    state: &Path,
    options: &PredictOptions,
    stop: &AtomicBool,
    on: &mut dyn FnMut(Event<'_>),
) -> Result<Predicted, RunError> {
    let began = Instant::now();
    let (learner, bookmark) = state_file::read(state)?;
    let feed = Feed::new(input.source, Start::First);
    let names = feed.columns(stop)?.unwrap_or_default();
    let mut columns = Columns::find(learner.schema(), &names, &input.origin)?;
    if !columns.unused.is_empty() {
        on(Event::Unused(&columns.unused));
    }
    let (classes, unseen) = columns_of_classes(&learner, options.probabilities);
    let layout = Layout::new(learner.schema(), bookmark.time.as_deref(), classes, unseen);
    let mut predictions = match &options.output {
        Some(path) => Predictions::create_once(path, layout)?,
        None => Predictions::stdout(layout)?,
    };
    predictions.know(learner.classes());
    let mut pass = Pass {
        predictions,
        scorer: Scorer::new(&learner),
        learner: &learner,
        origin: &input.origin,
        on_bad_row: options.on_bad_row,
        bad: Bookmark::default(),
        rows: 0,
    };
    let (mut batch, mut ended) = (Batch::default(), false);
    while !ended && feed.take(&mut batch, stop) {
        batch.rows.iter_mut().for_each(|row| columns.order(row));
        let done = pass.batch(&mut batch, on);
        // What was predicted is there, whatever comes next.
        pass.predictions.flush()?;
        ended = done?;
    }
    pass.predictions.finish()?;
    Ok(Predicted {
        rows: pass.rows,
        measures: pass.scorer.measures(),
        bad_rows: pass.bad.bad_rows,
        seconds: began.elapsed().as_secs_f64(),
        stopped: !ended,
    })
}

struct Pass<'a> {
    predictions: Predictions,
    scorer: Scorer,
    learner: &'a StreamLearner,
    origin: &'a str,
    on_bad_row: OnBadRow,
    bad: Bookmark,
    rows: u64,
}

impl Pass<'_> {
    /// Predicts a batch; returns true at the end of the source.
    fn batch(
        &mut self,
        batch: &mut Batch,
        on: &mut dyn FnMut(Event<'_>),
    ) -> Result<bool, RunError> {
        let learner = self.learner;
        let rows = &mut batch.rows;
        let answers: Vec<_> = rows.par_iter().map(|row| learner.predict(row)).collect();
        for (row, answer) in rows.iter_mut().zip(answers) {
            let answer = match answer {
                Ok(answer) => Some(answer),
                Err(StreamError::Row { error, .. }) if self.on_bad_row != OnBadRow::Stop => {
                    let reason = error.to_string();
                    self.leave_out(row.number, &reason, on);
                    match self.on_bad_row {
                        OnBadRow::Predict => predict_without(learner, row, error)
                            .map_err(|error| RunError::of_row(self.origin, error))?,
                        _ => None,
                    }
                }
                Err(error) => return Err(RunError::of_row(self.origin, error)),
            };
            if let Some(answer) = answer {
                self.rows += 1;
                self.scorer.add(learner, row, &answer);
                self.predictions.write(row, &answer, None)?;
            }
        }
        let mut ended = false;
        match batch.cut.take() {
            Some(Cut::Bad(error, place)) if self.on_bad_row != OnBadRow::Stop => {
                self.leave_out(place.rows, &error.to_string(), on);
            }
            Some(Cut::Bad(error, _) | Cut::Failed(error)) => return Err(error.into()),
            Some(Cut::End(_)) => ended = true,
            None => {}
        }
        let progress = Progress {
            rows: self.rows,
            new_rows: self.rows,
            drifts: 0,
        };
        let window = || self.scorer.window();
        on(Event::Progress {
            progress,
            window: &window,
        });
        Ok(ended)
    }

    fn leave_out(&mut self, row: u64, reason: &str, on: &mut dyn FnMut(Event<'_>)) {
        self.bad.leave_out(row, reason);
        on(Event::BadRow { row, reason });
    }
}

/// Scores of predictions whose rows have labels.
struct Scorer {
    labels: Labels,
    classes: ClassScores,
    values: ValueScores,
    regression: bool,
}

impl Scorer {
    fn new(learner: &StreamLearner) -> Self {
        Self {
            labels: Labels::from(learner.classes().to_vec()),
            classes: ClassScores::default(),
            values: ValueScores::default(),
            regression: learner.schema().task == Target::Value,
        }
    }

    /// Scores a prediction if its row has a label that can be read.
    fn add(&mut self, learner: &StreamLearner, row: &Row, answer: &Answer) {
        let value = &row.values[learner.schema().target];
        match &answer.told {
            Told::Class(answer) => {
                let Some(name) = labels::name(value) else {
                    return;
                };
                let label = self.labels.number_or_add(&name);
                let own = answer.probabilities.get(label as usize).copied();
                let own = f64::from(own.unwrap_or(answer.unseen));
                let all = answer.probabilities.iter().chain([&answer.unseen]);
                let squares: f64 = all.map(|p| f64::from(*p) * f64::from(*p)).sum();
                self.classes.add(Score {
                    label,
                    told: answer.class.unwrap_or(u32::MAX),
                    loss: -libm::log(own.max(FLOOR)),
                    brier: squares - 2.0 * own + 1.0,
                    confidence: f64::from(answer.confidence()),
                });
            }
            Told::Value(answer) => {
                if let Ok(value) = number(value) {
                    self.values.add(ValueScore {
                        value: value as f32,
                        mean: answer.mean as f32,
                        variance: answer.total as f32,
                    });
                }
            }
        }
    }

    fn window(&self) -> Measures {
        match self.regression {
            true => Measures::Value(self.values.window()),
            false => Measures::Class(self.classes.window()),
        }
    }

    fn measures(&self) -> Option<Measures> {
        let measures = match self.regression {
            true => Measures::Value(self.values.measures()),
            false => Measures::Class(self.classes.measures()),
        };
        (scored(&measures) > 0).then_some(measures)
    }
}
