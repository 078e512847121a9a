//! Update rules: pure functions of one synapse and its gradient.

mod mesu;

pub use mesu::{Mesu, PlainMesu, SigmaStep};
pub use mesu_kernels::{Gradient, Real, Rule, Synapse};
