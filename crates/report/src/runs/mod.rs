//! The runs of a report: found in folders, grouped over their seeds, beside the paper's.

pub(crate) mod group;
pub(crate) mod reference;
pub(crate) mod series;
pub(crate) mod source;
pub(crate) mod words;
