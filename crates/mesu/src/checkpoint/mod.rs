//! Checkpoints: one safetensors file, readable from Python, that holds everything a learner is.
//!
//! | entry | shape | what |
//! |---|---|---|
//! | `layer.1.weight.mu`, `layer.1.weight.sigma`, … | `[outputs][inputs]`, F32 | Gaussian synapses |
//! | `layer.1.weight.value`, … | `[outputs][inputs]`, F32 | point weights, and what the learner keeps beside them |
//! | `layer.1.bias.mu`, … | `[1][outputs]`, F32 | where the network has biases |
//! | `head.1.weight.mu`, … | as above | where there are several heads: those of each, in the place of the last layer's |
//! | `memory.inputs`, `memory.labels` | `[n][inputs]`, F32 and `[n]`, U32 | examples stored by replay |
//! | `memory.weights` | `[n]`, F32 | their weights, where one is not 1 |
//! | `memory.heads` | `[n]`, U32 | their heads, from 0, where there are several |
//! | `noise` | `[4][16]`, U32 | state of the noise generator |
//! | `slow.1.layer.1.weight.mu`, …, `slow.1.noise` | as above | slow copies of MESU's synapses, and their noise |
//! | metadata `mesu` | JSON | format version, network, learner, updates, heads if there are several, the caller's notes, checksum |
//!
//! A learner restored from it goes on bit for bit like the one that was saved.

mod description;
mod format;
mod former;
mod read;
mod restore;
mod save;
mod write;

pub use self::format::CheckpointError;
