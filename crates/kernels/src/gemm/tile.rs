//! The blocked product: tiles of C that stay in registers along k.
//!
//! A micro-panel of A, a few rows over one block of k, is packed so that the tile reads it sequentially.
//! Between blocks of k the sums are stored in C and loaded again, which leaves each chain of multiply-adds
//! unchanged.

use std::ops::Range;

use fearless_simd::{Simd, f32x16};

use super::left::{Left, PANEL};
use mesu_core::simd::Fused;

use crate::lanes::{LANES, load, load_whole, splat, store, store_whole, transpose};
use crate::level::{dispatch, level};

/// Largest number of rows of a tile.
const MOST_ROWS: usize = 12;

/// Length of a block of k.
const DEPTH: usize = 256;

/// Packed micro-panel of A, `[k][rows]`, plus `LANES` of slack for the last full-vector store.
type Panel = [f32; DEPTH * MOST_ROWS + LANES];

/// Access to the right factor B, `[k][n]`, in panels of at most [`PANEL`] columns.
pub(crate) trait Right: Copy {
    /// Number of rows, k.
    fn depth(&self) -> usize;

    /// Number of columns, n.
    fn width(&self) -> usize;

    /// Number of panels.
    fn panels(&self) -> usize {
        self.width().div_ceil(PANEL)
    }

    /// Columns of C that a panel contributes to.
    fn columns(&self, panel: usize) -> Range<usize> {
        panel * PANEL..self.width().min((panel + 1) * PANEL)
    }

    /// Rows `k` of a panel, each of [`PANEL`] numbers; results for those past its last column are discarded.
    fn rows(&self, panel: usize, k: Range<usize>) -> impl Iterator<Item = &[f32]>;
}

/// Contents of C before the product.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Before {
    /// Values to overwrite.
    Nothing,
    /// Partial sums to continue: the chains of multiply-adds are those of one longer product.
    Sums,
}

/// Computes the rows of C from row `first` on: `c` is row-major, its rows `stride` apart.
pub(crate) fn block<B: Right>(
    a: Left<'_>,
    first: usize,
    b: B,
    c: &mut [f32],
    stride: usize,
    before: Before,
) {
    if b.depth() == 0 && before == Before::Nothing {
        c.fill(0.0);
    }
    // Tiles as large as the registers allow; their shape changes no bit of the result.
    dispatch!(
        level(),
        simd => tiles::<_, B, 1>(simd, a, first, b, c, stride, before),
        avx512 => tiles::<_, B, 2>(simd, a, first, b, c, stride, before)
    );
}

/// Computes tiles of `VECTORS` vectors: two where registers hold twelve rows of them, else one.
#[inline(always)]
fn tiles<S: Simd, B: Right, const VECTORS: usize>(
    simd: S,
    a: Left<'_>,
    first: usize,
    b: B,
    c: &mut [f32],
    stride: usize,
    before: Before,
) {
    let most = if VECTORS == 1 { 4 } else { MOST_ROWS };
    let mut panel: Panel = [0.0; _];
    for (number, c) in c.chunks_mut(most * stride).enumerate() {
        let (row, rows) = (first + number * most, c.len() / stride);
        for k in (0..b.depth()).step_by(DEPTH) {
            let k = k..b.depth().min(k + DEPTH);
            let before = if k.start > 0 { Before::Sums } else { before };
            let target = Target {
                c: &mut *c,
                stride,
                before,
            };
            match rows {
                ..=4 => row_of_tiles::<_, B, 4, VECTORS>(simd, a, row, b, k, &mut panel, target),
                5..=8 if VECTORS > 1 => {
                    row_of_tiles::<_, B, 8, VECTORS>(simd, a, row, b, k, &mut panel, target);
                }
                _ if VECTORS > 1 => {
                    row_of_tiles::<_, B, 12, VECTORS>(simd, a, row, b, k, &mut panel, target);
                }
                _ => unreachable!("at most {most} rows"),
            }
        }
    }
}

/// Destination of tiles: at most as many rows of C as a tile has.
struct Target<'a> {
    c: &'a mut [f32],
    stride: usize,
    before: Before,
}

/// Computes all tiles of `ROWS` rows of A from `row` on; the last rows may be missing.
#[inline(always)]
fn row_of_tiles<S: Simd, B: Right, const ROWS: usize, const VECTORS: usize>(
    simd: S,
    a: Left<'_>,
    row: usize,
    b: B,
    k: Range<usize>,
    panel: &mut Panel,
    mut target: Target<'_>,
) {
    let rows = target.c.len() / target.stride;
    a.copy::<_, ROWS>(simd, row, rows, k.clone(), panel);
    let (left, _) = panel[..k.len() * ROWS].as_chunks::<ROWS>();
    for panel in 0..b.panels() {
        let columns = b.columns(panel);
        let right = b.rows(panel, k.clone());
        let wide = columns.len() > LANES;
        if VECTORS > 1 && wide {
            tile::<_, ROWS, VECTORS>(simd, left, right, &mut target, columns);
        } else if wide {
            let (here, rest) = (columns.start + LANES, b.rows(panel, k.clone()));
            tile::<_, ROWS, 1>(simd, left, right, &mut target, columns.start..here);
            let rest = rest.map(|row| &row[LANES..]);
            tile::<_, ROWS, 1>(simd, left, rest, &mut target, here..columns.end);
        } else {
            tile::<_, ROWS, 1>(simd, left, right, &mut target, columns);
        }
    }
}

/// Computes a tile of C: `ROWS` rows, `VECTORS` vectors from the first of `columns` on.
///
/// All loops over rows are of a constant length: one that ends where rows are missing indexes the sums by a variable,
/// for which they would have to be in memory, in the loop along k too.
#[inline(always)]
#[expect(clippy::needless_range_loop, reason = "loops of a constant length")]
fn tile<'b, S: Simd, const ROWS: usize, const VECTORS: usize>(
    simd: S,
    left: &[[f32; ROWS]],
    right: impl Iterator<Item = &'b [f32]>,
    target: &mut Target<'_>,
    columns: Range<usize>,
) {
    let at = |vector: usize| columns.start + vector * LANES;
    let rows = target.c.len() / target.stride;
    let mut sums = [[splat(simd, 0.0); VECTORS]; ROWS];
    if target.before == Before::Sums {
        for i in 0..ROWS {
            if i < rows {
                let row = &target.c[i * target.stride..][..columns.end];
                for j in 0..VECTORS {
                    sums[i][j] = load(simd, row, at(j));
                }
            }
        }
    }
    for (b, left) in right.zip(left) {
        let mut right = [splat(simd, 0.0); VECTORS];
        for j in 0..VECTORS {
            right[j] = load_whole(simd, b, j * LANES);
        }
        for i in 0..ROWS {
            let x = splat(simd, left[i]);
            for j in 0..VECTORS {
                sums[i][j] = x.fused(right[j], sums[i][j]);
            }
        }
    }
    for i in 0..ROWS {
        if i < rows {
            let row = &mut target.c[i * target.stride..][..columns.end];
            for j in 0..VECTORS {
                store(sums[i][j], row, at(j));
            }
        }
    }
}

impl Left<'_> {
    /// Packs numbers `k` of `rows` rows from `row` on, at most `ROWS`, into a micro-panel; results for
    /// missing rows are discarded.
    #[inline(always)]
    fn copy<S: Simd, const ROWS: usize>(
        &self,
        simd: S,
        row: usize,
        rows: usize,
        k: Range<usize>,
        panel: &mut Panel,
    ) {
        if self.k_stride != 1 {
            for (k, to) in k.zip((0..).step_by(ROWS)) {
                let from = &self.data[k * self.k_stride + row..][..rows];
                for (to, x) in panel[to..to + ROWS].iter_mut().zip(from) {
                    *to = *x;
                }
            }
            return;
        }
        let from = |i: usize| &self.data[(row + i) * self.row_stride..][k.clone()];
        let whole = k.len() - k.len() % LANES;
        for at in (0..whole).step_by(LANES) {
            if ROWS.is_power_of_two() {
                let mut vectors: [f32x16<S>; ROWS] = [splat(simd, 0.0); ROWS];
                for (i, vector) in vectors.iter_mut().enumerate().take(rows) {
                    *vector = load_whole(simd, from(i), at);
                }
                for (i, numbers) in transpose(vectors).iter().enumerate() {
                    store_whole(*numbers, panel, at * ROWS + i * LANES);
                }
                continue;
            }
            let mut square: [f32x16<S>; LANES] = [splat(simd, 0.0); LANES];
            for (i, vector) in square.iter_mut().enumerate().take(rows) {
                *vector = load_whole(simd, from(i), at);
            }
            // Only the first `ROWS` lanes count: the next store overwrites the others.
            for (i, column) in transpose(square).iter().enumerate() {
                store_whole(*column, panel, (at + i) * ROWS);
            }
        }
        for at in whole..k.len() {
            for i in 0..rows {
                panel[at * ROWS + i] = from(i)[at];
            }
        }
    }
}
