//! Measures of a run: the one list that the command line's tables, `--json`, reports, comparisons,
//! RESULTS.md and paired tests follow.

mod accuracy;
mod detection;
mod list;
mod measure;
#[cfg(test)]
mod tests;
mod values;

pub use accuracy::*;
pub use detection::*;
pub use list::*;
pub use measure::{Better, Column, Family, Measure};
pub use values::*;
