//! Tables as streams of rows, in the order of their files and in memory that does not grow with them.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod row;

pub use row::{Row, Value};
