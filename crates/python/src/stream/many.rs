//! Many rows at a time.

use mesu_stream::{Answer, Outcome, Row, StreamError, StreamLearner, Value};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use rayon::prelude::*;

use super::answers::PyAnswers;
use super::one::{add_roles, reorder};
use super::table::Table;
use super::{PyStreamLearner, not_learned};
use crate::error::OrRaise;
use crate::pool::with_threads;
use crate::values;

/// Most rows between two looks at whether Ctrl-C was pressed.
const BETWEEN_LOOKS: usize = 4_096;

#[pymethods]
impl PyStreamLearner {
    /// Predicts rows; learns nothing. Ctrl-C stops it.
    ///
    /// Parameters
    /// ----------
    /// rows : data frame, dict of columns, or list of dicts
    ///     The target, if it is there, is not looked at.
    ///
    /// Raises
    /// ------
    /// mesu.NotLearnedError
    ///     Before the first row.
    /// ValueError, TypeError
    ///     For a value that is not what its column holds.
    ///
    /// Examples
    /// --------
    /// >>> import mesu
    /// >>> learner = mesu.StreamLearner("class")
    /// >>> learner.learn_many({"x": [0.0, 1.0] * 100, "class": ["even", "odd"] * 100})
    /// >>> learner.predict_many([{"x": 0.0}, {"x": 1.0}]).labels
    /// ['even', 'odd']
    fn predict_many(&self, py: Python<'_>, rows: &Bound<'_, PyAny>) -> PyResult<PyAnswers> {
        let learner = self.whole()?;
        let rows = self.rows_of(&Table::read(rows)?, &self.columns, None, None)?;
        let mut answers = Vec::with_capacity(rows.len());
        for part in rows.chunks(BETWEEN_LOOKS) {
            let predicted = py.detach(|| with_threads(|| predict(learner, part)))?;
            answers.extend(predicted.or_raise()?);
            py.check_signals()?;
        }
        Ok(PyAnswers::predicted(answers, self.classes.clone()))
    }

    /// Predicts rows, each as `predict_ahead` does, one after another; learns nothing. Ctrl-C stops it.
    ///
    /// Parameters
    /// ----------
    /// rows : data frame, dict of columns, or list of dicts
    ///     As of `predict_many`.
    ///
    /// Raises
    /// ------
    /// mesu.NotLearnedError, ValueError, TypeError
    ///     As `predict_many`.
    ///
    /// Examples
    /// --------
    /// >>> import mesu
    /// >>> learner = mesu.StreamLearner("class")
    /// >>> learner.learn_many({"x": [0.0, 1.0] * 100, "class": ["even", "odd"] * 100})
    /// >>> told = learner.predict_ahead_many([{"x": 0.0}, {"x": 1.0}]).spread
    /// >>> bool(told[1] == learner.predict_ahead({"x": 1.0}).spread)
    /// True
    fn predict_ahead_many(
        &mut self,
        py: Python<'_>,
        rows: &Bound<'_, PyAny>,
    ) -> PyResult<PyAnswers> {
        self.whole()?;
        let rows = self.rows_of(&Table::read(rows)?, &self.columns, None, None)?;
        let learner = self.learner.as_mut().ok_or_else(not_learned)?;
        let mut answers = Vec::with_capacity(rows.len());
        for part in rows.chunks(BETWEEN_LOOKS) {
            let mut each = part.iter();
            let predicted = py.detach(|| {
                each.try_for_each(|row| {
                    answers.push(learner.predict_ahead(row)?);
                    Ok::<(), StreamError>(())
                })
            });
            predicted.or_raise()?;
            py.check_signals()?;
        }
        Ok(PyAnswers::predicted(answers, self.classes.clone()))
    }

    /// Learns rows, each predicted first. Ctrl-C stops it; the rows before are learned.
    ///
    /// Parameters
    /// ----------
    /// rows : data frame, dict of columns, or list of dicts
    /// target : list or array, optional
    ///     Classes or values of the rows; those in the rows, if it is not given.
    /// weight : list or array of float, optional
    ///     Factors of the rows' losses, of a learner with a column of weights.
    ///
    /// Raises
    /// ------
    /// ValueError, TypeError
    ///     For a value that is not what its column holds: the message says how many rows before it were learned.
    /// mesu.DivergedError
    ///     If the learner's numbers are too large to go on.
    ///
    /// Examples
    /// --------
    /// >>> import mesu
    /// >>> learner = mesu.StreamLearner("class")
    /// >>> learner.learn_many([{"x": 0.0}, {"x": 1.0}], ["even", "odd"])
    /// >>> learner.rows
    /// 2
    #[pyo3(signature = (rows, target=None, *, weight=None))]
    fn learn_many(
        &mut self,
        py: Python<'_>,
        rows: &Bound<'_, PyAny>,
        target: Option<&Bound<'_, PyAny>>,
        weight: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<()> {
        self.many(py, rows, target, weight, &mut |_| {})
    }

    /// Predicts rows, and then learns those that have a label, each before the next.
    ///
    /// Parameters
    /// ----------
    /// rows, target, weight
    ///     As of `learn_many`.
    ///
    /// Raises
    /// ------
    /// ValueError, TypeError, mesu.DivergedError
    ///     As `learn_many`.
    ///
    /// Examples
    /// --------
    /// >>> import mesu
    /// >>> learner = mesu.StreamLearner("y", regression=True)
    /// >>> answers = learner.predict_then_learn_many({"x": range(50), "y": range(50)})
    /// >>> answers.mean.shape
    /// (50,)
    #[pyo3(signature = (rows, target=None, *, weight=None))]
    fn predict_then_learn_many(
        &mut self,
        py: Python<'_>,
        rows: &Bound<'_, PyAny>,
        target: Option<&Bound<'_, PyAny>>,
        weight: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<PyAnswers> {
        let mut all = Vec::new();
        self.many(py, rows, target, weight, &mut |outcomes| {
            all.extend(outcomes)
        })?;
        Ok(PyAnswers::learned(all, self.classes.clone()))
    }
}

impl PyStreamLearner {
    /// Learns rows part by part, and hands on what came of them.
    fn many(
        &mut self,
        py: Python<'_>,
        rows: &Bound<'_, PyAny>,
        target: Option<&Bound<'_, PyAny>>,
        weight: Option<&Bound<'_, PyAny>>,
        done: &mut dyn FnMut(Vec<Outcome>),
    ) -> PyResult<()> {
        let table = Table::read(rows)?;
        let mut rows = match self.first.take() {
            None => self.rows_of(&table, &self.columns, target, weight)?,
            Some(mut first) => {
                let before = first.header.names().len();
                match &table {
                    Table::Rows(rows) => rows.iter().try_for_each(|row| first.header.add(row))?,
                    Table::Columns(columns) => columns.iter().for_each(|(name, _)| {
                        first.header.place_or_add(name);
                    }),
                }
                add_roles(&mut first.header, &self.roles);
                let rows = self.rows_of(&table, &first.header, target, weight);
                if rows.is_err() {
                    first.header.truncate(before);
                }
                self.first = Some(first);
                rows?
            }
        };
        let mut learned = 0;
        while !rows.is_empty() {
            let (most, names) = match &self.first {
                Some(first) => (first.room(), Some(first.header.names().to_vec())),
                None => (BETWEEN_LOOKS, None),
            };
            let rest = rows.split_off(most.min(rows.len()));
            let outcomes = self.learn(py, std::mem::replace(&mut rows, rest));
            match outcomes {
                Ok(outcomes) => {
                    learned += outcomes.len();
                    done(outcomes);
                }
                Err(error) if learned == 0 => return Err(error),
                Err(error) => {
                    return Err(match error.is_instance_of::<PyValueError>(py) {
                        true => PyValueError::new_err(format!(
                            "{}; the {learned} rows before were learned",
                            error.value(py)
                        )),
                        false => error,
                    });
                }
            }
            if let (Some(names), None, Some(learner)) = (names, &self.first, &self.learner) {
                rows = reorder(rows, &names, learner);
            }
            py.check_signals()?;
        }
        Ok(())
    }

    /// Rows of a table with these columns.
    fn rows_of(
        &self,
        table: &Table<'_>,
        columns: &super::Columns,
        target: Option<&Bound<'_, PyAny>>,
        weight: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Vec<Row>> {
        let count = table.len();
        let mut all: Vec<Vec<Value>> = match table {
            Table::Rows(rows) => rows
                .iter()
                .map(|row| columns.read(row))
                .collect::<PyResult<_>>()?,
            Table::Columns(read) => {
                let mut all = vec![vec![Value::Missing; columns.names().len()]; count];
                for (name, values) in read {
                    if let Some(place) = columns.place(name) {
                        all.iter_mut()
                            .zip(values)
                            .for_each(|(row, value)| row[place] = value.clone());
                    }
                }
                all
            }
        };
        let weight_column = self.roles.weight.as_ref();
        for (name, given) in [(Some(&self.roles.target), target), (weight_column, weight)] {
            let (Some(name), Some(given)) = (name, given) else {
                continue;
            };
            let Some(place) = columns.place(name) else {
                continue;
            };
            let values = given.try_iter()?.map(|value| values::read(name, &value?));
            let values: Vec<Value> = values.collect::<PyResult<_>>()?;
            if values.len() != count {
                return Err(PyValueError::new_err(format!(
                    "{count} rows and {} of {name:?}; expected one a row",
                    values.len()
                )));
            }
            all.iter_mut()
                .zip(values)
                .for_each(|(row, value)| row[place] = value);
        }
        let first = self.next_row();
        let numbered = (first..).zip(all);
        Ok(numbered
            .map(|(number, values)| Row { number, values })
            .collect())
    }
}

/// Predicts rows, side by side.
fn predict(learner: &StreamLearner, rows: &[Row]) -> Result<Vec<Answer>, StreamError> {
    let answers = rows
        .par_iter()
        .with_min_len(64)
        .map(|row| learner.predict(row));
    answers.collect()
}
