//! The file formats that data sets are published in.

pub mod cifar;
pub mod idx;
pub mod npy;
pub mod npz;
