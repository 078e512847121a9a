//! NPY: one array of numpy, in a file or in an archive of them
//! (<https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html>).
//!
//! ```text
//! magic, version, header length | header: dtype, order, shape | elements, one after another
//! ```
//! Read are bools, integers, floats of 16, 32 and 64 bits and `<U` text, of either byte
//! order, in C and in Fortran order. An [`Array`] is always in C order. Python objects are
//! refused: reading them would run code.
//!
//! A file is not trusted. The shape's product is checked and bounded by [`MAX_BYTES`]
//! before data are read; memory then grows with the bytes that really arrive; and what
//! follows the last element is refused.

mod array;
mod elements;
mod error;
mod header;
mod kind;
mod limits;
mod literal;
#[cfg(test)]
mod tests;

pub use array::Array;
pub use elements::Elements;
pub use error::{NpyError, NpzError};
pub use kind::Kind;
pub use limits::MAX_BYTES;
