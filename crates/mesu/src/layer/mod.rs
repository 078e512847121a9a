//! Layers of Bayesian synapses, and the operations between them.
//!
//! Every layer is one file: how its entry in a network's list is read, the shape of what comes out of it, its
//! first values, and forward beside backward. The estimators do the products of `linear` and `conv2d`, which
//! depend on what they draw.

mod activation;
mod conv2d;
mod dropout;
pub(crate) mod entry;
mod flatten;
pub(crate) mod gradients;
pub(crate) mod linear;
pub(crate) mod list;
mod neurons;
mod op;
mod op_buffers;
mod operation;
mod pool;
mod shape;

pub use self::activation::Relu;
pub use self::dropout::Dropout;
pub use self::flatten::Flatten;
pub(crate) use self::neurons::{FirstValues, Plan};
pub use self::neurons::{Layer, WeightKind};
pub use self::op::Op;
pub(crate) use self::op_buffers::OpBuffers;
pub use self::pool::{MaxPool, MeanPool};
pub use self::shape::Shape;
