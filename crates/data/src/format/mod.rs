//! The file formats that data sets are published in.

pub mod cifar;
pub mod idx;
mod kind;
pub mod npy;
pub mod npz;

pub use kind::FileKind;
