//! Zero-padded images in the layout that the product reads.

use super::Geometry;
use crate::batch::multiply;
use crate::gemm::PANEL;

/// Zero-padded planes of pixels, `[channels][images][height][width]`. For a stride s a plane is split into s
/// x s phases (polyphase layout, `[s][s][height / s][width / s]`), so that consecutive output positions read
/// consecutive memory. Phases that no kernel tap reaches are not stored.
#[derive(Clone, Debug, Default)]
pub struct Planes {
    data: Vec<f32>,
    layout: Layout,
    placing: Placing,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Layout {
    channels: usize,
    images: usize,
    stride: usize,
    /// Phases along each axis that kernel taps reach.
    phases: usize,
    /// Rows and columns of a phase.
    height: usize,
    width: usize,
}

/// Positions of an image's pixels in its padded plane.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Placing {
    /// Rows of pixels, and pixels of a row.
    height: usize,
    width: usize,
    /// Rows and columns of zeros before the first.
    before: usize,
    /// Distance from one pixel to the next; above 1 for dilated gradients.
    step: usize,
}

impl Layout {
    fn plane(&self) -> usize {
        self.phases * self.phases * self.height * self.width
    }

    /// Offset of pixel (`y`, `x`) in its plane; `None` if no kernel tap reaches it.
    fn pixel(&self, y: usize, x: usize) -> Option<usize> {
        let (along, down) = (x % self.stride, y % self.stride);
        let phase = (down * self.phases + along) * self.height * self.width;
        let seen = along < self.phases && down < self.phases;
        seen.then_some(phase + y / self.stride * self.width + x / self.stride)
    }
}

impl Planes {
    /// Loads images, `[channels][images * height * width]`, for a convolution.
    pub fn load(&mut self, geometry: &Geometry, images: &[f32]) {
        let count = images.len() / (geometry.channels * geometry.pixels());
        let pixels = geometry.pixels();
        self.fill(geometry, count, |channel, image| {
            &images[(channel * count + image) * pixels..][..pixels]
        });
    }

    /// Loads examples, `[images][channels * height * width]`, for a convolution.
    pub fn load_examples(&mut self, geometry: &Geometry, examples: &[f32]) {
        let count = examples.len() / (geometry.channels * geometry.pixels());
        let pixels = geometry.pixels();
        self.fill(geometry, count, |channel, image| {
            &examples[(image * geometry.channels + channel) * pixels..][..pixels]
        });
    }

    fn fill<'a>(
        &mut self,
        geometry: &Geometry,
        images: usize,
        plane: impl Fn(usize, usize) -> &'a [f32],
    ) {
        let Geometry {
            channels,
            height,
            width,
            stride,
            padding,
            ..
        } = *geometry;
        let layout = Layout {
            channels,
            images,
            stride,
            phases: stride.min(geometry.kernel),
            height: (height + 2 * padding).div_ceil(stride),
            width: (width + 2 * padding).div_ceil(stride),
        };
        let placing = Placing {
            height,
            width,
            before: padding,
            step: 1,
        };
        self.place(layout, placing, plane);
    }

    /// Loads gradients at the outputs, `[outputs][images * positions]`, for the gradient at the inputs, which
    /// is their full convolution with the flipped kernels; a stride puts zeros between positions too.
    ///
    /// # Panics
    /// When the kernel does not fit the image.
    pub fn load_gradient(&mut self, geometry: &Geometry, outputs: usize, d: &[f32]) {
        let (height, width) = geometry.output().expect("a kernel that fits the image");
        let positions = height * width;
        let images = d.len() / (outputs * positions);
        let layout = Layout {
            channels: outputs,
            images,
            stride: 1,
            phases: 1,
            height: geometry.height + geometry.kernel - 1,
            width: geometry.width + geometry.kernel - 1,
        };
        let placing = Placing {
            height,
            width,
            before: geometry.kernel - 1 - geometry.padding,
            step: geometry.stride,
        };
        self.place(layout, placing, |output, image| {
            &d[(output * images + image) * positions..][..positions]
        });
    }

    /// Loads the squares of the numbers in `other`.
    pub fn load_squares(&mut self, other: &Self) {
        (self.layout, self.placing) = (other.layout, other.placing);
        self.data.resize(other.data.len(), 0.0);
        multiply(&other.data, &other.data, &mut self.data);
    }

    fn place<'a>(
        &mut self,
        layout: Layout,
        placing: Placing,
        plane: impl Fn(usize, usize) -> &'a [f32],
    ) {
        // The borders stay zeros as long as pixels go to the same places.
        if (self.layout, self.placing) != (layout, placing) {
            (self.layout, self.placing) = (layout, placing);
            self.data.clear();
        }
        // Slack for a full-vector load that begins in the last plane.
        let len = layout.channels * layout.images * layout.plane() + PANEL;
        self.data.resize(len, 0.0);
        let planes = self.data.chunks_exact_mut(layout.plane());
        for (number, to) in planes.enumerate().take(layout.channels * layout.images) {
            let from = plane(number / layout.images, number % layout.images);
            for (y, row) in from.chunks_exact(placing.width).enumerate() {
                let y = placing.before + y * placing.step;
                if placing.step == 1 && layout.stride == 1 {
                    let first = y * layout.width + placing.before;
                    to[first..first + row.len()].copy_from_slice(row);
                    continue;
                }
                for (x, value) in row.iter().enumerate() {
                    if let Some(place) = layout.pixel(y, placing.before + x * placing.step) {
                        to[place] = *value;
                    }
                }
            }
        }
    }

    /// Planes from image `image` on.
    pub(super) fn starting_at(&self, image: usize) -> &[f32] {
        &self.data[image * self.layout.plane()..]
    }

    /// Number of images.
    pub(super) fn images(&self) -> usize {
        self.layout.images
    }

    /// Distance from a row of positions to the next.
    pub(super) fn row(&self) -> usize {
        self.layout.width
    }

    /// Writes the offset of each number of the patch at the first position, for kernels of `kernel` rows.
    pub(super) fn patch(&self, kernel: usize, offsets: &mut Vec<usize>) {
        let layout = self.layout;
        offsets.clear();
        for channel in 0..layout.channels {
            let plane = channel * layout.images * layout.plane();
            for ky in 0..kernel {
                let places = (0..kernel).filter_map(|kx| layout.pixel(ky, kx));
                offsets.extend(places.map(|place| plane + place));
            }
        }
    }
}
