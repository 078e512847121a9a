//! Matrix products with the same bits on every machine.
//!
//! `C[m][n] = sum_k A[m][k] B[k][n]`. Every entry is one chain of fused
//! multiply-adds in the order of k, whatever the tile, the instruction set or the number of
//! threads: this is why the project has a product of its own. B is packed into panels of
//! [`PANEL`] columns, as the kernel reads it; A is read in place, through strides, so that a weight
//! matrix serves untransposed and transposed without a copy.

use std::ops::Range;

use fearless_simd::{Level, Simd, dispatch};
use rayon::prelude::*;

use crate::batch::multiply;
use crate::conv::Geometry;
use crate::lanes::{Fused, LANES, load_whole, splat, store, store_whole, transpose};
use crate::level::level;

/// Columns of B in a packed panel.
pub const PANEL: usize = 2 * LANES;

/// Rows of C that one thread takes at a time.
const ROWS_PER_TASK: usize = 48;

/// Multiply-adds below which waking another thread costs more than it saves.
const SMALL: usize = 1 << 20;

/// The left factor A, `[m][k]`, somewhere in a slice.
#[derive(Clone, Copy)]
pub struct Left<'a> {
    data: &'a [f32],
    row_stride: usize,
    k_stride: usize,
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

/// The right factor B, `[k][n]`, packed. Keeps its memory from one packing to the next.
#[derive(Clone, Debug, Default)]
pub struct Packed {
    panels: Vec<f32>,
    /// Rows of patches on their way.
    row: Vec<f32>,
    k: usize,
    n: usize,
}

impl Packed {
    /// Packs the row-major matrix `[k][n]`.
    pub fn pack_rows(&mut self, data: &[f32], k: usize, n: usize) {
        assert_eq!(data.len(), k * n, "pack_rows: data is [k][n]");
        self.reset(k, n);
        for (p, panel) in self.panels.chunks_exact_mut(PANEL * k.max(1)).enumerate() {
            let columns = p * PANEL..n.min((p + 1) * PANEL);
            for (row, out) in data.chunks_exact(n).zip(panel.chunks_exact_mut(PANEL)) {
                out[..columns.len()].copy_from_slice(&row[columns.clone()]);
            }
        }
    }

    /// Packs the transpose of the row-major matrix `[n][k]`.
    pub fn pack_columns(&mut self, data: &[f32], k: usize, n: usize) {
        assert_eq!(data.len(), k * n, "pack_columns: data is [n][k]");
        self.reset(k, n);
        if k == 0 {
            return;
        }
        let panels = self.panels.chunks_exact_mut(PANEL * k);
        dispatch!(level(), simd => {
            for (panel, rows) in panels.zip(data.chunks(PANEL * k)) {
                transpose_into(simd, rows, k, panel);
            }
        });
    }

    /// Packs the patches, `[patch][images * positions]`, of `input`, `[channels][images * pixels]`.
    pub fn pack_patches(&mut self, input: &[f32], geometry: &Geometry) {
        let images = input.len() / (geometry.channels * geometry.pixels()).max(1);
        let (k, n) = (geometry.patch(), images * geometry.positions());
        self.reset(k, n);
        self.row.resize(n, 0.0);
        for number in 0..k {
            geometry.patch_row(input, number, &mut self.row);
            let panels = self.panels.chunks_exact_mut(PANEL * k);
            for (panel, columns) in panels.zip(self.row.chunks(PANEL)) {
                panel[number * PANEL..][..columns.len()].copy_from_slice(columns);
            }
        }
    }

    /// Packs their transpose, `[images * positions][patch]`.
    pub fn pack_patches_transposed(&mut self, input: &[f32], geometry: &Geometry) {
        let images = input.len() / (geometry.channels * geometry.pixels()).max(1);
        let (k, n) = (images * geometry.positions(), geometry.patch());
        self.reset(k, n);
        if k == 0 {
            return;
        }
        for (p, panel) in self.panels.chunks_exact_mut(PANEL * k).enumerate() {
            let numbers = p * PANEL..n.min((p + 1) * PANEL);
            self.row.resize(numbers.len() * k, 0.0);
            for (number, row) in numbers.zip(self.row.chunks_exact_mut(k)) {
                geometry.patch_row(input, number, row);
            }
            let rows = &self.row;
            dispatch!(level(), simd => transpose_into(simd, rows, k, panel));
        }
    }

    /// Packs the squares of what `other` holds.
    pub fn pack_squares(&mut self, other: &Self) {
        self.reset(other.k, other.n);
        multiply(&other.panels, &other.panels, &mut self.panels);
    }

    /// Makes room. What pads the last panel is computed with but never stored: it may be anything.
    fn reset(&mut self, k: usize, n: usize) {
        (self.k, self.n) = (k, n);
        self.panels.resize(n.div_ceil(PANEL) * PANEL * k, 0.0);
    }
}

/// Writes `rows`, at most [`PANEL`] of `k` each, as the columns of a panel.
#[inline(always)]
fn transpose_into<S: Simd>(simd: S, rows: &[f32], k: usize, panel: &mut [f32]) {
    let count = rows.len() / k;
    let whole = k - k % LANES;
    for first in (0..count).step_by(LANES) {
        if count - first < LANES {
            transpose_plainly(rows, k, first..count, 0..whole, panel);
            continue;
        }
        for from in (0..whole).step_by(LANES) {
            let mut square = [splat(simd, 0.0); LANES];
            for (i, row) in square.iter_mut().enumerate() {
                *row = load_whole(simd, rows, (first + i) * k + from);
            }
            let square = transpose(square);
            for (i, column) in square.iter().enumerate() {
                store_whole(*column, panel, (from + i) * PANEL + first);
            }
        }
    }
    transpose_plainly(rows, k, 0..count, whole..k, panel);
}

/// Part of [`transpose_into`], number by number.
fn transpose_plainly(
    rows: &[f32],
    k: usize,
    which: Range<usize>,
    columns: Range<usize>,
    panel: &mut [f32],
) {
    for row in which {
        for column in columns.clone() {
            panel[column * PANEL + row] = rows[row * k + column];
        }
    }
}

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
            (c.par_chunks_mut(ROWS_PER_TASK * stride).enumerate())
                .for_each(|(task, rows)| block(a, task * ROWS_PER_TASK, b, rows, stride))
        }
        _ => block(a, 0, b, c, stride),
    }
}

/// The rows of C that start at row `first`.
fn block(a: Left<'_>, first: usize, b: &Packed, c: &mut [f32], stride: usize) {
    // Tiles as large as the registers allow; their shape does not change a bit of the result.
    match level() {
        #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
        Level::Avx512(simd) => {
            dispatch!(Level::Avx512(simd), simd => tiles::<_, 12, 2>(simd, a, first, b, c, stride))
        }
        level => dispatch!(level, simd => tiles::<_, 4, 1>(simd, a, first, b, c, stride)),
    }
}

#[inline(always)]
fn tiles<S: Simd, const ROWS: usize, const VECTORS: usize>(
    simd: S,
    a: Left<'_>,
    first: usize,
    b: &Packed,
    c: &mut [f32],
    stride: usize,
) {
    let m = c.len() / stride;
    let depth = (PANEL * b.k).max(1);
    for row in (0..m).step_by(ROWS) {
        for column in (0..b.n).step_by(VECTORS * LANES) {
            let panel = &b.panels[(column / PANEL * depth).min(b.panels.len())..];
            let offset = column % PANEL;
            let mut at = row;
            if m - at >= ROWS {
                tile::<_, ROWS, VECTORS>(
                    simd,
                    a,
                    first + at,
                    panel,
                    offset,
                    b.k,
                    c,
                    stride,
                    b.n,
                    at,
                    column,
                );
                continue;
            }
            while m - at >= 4 {
                tile::<_, 4, VECTORS>(
                    simd,
                    a,
                    first + at,
                    panel,
                    offset,
                    b.k,
                    c,
                    stride,
                    b.n,
                    at,
                    column,
                );
                at += 4;
            }
            while at < m {
                tile::<_, 1, VECTORS>(
                    simd,
                    a,
                    first + at,
                    panel,
                    offset,
                    b.k,
                    c,
                    stride,
                    b.n,
                    at,
                    column,
                );
                at += 1;
            }
        }
    }
}

/// A tile of C: `ROWS` rows from row `c_row` on, `VECTORS` vectors from `column` on.
#[inline(always)]
#[allow(clippy::too_many_arguments)]
fn tile<S: Simd, const ROWS: usize, const VECTORS: usize>(
    simd: S,
    a: Left<'_>,
    a_row: usize,
    panel: &[f32],
    offset: usize,
    k: usize,
    c: &mut [f32],
    stride: usize,
    n: usize,
    c_row: usize,
    column: usize,
) {
    let mut sums = [[splat(simd, 0.0); VECTORS]; ROWS];
    if k > 0 {
        let left = &a.data[a_row * a.row_stride..];
        for (kk, b) in panel.chunks_exact(PANEL).take(k).enumerate() {
            let mut right = [splat(simd, 0.0); VECTORS];
            for (j, right) in right.iter_mut().enumerate() {
                *right = load_whole(simd, b, offset + j * LANES);
            }
            for i in 0..ROWS {
                let x = splat(simd, left[i * a.row_stride + kk * a.k_stride]);
                for j in 0..VECTORS {
                    sums[i][j] = x.fused(right[j], sums[i][j]);
                }
            }
        }
    }
    for (i, sums) in sums.iter().enumerate() {
        let row = &mut c[(c_row + i) * stride..(c_row + i) * stride + n];
        for (j, sum) in sums.iter().enumerate() {
            if column + j * LANES < n {
                store(*sum, row, column + j * LANES);
            }
        }
    }
}
