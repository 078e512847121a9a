//! Why a benchmark could not be measured.

use mesu::{ConfigError, LearnError};
use mesu_lab::LabError;

/// Why a benchmark could not be measured.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BenchError {
    /// A preset or its data.
    #[error(transparent)]
    Lab(#[from] LabError),
    /// A network that can't be.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// A learner that diverged in its first update.
    #[error(transparent)]
    Learn(#[from] LearnError),
    /// A pool of one thread, refused by the system.
    #[error(transparent)]
    Threads(#[from] rayon::ThreadPoolBuildError),
}
