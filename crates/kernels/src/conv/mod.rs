//! Convolutions as matrix products that are never written out.
//!
//! Activations of images are feature-major, `[channels][images * height * width]`: plane after plane,
//! rows of pixels inside. A patch is what a kernel covers at one position, `channels * kernel *
//! kernel` numbers. A convolution is the product of the weights, `[outputs][patch]`, and the patches,
//! `[patch][images * positions]`. With zeros around every plane ([`Planes`]), number k of the patches of
//! neighbouring positions lies in neighbouring places, so that the kernel of [`gemm`](crate::gemm) reads
//! the planes themselves, from another place on for each k. The gradient at the input is such a product
//! too. That of the weights, a product of the gradients and the transposed patches, reads images with the
//! channels of a pixel side by side ([`Pixels`]): a row of a kernel is then one stretch of numbers.

mod pixels;
mod planes;
mod product;

pub use pixels::Pixels;
pub use planes::Planes;
pub use product::{Work, convolve, flip, input_gradient, weight_gradient};

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
    /// Zeros before and after every row and column, < `kernel`.
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
}
