//! Small picture of an image: the square in its middle, for a report.
//!
//! Blocks of pixels are first averaged, down to two pixels or more for each that is wanted, which
//! reads every pixel once; [`Filter::Bicubic`] does the rest. A backbone sees the middle too, so
//! that the square shows what it was asked about, without bars.

use crate::resize::{CHANNELS, Filter, Picture};

/// Pixels along each side, of images from files.
pub const SIDE: usize = 48;

/// The middle square of `picture`, `side` x `side` pixels. A picture of that size stays as it is.
pub fn thumbnail(picture: &Picture, side: usize) -> Picture {
    let short = picture.width.min(picture.height);
    let block = (short / (2 * side)).max(1);
    let square = match block {
        1 => picture.cropped(short, short),
        _ => averaged(picture, short / block, block),
    };
    square.resized(side, side, Filter::Bicubic)
}

/// The means of `count` x `count` blocks of `block` x `block` pixels, in the middle of `picture`.
fn averaged(picture: &Picture, count: usize, block: usize) -> Picture {
    let stride = picture.width * CHANNELS;
    let left = (picture.width - count * block) / 2 * CHANNELS;
    let top = (picture.height - count * block) / 2;
    let area = (block * block) as u32;
    let mut pixels = Vec::with_capacity(count * count * CHANNELS);
    let mut sums = vec![[0_u32; CHANNELS]; count];
    let rows = &picture.pixels[top * stride..];
    for rows in rows.chunks_exact(block * stride).take(count) {
        sums.fill([0; CHANNELS]);
        for row in rows.chunks_exact(stride) {
            let blocks = row[left..].chunks_exact(block * CHANNELS);
            for (sum, block) in sums.iter_mut().zip(blocks) {
                for pixel in block.as_chunks::<CHANNELS>().0 {
                    for (sum, &byte) in sum.iter_mut().zip(pixel) {
                        *sum += u32::from(byte);
                    }
                }
            }
        }
        let mean = |sum: &u32| ((sum + area / 2) / area) as u8;
        pixels.extend(sums.as_flattened().iter().map(mean));
    }
    Picture {
        width: count,
        height: count,
        pixels,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Creates `width` x `height` pixels, `of(x, y)`.
    fn picture(width: usize, height: usize, of: impl Fn(usize, usize) -> [u8; 3]) -> Picture {
        let places = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
        Picture {
            width,
            height,
            pixels: places.flat_map(|(x, y)| of(x, y)).collect(),
        }
    }

    #[test]
    fn a_picture_of_that_size_stays_as_it_is() {
        let same = picture(5, 5, |x, y| [x as u8, y as u8, 9]);
        assert_eq!(thumbnail(&same, 5), same);
        let wide = picture(9, 5, |x, y| [x as u8, y as u8, 9]);
        let middle = picture(5, 5, |x, y| [x as u8 + 2, y as u8, 9]);
        assert_eq!(thumbnail(&wide, 5), middle);
    }

    #[test]
    fn every_size_becomes_a_square() {
        for (width, height) in [
            (1, 1),
            (1, 20),
            (3, 2),
            (7, 8),
            (15, 16),
            (16, 17),
            (100, 33),
        ] {
            let gray = picture(width, height, |_, _| [77, 0, 255]);
            let small = thumbnail(&gray, 4);
            assert_eq!((small.width, small.height), (4, 4), "{width} x {height}");
            let same = small.pixels.chunks(3).all(|pixel| pixel == [77, 0, 255]);
            assert!(same, "{width} x {height}");
        }
    }

    /// A ramp stays a ramp, whatever blocks it is averaged in first, and what is outside is cut off.
    #[test]
    fn large_pictures_are_smoothed_and_cut() {
        for (width, height) in [(64, 64), (203, 130), (130, 203), (997, 640)] {
            let short = width.min(height) as f64;
            let offset = |long: usize| (long as f64 - short) / 2.0;
            let ramp = |at: usize, long: usize| {
                let share = (at as f64 + 0.5 - offset(long)) / short;
                (share.clamp(0.0, 1.0) * 255.0).round() as u8
            };
            let large = picture(width, height, |x, y| [ramp(x, width), ramp(y, height), 50]);
            let small = thumbnail(&large, 8);
            for (i, pixel) in small.pixels.chunks(3).enumerate() {
                let expected = |at: usize| (at as f64 + 0.5) / 8.0 * 255.0;
                let close = |found: u8, at| (f64::from(found) - expected(at)).abs() < 6.0;
                assert!(
                    close(pixel[0], i % 8) && close(pixel[1], i / 8) && pixel[2] == 50,
                    "{width} x {height}, {i}: {pixel:?}"
                );
            }
        }
    }
}
