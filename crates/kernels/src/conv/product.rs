//! The three products of a convolution: forward, and the gradients of the weights and at the input.

use std::ops::Range;

use super::{Geometry, Pixels, Planes};
use crate::gemm::tile::{Before, Right, block};
use crate::gemm::{Left, PANEL};

/// Scratch buffers; they grow to the size of the largest product.
#[derive(Clone, Debug, Default)]
pub struct Work {
    patch: Vec<usize>,
    positions: Vec<usize>,
    products: Vec<f32>,
}

/// Patches of one image as the right factor, `[patch][columns]`. Padded rows are longer than rows of
/// positions: the columns in between belong to no position.
#[derive(Clone, Copy)]
struct Patches<'a> {
    planes: &'a [f32],
    patch: &'a [usize],
    columns: usize,
}

impl Right for Patches<'_> {
    fn depth(&self) -> usize {
        self.patch.len()
    }

    fn width(&self) -> usize {
        self.columns
    }

    #[inline(always)]
    fn rows(&self, panel: usize, k: Range<usize>) -> impl Iterator<Item = &[f32]> {
        let from = &self.planes[panel * PANEL..];
        self.patch[k].iter().map(|at| &from[*at..*at + PANEL])
    }
}

/// Transposed patches of one image as the right factor, `[positions][kernel][kernel * channels]`.
#[derive(Clone, Copy)]
struct Transposed<'a> {
    pixels: &'a [f32],
    positions: &'a [usize],
    kernel: usize,
    /// Numbers in a row of the kernel.
    row: usize,
    /// Distance from one row of pixels to the next.
    stride: usize,
}

impl Transposed<'_> {
    /// Row of the kernel that a panel belongs to, and its first number in that row.
    fn place(&self, panel: usize) -> (usize, usize) {
        let panels = self.row.div_ceil(PANEL);
        (panel / panels, panel % panels * PANEL)
    }
}

impl Right for Transposed<'_> {
    fn depth(&self) -> usize {
        self.positions.len()
    }

    fn width(&self) -> usize {
        self.kernel * self.row
    }

    fn panels(&self) -> usize {
        self.kernel * self.row.div_ceil(PANEL)
    }

    fn columns(&self, panel: usize) -> Range<usize> {
        let (ky, first) = self.place(panel);
        let begin = ky * self.row;
        begin + first..begin + self.row.min(first + PANEL)
    }

    #[inline(always)]
    fn rows(&self, panel: usize, k: Range<usize>) -> impl Iterator<Item = &[f32]> {
        let (ky, first) = self.place(panel);
        let from = &self.pixels[ky * self.stride + first..];
        self.positions[k].iter().map(|at| &from[*at..*at + PANEL])
    }
}

/// Writes the convolution `out`, `[outputs][images * positions]`: the product of `weights`,
/// `[outputs][patch]` with rows `stride` apart, and the patches of `planes`, plus the `bias` of each output.
///
/// # Panics
/// When the kernel does not fit the image.
pub fn convolve(
    geometry: &Geometry,
    (weights, stride): (&[f32], usize),
    bias: Option<&[f32]>,
    planes: &Planes,
    work: &mut Work,
    out: &mut [f32],
) {
    let size = geometry.output().expect("a kernel that fits the image");
    let weights = Left::rows(weights, stride);
    let row = |output: usize| bias.map_or(0.0, |bias| bias[output]);
    correlate(weights, geometry.kernel, planes, size, work, out, row);
}

/// Writes the gradient at the input, `dx`, `[channels][images * pixels]`: the product of the flipped weights,
/// `[channels][outputs * kernel * kernel]` ([`flip`]), and the patches of the gradients
/// ([`Planes::load_gradient`]).
pub fn input_gradient(
    geometry: &Geometry,
    flipped: &[f32],
    gradients: &Planes,
    work: &mut Work,
    dx: &mut [f32],
) {
    let weights = Left::rows(flipped, flipped.len() / geometry.channels);
    let size = (geometry.height, geometry.width);
    correlate(weights, geometry.kernel, gradients, size, work, dx, |_| 0.0);
}

/// Product of `weights` and the patches of `planes` at `rows` x `columns` positions, plus `add(row)`.
fn correlate(
    weights: Left<'_>,
    kernel: usize,
    planes: &Planes,
    (rows, columns): (usize, usize),
    work: &mut Work,
    out: &mut [f32],
    add: impl Fn(usize) -> f32,
) {
    let (images, positions) = (planes.images(), rows * columns);
    if images * positions == 0 {
        return;
    }
    let outputs = out.len() / (images * positions);
    planes.patch(kernel, &mut work.patch);
    // Rows of positions are as far apart as those of the planes; the columns in between are skipped.
    let n = (rows - 1) * planes.row() + columns;
    let stride = n.next_multiple_of(PANEL);
    work.products.resize(outputs * stride, 0.0);
    for image in 0..images {
        let patches = Patches {
            planes: planes.starting_at(image),
            patch: &work.patch,
            columns: n,
        };
        block(
            weights,
            0,
            patches,
            &mut work.products,
            stride,
            Before::Nothing,
        );
        let products = work.products.chunks_exact(stride);
        let outs = out.chunks_exact_mut(images * positions);
        for (output, (products, out)) in products.zip(outs).enumerate() {
            let add = add(output);
            let products = products.chunks(planes.row());
            let out = &mut out[image * positions..(image + 1) * positions];
            for (out, products) in out.chunks_exact_mut(columns).zip(products) {
                out.iter_mut()
                    .zip(products)
                    .for_each(|(out, x)| *out = x + add);
            }
        }
    }
}

/// Writes the gradient of the weights, `gradient`, `[outputs][patch]` with rows `stride` apart: the product
/// of `d`, `[outputs][images * positions]`, and the transposed patches of `pixels`.
pub fn weight_gradient(
    geometry: &Geometry,
    pixels: &Pixels,
    d: &[f32],
    work: &mut Work,
    (gradient, stride): (&mut [f32], usize),
) {
    let Geometry {
        channels, kernel, ..
    } = *geometry;
    let (outputs, patch) = (gradient.len() / stride, geometry.patch());
    let all = d.len() / outputs;
    pixels.positions(geometry, &mut work.positions);
    let positions = work.positions.len();
    work.products.resize(outputs * patch, 0.0);
    let products = &mut work.products[..outputs * patch];
    for (image, begin) in (0..all).step_by(positions.max(1)).enumerate() {
        // An image at a time, which stays in the cache.
        let transposed = Transposed {
            pixels: pixels.starting_at(image),
            positions: &work.positions,
            kernel,
            row: kernel * channels,
            stride: pixels.row(),
        };
        let before = match image {
            0 => Before::Nothing,
            _ => Before::Sums,
        };
        let left = Left::rows(&d[begin..], all);
        block(left, 0, transposed, products, patch, before);
    }
    for (output, to) in gradient.chunks_exact_mut(stride).enumerate() {
        for (k, to) in to[..patch].iter_mut().enumerate() {
            let (channel, ky, kx) = (k / (kernel * kernel), k / kernel % kernel, k % kernel);
            *to = products[output * patch + (ky * kernel + kx) * channels + channel];
        }
    }
}

/// Flips the weights, `[outputs][patch]` with rows `stride` apart, for [`input_gradient`]:
/// `[channels][outputs * kernel * kernel]`, each kernel rotated by 180 degrees.
pub fn flip(geometry: &Geometry, (weights, stride): (&[f32], usize), flipped: &mut Vec<f32>) {
    let area = geometry.kernel * geometry.kernel;
    flipped.clear();
    for channel in 0..geometry.channels {
        for row in weights.chunks_exact(stride) {
            flipped.extend(row[channel * area..][..area].iter().rev());
        }
    }
}
