//! The commands as their users call them: what is printed, what is written, what is refused.
#![allow(clippy::unwrap_used)]

mod cells;
mod commands;
mod data;
mod describe;
mod doctor;
mod former;
mod learning;
mod limits;
mod micro;
#[cfg(feature = "parquet")]
mod parquet;
mod printed;
mod refusals;
mod report;
mod repro;
mod resume;
mod scenarios;
mod state_pages;
mod stream;
mod support;
mod taken_over;
mod test_window;
mod values;
#[cfg(feature = "vision")]
mod vision;
