//! Labels that come after their rows.

use mesu_rows::Row;

use super::StreamLearner;
use super::waiting::WaitingRow;
use super::work::Settled;
use crate::answer::{Answer, Outcome};
use crate::error::StreamError;
use crate::labels;
use crate::members::{Lesson, Opinions};

impl StreamLearner {
    /// Learns the label of a row that was answered without one, by the row's id; scores the answer that was given then.
    /// `None` if no row of this id waits.
    ///
    /// # Errors
    /// [`StreamError`] of a member that can't go on.
    pub fn learn_late(&mut self, id: &str, label: &str) -> Result<Option<Outcome>, StreamError> {
        let Some(waited) = self.waiting.take(id) else {
            return Ok(None);
        };
        let row = waited.row;
        self.learn_waited(waited, label, row).map(Some)
    }

    /// Id of a row, if it has one.
    pub(super) fn id(&self, row: &Row) -> Option<String> {
        let value = &row.values[self.schema.id?];
        labels::name(value).map(std::borrow::Cow::into_owned)
    }

    /// Learns a row that waited; `row` is the number of the one that brought its label.
    pub(super) fn learn_waited(
        &mut self,
        waited: WaitingRow,
        label: &str,
        row: u64,
    ) -> Result<Outcome, StreamError> {
        let class = self.labels.number_or_add(label);
        if self.labels.len() > self.outputs {
            self.grow()?;
        }
        let lesson = Lesson {
            class,
            weight: waited.weight * self.class_weight(class),
        };
        let mut opinions = Opinions::default();
        for number in 0..self.members.len() {
            opinions.clear();
            let learned = self.members[number].learn(&waited.inputs, lesson, &mut opinions);
            learned.map_err(|error| self.failed(number, error))?;
        }
        let mut work = std::mem::take(&mut self.work);
        let members = self.members.len();
        let count = waited.entries.len() / members;
        let members = waited.entries.chunks_exact(count);
        self.mixer.mix(members, count, &mut work.mixed);
        // What is scored is the answer that was given, and what is learned how it should have been mixed.
        let settled = Settled {
            answer: &waited.answer,
            known: waited.known,
        };
        let loss = self.score(settled, lesson, &work.mixed);
        self.work = work;
        Ok(Outcome {
            row,
            answer: Answer::Class(waited.answer),
            class: Some(class),
            loss: Some(loss),
            drift: None,
            label_of: Some(waited.row),
        })
    }
}
