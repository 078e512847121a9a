//! Vectors of a fixed number of lanes, and the remainder of a slice.

use fearless_simd::{Simd, f32x4, f32x16, prelude::*};

pub use mesu_core::sum::LANES;

/// Loads `LANES` elements from `at` on, all of them inside the slice.
#[inline(always)]
pub(crate) fn load_whole<S: Simd>(simd: S, slice: &[f32], at: usize) -> f32x16<S> {
    f32x16::from_slice(simd, &slice[at..at + LANES])
}

/// Stores `LANES` elements from `at` on, all of them inside the slice.
#[inline(always)]
pub(crate) fn store_whole<S: Simd>(vector: f32x16<S>, slice: &mut [f32], at: usize) {
    vector.store_slice(&mut slice[at..at + LANES]);
}

/// Whole vectors of a slice, `[vectors][LANES]`. Kernels read several such slices, cut to one length, by the number
/// of the vector: no bounds are then checked in their loops.
#[inline(always)]
pub(crate) fn vectors(slice: &[f32]) -> &[[f32; LANES]] {
    slice.as_chunks().0
}

/// Loads a vector.
#[inline(always)]
pub(crate) fn load_vector<S: Simd>(simd: S, vector: &[f32; LANES]) -> f32x16<S> {
    f32x16::load_array_ref(simd, vector)
}

/// Loads `LANES` elements from `at` on; those past the end of the slice are zero.
#[inline(always)]
pub(crate) fn load<S: Simd>(simd: S, slice: &[f32], at: usize) -> f32x16<S> {
    if at + LANES <= slice.len() {
        return load_whole(simd, slice, at);
    }
    let mut buffer = [0.0; LANES];
    for (lane, x) in buffer.iter_mut().zip(&slice[at..]) {
        *lane = *x;
    }
    f32x16::load_array_ref(simd, &buffer)
}

/// Stores the lanes that fit into the slice from `at` on.
#[inline(always)]
pub(crate) fn store<S: Simd>(vector: f32x16<S>, slice: &mut [f32], at: usize) {
    if at + LANES <= slice.len() {
        return store_whole(vector, slice, at);
    }
    for (x, lane) in slice[at..].iter_mut().zip(vector.as_array()) {
        *x = *lane;
    }
}

/// `LANES` copies of a value.
#[inline(always)]
pub(crate) fn splat<S: Simd>(simd: S, value: f32) -> f32x16<S> {
    f32x16::splat(simd, value)
}

/// Sum of the lanes: halves are added until one is left.
#[inline(always)]
pub(crate) fn sum<S: Simd>(simd: S, vector: f32x16<S>) -> f32 {
    let (low, high) = simd.split_f32x16(vector);
    let (low, high) = simd.split_f32x8(low + high);
    let [a, b, c, d] = (low + high).to_array();
    (a + c) + (b + d)
}

/// [`sum`] of four vectors, in the same order of additions, with fewer instructions.
#[inline(always)]
pub(crate) fn sum4<S: Simd>(simd: S, vectors: [f32x16<S>; 4]) -> [f32; 4] {
    let mut quarters = [f32x4::splat(simd, 0.0); 4];
    for (quarter, vector) in quarters.iter_mut().zip(vectors) {
        let (low, high) = simd.split_f32x16(vector);
        let (low, high) = simd.split_f32x8(low + high);
        *quarter = low + high;
    }
    // Transposed, so that lane l of all four is one vector.
    let [p, q, r, s] = quarters;
    let (pr_low, pr_high) = (p.zip_low(r), p.zip_high(r));
    let (qs_low, qs_high) = (q.zip_low(s), q.zip_high(s));
    let (a, b) = (pr_low.zip_low(qs_low), pr_low.zip_high(qs_low));
    let (c, d) = (pr_high.zip_low(qs_high), pr_high.zip_high(qs_high));
    ((a + c) + (b + d)).to_array()
}

/// Transposes N rows, N a power of two of at most sixteen: the first lanes of all rows, then the second, as N vectors.
/// Lane j of vector i becomes lane i of vector j where there are sixteen rows.
///
/// Interleaving vector i with vector i + N / 2 moves every element's place, row and lane written as one binary number,
/// left by one digit; log N times bring the row's digits behind the lane's.
#[inline(always)]
pub(crate) fn transpose<S: Simd, const N: usize>(mut rows: [f32x16<S>; N]) -> [f32x16<S>; N] {
    for _ in 0..N.ilog2() {
        let old = rows;
        for i in 0..N / 2 {
            (rows[2 * i], rows[2 * i + 1]) = old[i].interleave(old[i + N / 2]);
        }
    }
    rows
}
