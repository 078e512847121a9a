//! Matrix products with the same bits on every machine.
//!
//! `C[m][n] = sum_k A[m][k] B[k][n]`. Every entry is one chain of fused
//! multiply-adds in the order of k, whatever the tile, the instruction set or the number of
//! threads: this is why the project has a product of its own. B is packed into panels of
//! [`PANEL`] columns, as the kernel reads it; A is read through strides, so that a weight
//! matrix serves untransposed and transposed.

mod left;
mod pack;
pub(crate) mod tile;

pub use self::left::{Left, PANEL};
pub use self::pack::Packed;
pub(crate) use self::pack::transpose_into;
use self::tile::{Before, block};

/// Threads that a product runs on; the result is the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Threads {
    /// The caller's alone.
    One,
    /// Those of the current rayon pool, for products that are large enough. Without the feature `threads`,
    /// the caller's alone.
    Pool,
}

/// Computes `C = A B`; `c` is row-major, `[m][n]`, its rows `stride` apart.
///
/// # Panics
/// When a shape does not fit.
pub fn gemm(a: Left<'_>, b: &Packed, c: &mut [f32], stride: usize, threads: Threads) {
    if b.n == 0 || c.is_empty() {
        return;
    }
    let m = c.len() / stride;
    assert!(
        stride >= b.n && c.len() == m * stride,
        "gemm: C is [m][stride], stride >= n"
    );
    if b.k > 0 {
        let last = (m - 1) * a.row_stride + (b.k - 1) * a.k_stride;
        assert!(last < a.data.len(), "gemm: A is [m][k]");
    }
    match threads {
        Threads::Pool => on_pool(a, b, c, stride),
        Threads::One => block(a, 0, b, c, stride, Before::Nothing),
    }
}

/// The product on the current rayon pool.
#[cfg(feature = "threads")]
fn on_pool(a: Left<'_>, b: &Packed, c: &mut [f32], stride: usize) {
    use rayon::prelude::*;

    /// Rows of C in a task.
    const ROWS_PER_TASK: usize = 48;
    /// Number of multiply-adds below which waking another thread costs more than it saves.
    const SMALL: usize = 1 << 20;

    if c.len() / stride * b.n * b.k < SMALL {
        return block(a, 0, b, c, stride, Before::Nothing);
    }
    (c.par_chunks_mut(ROWS_PER_TASK * stride).enumerate()).for_each(|(task, rows)| {
        block(a, task * ROWS_PER_TASK, b, rows, stride, Before::Nothing);
    });
}

/// The product on the caller's thread: there is no pool.
#[cfg(not(feature = "threads"))]
fn on_pool(a: Left<'_>, b: &Packed, c: &mut [f32], stride: usize) {
    block(a, 0, b, c, stride, Before::Nothing);
}
