//! The commands, a file or folder each.

pub(crate) mod bench;
pub(crate) mod data;
pub(crate) mod describe;
pub(crate) mod doctor;
#[cfg(feature = "vision")]
pub(crate) mod features;
mod folder;
pub(crate) mod list;
pub(crate) mod micro;
pub(crate) mod report;
pub(crate) mod repro;
pub(crate) mod results;
pub(crate) mod rows;
pub(crate) mod run;
pub(crate) mod settings;
pub(crate) mod show;
