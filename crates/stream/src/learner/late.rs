//! Labels that come after their rows.

use std::borrow::Cow;

use mesu_rows::{Row, Value};

use super::StreamLearner;
use super::task::truth;
use super::waiting::WaitingRow;
use super::work::Label;
use crate::answer::Outcome;
use crate::error::{RowError, StreamError};
use crate::history::Scored;
use crate::labels;
use crate::members::Opinions;

impl StreamLearner {
    /// Learns the label of a row that was answered without one, by the row's id; scores the answer that was
    /// given then. `None` if no row of this id waits.
    ///
    /// # Errors
    /// [`StreamError::Row`] of a label that is not what the target holds.
    pub fn learn_late(&mut self, id: &str, label: &Value) -> Result<Option<Outcome>, StreamError> {
        if !self.waiting.contains(id) {
            return Ok(None);
        }
        let refused = |error| StreamError::Row { index: 0, error };
        let label = self.label(label, 0).map_err(refused)?;
        if label == Label::Missing {
            return Ok(None);
        }
        let Some(waited) = self.waiting.take(id) else {
            return Ok(None);
        };
        let row = waited.row;
        self.learn_waited(id, waited, &label, row)
    }

    /// Id of a row, if it has one.
    pub(super) fn id(&self, row: &Row) -> Option<String> {
        let value = &row.values[self.schema.id?];
        labels::name(value).map(Cow::into_owned)
    }

    /// Label of row `row`, of its target's value.
    pub(super) fn label<'a>(&self, value: &'a Value, row: u64) -> Result<Label<'a>, RowError> {
        let column = &self.schema.columns[self.schema.target].name;
        Label::read(value, &self.schema.task).map_err(|unfit| RowError::value(row, column, unfit))
    }

    /// Learns a row that waited; `row` is the number of the one that brought its label.
    pub(super) fn learn_waited(
        &mut self,
        id: &str,
        waited: WaitingRow,
        label: &Label<'_>,
        row: u64,
    ) -> Result<Option<Outcome>, StreamError> {
        let Some(lesson) = self.lesson(label, waited.weight) else {
            return Ok(None);
        };
        self.ahead.end();
        self.grow_if_needed()?;
        let mut opinions = vec![Opinions::default(); self.members.len()];
        let outputs = self.task.class_outputs();
        for (number, opinions) in opinions.iter_mut().enumerate() {
            let learned = self.members[number].learn(&waited.inputs, lesson, opinions);
            learned.map_err(|error| self.failed(number, error))?;
            self.losses[number] += self.task.loss(opinions.of(0), outputs, lesson.target);
        }
        self.labeled += 1;
        let drift = self.watch(&opinions, 0, outputs, lesson.target, row);
        // What is scored is the answer that was given, and what is learned how it should have been mixed.
        let mut mixing = std::mem::take(&mut self.work.mixing);
        mixing.entries = waited.entries;
        self.task.remix(&mut mixing);
        let (answer, known) = (waited.answer, waited.known);
        let loss = self.task.score(&answer.told, known, lesson, &mixing);
        self.work.mixing = mixing;
        if let Some(loss) = loss {
            self.history.add(&Scored {
                answer: &answer,
                truth: truth(lesson.target),
                loss,
                weights: self.task.weights(),
                rows: self.rows,
                row: waited.row,
                id: Some(id),
                time: None,
            });
        }
        Ok(Some(Outcome {
            row,
            answer,
            truth: Some(truth(lesson.target)),
            loss,
            drift,
            label_of: Some(waited.row),
            replaced: None,
        }))
    }
}
