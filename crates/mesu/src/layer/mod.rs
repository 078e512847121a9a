//! Layers of Bayesian synapses, and what comes between them.

mod between;
mod synaptic;

pub use between::Between;
pub use synaptic::Layer;
