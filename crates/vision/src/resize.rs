//! Resizing as Pillow does it: a picture scaled down is smoothed first, and pixels stay bytes.
//!
//! Along one axis, output pixel `o` is a weighted sum of input pixels `i` (Pillow's
//! `Resample.c`; `in`, `out` are the sizes):
//!
//! ```text
//! center(o) = (o + 1/2) in/out        scale = max(in/out, 1)
//! w(o, i)   = kernel((i + 1/2 - center(o)) / scale) / sum over i of the same
//! ```
//! Rows first, then columns, each rounded to bytes, with weights of 22 binary places: the
//! same bytes as Pillow's, on every machine.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

/// Method by which pixels between pixels are made up.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Filter {
    /// A triangle, `1 - |x|` within 1: torchvision's default.
    Bilinear,
    /// A cubic within 2, with a = -1/2 (Catmull-Rom).
    Bicubic,
}

/// Binary places of a weight.
const PLACES: u32 = 32 - 8 - 2;

impl Filter {
    /// Pixels on each side that it sees.
    fn support(self) -> f64 {
        match self {
            Self::Bilinear => 1.0,
            Self::Bicubic => 2.0,
        }
    }

    fn kernel(self, x: f64) -> f64 {
        let x = x.abs();
        match self {
            Self::Bilinear if x < 1.0 => 1.0 - x,
            Self::Bicubic if x < 1.0 => (1.5 * x - 2.5) * x * x + 1.0,
            Self::Bicubic if x < 2.0 => ((-0.5 * x + 2.5) * x - 4.0) * x + 2.0,
            _ => 0.0,
        }
    }
}

/// A picture of three bytes a pixel: `pixels[y][x][channel]`, row by row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// Pixels of a row.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// Pixels, `height * width * 3` bytes: red, green, blue.
    pub pixels: Vec<u8>,
}

/// Bytes of a pixel.
pub const CHANNELS: usize = 3;

impl Picture {
    /// The picture at `width` x `height` pixels, both at least 1.
    #[must_use]
    pub fn resized(&self, width: usize, height: usize, filter: Filter) -> Self {
        let mut picture = Cow::Borrowed(self);
        if width != self.width {
            picture = Cow::Owned(picture.rows_resized(width, filter));
        }
        if height != self.height {
            picture = Cow::Owned(picture.columns_resized(height, filter));
        }
        picture.into_owned()
    }

    fn rows_resized(&self, width: usize, filter: Filter) -> Self {
        let weights = Weights::new(self.width, width, filter);
        let mut pixels = Vec::with_capacity(self.height * width * CHANNELS);
        for row in self.pixels.chunks_exact(self.width * CHANNELS) {
            for (first, weights) in weights.iter() {
                let mut sum = [HALF; CHANNELS];
                let seen = row[first * CHANNELS..].chunks_exact(CHANNELS);
                for (pixel, &weight) in seen.zip(weights) {
                    for (sum, &byte) in sum.iter_mut().zip(pixel) {
                        *sum += i32::from(byte) * weight;
                    }
                }
                pixels.extend(sum.map(byte));
            }
        }
        Self {
            width,
            height: self.height,
            pixels,
        }
    }

    fn columns_resized(&self, height: usize, filter: Filter) -> Self {
        let weights = Weights::new(self.height, height, filter);
        let stride = self.width * CHANNELS;
        let mut pixels = Vec::with_capacity(height * stride);
        let mut sums = vec![HALF; stride];
        for (first, weights) in weights.iter() {
            sums.fill(HALF);
            let seen = self.pixels[first * stride..].chunks_exact(stride);
            for (row, &weight) in seen.zip(weights) {
                for (sum, &byte) in sums.iter_mut().zip(row) {
                    *sum += i32::from(byte) * weight;
                }
            }
            pixels.extend(sums.iter().copied().map(byte));
        }
        Self {
            width: self.width,
            height,
            pixels,
        }
    }

    /// The part of `width` x `height` pixels in the middle; at most as large as the picture.
    #[must_use]
    pub fn cropped(&self, width: usize, height: usize) -> Self {
        let (width, height) = (width.min(self.width), height.min(self.height));
        let left = half(self.width - width);
        let pixels = self
            .pixels
            .chunks_exact(self.width * CHANNELS)
            .skip(half(self.height - height))
            .take(height)
            .flat_map(|row| &row[left * CHANNELS..][..width * CHANNELS])
            .copied()
            .collect();
        Self {
            width,
            height,
            pixels,
        }
    }
}

/// Half of `size`, a half rounded to the even number, as in torchvision.
fn half(size: usize) -> usize {
    let down = size / 2;
    down + (size % 2) * (down % 2)
}

/// Constant 1/2 at the places of a weight.
const HALF: i32 = 1 << (PLACES - 1);

fn byte(sum: i32) -> u8 {
    (sum >> PLACES).clamp(0, 255) as u8
}

/// Weights of every output pixel: the first input pixel it sees, and the weights of it and those after it.
struct Weights {
    firsts: Vec<usize>,
    /// Range of each output pixel in `weights`.
    ends: Vec<usize>,
    weights: Vec<i32>,
}

impl Weights {
    fn new(input: usize, output: usize, filter: Filter) -> Self {
        let ratio = input as f64 / output as f64;
        let scale = ratio.max(1.0);
        let support = filter.support() * scale;
        let mut all = Self {
            firsts: Vec::with_capacity(output),
            ends: Vec::with_capacity(output),
            weights: Vec::new(),
        };
        for pixel in 0..output {
            let center = (pixel as f64 + 0.5) * ratio;
            let first = (center - support + 0.5).max(0.0) as usize;
            let end = ((center + support + 0.5) as usize).min(input);
            let weight = |i: usize| filter.kernel((i as f64 - center + 0.5) / scale);
            let sum: f64 = (first..end).map(weight).sum();
            all.firsts.push(first);
            all.weights.extend((first..end).map(|i| {
                let share = if sum == 0.0 { 0.0 } else { weight(i) / sum };
                (share * f64::from(1 << PLACES)).round() as i32
            }));
            all.ends.push(all.weights.len());
        }
        all
    }

    fn iter(&self) -> impl Iterator<Item = (usize, &[i32])> {
        let mut start = 0;
        self.firsts
            .iter()
            .zip(&self.ends)
            .map(move |(&first, &end)| {
                let weights = &self.weights[start..end];
                start = end;
                (first, weights)
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PILLOW: [(Filter, [u8; 36], [u8; 36]); 2] = [
        (
            Filter::Bilinear,
            [
                68, 93, 130, 171, 77, 114, 144, 125, 87, 128, 160, 134, 97, 131, 144, 107, 115,
                141, 153, 88, 125, 163, 162, 96, 132, 169, 99, 116, 153, 100, 89, 126, 123, 116,
                97, 134,
            ],
            [
                0, 37, 74, 74, 111, 148, 160, 86, 123, 191, 33, 70, 82, 119, 156, 168, 205, 47,
                115, 152, 78, 90, 127, 164, 164, 201, 238, 11, 48, 85, 85, 122, 159, 171, 97, 134,
            ],
        ),
        (
            Filter::Bicubic,
            [
                63, 92, 133, 181, 75, 116, 145, 123, 82, 126, 164, 135, 96, 132, 145, 106, 117,
                146, 153, 78, 133, 169, 166, 89, 134, 172, 95, 115, 157, 94, 85, 131, 127, 117, 92,
                139,
            ],
            [
                0, 30, 67, 65, 120, 157, 172, 87, 124, 201, 14, 56, 80, 117, 154, 178, 236, 33,
                110, 156, 61, 77, 113, 175, 167, 204, 255, 6, 40, 77, 74, 130, 167, 188, 97, 134,
            ],
        ),
    ];

    fn stripes(width: usize, height: usize) -> Picture {
        let pixels = (0..height * width * CHANNELS)
            .map(|i| (i * 37 % 251) as u8)
            .collect();
        Picture {
            width,
            height,
            pixels,
        }
    }

    #[test]
    fn the_same_size_changes_nothing() {
        let picture = stripes(7, 5);
        for filter in [Filter::Bilinear, Filter::Bicubic] {
            assert_eq!(picture.resized(7, 5, filter), picture);
            let gray = Picture {
                width: 9,
                height: 4,
                pixels: vec![77; 9 * 4 * CHANNELS],
            };
            let resized = gray.resized(31, 2, filter);
            assert!(resized.pixels.iter().all(|&byte| byte == 77));
            assert_eq!(resized.pixels.len(), 31 * 2 * CHANNELS);
        }
    }

    /// Pillow 12's own bytes: `Image.frombytes("RGB", (7, 5), bytes(i * 37 % 251 for i in
    /// range(105))).resize((4, 3), filter)`, and to (9, 8) the first two rows' first pixels.
    #[test]
    fn bytes_are_pillows() {
        for (filter, small, large) in PILLOW {
            let picture = stripes(7, 5);
            assert_eq!(picture.resized(4, 3, filter).pixels, small, "{filter:?}");
            assert_eq!(
                picture.resized(9, 8, filter).pixels[..36],
                large,
                "{filter:?}"
            );
        }
    }

    #[test]
    fn the_middle_is_cut_out() {
        let picture = stripes(7, 5);
        let middle = picture.cropped(2, 2);
        // Margins of 5 and 3 begin at 2 (2.5 to even) and 2 (1.5 to even).
        assert_eq!(middle.pixels[..6], picture.pixels[(2 * 7 + 2) * 3..][..6]);
        assert_eq!(middle.pixels[6..], picture.pixels[(3 * 7 + 2) * 3..][..6]);
        assert_eq!(picture.cropped(100, 100), picture);
    }
}
