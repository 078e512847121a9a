//! Packing of the right factor.

use std::ops::Range;

use fearless_simd::Simd;

use super::left::PANEL;
use super::tile::Right;
use crate::batch::multiply;
use crate::lanes::{LANES, load_whole, splat, store_whole, transpose};
use crate::level::{dispatch, level};

/// The right factor B, `[k][n]`, packed into panels. Memory is reused from one packing to the next.
#[derive(Clone, Debug, Default)]
pub struct Packed {
    panels: Vec<f32>,
    pub(super) k: usize,
    pub(super) n: usize,
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
                transpose_into(simd, rows, k, panel, PANEL);
            }
        });
    }

    /// Packs the squares of the numbers in `other`.
    pub fn pack_squares(&mut self, other: &Self) {
        self.reset(other.k, other.n);
        multiply(&other.panels, &other.panels, &mut self.panels);
    }

    /// Sets the shape. Padding of the last panel may hold anything: results for it are not stored.
    fn reset(&mut self, k: usize, n: usize) {
        (self.k, self.n) = (k, n);
        self.panels.resize(n.div_ceil(PANEL) * PANEL * k, 0.0);
    }
}

/// Transposes `rows`, of `k` numbers each: number `i` of row `j` is written to `i * stride + j`.
#[inline(always)]
pub(crate) fn transpose_into<S: Simd>(
    simd: S,
    rows: &[f32],
    k: usize,
    columns: &mut [f32],
    stride: usize,
) {
    let count = rows.len() / k;
    let whole = k - k % LANES;
    for first in (0..count).step_by(LANES) {
        if count - first < LANES {
            transpose_plainly(rows, k, first..count, 0..whole, columns, stride);
            continue;
        }
        for from in (0..whole).step_by(LANES) {
            let mut square = [splat(simd, 0.0); LANES];
            for (i, row) in square.iter_mut().enumerate() {
                *row = load_whole(simd, rows, (first + i) * k + from);
            }
            let square = transpose(square);
            for (i, column) in square.iter().enumerate() {
                store_whole(*column, columns, (from + i) * stride + first);
            }
        }
    }
    transpose_plainly(rows, k, 0..count, whole..k, columns, stride);
}

/// Scalar part of [`transpose_into`].
fn transpose_plainly(
    rows: &[f32],
    k: usize,
    which: Range<usize>,
    numbers: Range<usize>,
    columns: &mut [f32],
    stride: usize,
) {
    for row in which {
        for number in numbers.clone() {
            columns[number * stride + row] = rows[row * k + number];
        }
    }
}

impl Right for &Packed {
    fn depth(&self) -> usize {
        self.k
    }

    fn width(&self) -> usize {
        self.n
    }

    #[inline(always)]
    fn rows(&self, panel: usize, k: Range<usize>) -> impl Iterator<Item = &[f32]> {
        let panel = &self.panels[panel * PANEL * self.k..];
        panel[k.start * PANEL..k.end * PANEL].chunks_exact(PANEL)
    }
}
