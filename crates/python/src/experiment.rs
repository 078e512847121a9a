//! Experiments of the command line: `mesu.run`.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use mesu_lab::{Data, Event, Experiment, NoPages, Outcome, Progress, RunName, Setting, Summary};
use pyo3::exceptions::{PyOSError, PyTypeError};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::error::OrRaise;
use crate::json;
use crate::pool::with_threads;

/// Time between two looks at whether Ctrl-C was pressed.
const BETWEEN_LOOKS: Duration = Duration::from_millis(50);

/// Counts what a run has learned.
#[derive(Default)]
struct Counted {
    done: AtomicU64,
    examples: AtomicU64,
}

impl Progress for Counted {
    fn report(&self, _run: RunName<'_>, event: Event<'_>) {
        match event {
            Event::Begun { examples, .. } => self.examples.store(examples, Ordering::Relaxed),
            Event::Learned { done, .. } => self.done.store(done, Ordering::Relaxed),
            _ => {}
        }
    }
}

/// End of a run: its summary, and bytes of its checkpoint, unless it was interrupted.
type Ended = Option<(Summary, Vec<u8>)>;

/// Runs an experiment of the command line in a folder.
///
/// `settings` are pairs of a dotted key and a value; `report`, if it is given, is called with the number of
/// examples learned and of all.
#[pyfunction]
#[pyo3(signature = (name, folder, settings, resume=false, report=None))]
pub(crate) fn run(
    py: Python<'_>,
    name: &str,
    folder: PathBuf,
    settings: &Bound<'_, PyDict>,
    resume: bool,
    report: Option<&Bound<'_, PyAny>>,
) -> PyResult<Py<PyAny>> {
    let mut sets = Vec::new();
    for (key, value) in settings.iter() {
        let key = key.str()?.to_string();
        let value = json::from_python(&key, &value)?;
        flatten(&key, value, &mut sets)?;
    }
    let experiment = Experiment::find(name, &sets).or_raise()?;
    let (stop, counted) = (AtomicBool::new(false), Counted::default());
    let work = || -> Result<Ended, mesu_lab::LabError> {
        let data = Data::load(&experiment)?;
        let setting = Setting {
            resume,
            stop: &stop,
            progress: &counted,
            pages: &NoPages,
        };
        match mesu_lab::run(&experiment, &data, &folder, setting)? {
            Outcome::Interrupted => Ok(None),
            Outcome::Finished(summary) => {
                let path = folder.join("checkpoint.safetensors");
                let bytes = mesu_lab::run::directory::read(&path)?;
                Ok(Some((*summary, bytes.unwrap_or_default())))
            }
        }
    };
    let ended = std::thread::scope(|scope| -> PyResult<Ended> {
        let runner = scope.spawn(|| with_threads(work));
        let mut interrupted = Ok(());
        while !runner.is_finished() {
            py.detach(|| std::thread::sleep(BETWEEN_LOOKS));
            let counts = (
                counted.done.load(Ordering::Relaxed),
                counted.examples.load(Ordering::Relaxed),
            );
            let told = report.map_or(Ok(()), |report| report.call1(counts).map(drop));
            interrupted = py.check_signals().and(told);
            if interrupted.is_err() {
                // It saves, and ends.
                stop.store(true, Ordering::Relaxed);
                break;
            }
        }
        let ended = py.detach(|| runner.join());
        interrupted?;
        let lost = || PyOSError::new_err("the thread of the run ended before it");
        ended.map_err(|_| lost())??.or_raise()
    })?;
    let Some((summary, bytes)) = ended else {
        return Err(PyOSError::new_err("the run was stopped before its end"));
    };
    let summary = json::report(py, &summary)?;
    Ok((summary, bytes).into_pyobject(py)?.into_any().unbind())
}

/// Writes a setting, and those within it, as the command line has them.
fn flatten(key: &str, value: serde_json::Value, sets: &mut Vec<String>) -> PyResult<()> {
    match value {
        serde_json::Value::Object(map) => {
            for (name, value) in map {
                flatten(&format!("{key}.{name}"), value, sets)?;
            }
            Ok(())
        }
        serde_json::Value::Null => Err(PyTypeError::new_err(format!(
            "{key} is None; expected a value, or no such setting"
        ))),
        value => {
            sets.push(format!("{key}={value}"));
            Ok(())
        }
    }
}

/// Names of the experiments of the command line, with a line about each.
#[pyfunction]
pub(crate) fn presets() -> Vec<(&'static str, String)> {
    let presets = mesu_lab::presets().iter();
    let described = presets.map(|preset| {
        let experiment = Experiment::find(preset.name, &[]);
        (
            preset.name,
            experiment.map(|e| e.description).unwrap_or_default(),
        )
    });
    described.collect()
}
