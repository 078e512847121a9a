//! Plain loops that every kernel is tested against: unpadded slices, no vectors, sums in f64.

use crate::conv::Geometry;
use mesu_core::{Gradient, Rule};

/// m and v of one input; `mu` and `sigma` are `[outputs][inputs]`.
#[must_use]
pub fn mean_variance(mu: &[f32], sigma: &[f32], x: &[f32]) -> (Vec<f64>, Vec<f64>) {
    let dot = |row: &[f32], power: i32| -> f64 {
        row.iter()
            .zip(x)
            .map(|(w, x)| (f64::from(*w) * f64::from(*x)).powi(power))
            .sum()
    };
    let rows = |matrix: &[f32], power| matrix.chunks(x.len()).map(|row| dot(row, power)).collect();
    (rows(mu, 1), rows(sigma, 2))
}

/// Activation and q of one neuron: `m + sqrt(v) z` and `z / sqrt(v)` (0 where v = 0).
#[must_use]
pub fn sample(m: f32, v: f32, z: f32) -> (f64, f64) {
    let (m, std, z) = (f64::from(m), f64::from(v).sqrt(), f64::from(z));
    (m + std * z, if v > 0.0 { z / std } else { 0.0 })
}

/// Sum over the classes of the variance over the samples of what a logit, `[samples][classes]`, is off the
/// mean of its sample.
#[must_use]
pub fn spread(logits: &[Vec<f64>]) -> f64 {
    let mean = |numbers: &[f64]| numbers.iter().sum::<f64>() / numbers.len() as f64;
    let centred: Vec<Vec<f64>> = logits
        .iter()
        .map(|sample| sample.iter().map(|a| a - mean(sample)).collect())
        .collect();
    let of_class = |class: usize| {
        let column: Vec<f64> = centred.iter().map(|sample| sample[class]).collect();
        let squares: Vec<f64> = column.iter().map(|a| (a - mean(&column)).powi(2)).collect();
        mean(&squares)
    };
    (0..logits[0].len()).map(of_class).sum()
}

/// `[h_i > 0] sum_o ( d_o mu_oi + r_o sigma_oi^2 h_i )` for one row of inputs.
#[must_use]
pub fn input_gradient(mu: &[f32], sigma: &[f32], h: &[f32], d: &[f32], r: &[f32]) -> Vec<f64> {
    let gradient = |i: usize| -> f64 {
        let at = |matrix: &[f32], o: usize| f64::from(matrix[o * h.len() + i]);
        (0..d.len())
            .map(|o| {
                let sigma_squared = at(sigma, o) * at(sigma, o);
                f64::from(d[o]) * at(mu, o) + f64::from(r[o]) * sigma_squared * f64::from(h[i])
            })
            .sum()
    };
    (0..h.len())
        .map(|i| if h[i] > 0.0 { gradient(i) } else { 0.0 })
        .collect()
}

/// State of the synapse at `(o, i)` after an update with rows of inputs `h`, `[rows][inputs]`, and of `d` and
/// `r`, `[rows][outputs]`: `dC/dmu = sum d h`, `dC/dsigma = sigma sum r h^2`.
#[must_use]
pub fn updated<R: Rule>(
    state: R::State<f64>,
    h: impl Iterator<Item = f32> + Clone,
    d: impl Iterator<Item = f32>,
    r: impl Iterator<Item = f32>,
    rule: &R,
) -> R::State<f64> {
    let sum = |a: &mut dyn Iterator<Item = f64>| -> f64 { a.sum() };
    let mu = sum(&mut h.clone().zip(d).map(|(h, d)| f64::from(h) * f64::from(d)));
    let variance = sum(&mut h
        .zip(r)
        .map(|(h, r)| f64::from(h) * f64::from(h) * f64::from(r)));
    rule.step(state, Gradient::new(mu, variance))
}

/// `C = A B`: `a` is `[m][k]`, `b` is `[k][n]`.
#[must_use]
pub fn gemm(a: &[f32], b: &[f32], k: usize, n: usize) -> Vec<f64> {
    let entry = |row: &[f32], j: usize| -> f64 {
        row.iter()
            .enumerate()
            .map(|(kk, a)| f64::from(*a) * f64::from(b[kk * n + j]))
            .sum()
    };
    a.chunks(k)
        .flat_map(|row| (0..n).map(move |j| entry(row, j)))
        .collect()
}

/// Number `(ky, kx)` of the patch of `channel` at position `(y, x)` of `image`; 0 past the border.
/// `input` is `[channels][images * height * width]`.
#[must_use]
pub fn patch_entry(
    input: &[f32],
    geometry: &Geometry,
    [image, channel]: [usize; 2],
    [y, x]: [usize; 2],
    [ky, kx]: [usize; 2],
) -> f32 {
    let Geometry {
        height,
        width,
        stride,
        padding,
        ..
    } = *geometry;
    let images = input.len() / (geometry.channels * height * width);
    let (row, column) = (y * stride + ky, x * stride + kx);
    let row = row.checked_sub(padding).filter(|row| *row < height);
    let column = column.checked_sub(padding).filter(|column| *column < width);
    match (row, column) {
        (Some(row), Some(column)) => {
            input[((channel * images + image) * height + row) * width + column]
        }
        _ => 0.0,
    }
}

/// All patches, `[patch][images * positions]`.
#[must_use]
pub fn patches(input: &[f32], geometry: &Geometry) -> Vec<f32> {
    let images = input.len() / (geometry.channels * geometry.pixels());
    places(geometry, images)
        .map(|(of, at, offset)| patch_entry(input, geometry, of, at, offset))
        .collect()
}

/// Adjoint of [`patches`]: adds each number of `patches`, `[patch][images * positions]`, to the pixel it was
/// taken from, `[channels][images * pixels]`.
#[must_use]
pub fn fold(patches: &[f64], geometry: &Geometry, images: usize) -> Vec<f64> {
    let numbers: Vec<f32> = (0..geometry.channels * images * geometry.pixels())
        .map(|number| number as f32 + 1.0)
        .collect();
    let mut folded = vec![0.0; numbers.len()];
    for (x, (of, at, offset)) in patches.iter().zip(places(geometry, images)) {
        let number = patch_entry(&numbers, geometry, of, at, offset);
        if number > 0.0 {
            folded[number as usize - 1] += x;
        }
    }
    folded
}

/// Image and channel, position, and offset in the kernel of all numbers of all patches, in order.
fn places(
    geometry: &Geometry,
    images: usize,
) -> impl Iterator<Item = ([usize; 2], [usize; 2], [usize; 2])> {
    let (rows, columns) = geometry.output().unwrap_or((0, 0));
    let (kernel, positions) = (geometry.kernel, rows * columns);
    (0..geometry.patch() * images * positions).map(move |i| {
        let (k, column) = (i / (images * positions), i % (images * positions));
        let of = [column / positions, k / (kernel * kernel)];
        let position = column % positions;
        let offset = [k / kernel % kernel, k % kernel];
        (of, [position / columns, position % columns], offset)
    })
}

/// Softmax of one column of logits, and `ln sum exp`.
#[must_use]
pub fn softmax(logits: &[f64]) -> (Vec<f64>, f64) {
    let largest = logits.iter().copied().fold(f64::MIN, f64::max);
    let total: f64 = logits.iter().map(|a| (a - largest).exp()).sum();
    (
        logits.iter().map(|a| (a - largest).exp() / total).collect(),
        total.ln() + largest,
    )
}

/// Entropy of a distribution, bits.
#[must_use]
pub fn entropy(p: &[f64]) -> f64 {
    p.iter().filter(|p| **p > 0.0).map(|p| -p * p.log2()).sum()
}
