//! Update rules: each a pure function of one synapse and its gradient.

mod adam;
mod bbb;
mod foovb;
mod mesu;
mod sgd;

pub use adam::{Adam, Moments};
pub(crate) use bbb::rho;
pub use bbb::{Bbb, Variational};
pub use foovb::Foovb;
pub use mesu::{Mesu, PlainMesu, SigmaStep};
pub use mesu_kernels::{Gradient, Real, Rule, State, Synapse};
pub use sgd::{Sgd, Weight};
