//! Formats: how a synapse is stored, computed with and moved.
//!
//! | format | bytes | mean | sigma |
//! |---|---|---|---|
//! | [`Float`] | 8 | `f32` | `f32` |
//! | [`Three`] | 3 | 16 bits | sigma_prior 2^(-c/16), c of 8 bits |
//! | [`Two`] | 2 | 11 bits | sigma_prior 2^(-c/4), c of 5 bits |
//!
//! [`Float`] has the bits of mesu-core's perceptron. Of compact synapses, steps shorter than a code are rounded up
//! or down at random, so that their mean is the step; what the prior and inputs at rest do to a row is added up and
//! done once in 16 updates.

mod code;
mod compact;
mod float;
mod form;

pub use self::code::{Code, Three, Two};
pub use self::float::Float;
pub use self::form::{Active, Format, Row};
