//! Update rules: each a pure function of one synapse and its gradient.
//!
//! | rule | state | what |
//! |---|---|---|
//! | [`Mesu`] | [`Synapse`](crate::Synapse) | metaplasticity from synaptic uncertainty |
//! | [`Foovb`] | [`Synapse`](crate::Synapse) | FOO-VB Diagonal, or BGD: nothing is forgotten |
//! | [`Bbb`] | [`Variational`] | Bayes by Backprop |
//! | [`Sgd`], [`Adam`] | [`Weight`], [`AdamState`] | optimizers of point weights |
//! | [`Ewc`], [`StreamingEwc`] | [`Anchored`] over the optimizer's | elastic weight consolidation |
//! | [`Si`] | [`PathIntegral`] over the optimizer's | Synaptic Intelligence |
//!
//! A consolidation wraps the rule of an optimizer: it adds the gradient of its penalty, and keeps what it
//! needs beside the optimizer's state.

mod adam;
mod bbb;
mod ewc;
mod foovb;
mod mesu;
mod sgd;
mod si;
mod streaming_ewc;

pub use adam::{Adam, AdamState};
pub use bbb::{Bbb, Variational, rho};
pub use ewc::{Anchored, Ewc};
pub use foovb::Foovb;
pub use mesu::{Mesu, PlainMesu, PriorStep, SafeMesu, SigmaStep};
pub use sgd::{Sgd, Weight};
pub use si::{PathIntegral, Si};
pub use streaming_ewc::StreamingEwc;
