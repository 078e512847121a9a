//! Tables as streams of rows, in the order of their files and in memory that does not grow with them.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod error;
mod format;
mod input;
mod place;
mod row;
mod rows;
mod source;
mod table;
mod write;

pub use error::{At, MAX_COLUMNS, MAX_ROW, RowsError};
pub use format::Format;
pub use place::Place;
pub use row::{Row, Value, ValueRef};
pub use rows::Rows;
pub use source::Source;
pub use table::Options;
#[cfg(feature = "parquet")]
pub use write::ParquetWriter;
pub use write::{WriteError, Writer};

/// Examples of the README, as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
