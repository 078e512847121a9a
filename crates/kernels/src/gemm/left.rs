//! The factors of a product, as they lie in memory.

use crate::lanes::LANES;

/// Columns of B in a packed panel.
pub const PANEL: usize = 2 * LANES;

/// The left factor A, `[m][k]`, somewhere in a slice.
#[derive(Clone, Copy)]
pub struct Left<'a> {
    pub(super) data: &'a [f32],
    pub(super) row_stride: usize,
    pub(super) k_stride: usize,
}

impl<'a> Left<'a> {
    /// A is a row-major matrix `[m][k]` itself, its rows `stride` apart.
    #[must_use]
    pub fn rows(data: &'a [f32], stride: usize) -> Self {
        Self {
            data,
            row_stride: stride,
            k_stride: 1,
        }
    }

    /// A is the transpose of a row-major matrix `[k][m]`, its rows `stride` apart.
    #[must_use]
    pub fn columns(data: &'a [f32], stride: usize) -> Self {
        Self {
            data,
            row_stride: 1,
            k_stride: stride,
        }
    }
}
