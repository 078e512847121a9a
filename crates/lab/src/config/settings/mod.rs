//! Settings of an experiment, each described once: name, type, range and meaning.
//!
//! Texts about settings elsewhere follow from this list: the comments of
//! `permuted-digits.toml`, the table of the README, `mesu settings` and its JSON schema. Names of keys
//! are taken from it too, so a setting that is not described does not exist.

mod list;
mod lookup;
mod setting;
mod shorthand;
#[cfg(test)]
mod tests;
pub mod write;

pub use self::list::SETTINGS;
pub use self::lookup::find;
pub(crate) use self::lookup::{keys, of_learner};
pub use self::setting::{Kind, Range, SECTIONS, Setting};
