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

use rayon::prelude::*;

pub use self::left::{Left, PANEL};
pub use self::pack::Packed;
pub(crate) use self::pack::transpose_into;
use self::tile::{Before, block};

/// Rows of C that one thread takes at a time.
const ROWS_PER_TASK: usize = 48;

/// Multiply-adds below which waking another thread costs more than it saves.
const SMALL: usize = 1 << 20;

/// On which threads a product runs; the result is the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Threads {
    /// The caller's alone.
    One,
    /// Those of the current rayon pool, where the product is worth it.
    Pool,
}

/// `C = A B`; `c` is row-major, `[m][n]`, its rows `stride` apart.
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
        Threads::Pool if m * b.n * b.k >= SMALL => {
            (c.par_chunks_mut(ROWS_PER_TASK * stride).enumerate()).for_each(|(task, rows)| {
                block(a, task * ROWS_PER_TASK, b, rows, stride, Before::Nothing);
            })
        }
        _ => block(a, 0, b, c, stride, Before::Nothing),
    }
}
