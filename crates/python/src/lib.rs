//! The native half of the Python package: learners, rows and runs, one class or function of Python each.
//!
//! ```text
//! learner    mesu.Learner: examples in arrays            -> mesu
//! stream     mesu.StreamLearner: rows of any columns     -> mesu-stream
//! experiment mesu.run                                    -> mesu-lab
//! arrays, json, values                                   Python's values as the crates' own, and back
//! ```

mod arrays;
mod error;
mod experiment;
mod json;
mod learner;
mod pool;
mod stream;
mod values;

use pyo3::prelude::*;

/// Native half of the package `mesu`. A free-threaded Python turns its GIL on for it: nothing of it was
/// tested without.
#[pymodule(gil_used = true)]
fn _mesu(m: &Bound<'_, PyModule>) -> PyResult<()> {
    pool::remember_process();
    m.add("__version__", env!("CARGO_PKG_VERSION"))?;
    m.add("DivergedError", m.py().get_type::<error::DivergedError>())?;
    m.add(
        "NotLearnedError",
        m.py().get_type::<error::NotLearnedError>(),
    )?;
    m.add_class::<learner::PyLearner>()?;
    m.add_class::<learner::PyPrediction>()?;
    m.add_class::<learner::PyLearned>()?;
    m.add_class::<learner::PyStep>()?;
    m.add_class::<stream::PyStreamLearner>()?;
    m.add_class::<stream::PyAnswer>()?;
    m.add_class::<stream::PyAnswers>()?;
    m.add_class::<stream::PyOutcome>()?;
    m.add_function(wrap_pyfunction!(experiment::run, m)?)?;
    m.add_function(wrap_pyfunction!(experiment::presets, m)?)?;
    m.add_function(wrap_pyfunction!(stream::load, m)?)?;
    Ok(())
}
