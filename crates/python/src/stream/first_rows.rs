//! The first rows, by which it is told what columns hold.
//!
//! A schema is told by the first 1,000 rows, but a row must be learned when it comes. So what was told is told again
//! at the 1st, 2nd, 4th, … 512th and the 1,000th row, and the rows so far are learned anew. From the 1,000th row on,
//! and whenever a state is saved before it, the learner is the one that the command line makes of the same rows.

use mesu_stream::{
    INFERRED_FROM, Outcome, Roles, Row, Schema, StreamError, StreamLearner, StreamSettings, Value,
};

use super::columns::Columns;

/// Rows by which columns are told.
#[derive(Default)]
pub(super) struct FirstRows {
    /// Columns in the order in which they came.
    pub(super) header: Columns,
    /// The rows; those from before a column came may be shorter.
    pub(super) rows: Vec<Row>,
}

/// A learner made anew, if one was, and the outcomes of the rows that came last.
pub(super) type Learned = (Option<StreamLearner>, Vec<Outcome>);

/// Description of a learner to be.
pub(super) struct ToBe<'a> {
    pub(super) roles: &'a Roles,
    pub(super) settings: &'a StreamSettings,
    /// True if columns are put into the order of their names.
    pub(super) sorted: bool,
}

impl FirstRows {
    /// Number of rows that are still to come.
    pub(super) fn room(&self) -> usize {
        INFERRED_FROM - self.rows.len().min(INFERRED_FROM)
    }

    /// Learns the rows from `from` on, which came last. `held` has learned those before; it is as before after an
    /// error.
    pub(super) fn learn(
        &self,
        from: usize,
        held: Option<&mut StreamLearner>,
        to_be: &ToBe<'_>,
    ) -> Result<Learned, StreamError> {
        let mut told = last_telling(self.rows.len());
        if told <= from
            && let Some(learner) = held
        {
            let names = learner.schema().columns.iter().map(|column| &column.name);
            let last = self.ordered(from, self.rows.len(), names);
            match learner.predict_then_learn_rows(&last) {
                Ok(outcomes) => return Ok((None, outcomes)),
                // The column holds something else than it seemed to.
                Err(StreamError::Row { index, .. }) => told = from + index + 1,
                Err(error) => return Err(error),
            }
        }
        told = told.max(from + 1);
        loop {
            let (mut learner, rows) = self.learner(told, to_be)?;
            let mut outcomes = learner.predict_then_learn_rows(&rows[..told])?;
            match learner.predict_then_learn_rows(&rows[told..]) {
                Ok(rest) => {
                    outcomes.extend(rest);
                    outcomes.drain(..from);
                    return Ok((Some(learner), outcomes));
                }
                Err(StreamError::Row { index, .. }) => told += index + 1,
                Err(error) => return Err(error),
            }
        }
    }

    /// The learner that the command line makes of these rows.
    pub(super) fn all(&self, to_be: &ToBe<'_>) -> Result<StreamLearner, StreamError> {
        let (mut learner, rows) = self.learner(self.rows.len(), to_be)?;
        learner.predict_then_learn_rows(&rows)?;
        Ok(learner)
    }

    /// A new learner for rows like the first `told`, and all rows as it takes them.
    fn learner(
        &self,
        told: usize,
        to_be: &ToBe<'_>,
    ) -> Result<(StreamLearner, Vec<Row>), StreamError> {
        let mut names = self.header.names().to_vec();
        if to_be.sorted {
            names.sort();
        }
        let mut roles = to_be.roles.clone();
        // What is not to be looked at need not be there.
        roles.ignore.retain(|name| names.contains(name));
        let rows = self.ordered(0, self.rows.len(), &names);
        let schema = Schema::infer(&names, &roles, &rows[..told])?;
        Ok((StreamLearner::new(schema, to_be.settings.clone())?, rows))
    }

    /// The rows `from..to` with the columns of these names alone.
    fn ordered<'a>(
        &self,
        from: usize,
        to: usize,
        names: impl IntoIterator<Item = &'a String>,
    ) -> Vec<Row> {
        let places = names.into_iter().map(|name| self.header.place(name));
        let places: Vec<Option<usize>> = places.collect();
        let value = |row: &Row, place: &Option<usize>| {
            let value = place.and_then(|place| row.values.get(place));
            value.map_or(Value::Missing, Value::clone)
        };
        let ordered = self.rows[from..to].iter().map(|row| Row {
            number: row.number,
            values: places.iter().map(|place| value(row, place)).collect(),
        });
        ordered.collect()
    }
}

/// Number of rows of the last telling, of so many.
fn last_telling(rows: usize) -> usize {
    match rows {
        0 => 0,
        INFERRED_FROM.. => INFERRED_FROM,
        rows => 1 << rows.ilog2(),
    }
}
