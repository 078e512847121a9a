//! Rows one at a time.

use mesu_stream::{Column, Outcome, Roles, Row, StreamLearner, Value};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::answer::{PyAnswer, PyOutcome};
use super::columns::dict;
use super::first_rows::ToBe;
use super::{PyStreamLearner, not_learned};
use crate::error::OrRaise;
use crate::pool::with_threads;
use crate::values;

/// Name of the source in a state that Python has made, or gone on with.
const ORIGIN: &str = "python";

#[pymethods]
impl PyStreamLearner {
    /// Predicts a row; learns nothing.
    ///
    /// Parameters
    /// ----------
    /// row : dict
    ///     Values by the columns' names; the target, if it is there, is not looked at.
    ///
    /// Raises
    /// ------
    /// mesu.NotLearnedError
    ///     Before the first row.
    /// ValueError
    ///     For a value that is not what its column holds.
    ///
    /// Examples
    /// --------
    /// >>> import mesu
    /// >>> learner = mesu.StreamLearner("y", regression=True)
    /// >>> for n in range(200):
    /// ...     learner.learn_one({"x": n % 10}, 2.0 * (n % 10))
    /// >>> abs(learner.predict_one({"x": 5}).mean - 10.0) < 2.0
    /// True
    fn predict_one(&self, py: Python<'_>, row: &Bound<'_, PyAny>) -> PyResult<PyAnswer> {
        let learner = self.whole()?;
        let row = Row {
            number: learner.rows() + 1,
            values: self.columns.read(&dict(row)?)?,
        };
        let answer = match is_long(learner) {
            true => py.detach(|| learner.predict(&row)),
            false => learner.predict(&row),
        };
        let answer = answer.or_raise()?;
        // Classes do not change while rows are predicted.
        Ok(PyAnswer::new(answer, self.classes.clone()))
    }

    /// Predicts a row as `predict_then_learn` of it will, bit for bit, if it is learned next and columns are not told
    /// again then.
    ///
    /// Learning the row then takes less time, and what is learned is the same with or without this. The
    /// answer of `predict_one`, which is that of the command line's ``mesu predict``, has other noise.
    ///
    /// Parameters
    /// ----------
    /// row : dict
    ///     As of `predict_one`.
    ///
    /// Raises
    /// ------
    /// mesu.NotLearnedError, ValueError
    ///     As `predict_one`.
    ///
    /// Examples
    /// --------
    /// >>> import mesu
    /// >>> learner = mesu.StreamLearner("class", columns={"x": "number"})
    /// >>> learner.learn_one({"x": 1.5}, "good")
    /// >>> ahead = learner.predict_ahead({"x": 2.5})
    /// >>> learner.predict_then_learn({"x": 2.5}, "good").answer.spread == ahead.spread
    /// True
    fn predict_ahead(&mut self, py: Python<'_>, row: &Bound<'_, PyAny>) -> PyResult<PyAnswer> {
        let values = self.columns.read(&dict(row)?)?;
        let learner = self.learner.as_mut().ok_or_else(not_learned)?;
        let row = Row {
            number: learner.rows() + 1,
            values,
        };
        let answer = match is_long(learner) {
            true => py.detach(|| learner.predict_ahead(&row)),
            false => learner.predict_ahead(&row),
        };
        let answer = answer.or_raise()?;
        Ok(PyAnswer::new(answer, self.classes.clone()))
    }

    /// Learns a row.
    ///
    /// Parameters
    /// ----------
    /// row : dict
    ///     Values by the columns' names.
    /// target : optional
    ///     Class or value; that of the row, if it is not given. A row with neither waits for it, if it has an id.
    /// weight : float, optional
    ///     Factor of its loss, of a learner with a column of weights.
    ///
    /// Raises
    /// ------
    /// ValueError, TypeError
    ///     For a value that is not what its column holds; the learner is then as before.
    /// mesu.DivergedError
    ///     If the learner's numbers are too large to go on.
    ///
    /// Examples
    /// --------
    /// >>> import mesu
    /// >>> learner = mesu.StreamLearner("class")
    /// >>> learner.learn_one({"x": 1.5, "color": "red"}, "good")
    /// >>> learner.rows, learner.classes
    /// (1, ['good'])
    #[pyo3(signature = (row, target=None, *, weight=None))]
    fn learn_one(
        &mut self,
        py: Python<'_>,
        row: &Bound<'_, PyAny>,
        target: Option<&Bound<'_, PyAny>>,
        weight: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<()> {
        self.one(py, &dict(row)?, target, weight).map(drop)
    }

    /// Predicts a row, and then learns it if its label is there.
    ///
    /// Parameters
    /// ----------
    /// row, target, weight
    ///     As of `learn_one`.
    ///
    /// Raises
    /// ------
    /// ValueError, TypeError, mesu.DivergedError
    ///     As `learn_one`.
    ///
    /// Examples
    /// --------
    /// >>> import mesu
    /// >>> learner = mesu.StreamLearner("class")
    /// >>> for n in range(100):
    /// ...     outcome = learner.predict_then_learn({"x": n % 2, "class": "odd" if n % 2 else "even"})
    /// >>> outcome.answer.label, outcome.truth
    /// ('odd', 'odd')
    #[pyo3(signature = (row, target=None, *, weight=None))]
    fn predict_then_learn(
        &mut self,
        py: Python<'_>,
        row: &Bound<'_, PyAny>,
        target: Option<&Bound<'_, PyAny>>,
        weight: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<PyOutcome> {
        let outcome = self.one(py, &dict(row)?, target, weight)?;
        PyOutcome::new(py, outcome, self.classes.clone())
    }

    /// Learns the label of a row that waits for it.
    ///
    /// Parameters
    /// ----------
    /// id : str
    ///     The row's name, from the column of ids.
    /// target
    ///     Its class or value.
    ///
    /// Returns
    /// -------
    /// Outcome or None
    ///     The answer that was given then, and how right it was; None if no row of this name waits.
    ///
    /// Examples
    /// --------
    /// >>> import mesu
    /// >>> learner = mesu.StreamLearner("class", id="name")
    /// >>> learner.learn_one({"name": "a", "x": 1.0})
    /// >>> learner.learn_late("a", "good").truth
    /// 'good'
    /// >>> learner.learn_late("a", "good") is None
    /// True
    fn learn_late(
        &mut self,
        py: Python<'_>,
        id: &str,
        target: &Bound<'_, PyAny>,
    ) -> PyResult<Option<PyOutcome>> {
        let label = values::read(&self.roles.target, target)?;
        self.settle_columns()?;
        self.whole()?;
        let Some(learner) = self.learner.as_mut() else {
            return Ok(None);
        };
        let outcome = py.detach(|| learner.learn_late(id, &label)).or_raise()?;
        self.note_classes();
        let outcome = outcome.map(|outcome| PyOutcome::new(py, outcome, self.classes.clone()));
        outcome.transpose()
    }
}

impl PyStreamLearner {
    /// Predicts and learns a row.
    fn one(
        &mut self,
        py: Python<'_>,
        row: &Bound<'_, PyDict>,
        target: Option<&Bound<'_, PyAny>>,
        weight: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Outcome> {
        let columns = match &mut self.first {
            None => &self.columns,
            Some(first) => {
                first.header.add(row)?;
                add_roles(&mut first.header, &self.roles);
                &first.header
            }
        };
        let mut row_values = columns.read(row)?;
        let weight_column = self.roles.weight.as_ref();
        for (name, value) in [(Some(&self.roles.target), target), (weight_column, weight)] {
            if let (Some(name), Some(value)) = (name, value)
                && let Some(place) = columns.place(name)
            {
                row_values[place] = values::read(name, value)?;
            }
        }
        let row = Row {
            number: self.next_row(),
            values: row_values,
        };
        let mut outcomes = self.learn(py, vec![row])?;
        let none = || pyo3::exceptions::PyRuntimeError::new_err("the row has no outcome");
        outcomes.pop().ok_or_else(none)
    }

    /// Predicts and learns rows, whose values are in the order of the columns: all of them, or none.
    pub(super) fn learn(&mut self, py: Python<'_>, rows: Vec<Row>) -> PyResult<Vec<Outcome>> {
        let count = rows.len() as u64;
        let outcomes = match (&mut self.first, &mut self.learner) {
            (None, Some(learner)) => {
                let (one, long) = (rows.len() == 1, is_long(learner));
                let mut learn = || learner.predict_then_learn_rows(&rows);
                match (one, long) {
                    (true, false) => learn(),
                    (true, true) => py.detach(learn),
                    _ => py.detach(|| with_threads(learn))?,
                }
                .or_raise()?
            }
            _ => self.learn_first(py, rows)?,
        };
        if self.bookmark.origin != ORIGIN {
            self.bookmark = self.bookmark.of_next(ORIGIN);
        }
        self.bookmark.ended = true;
        self.bookmark.place.rows += count;
        self.note_classes();
        Ok(outcomes)
    }

    /// Learns rows by which columns are told: no more than there is room for.
    fn learn_first(&mut self, py: Python<'_>, rows: Vec<Row>) -> PyResult<Vec<Outcome>> {
        let Some(first) = &mut self.first else {
            return Ok(Vec::new());
        };
        let from = first.rows.len();
        first.rows.extend(rows);
        let to_be = ToBe {
            roles: &self.roles,
            settings: &self.settings,
            sorted: self.sorted,
        };
        let (first_rows, held) = (&*first, self.learner.as_mut());
        let learned = py.detach(|| with_threads(|| first_rows.learn(from, held, &to_be)))?;
        let (anew, outcomes) = match learned.or_raise() {
            Ok(learned) => learned,
            Err(error) => {
                first.rows.truncate(from);
                return Err(error);
            }
        };
        if first.room() == 0 {
            self.first = None;
        }
        if let Some(learner) = anew {
            self.set_learner(learner);
        }
        Ok(outcomes)
    }

    /// Number of the next row in what Python has learned into the state, from 1, as the command line counts a file's.
    pub(super) fn next_row(&self) -> u64 {
        match self.bookmark.origin == ORIGIN {
            true => self.bookmark.place.rows + 1,
            false => 1,
        }
    }

    /// Ends the telling of columns: the learner is the one that the command line makes of the rows so far.
    pub(super) fn settle_columns(&mut self) -> PyResult<()> {
        if let Some(first) = &self.first
            && !first.rows.is_empty()
        {
            let settled = first.all(&ToBe {
                roles: &self.roles,
                settings: &self.settings,
                sorted: self.sorted,
            });
            self.set_learner(settled.or_raise()?);
            self.first = None;
        }
        Ok(())
    }
}

/// Inputs of all members together from which on one row takes some tenths of a millisecond.
const LONG: usize = 2_000;

/// Returns whether a row takes so long that other threads of Python should go on meanwhile. To let them costs a
/// narrow row more than it is worth, and a second thread that asks the same learner would find it taken.
fn is_long(learner: &StreamLearner) -> bool {
    learner.inputs() * learner.settings().members.len() >= LONG
}

/// Adds the columns that have a part.
pub(super) fn add_roles(header: &mut super::Columns, roles: &Roles) {
    let parts = [&roles.id, &roles.weight, &roles.time];
    let parts = parts.into_iter().flatten();
    std::iter::once(&roles.target)
        .chain(parts)
        .for_each(|name| {
            header.place_or_add(name);
        });
}

/// Rows with the columns of these names, in the order in which a learner takes them.
pub(super) fn reorder(rows: Vec<Row>, names: &[String], learner: &StreamLearner) -> Vec<Row> {
    let place = |column: &Column| names.iter().position(|name| *name == column.name);
    let places: Vec<Option<usize>> = learner.schema().columns.iter().map(place).collect();
    let ordered = rows.into_iter().map(|mut row| {
        let value = |place: &Option<usize>| {
            let value = place.and_then(|place| row.values.get_mut(place));
            value.map_or(Value::Missing, std::mem::take)
        };
        Row {
            number: row.number,
            values: places.iter().map(value).collect(),
        }
    });
    ordered.collect()
}
