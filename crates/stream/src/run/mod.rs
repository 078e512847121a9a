//! Learning from files and pipes, exactly once: a state in one file that is replaced as a whole, a file of predictions
//! that is cut back to the state's place, and a lock.
//!
//! A state holds its place in its source. Killed at any moment and started again with [`Resume::Source`], state and
//! predictions end byte for byte as those of a run that was not.
//!
//! ```text
//! files, pipe -> Feed (a thread) -> columns in the schema's order -> StreamLearner -> predictions, then state
//! ```

mod bookmark;
mod columns;
mod error;
mod event;
mod feed;
mod inspect;
mod labels;
mod learn;
mod options;
mod predict;
mod predictions;
mod session;
mod settings;
mod state_file;
mod summary;

pub use self::bookmark::{BadRow, Bookmark, Replaced, Written};
pub use self::error::RunError;
pub use self::event::{Event, Progress};
pub use self::inspect::{Inspected, findings, inspect, is_state, names_state, open, states_in};
pub use self::labels::{Labeled, learn_labels};
pub use self::learn::{Learned, learn};
pub use self::options::{Input, LearnOptions, OnBadRow, PredictOptions, Resume, Target};
pub use self::predict::{Predicted, predict};
pub use self::settings::{SetError, assign};
pub use self::state_file::{create, write_state};
pub use self::summary::Summary;
