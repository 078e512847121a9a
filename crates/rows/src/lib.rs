//! Tables as streams of rows, in the order of their files and in memory that does not grow with them.
//!
//! A [`Source`] is a file, several, a folder, or anything that can be read. [`Rows`] reads its rows one at
//! a time, in the format and packing that its bytes show; an error names the file, the row, the line and
//! the column, and where it [concerns one row](RowsError::is_of_row) the next can be read. A [`Place`] is
//! what a state holds to go on exactly where it stopped. [`Writer`] writes rows, and cuts a file back to
//! the length that a state holds.
//!
//! | format | values | passed over |
//! |---|---|---|
//! | CSV, TSV | text; missing where empty, in quotes too | empty lines, a byte order mark |
//! | JSON lines | as they are; lists, objects, integers beyond 2^53 as text | keys that come after line 64 |
//! | NPZ | as they are; integers beyond 2^53 as text | members that are no arrays |
//! | Parquet | as they are; dates, lists and integers beyond 2^53 as text | |

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
