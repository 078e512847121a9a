//! State that a learner keeps beside its network's synapses.

use mesu_kernels::LANES;

use crate::network::Network;

/// State of an engine beside the synapses, for a checkpoint.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct EngineState {
    /// Counters.
    pub(crate) counts: Vec<u64>,
    /// Inputs of stored examples.
    pub(crate) inputs: Vec<f32>,
    /// Labels of stored examples.
    pub(crate) labels: Vec<u32>,
    /// Heads of stored examples, where there are several.
    pub(crate) heads: Vec<u32>,
    /// Weights of stored examples; empty if they are all 1.
    pub(crate) weights: Vec<f32>,
    /// Slow copies of the network.
    pub(crate) slow: Vec<SlowCopy>,
    /// Words of the scale of the inputs, which is the learner's; empty if there is none.
    pub(crate) scale: Vec<u32>,
    /// Covariances: lists of numbers by their names.
    pub(crate) covariances: Vec<(String, Vec<f32>)>,
}

/// A slow copy of the network, and the state of its noise once it has begun to learn.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct SlowCopy {
    pub(crate) network: Network,
    pub(crate) noise: Option<[[u32; LANES]; 4]>,
}
