//! Errors of the crates as Python's own exceptions.

use std::io;

use mesu::checkpoint::CheckpointError;
use mesu::{ConfigError, HeadError, LearnError};
use mesu_lab::LabError;
use mesu_stream::run::{RunError, SetError};
use mesu_stream::{SchemaError, StateError, StreamError};
use pyo3::exceptions::{
    PyArithmeticError, PyFileNotFoundError, PyIndexError, PyOSError, PyTypeError, PyValueError,
};
use pyo3::{PyErr, create_exception};

create_exception!(
    mesu,
    DivergedError,
    PyArithmeticError,
    "The learner's numbers grew beyond what 32-bit floats hold; it has to go back to a saved state."
);
create_exception!(
    mesu,
    NotLearnedError,
    PyValueError,
    "The learner is asked for what it can only say after it has learned a row."
);

/// Conversion into the exception that Python has for a reason.
pub(crate) trait Raise {
    /// The exception.
    fn raise(self) -> PyErr;
}

/// Results whose errors become exceptions.
pub(crate) trait OrRaise<T> {
    /// The value, or the exception.
    fn or_raise(self) -> Result<T, PyErr>;
}

impl<T, E: Raise> OrRaise<T> for Result<T, E> {
    fn or_raise(self) -> Result<T, PyErr> {
        self.map_err(Raise::raise)
    }
}

macro_rules! values {
    ($($error:ty),+) => {$(
        impl Raise for $error {
            fn raise(self) -> PyErr {
                PyValueError::new_err(self.to_string())
            }
        }
    )+};
}

values!(ConfigError, CheckpointError, SchemaError, StateError);

impl Raise for HeadError {
    fn raise(self) -> PyErr {
        PyIndexError::new_err(self.to_string())
    }
}

impl Raise for SetError {
    fn raise(self) -> PyErr {
        match self {
            Self::Unknown { .. } => PyTypeError::new_err(self.to_string()),
            _ => PyValueError::new_err(self.to_string()),
        }
    }
}

impl Raise for LearnError {
    fn raise(self) -> PyErr {
        match &self {
            Self::Diverged { .. } | Self::Broken { .. } | Self::Overflow { .. } => {
                DivergedError::new_err(self.to_string())
            }
            Self::TargetKind { .. } => PyTypeError::new_err(self.to_string()),
            _ => PyValueError::new_err(self.to_string()),
        }
    }
}

impl Raise for StreamError {
    fn raise(self) -> PyErr {
        match self {
            Self::Member { error, .. } => error.raise(),
            other => PyValueError::new_err(other.to_string()),
        }
    }
}

impl Raise for RunError {
    fn raise(self) -> PyErr {
        match self {
            Self::NoState { path } => {
                PyFileNotFoundError::new_err(format!("{}: no such file", path.display()))
            }
            Self::File { path, error } => file(&path.display().to_string(), &error),
            Self::Busy { .. } => PyOSError::new_err(self.to_string()),
            Self::Stream(error) => error.raise(),
            Self::Setting(error) => error.raise(),
            other => PyValueError::new_err(other.to_string()),
        }
    }
}

impl Raise for LabError {
    fn raise(self) -> PyErr {
        match &self {
            Self::Io { .. } | Self::RunFolder { .. } | Self::Busy { .. } => {
                PyOSError::new_err(self.to_string())
            }
            _ => PyValueError::new_err(self.to_string()),
        }
    }
}

/// The exception of a file that can't be read or written.
pub(crate) fn file(path: &str, error: &io::Error) -> PyErr {
    let text = format!("{path}: {error}");
    match error.kind() {
        io::ErrorKind::NotFound => PyFileNotFoundError::new_err(text),
        _ => PyOSError::new_err(text),
    }
}
