//! Layers of Bayesian synapses.

mod linear;

pub use linear::Linear;
