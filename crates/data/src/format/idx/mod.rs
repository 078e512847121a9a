//! IDX: the format of MNIST and of the sets made in its likeness (LeCun, Cortes
//! and Burges, <http://yann.lecun.com/exdb/mnist/>), plain or in gzip.
//!
//! ```text
//! images  00 00 08 03 | count | rows | columns | count * rows * columns bytes
//! labels  00 00 08 01 | count                  | count bytes
//! ```
//! The dimensions are big-endian, 32 bits. Whether a file is compressed is told by
//! its first two bytes (1f 8b), not by its name.
//!
//! A file is not trusted. The header's product is checked and bounded by
//! [`MAX_BYTES`] before anything is read; memory then grows with the bytes that
//! really arrive, to at most twice as many and never past the header's product; and
//! reading stops one byte after it, however much a gzip stream would still unfold to.

mod error;
mod layout;
mod parse;
#[cfg(test)]
mod tests;

pub use error::IdxError;
pub use layout::MAX_BYTES;
pub use parse::{Images, parse_images, parse_labels, read_images, read_labels};
