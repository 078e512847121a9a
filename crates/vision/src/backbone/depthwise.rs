//! Convolution of every channel with a kernel of its own, the part of MobileNets and
//! EfficientNets at which the engine is slow.
//!
//! ```text
//! y[c][i][j] = bias[c] + sum over u, v of w[c][u][v] x[c][i s + u d - p][j s + v d - p]
//! ```
//! x is 0 outside, and y is kept within bounds where the network does so next (ReLU, ReLU6);
//! s, d and p (stride, dilation, padding before) may differ between rows and
//! columns. A channel is copied into planes with a border, one for each remainder of the
//! position by the stride; then all its outputs are one run over them, row ends included,
//! and every tap is a load from a fixed distance.

use fearless_simd::{Level, Simd, dispatch, f32x16, prelude::*};

const LANES: usize = 16;
/// Vectors computed side by side, to hide the time a multiply-add takes.
const TOGETHER: usize = 4;

/// Sizes of a convolution, each `[of rows, of columns]`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Geometry {
    pub(super) channels: usize,
    pub(super) input: [usize; 2],
    pub(super) output: [usize; 2],
    pub(super) kernel: [usize; 2],
    pub(super) stride: [usize; 2],
    pub(super) dilation: [usize; 2],
    /// Zeros before the first row and column.
    pub(super) before: [usize; 2],
}

/// Bounds that outputs are kept within, `[least, most]`.
pub(super) type Clip = [f32; 2];

impl Geometry {
    /// Rows or columns of a plane.
    fn plane(&self, axis: usize) -> usize {
        self.output[axis] + self.dilation[axis] * (self.kernel[axis] - 1) / self.stride[axis]
    }

    /// Returns where tap (u, v) of the first output is in the planes, which are `size` long.
    fn tap(&self, u: usize, v: usize, size: usize) -> usize {
        let [rows, columns] = [u * self.dilation[0], v * self.dilation[1]];
        let plane = rows % self.stride[0] * self.stride[1] + columns % self.stride[1];
        plane * size + rows / self.stride[0] * self.plane(1) + columns / self.stride[1]
    }

    /// Copies one channel to the planes; what lies outside of it is left as it is.
    fn fill(&self, channel: &[f32], planes: &mut [f32], size: usize) {
        let width = self.plane(1);
        let [down, across] = self.stride;
        for remainder in 0..across {
            // The first column of the image with (x + before) % stride == remainder.
            let first = (remainder + across - self.before[1] % across) % across;
            let at = (first + self.before[1]) / across;
            if first >= self.input[1] || at >= width {
                continue;
            }
            let (mut line, mut of_rows) = (self.before[0] / down, self.before[0] % down);
            for row in channel.chunks_exact(self.input[1]) {
                if line < self.plane(0) {
                    let plane = (of_rows * across + remainder) * size;
                    let to = &mut planes[plane + line * width + at..plane + (line + 1) * width];
                    copy_every(across, &row[first..], to);
                }
                of_rows += 1;
                if of_rows == down {
                    (line, of_rows) = (line + 1, 0);
                }
            }
        }
    }
}

/// Element `i * stride` of `from` to element `i` of `to`, as far as both go.
fn copy_every(stride: usize, from: &[f32], to: &mut [f32]) {
    match stride {
        1 => {
            let count = to.len().min(from.len());
            to[..count].copy_from_slice(&from[..count]);
        }
        2 => {
            let (pairs, last) = from.as_chunks::<2>();
            for (to, [from, _]) in to.iter_mut().zip(pairs) {
                *to = *from;
            }
            if let (Some(to), [from]) = (to.get_mut(pairs.len()), last) {
                *to = *from;
            }
        }
        _ => {
            for (to, from) in to.iter_mut().zip(from.chunks(stride)) {
                *to = from[0];
            }
        }
    }
}

/// Computes `output`, `[channels][output]`, of `input` `[channels][input]`, `weights`
/// `[channels][kernel]` and `bias` `[channels]`, kept within `[least, most]`.
pub(super) fn depthwise(
    geometry: &Geometry,
    input: &[f32],
    weights: &[f32],
    bias: &[f32],
    [least, most]: Clip,
    output: &mut [f32],
) {
    let area = |size: [usize; 2]| size[0] * size[1];
    let width = geometry.plane(1);
    // From the first output to the last, the ends of all rows but the last included.
    let run = ((geometry.output[0] - 1) * width + geometry.output[1]).next_multiple_of(LANES);
    // Vectors may reach past the last plane's end.
    let size = geometry.plane(0) * width + LANES;
    let mut planes = vec![0.0; size * area(geometry.stride)];
    let mut outputs = vec![0.0; run];
    let mut taps: Vec<(usize, f32)> = (0..geometry.kernel[0])
        .flat_map(|u| (0..geometry.kernel[1]).map(move |v| (u, v)))
        .map(|(u, v)| (geometry.tap(u, v, size), 0.0))
        .collect();
    let channels = input
        .chunks_exact(area(geometry.input))
        .zip(weights.chunks_exact(area(geometry.kernel)))
        .zip(output.chunks_exact_mut(area(geometry.output)));
    let level = Level::new();
    for (((input, weights), output), &bias) in channels.zip(bias) {
        geometry.fill(input, &mut planes, size);
        for (tap, &weight) in taps.iter_mut().zip(weights) {
            tap.1 = weight;
        }
        dispatch!(level, simd => convolve(simd, &planes, &taps, bias, &mut outputs));
        let rows = outputs.chunks(width);
        for (to, from) in output.chunks_exact_mut(geometry.output[1]).zip(rows) {
            for (to, from) in to.iter_mut().zip(from) {
                *to = from.max(least).min(most);
            }
        }
    }
}

/// Computes `outputs[i] = bias + sum of weight * planes[at + i]` over the taps `(at, weight)`.
///
/// Indices rather than iterators: what is not inlined here is not compiled for the level.
#[inline(always)]
fn convolve<S: Simd>(
    simd: S,
    planes: &[f32],
    taps: &[(usize, f32)],
    bias: f32,
    outputs: &mut [f32],
) {
    let mut from = 0;
    while from + TOGETHER * LANES <= outputs.len() {
        vectors::<S, TOGETHER>(simd, planes, from, taps, bias, outputs);
        from += TOGETHER * LANES;
    }
    while from + LANES <= outputs.len() {
        vectors::<S, 1>(simd, planes, from, taps, bias, outputs);
        from += LANES;
    }
}

/// Computes `N` vectors of outputs from `from` on.
#[inline(always)]
fn vectors<S: Simd, const N: usize>(
    simd: S,
    planes: &[f32],
    from: usize,
    taps: &[(usize, f32)],
    bias: f32,
    outputs: &mut [f32],
) {
    let mut sums = [f32x16::splat(simd, bias); N];
    let mut t = 0;
    while t < taps.len() {
        let (at, weight) = taps[t];
        let weight = f32x16::splat(simd, weight);
        let seen = &planes[from + at..from + at + N * LANES];
        let mut n = 0;
        while n < N {
            let vector = f32x16::from_slice(simd, &seen[n * LANES..n * LANES + LANES]);
            sums[n] = vector.mul_add(weight, sums[n]);
            n += 1;
        }
        t += 1;
    }
    let mut n = 0;
    while n < N {
        sums[n].store_slice(&mut outputs[from + n * LANES..from + n * LANES + LANES]);
        n += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn naive(g: &Geometry, input: &[f32], weights: &[f32], bias: &[f32]) -> Vec<f32> {
        let mut output = Vec::new();
        for c in 0..g.channels {
            for i in 0..g.output[0] {
                for j in 0..g.output[1] {
                    let mut sum = bias[c];
                    for u in 0..g.kernel[0] {
                        for v in 0..g.kernel[1] {
                            let y = (i * g.stride[0] + u * g.dilation[0]).checked_sub(g.before[0]);
                            let x = (j * g.stride[1] + v * g.dilation[1]).checked_sub(g.before[1]);
                            if let (Some(y), Some(x)) = (y, x)
                                && y < g.input[0]
                                && x < g.input[1]
                            {
                                sum += weights[(c * g.kernel[0] + u) * g.kernel[1] + v]
                                    * input[(c * g.input[0] + y) * g.input[1] + x];
                            }
                        }
                    }
                    output.push(sum);
                }
            }
        }
        output
    }

    fn numbers(count: usize, seed: usize) -> Vec<f32> {
        (0..count)
            .map(|i| ((i * 7919 + seed * 104_729) % 257) as f32 / 64.0 - 2.0)
            .collect()
    }

    proptest! {
        #[test]
        fn the_plain_loops_agree(
            channels in 1_usize..4,
            input in [1_usize..20, 1_usize..20],
            kernel in [1_usize..6, 1_usize..6],
            stride in [1_usize..4, 1_usize..4],
            dilation in [1_usize..3, 1_usize..3],
            before in [0_usize..6, 0_usize..6],
            after in [0_usize..6, 0_usize..6],
        ) {
            let padded = |axis: usize| input[axis] + before[axis] + after[axis];
            let reach = |axis: usize| dilation[axis] * (kernel[axis] - 1) + 1;
            prop_assume!((0..2).all(|axis| padded(axis) >= reach(axis)));
            let output = [0, 1].map(|axis| (padded(axis) - reach(axis)) / stride[axis] + 1);
            let geometry = Geometry { channels, input, output, kernel, stride, dilation, before };
            let x = numbers(channels * input[0] * input[1], 1);
            let w = numbers(channels * kernel[0] * kernel[1], 2);
            let b = numbers(channels, 3);
            let mut y = vec![f32::NAN; channels * output[0] * output[1]];
            depthwise(&geometry, &x, &w, &b, [-3.0, 9.5], &mut y);
            for (found, expected) in y.iter().zip(naive(&geometry, &x, &w, &b)) {
                let expected = expected.clamp(-3.0, 9.5);
                prop_assert!((found - expected).abs() < 1e-3, "{} {}", found, expected);
            }
        }
    }
}
