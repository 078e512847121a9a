//! The left factor of a product, read through strides.

use crate::lanes::LANES;

/// Number of columns of B in a packed panel.
pub const PANEL: usize = 2 * LANES;

/// The left factor A, `[m][k]`, as a strided view of a slice.
#[derive(Clone, Copy)]
pub struct Left<'a> {
    pub(super) data: &'a [f32],
    pub(super) row_stride: usize,
    pub(super) k_stride: usize,
}

impl<'a> Left<'a> {
    /// Views a row-major matrix `[m][k]`, its rows `stride` apart, as A.
    #[must_use]
    pub fn rows(data: &'a [f32], stride: usize) -> Self {
        Self {
            data,
            row_stride: stride,
            k_stride: 1,
        }
    }

    /// Views the transpose of a row-major matrix `[k][m]`, its rows `stride` apart, as A.
    #[must_use]
    pub fn columns(data: &'a [f32], stride: usize) -> Self {
        Self {
            data,
            row_stride: 1,
            k_stride: stride,
        }
    }
}
