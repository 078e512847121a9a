//! A row predicted ahead of its label: what learning it needs of that is kept.

use mesu_rows::Row;

use super::StreamLearner;
use crate::answer::Answer;
use crate::error::StreamError;
use crate::members::Opinions;

impl StreamLearner {
    /// Predicts a row as [`predict_then_learn`](Self::predict_then_learn) of it will, bit for bit, if it is
    /// the next to be learned; its label may then be there. What that needs of this is kept: prediction and
    /// learning together take no longer than in one call. What is learned is the same with or without this.
    ///
    /// # Errors
    /// [`StreamError`] for a row that is not what the schema says.
    pub fn predict_ahead(&mut self, row: &Row) -> Result<Answer, StreamError> {
        self.ahead.end();
        let refused = |error| StreamError::Row { index: 0, error };
        let mut fields = Vec::with_capacity(self.encoder.columns());
        let read = self.encoder.read(&self.schema, row, &mut fields);
        read.map_err(refused)?;
        let mut work = std::mem::take(&mut self.work);
        work.inputs.clear();
        work.inputs.resize(self.encoder.width(), 0.0);
        let out_of_range = self.encoder.write(&fields, &mut work.inputs);
        work.out_of_range.clear();
        work.out_of_range.push(out_of_range);
        work.opinions
            .resize(self.members.len(), Opinions::default());
        for (number, opinions) in work.opinions.iter_mut().enumerate() {
            opinions.clear();
            let predicted = self.members[number].predict_ahead(&work.inputs, opinions);
            predicted.map_err(|error| self.failed(number, error))?;
        }
        let outputs = self.task.class_outputs();
        let answer = self.answer(&work.opinions, 0, outputs, out_of_range, &mut work.mixing);
        self.work = work;
        self.ahead.keep(row);
        Ok(answer)
    }
}
