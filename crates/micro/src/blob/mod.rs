//! A learner as bytes, and back.
//!
//! | bytes | what |
//! |---|---|
//! | 4 | `mesu` |
//! | 2 | version of this form, 1 |
//! | 1 | 0 of classes, 1 of values |
//! | 1 | bytes of a synapse |
//! | 2, 2 | samples; number of widths |
//! | 2 each | widths |
//! | 89 | settings: rule, gate, scaling, rest value |
//! | | updates, clock, idle, cursor; noise; rows; synapses |
//! | | classes, or scaling and noise of the targets |
//! | 4 | CRC-32 of all before |
//!
//! Numbers are little-endian.

mod crc;
mod error;
mod image;
mod kind;
mod network;
mod state;
mod wire;

pub(crate) use self::crc::Crc;
pub use self::error::BlobError;
pub use self::image::{Image, Received};
pub use self::state::Blob;
