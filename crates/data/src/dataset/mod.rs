//! Labeled sets of images, kept as the bytes they came in, or of features.

mod data;
mod edit;
mod error;
mod set;
#[cfg(test)]
mod tests;

pub use data::ExampleData;
pub use error::DatasetError;
pub use set::Dataset;
