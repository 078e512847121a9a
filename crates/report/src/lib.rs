//! Pages and figures of runs: `report.html`, one page that needs nothing else, and the like of a
//! state; `accuracy.svg` of a single run; `RESULTS.md` of the paper's figures.
//!
//! ```text
//! folders -> runs       each from its checkpoint, grouped over the seeds, beside the paper's (reference.toml)
//!         -> figures    accuracy, transfer, uncertainty, sigmas
//!                       -> draw: axes, lines, heat maps
//!         -> page       HTML (templates/report.html), with numbers, pictures, settings
//! records -> results    RESULTS.md, beside the figures of the paper (repro)
//! state   -> state      the page of a state of rows, with the same drawing (templates/state.html)
//! ```
//!
//! Figures are SVG and follow the page into the dark by style rules; there is no script.
//! The page is the same, byte for byte, for the same runs, but for what depends on the
//! machine: that lies between the comments `machine` and `/machine`.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod accuracy;
mod draw;
mod figures;
mod files;
mod page;
mod pages;
mod report;
pub mod repro;
pub mod results;
mod runs;
#[cfg(test)]
mod sample;
mod state;

pub use pages::Drawn;
pub use report::Report;
pub use results::Record;
pub use runs::source::HOLDS_NO_RUN;
pub use state::StateReport;
