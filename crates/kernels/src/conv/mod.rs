//! Convolutions as matrix products.
//!
//! Activations of images are feature-major, `[channels][images * height * width]`: plane after plane,
//! rows of pixels inside. A patch is what a kernel covers at one position, `channels * kernel *
//! kernel` numbers; with a column of them for each position of each image, a convolution is the product of the weights,
//! `[outputs][patch]`, and the patches, `[patch][images * positions]`, and all that is known of linear
//! layers holds. [`Packed::pack_patches`](crate::gemm::Packed::pack_patches) makes the patches in the
//! form that the product reads; they never exist as a whole. Past the border everything is 0.

use std::ops::Range;

/// Shapes of a convolution with square kernels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Geometry {
    /// Channels of an image.
    pub channels: usize,
    /// Rows of pixels.
    pub height: usize,
    /// Pixels of a row.
    pub width: usize,
    /// Rows and columns of a kernel, >= 1.
    pub kernel: usize,
    /// Pixels from one position to the next, >= 1.
    pub stride: usize,
    /// Zeros before and after every row and column.
    pub padding: usize,
}

impl Geometry {
    /// Rows and columns of positions; `None` where not one kernel fits.
    #[must_use]
    pub fn output(&self) -> Option<(usize, usize)> {
        let along = |size: usize| {
            let room = (size + 2 * self.padding).checked_sub(self.kernel)?;
            Some(room / self.stride + 1)
        };
        Some((along(self.height)?, along(self.width)?))
    }

    /// Numbers in a patch.
    #[must_use]
    pub fn patch(&self) -> usize {
        self.channels * self.kernel * self.kernel
    }

    /// Positions of an image.
    ///
    /// # Panics
    /// Where not one kernel fits.
    #[must_use]
    pub fn positions(&self) -> usize {
        let (rows, columns) = self.output().expect("a kernel that fits the image");
        rows * columns
    }

    /// Pixels of a plane.
    #[must_use]
    pub fn pixels(&self) -> usize {
        self.height * self.width
    }

    /// Channel, row and column in the kernel of number `k` of a patch.
    fn place(&self, k: usize) -> (usize, usize, usize) {
        let area = self.kernel * self.kernel;
        (k / area, k % area / self.kernel, k % self.kernel)
    }

    /// Positions of a row whose pixel at `offset` of the kernel lies inside `size` pixels.
    fn inside(&self, positions: usize, offset: usize, size: usize) -> Range<usize> {
        let first = self.padding.saturating_sub(offset).div_ceil(self.stride);
        let end = (size + self.padding)
            .saturating_sub(offset)
            .div_ceil(self.stride);
        first.min(positions)..end.min(positions).max(first.min(positions))
    }

    /// For number `k` of the patches and every row of positions that is not all past the border: its
    /// first place among the columns `[images * positions]`, its positions that are inside, and where
    /// the first of these lies in `[channels][images * pixels]`.
    fn rows(&self, k: usize, images: usize) -> impl Iterator<Item = (usize, Range<usize>, usize)> {
        let (channel, ky, kx) = self.place(k);
        let (rows, columns) = self.output().unwrap_or((0, 0));
        let inside_x = self.inside(columns, kx, self.width);
        // Past the border on every row: nothing to take.
        let inside_y = match inside_x.is_empty() {
            true => 0..0,
            false => self.inside(rows, ky, self.height),
        };
        let geometry = *self;
        (0..images).flat_map(move |image| {
            let inside_x = inside_x.clone();
            inside_y.clone().map(move |y| {
                let plane = (channel * images + image) * geometry.pixels();
                let row = y * geometry.stride + ky - geometry.padding;
                let first =
                    (inside_x.start * geometry.stride + kx).saturating_sub(geometry.padding);
                let from = plane + row * geometry.width + first;
                ((image * rows + y) * columns, inside_x.clone(), from)
            })
        })
    }

    /// Number `k` of every patch, `[images * positions]`, of `input`, `[channels][images * pixels]`.
    pub(crate) fn patch_row(&self, input: &[f32], k: usize, out: &mut [f32]) {
        out.fill(0.0);
        let images = out.len() / self.positions();
        for (to, inside, from) in self.rows(k, images) {
            let out = &mut out[to + inside.start..to + inside.end];
            match self.stride {
                1 => out.copy_from_slice(&input[from..from + inside.len()]),
                stride => {
                    let from = input[from..].iter().step_by(stride);
                    out.iter_mut().zip(from).for_each(|(out, x)| *out = *x);
                }
            }
        }
    }

    /// The way back of gradients: adds what is at each place of the `patches`, `[patch][images *
    /// positions]`, to the pixel it was taken from, `[channels][images * pixels]`.
    pub fn fold(&self, patches: &[f32], input: &mut [f32]) {
        let images = input.len() / (self.channels * self.pixels());
        let columns = images * self.positions();
        assert_eq!(patches.len(), self.patch() * columns, "fold: patches");
        for (k, patches) in patches.chunks_exact(columns.max(1)).enumerate() {
            for (at, inside, to) in self.rows(k, images) {
                let from = &patches[at + inside.start..at + inside.end];
                let to = input[to..].iter_mut().step_by(self.stride);
                to.zip(from).for_each(|(to, x)| *to += x);
            }
        }
    }
}
