//! Sums over noise samples, and squares.

use mesu_kernels::batch::multiply;

/// Writes the squares of `x`.
pub(super) fn squares_of(x: &[f32], out: &mut Vec<f32>) {
    out.resize(x.len(), 0.0);
    multiply(x, x, out);
}

/// Sums over the samples: `[outputs][samples * examples]` to `[outputs][examples]`.
pub(super) fn sum_samples(rows: &[f32], columns: usize, examples: usize, out: &mut Vec<f32>) {
    out.clear();
    out.resize(rows.len() / columns * examples, 0.0);
    for (row, sums) in rows
        .chunks_exact(columns)
        .zip(out.chunks_exact_mut(examples))
    {
        for sample in row.chunks_exact(examples) {
            for (sum, x) in sums.iter_mut().zip(sample) {
                *sum += x;
            }
        }
    }
}
