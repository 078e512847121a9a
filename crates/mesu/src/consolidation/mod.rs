//! What keeps old weights in place while an optimiser learns new things: a penalty around an anchor.
//!
//! Each is a rule that wraps the optimiser's: it adds the penalty's gradient, and keeps what it needs
//! beside the optimiser's state.

mod ewc;
mod fisher;
mod si;
mod streaming_ewc;

pub use ewc::{Anchored, Ewc};
pub use fisher::fisher;
pub(crate) use fisher::of_groups_in_use;
pub use si::{PathIntegral, Si};
pub use streaming_ewc::StreamingEwc;
