//! Threads of a process that may be a fork: the threads of the pool that its parent had are not there.

use std::process;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use pyo3::PyResult;
use pyo3::exceptions::PyOSError;
use rayon::{ThreadPool, ThreadPoolBuilder};

/// Process that imported the package; it has the common pool.
static HOME: OnceLock<u32> = OnceLock::new();

/// Pool of a process that was forked from it, and that process.
static FORKED: Mutex<Option<(u32, Arc<ThreadPool>)>> = Mutex::new(None);

/// Notes that this process has the common pool.
pub(crate) fn remember_process() {
    HOME.get_or_init(process::id);
}

/// Does `work` where there are threads for it.
pub(crate) fn with_threads<T: Send>(work: impl FnOnce() -> T + Send) -> PyResult<T> {
    let process = process::id();
    if HOME.get() == Some(&process) {
        return Ok(work());
    }
    let pool = {
        let mut forked = FORKED.lock().unwrap_or_else(PoisonError::into_inner);
        match &*forked {
            Some((of, pool)) if *of == process => pool.clone(),
            _ => {
                let pool = ThreadPoolBuilder::new().build();
                let pool = pool.map_err(|error| PyOSError::new_err(error.to_string()))?;
                let pool = Arc::new(pool);
                // The pool of a parent has no threads to join here.
                if let Some((_, parents)) = forked.replace((process, pool.clone())) {
                    std::mem::forget(parents);
                }
                pool
            }
        }
    };
    Ok(pool.install(work))
}
