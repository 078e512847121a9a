//! The network: noise, forward beside backward, and the update of every row, one example at a time.

mod forward;
mod learn;
mod neuron;
mod state;

pub(crate) use self::neuron::Neuron;
pub(crate) use self::state::Network;
