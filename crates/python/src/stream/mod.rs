//! `mesu.StreamLearner`: a learner of rows of any columns.

mod answer;
mod answers;
mod columns;
mod files;
mod first_rows;
mod many;
mod one;
mod table;

use std::collections::BTreeMap;
use std::sync::Arc;

use mesu_stream::run::{Bookmark, assign};
use mesu_stream::{Column, Kind, Notes, Roles, Schema, StreamLearner, StreamSettings, Target};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use serde::Deserialize;

pub(crate) use self::answer::{PyAnswer, PyOutcome};
pub(crate) use self::answers::PyAnswers;
use self::columns::Columns;
pub(crate) use self::files::load;
use self::first_rows::FirstRows;
use crate::error::{NotLearnedError, OrRaise};
use crate::json;

/// A learner of rows as they come: each is predicted, and then learned.
///
/// A row is a dict of the columns' names and values: numbers, texts, truth values, dates; ``None``, NaN and absent
/// columns are missing. Many rows are a data frame of pandas or polars, a dict of columns, or a list of dicts. What
/// the columns hold is told by the first 1,000 rows, as on the command line; columns that come later are not looked
/// at.
///
/// Parameters
/// ----------
/// target : str
///     Column that is to be predicted.
/// regression : bool
///     True if it is a number to predict, and not a class.
/// id : str, optional
///     Column of the rows' names, by which labels may come later.
/// weight : str, optional
///     Column of factors of the rows' losses.
/// time : str, optional
///     Column of the rows' times: not learned from, told beside predictions by the command line.
/// ignore : list of str
///     Columns that are not looked at.
/// columns : dict of str to str, optional
///     What each column holds, if it is known: ``"number"``, ``"boolean"``, ``"category"``, ``"date"``, ``"id"`` or
///     ``"ignored"``.
/// classes : list of str
///     Classes known from the start, beside ``columns``.
/// **settings
///     ``seed``, ``members`` (``"mixture"``, ``"one"``, or names as ``"values-1e4,neighbors"``), ``mixing_rate``,
///     ``mixing_floor``, ``drift_chance``, ``stranger_deviations``, ``waiting``, ``class_weights`` (a dict).
///
/// Raises
/// ------
/// TypeError
///     For a setting that there is not.
/// ValueError
///     For a setting out of its range.
///
/// The same rows and settings give the same bits as the command line and Rust, however they are cut into calls. One
/// learner is for one thread at a time: a second one that calls it meanwhile gets a ``RuntimeError``.
///
/// Examples
/// --------
/// >>> import mesu
/// >>> learner = mesu.StreamLearner("class")
/// >>> for n in range(400):
/// ...     x = n * 7 % 10
/// ...     learner.learn_one({"x": x, "class": "low" if x < 5 else "high"})
/// >>> learner.predict_one({"x": 8}).label
/// 'high'
/// >>> learner.window()["accuracy"] > 0.9
/// True
#[pyclass(name = "StreamLearner", module = "mesu")]
pub(crate) struct PyStreamLearner {
    roles: Roles,
    settings: StreamSettings,
    /// True if columns are put into the order of their names.
    sorted: bool,
    /// Nothing before the first row.
    learner: Option<StreamLearner>,
    columns: Columns,
    /// Rows by which columns are told, while there are fewer than that takes.
    first: Option<FirstRows>,
    /// Place in the sources of the command line.
    bookmark: Bookmark,
    notes: Notes,
    /// Names of the classes, for answers.
    classes: Arc<Vec<String>>,
}

#[pymethods]
impl PyStreamLearner {
    #[new]
    #[pyo3(signature = (
        target="target", *, regression=false, id=None, weight=None, time=None, ignore=Vec::new(), columns=None,
        classes=Vec::new(), _sorted=false, **settings
    ))]
    #[allow(clippy::too_many_arguments, reason = "keyword arguments of Python")]
    fn new(
        target: &str,
        regression: bool,
        id: Option<String>,
        weight: Option<String>,
        time: Option<String>,
        ignore: Vec<String>,
        columns: Option<&Bound<'_, PyDict>>,
        classes: Vec<String>,
        _sorted: bool,
        settings: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Self> {
        let settings = read_settings(settings)?;
        let mut roles = Roles::target(target);
        roles.regression = regression;
        roles.id = id;
        roles.weight = weight;
        roles.time.clone_from(&time);
        roles.ignore = ignore;
        let schema = columns.map(|columns| schema(&roles, columns, classes.clone()));
        if schema.is_none() && !classes.is_empty() {
            return Err(PyTypeError::new_err(
                "classes without columns; expected both",
            ));
        }
        // Settings are checked before the first row.
        let number = Column::new("x", Kind::Number);
        let some = vec![Column::new(target, Kind::Ignored), number];
        let some = Schema::new(some, 0, Target::Value).or_raise()?;
        StreamLearner::new(some, settings.clone()).or_raise()?;
        let mut new = Self {
            first: schema.is_none().then(FirstRows::default),
            columns: Columns::default(),
            learner: None,
            bookmark: Bookmark::default(),
            notes: Notes::new(),
            classes: Arc::default(),
            roles,
            settings,
            sorted: _sorted,
        };
        new.bookmark.time = time;
        if let Some(schema) = schema {
            let learner = StreamLearner::new(schema?, new.settings.clone()).or_raise()?;
            new.set_learner(learner);
        }
        Ok(new)
    }

    /// Number of rows that it was given to learn, those without a label included.
    #[getter]
    fn rows(&self) -> u64 {
        self.learner.as_ref().map_or(0, StreamLearner::rows)
    }

    /// Names of the classes that came, in the order in which they came; none of values.
    #[getter]
    fn classes(&self) -> Vec<String> {
        let learner = self.learner.as_ref();
        learner.map_or(Vec::new(), |learner| learner.classes().to_vec())
    }

    /// Column that is to be predicted.
    #[getter]
    fn target(&self) -> &str {
        &self.roles.target
    }

    /// True if it is a number, and not a class.
    #[getter]
    fn regression(&self) -> bool {
        self.roles.regression
    }

    /// Settings, as a dict.
    #[getter]
    fn settings<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        json::report(py, &self.settings)
    }

    /// Columns and their parts, as a dict.
    ///
    /// Raises
    /// ------
    /// mesu.NotLearnedError
    ///     Before the first row.
    #[getter]
    fn schema<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        json::report(py, self.whole()?.schema())
    }

    /// Measures of all answers to rows with a label, as a dict: ``accuracy``, ``log_loss``, ``ece`` and others of
    /// classes, ``r2``, ``mae`` and others of values.
    ///
    /// Raises
    /// ------
    /// mesu.NotLearnedError
    ///     Before the first row.
    fn measures<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        json::report(py, &self.whole()?.measures())
    }

    /// Measures of the answers to the last 1,000 rows with a label, as a dict.
    ///
    /// Raises
    /// ------
    /// mesu.NotLearnedError
    ///     Before the first row.
    fn window<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        json::report(py, &self.whole()?.window())
    }

    /// Members of the mixture, as dicts of ``name``, ``weight`` and ``log_loss``.
    ///
    /// Raises
    /// ------
    /// mesu.NotLearnedError
    ///     Before the first row.
    fn members<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        json::report(py, &self.whole()?.members())
    }

    /// Changes of the stream that were told, the last 1,000, as dicts of ``row``, ``sign``, ``means`` and
    /// ``confidence``.
    fn drifts<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let drifts = self.learner.as_ref().map(StreamLearner::drifts);
        json::report(py, &drifts.unwrap_or_default())
    }

    /// Columns that are looked at, and what was seen of them, as dicts.
    ///
    /// Raises
    /// ------
    /// mesu.NotLearnedError
    ///     Before the first row.
    fn columns<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        json::report(py, &self.whole()?.columns())
    }

    fn __repr__(&self) -> String {
        let regression = match self.roles.regression {
            true => ", regression=True",
            false => "",
        };
        format!(
            "StreamLearner({:?}{regression}): {} rows",
            self.roles.target,
            self.rows()
        )
    }
}

impl PyStreamLearner {
    /// The learner.
    fn whole(&self) -> PyResult<&StreamLearner> {
        self.learner.as_ref().ok_or_else(not_learned)
    }

    /// Takes a learner, and its columns.
    fn set_learner(&mut self, learner: StreamLearner) {
        self.columns = Columns::of(learner.schema());
        self.classes = Arc::new(learner.classes().to_vec());
        self.learner = Some(learner);
    }

    /// Notes the names of classes that came.
    fn note_classes(&mut self) {
        if let Some(learner) = &self.learner
            && learner.classes().len() != self.classes.len()
        {
            self.classes = Arc::new(learner.classes().to_vec());
        }
    }
}

/// The error of a learner that has seen no row.
fn not_learned() -> PyErr {
    NotLearnedError::new_err("the learner has seen no row yet")
}

/// Settings by their names.
fn read_settings(given: Option<&Bound<'_, PyDict>>) -> PyResult<StreamSettings> {
    let mut settings = StreamSettings::default();
    for (key, value) in given.into_iter().flatten() {
        let key = key.str()?.to_string();
        let mut set = |key: &str, value: &Bound<'_, PyAny>| -> PyResult<()> {
            let text = match value.try_iter() {
                Ok(items) if !value.is_instance_of::<pyo3::types::PyString>() => {
                    let items = items.map(|item| Ok(item?.str()?.to_string()));
                    items.collect::<PyResult<Vec<String>>>()?.join(",")
                }
                _ => value.str()?.to_string(),
            };
            assign(&mut settings, key, &text).or_raise()
        };
        match value.cast::<PyDict>() {
            Ok(weights) if key == "class_weights" => {
                for (class, weight) in weights.iter() {
                    set(&format!("class_weights.{class}"), &weight)?;
                }
            }
            _ => set(&key, &value)?,
        }
    }
    Ok(settings)
}

/// Schema of columns whose content is known.
fn schema(roles: &Roles, columns: &Bound<'_, PyDict>, classes: Vec<String>) -> PyResult<Schema> {
    let mut kinds: BTreeMap<usize, Column> = BTreeMap::new();
    for (at, (name, kind)) in columns.iter().enumerate() {
        let (name, kind) = (
            name.str()?.to_string(),
            json::from_python("columns", &kind)?,
        );
        let kind = Kind::deserialize(&kind)
            .map_err(|error| PyValueError::new_err(format!("column {name:?}: {error}")))?;
        kinds.insert(at, Column::new(name, kind));
    }
    let mut columns: Vec<Column> = kinds.into_values().collect();
    let mut place = |name: &String| {
        let found = columns.iter().position(|column| column.name == *name);
        found.unwrap_or_else(|| {
            columns.push(Column::new(name.clone(), Kind::Ignored));
            columns.len() - 1
        })
    };
    let target = place(&roles.target);
    let mut part = |name: &Option<String>| name.as_ref().map(&mut place);
    let (id, weight, time) = (part(&roles.id), part(&roles.weight), part(&roles.time));
    let ignored: Vec<usize> = roles.ignore.iter().map(place).collect();
    for at in ignored.into_iter().chain(id).chain(weight).chain(time) {
        columns[at] = Column::new(columns[at].name.clone(), Kind::Ignored);
    }
    let task = match roles.regression {
        true => Target::Value,
        false => Target::Class { classes },
    };
    let mut schema = Schema::new(columns, target, task).or_raise()?;
    schema.id = id;
    schema.weight = weight;
    schema.time = time;
    Ok(schema)
}
