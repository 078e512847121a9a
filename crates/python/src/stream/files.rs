//! Learners as states, the files of the command line, and as pickles.

use std::path::PathBuf;

use mesu_stream::run::{Bookmark, is_state, open, write_state};
use mesu_stream::{Notes, Roles, Row, StreamLearner, StreamSettings, Target, Value};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList, PyTuple};

use super::first_rows::ToBe;
use super::{Columns, FirstRows, PyStreamLearner};
use crate::error::OrRaise;
use crate::learner::PyLearner;
use crate::pool::with_threads;
use crate::values;

/// Version of the form of pickles.
const PICKLE: u32 = 1;

/// Reads what was saved: the state of a learner of rows, a checkpoint, or a run's folder.
///
/// Parameters
/// ----------
/// path : path
///     The file or folder; the command line's as well as this package's.
///
/// Returns
/// -------
/// StreamLearner or Learner
///     It goes on bit for bit where it was.
///
/// Raises
/// ------
/// FileNotFoundError
///     If there is no such file.
/// ValueError
///     For a file that is neither, damaged, or of another version.
///
/// Examples
/// --------
/// >>> import mesu, tempfile, pathlib
/// >>> path = pathlib.Path(tempfile.mkdtemp()) / "rows.mesu"
/// >>> learner = mesu.StreamLearner("class")
/// >>> learner.learn_many({"x": [0.0, 1.0] * 10, "class": ["even", "odd"] * 10})
/// >>> learner.save(path)
/// >>> mesu.load(path).rows
/// 20
#[pyfunction]
pub(crate) fn load(py: Python<'_>, path: PathBuf) -> PyResult<Py<PyAny>> {
    if !is_state(&path) {
        return Ok(Py::new(py, PyLearner::read(&path)?)?.into_any());
    }
    let (learner, bookmark) = py.detach(|| open(&path)).or_raise()?;
    let loaded = PyStreamLearner::of(learner, bookmark, Notes::new());
    Ok(Py::new(py, loaded)?.into_any())
}

#[pymethods]
impl PyStreamLearner {
    /// Writes the learner as a state, at once or not at all. From then on columns hold what was told of them so far.
    ///
    /// Parameters
    /// ----------
    /// path : path
    ///     The file; ``mesu learn``, ``mesu predict`` and ``mesu show`` read it.
    ///
    /// Raises
    /// ------
    /// mesu.NotLearnedError
    ///     Before the first row.
    /// OSError
    ///     If it can't be written, or another process is learning into it.
    ///
    /// Examples
    /// --------
    /// >>> import mesu, tempfile, pathlib
    /// >>> learner = mesu.StreamLearner("y", regression=True)
    /// >>> learner.learn_one({"x": 1.0}, 2.0)
    /// >>> learner.save(pathlib.Path(tempfile.mkdtemp()) / "rows.mesu")
    fn save(&mut self, py: Python<'_>, path: PathBuf) -> PyResult<()> {
        self.settle_columns()?;
        let (learner, bookmark) = (self.whole()?, &self.bookmark);
        py.detach(|| write_state(&path, learner, bookmark))
            .or_raise()
    }

    /// The state without its place in a source, as bytes: equal for equal learners, however they came about.
    ///
    /// Raises
    /// ------
    /// mesu.NotLearnedError
    ///     Before the first row.
    ///
    /// Examples
    /// --------
    /// >>> import mesu
    /// >>> a, b = mesu.StreamLearner("y"), mesu.StreamLearner("y")
    /// >>> a.learn_many({"x": [1, 2], "y": ["u", "v"]})
    /// >>> for x, y in [(1, "u"), (2, "v")]:
    /// ...     b.learn_one({"x": x, "y": y})
    /// >>> a.to_bytes() == b.to_bytes()
    /// True
    #[allow(clippy::wrong_self_convention, reason = "columns are settled first")]
    fn to_bytes<'py>(&mut self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        self.settle_columns()?;
        let bytes = self.whole()?.save(&self.notes).or_raise()?;
        Ok(PyBytes::new(py, &bytes))
    }

    /// A learner from the bytes of a state.
    ///
    /// Raises
    /// ------
    /// ValueError
    ///     For anything else.
    ///
    /// Examples
    /// --------
    /// >>> import mesu
    /// >>> mesu.StreamLearner.from_bytes(b"no state")
    /// Traceback (most recent call last):
    /// ...
    /// ValueError: not a state of a learner of rows
    #[staticmethod]
    fn from_bytes(bytes: &[u8]) -> PyResult<Self> {
        let (learner, notes) = StreamLearner::restore(bytes).or_raise()?;
        Ok(Self::of(learner, Bookmark::default(), notes))
    }

    fn __reduce__<'py>(
        slf: &Bound<'py, Self>,
    ) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyTuple>)> {
        let py = slf.py();
        let restore = py.get_type::<Self>().getattr("_restore")?;
        let this = slf.borrow();
        let arguments = (
            PICKLE,
            this.described()?,
            this.bytes(py)?,
            this.first_rows(py)?,
        );
        Ok((restore, arguments.into_pyobject(py)?))
    }

    fn __deepcopy__(&self, _memo: &Bound<'_, PyAny>) -> PyResult<Self> {
        self.copy()
    }

    fn __copy__(&self) -> PyResult<Self> {
        self.copy()
    }

    #[allow(clippy::type_complexity, reason = "arguments of a pickle")]
    #[staticmethod]
    fn _restore(
        py: Python<'_>,
        version: u32,
        described: &str,
        state: Option<&[u8]>,
        first: Option<(Vec<String>, Vec<Vec<Bound<'_, PyAny>>>)>,
    ) -> PyResult<Self> {
        if version != PICKLE {
            return Err(PyValueError::new_err(format!(
                "a pickle of version {version}; expected {PICKLE}"
            )));
        }
        let first = match first {
            None => None,
            Some((header, rows)) => Some(FirstRows::restored(&header, &rows)?),
        };
        Self::restored(py, described, state, first)
    }
}

/// Items of a pickle beside the state: parts of columns, settings, order of columns, bookmark.
type Described = (RolesNamed, StreamSettings, bool, Bookmark);

/// Target, whether it is a number, columns of ids, weights and times, and what is not looked at.
type RolesNamed = (String, bool, [Option<String>; 3], Vec<String>);

impl PyStreamLearner {
    /// A learner that was read.
    fn of(learner: StreamLearner, bookmark: Bookmark, notes: Notes) -> Self {
        let schema = learner.schema();
        let name = |at: usize| schema.columns[at].name.clone();
        let mut roles = Roles::target(name(schema.target));
        roles.regression = schema.task == Target::Value;
        roles.id = schema.id.map(name);
        roles.weight = schema.weight.map(name);
        roles.time = schema.time.map(name);
        let mut new = Self {
            settings: learner.settings().clone(),
            roles,
            sorted: false,
            learner: None,
            columns: Columns::default(),
            first: None,
            bookmark,
            notes,
            classes: Default::default(),
        };
        new.set_learner(learner);
        new
    }

    fn described(&self) -> PyResult<String> {
        let Roles {
            target,
            regression,
            id,
            weight,
            time,
            ignore,
        } = self.roles.clone();
        let roles: RolesNamed = (target, regression, [id, weight, time], ignore);
        let described = (roles, &self.settings, self.sorted, &self.bookmark);
        serde_json::to_string(&described).map_err(|error| PyValueError::new_err(error.to_string()))
    }

    /// The state, of a learner whose columns are settled.
    fn bytes<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyBytes>>> {
        let settled = self.learner.as_ref().filter(|_| self.first.is_none());
        let bytes = settled.map(|learner| learner.save(&self.notes)).transpose();
        Ok(bytes.or_raise()?.map(|bytes| PyBytes::new(py, &bytes)))
    }

    /// The rows by which columns are told.
    #[allow(clippy::type_complexity, reason = "arguments of a pickle")]
    fn first_rows<'py>(
        &self,
        py: Python<'py>,
    ) -> PyResult<Option<(Vec<String>, Vec<Bound<'py, PyList>>)>> {
        let Some(first) = &self.first else {
            return Ok(None);
        };
        let rows = first.rows.iter().map(|row| {
            let values = row.values.iter().map(|value| values::to_python(py, value));
            PyList::new(py, values.collect::<PyResult<Vec<_>>>()?)
        });
        Ok(Some((
            first.header.names().to_vec(),
            rows.collect::<PyResult<_>>()?,
        )))
    }

    fn restored(
        py: Python<'_>,
        described: &str,
        state: Option<&[u8]>,
        first: Option<FirstRows>,
    ) -> PyResult<Self> {
        let foreign =
            |error| PyValueError::new_err(format!("a pickle of another version: {error}"));
        let (roles, settings, sorted, bookmark): Described =
            serde_json::from_str(described).map_err(foreign)?;
        let restored = state.map(StreamLearner::restore).transpose().or_raise()?;
        let (learner, notes) = restored.unzip();
        let mut all = Roles::target(roles.0);
        (all.regression, all.ignore) = (roles.1, roles.3);
        [all.id, all.weight, all.time] = roles.2;
        let mut new = Self {
            roles: all,
            settings,
            sorted,
            learner: None,
            columns: Columns::default(),
            first,
            bookmark,
            notes: notes.unwrap_or_default(),
            classes: Default::default(),
        };
        match learner {
            Some(learner) => new.set_learner(learner),
            None => new.tell_again(py)?,
        }
        Ok(new)
    }

    /// Learns the first rows anew.
    fn tell_again(&mut self, py: Python<'_>) -> PyResult<()> {
        let Some(first) = self.first.as_ref().filter(|first| !first.rows.is_empty()) else {
            return Ok(());
        };
        let to_be = ToBe {
            roles: &self.roles,
            settings: &self.settings,
            sorted: self.sorted,
        };
        let learned = py.detach(|| with_threads(|| first.learn(0, None, &to_be)))?;
        if let (Some(learner), _) = learned.or_raise()? {
            self.set_learner(learner);
        }
        Ok(())
    }

    fn copy(&self) -> PyResult<Self> {
        Python::attach(|py| {
            let state = self.bytes(py)?;
            let first = self.first.as_ref().map(FirstRows::copy);
            let state = state.as_ref().map(|bytes| bytes.as_bytes());
            Self::restored(py, &self.described()?, state, first)
        })
    }
}

impl FirstRows {
    fn restored(header: &[String], rows: &[Vec<Bound<'_, PyAny>>]) -> PyResult<Self> {
        let mut restored = Self::default();
        header.iter().for_each(|name| {
            restored.header.place_or_add(name);
        });
        for (number, row) in (1..).zip(rows) {
            let named = header.iter().zip(row);
            let values = named.map(|(name, value)| values::read(name, value));
            let values: Vec<Value> = values.collect::<PyResult<_>>()?;
            restored.rows.push(Row { number, values });
        }
        Ok(restored)
    }

    fn copy(&self) -> Self {
        let mut copy = Self::default();
        self.header.names().iter().for_each(|name| {
            copy.header.place_or_add(name);
        });
        copy.rows.clone_from(&self.rows);
        copy
    }
}
