//! Learners as checkpoints, the files of the command line.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use mesu::Learner;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyTuple};

use super::PyLearner;
use crate::error::{OrRaise, file};

#[pymethods]
impl PyLearner {
    /// Texts that the checkpoint carries, by their names; a run keeps its history there.
    #[getter]
    fn notes(&self) -> BTreeMap<String, String> {
        self.notes.clone()
    }

    /// Sets the texts.
    #[setter]
    fn set_notes(&mut self, notes: BTreeMap<String, String>) {
        self.notes = notes;
    }

    /// Writes the learner as a checkpoint, a safetensors file, at once or not at all.
    ///
    /// Parameters
    /// ----------
    /// path : path
    ///     The file; the command line reads it (``mesu doctor``).
    ///
    /// Raises
    /// ------
    /// OSError
    ///     If it can't be written.
    /// mesu.DivergedError
    ///     Of a learner that broke.
    ///
    /// Examples
    /// --------
    /// >>> import mesu, tempfile, pathlib
    /// >>> path = pathlib.Path(tempfile.mkdtemp()) / "learner.safetensors"
    /// >>> learner = mesu.Learner(2, 2, seed=1)
    /// >>> learner.save(path)
    /// >>> mesu.load(path).to_bytes() == learner.to_bytes()
    /// True
    fn save(&self, py: Python<'_>, path: PathBuf) -> PyResult<()> {
        let bytes = self.bytes()?;
        let written = py.detach(|| mesu_lab::run::directory::write_file(&path, &bytes));
        written.or_raise()
    }

    /// The bytes of the checkpoint. The same learner and notes give the same bytes.
    ///
    /// Examples
    /// --------
    /// >>> import mesu
    /// >>> learner = mesu.Learner(2, 2, seed=1)
    /// >>> mesu.Learner.from_bytes(learner.to_bytes()).updates
    /// 0
    fn to_bytes<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        Ok(PyBytes::new(py, &self.bytes()?))
    }

    /// A learner from the bytes of a checkpoint, which goes on bit for bit.
    ///
    /// Raises
    /// ------
    /// ValueError
    ///     For anything else.
    ///
    /// Examples
    /// --------
    /// >>> import mesu
    /// >>> mesu.Learner.from_bytes(b"")
    /// Traceback (most recent call last):
    /// ...
    /// ValueError: ...
    #[staticmethod]
    fn from_bytes(bytes: &[u8]) -> PyResult<Self> {
        let (learner, notes) = Learner::restore(bytes).or_raise()?;
        Ok(Self { learner, notes })
    }

    fn __reduce__<'py>(
        slf: &Bound<'py, Self>,
    ) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyTuple>)> {
        let py = slf.py();
        let bytes = slf.borrow().to_bytes(py)?;
        let restore = py.get_type::<Self>().getattr("from_bytes")?;
        Ok((restore, PyTuple::new(py, [bytes])?))
    }

    fn __deepcopy__(&self, _memo: &Bound<'_, PyAny>) -> Self {
        self.copy()
    }

    fn __copy__(&self) -> Self {
        self.copy()
    }
}

impl PyLearner {
    fn copy(&self) -> Self {
        Self {
            learner: self.learner.clone(),
            notes: self.notes.clone(),
        }
    }

    fn bytes(&self) -> PyResult<Vec<u8>> {
        let notes = self.notes.iter();
        let notes: Vec<(&str, &str)> = notes.map(|(k, v)| (k.as_str(), v.as_str())).collect();
        self.learner.save(&notes).or_raise()
    }

    /// Reads a checkpoint, or that of a run's folder.
    pub(crate) fn read(path: &Path) -> PyResult<Self> {
        let path = match path.is_dir() {
            true => path.join("checkpoint.safetensors"),
            false => path.to_owned(),
        };
        let shown = path.display().to_string();
        let bytes = fs::read(&path).map_err(|error| file(&shown, &error))?;
        let restored = Learner::restore(&bytes);
        let (learner, notes) =
            restored.map_err(|error| PyValueError::new_err(format!("{shown}: {error}")))?;
        Ok(Self { learner, notes })
    }
}
