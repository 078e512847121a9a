//! Channel-last images.

use super::Geometry;
use crate::batch::multiply;
use crate::gemm::{PANEL, transpose_into};
use crate::level::{dispatch, level};

/// Zero-padded channel-last images, `[images][height][width][channels]`, for the gradient of the weights.
#[derive(Clone, Debug, Default)]
pub struct Pixels {
    data: Vec<f32>,
    /// The same without padding, `[pixels][channels]`.
    bare: Vec<f32>,
    channels: usize,
    height: usize,
    width: usize,
}

impl Pixels {
    /// Loads images, `[channels][images * height * width]`.
    pub fn load(&mut self, geometry: &Geometry, images: &[f32]) {
        let (count, channels) = (images.len() / geometry.channels, geometry.channels);
        self.bare.resize(images.len(), 0.0);
        let bare = &mut self.bare;
        dispatch!(level(), simd => transpose_into(simd, images, count, bare, channels));
        self.place(geometry);
    }

    /// Loads examples, `[images][channels * height * width]`.
    pub fn load_examples(&mut self, geometry: &Geometry, examples: &[f32]) {
        let (pixels, channels) = (geometry.pixels(), geometry.channels);
        self.bare.resize(examples.len(), 0.0);
        let bare = self.bare.chunks_exact_mut(channels * pixels);
        for (image, bare) in examples.chunks_exact(channels * pixels).zip(bare) {
            dispatch!(level(), simd => transpose_into(simd, image, pixels, bare, channels));
        }
        self.place(geometry);
    }

    /// Loads the squares of the numbers in `other`.
    pub fn load_squares(&mut self, other: &Self) {
        (self.channels, self.height, self.width) = (other.channels, other.height, other.width);
        self.data.resize(other.data.len(), 0.0);
        multiply(&other.data, &other.data, &mut self.data);
    }

    /// Copies `bare` into the padded images.
    fn place(&mut self, geometry: &Geometry) {
        let Geometry {
            channels,
            height,
            width,
            padding,
            ..
        } = *geometry;
        self.channels = channels;
        (self.height, self.width) = (height + 2 * padding, width + 2 * padding);
        let (image, row) = (self.height * self.width * channels, self.width * channels);
        let images = self.bare.len() / (height * width * channels);
        self.data.clear();
        // Slack for a full-vector load that begins in the last image.
        self.data.resize(images * image + PANEL, 0.0);
        let bare = self.bare.chunks_exact(height * width * channels);
        for (to, from) in self.data.chunks_exact_mut(image).zip(bare) {
            let rows = to.chunks_exact_mut(row).skip(padding);
            for (to, from) in rows.zip(from.chunks_exact(width * channels)) {
                to[padding * channels..][..from.len()].copy_from_slice(from);
            }
        }
    }

    /// Pixels from image `image` on.
    pub(super) fn starting_at(&self, image: usize) -> &[f32] {
        &self.data[image * self.height * self.row()..]
    }

    /// Numbers of a row.
    pub(super) fn row(&self) -> usize {
        self.width * self.channels
    }

    /// Writes the distance of each position's numbers from those of the image's first position.
    pub(super) fn positions(&self, geometry: &Geometry, offsets: &mut Vec<usize>) {
        let (rows, columns) = geometry.output().unwrap_or((0, 0));
        let step = geometry.stride * self.channels;
        offsets.clear();
        for y in 0..rows {
            let row = y * step * self.width;
            offsets.extend((0..columns).map(|x| row + x * step));
        }
    }
}
