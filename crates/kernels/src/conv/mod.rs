//! Convolutions as implicit matrix products: patches are never copied out.
//!
//! Activations of images are feature-major, `[channels][images * height * width]`, each plane row by row. A
//! patch is the receptive field of one position, `channels * kernel * kernel` numbers. A convolution is the
//! product of the weights, `[outputs][patch]`, and the patches, `[patch][images * positions]`. In zero-padded
//! planes ([`Planes`]), number k of the patches at neighboring positions is contiguous in memory, so the
//! kernel of [`gemm`](crate::gemm) reads the planes themselves, at a different offset for each k. The
//! gradient at the input is such a product too. The gradient of the weights, a product of the gradients and
//! the transposed patches, reads channel-last images ([`Pixels`]), where a row of a kernel is contiguous.

mod pixels;
mod planes;
mod product;

pub use pixels::Pixels;
pub use planes::Planes;
pub use product::{Work, convolve, flip, input_gradient, weight_gradient};

/// Shape of a convolution with square kernels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Geometry {
    /// Number of input channels.
    pub channels: usize,
    /// Number of rows of pixels.
    pub height: usize,
    /// Number of pixels in a row.
    pub width: usize,
    /// Kernel size: its rows and columns, >= 1.
    pub kernel: usize,
    /// Stride: pixels from one position to the next, >= 1.
    pub stride: usize,
    /// Padding: zeros before and after every row and column, < `kernel`.
    pub padding: usize,
}

impl Geometry {
    /// Rows and columns of positions; `None` if the kernel does not fit the image.
    #[must_use]
    pub fn output(&self) -> Option<(usize, usize)> {
        let along = |size: usize| {
            let room = (size + 2 * self.padding).checked_sub(self.kernel)?;
            Some(room / self.stride + 1)
        };
        Some((along(self.height)?, along(self.width)?))
    }

    /// Length of a patch.
    #[must_use]
    pub fn patch(&self) -> usize {
        self.channels * self.kernel * self.kernel
    }

    /// Number of positions of an image.
    ///
    /// # Panics
    /// When the kernel does not fit the image.
    #[must_use]
    pub fn positions(&self) -> usize {
        let (rows, columns) = self.output().expect("a kernel that fits the image");
        rows * columns
    }

    /// Number of pixels of a plane.
    #[must_use]
    pub fn pixels(&self) -> usize {
        self.height * self.width
    }
}
