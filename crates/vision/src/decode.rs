//! Decoding of the bytes of a PNG or JPEG file to a picture; its header is judged first.
//!
//! Kind of a file is said by its first bytes, not by its name. Transparency is dropped, gray becomes
//! color, 16 bits become 8, and a photograph is turned upright as its camera noted (EXIF).

use std::io::Cursor;

use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};

use mesu_data::format::FileKind;

use crate::resize::Picture;

/// The largest file that is read, in bytes.
pub const MAX_FILE_BYTES: u64 = 1 << 28;
/// The most pixels that are decoded: 134 million, 400 MB as bytes.
pub const MAX_PIXELS: u64 = 1 << 27;
/// Limit of how many times longer than wide a picture may be.
pub const MAX_RATIO: u32 = 20;

/// Memory that decoding may take, beside the file: four bytes a pixel of 16 bits, and room to work.
const MAX_MEMORY: u64 = 8 * MAX_PIXELS + (1 << 26);

/// Reason why bytes are not a picture, to follow a file's name.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PictureError {
    /// File without content.
    #[error("is empty")]
    Empty,
    /// Another kind of file.
    #[error("is no PNG or JPEG image but {found}")]
    NoImage {
        /// Kind of the file, by its content.
        found: FileKind,
    },
    /// Picture of more pixels than are decoded.
    #[error("announces {width} x {height} pixels, more than the limit of {} million", MAX_PIXELS / 1_000_000)]
    TooLarge {
        /// Pixels of a row.
        width: u32,
        /// Rows.
        height: u32,
    },
    /// A thread rather than a picture.
    #[error(
        "has {width} x {height} pixels, one side more than {} times the other",
        MAX_RATIO
    )]
    TooNarrow {
        /// Pixels of a row.
        width: u32,
        /// Rows.
        height: u32,
    },
    /// Bytes that can't be decoded.
    #[error("is damaged: {what}")]
    Damaged {
        /// Finding of the decoder.
        what: String,
    },
}

/// Decodes the content of a PNG or JPEG file.
///
/// # Errors
/// [`PictureError`]; of a picture that is too large before memory is taken for it.
pub fn decode(bytes: &[u8]) -> Result<Picture, PictureError> {
    if bytes.is_empty() {
        return Err(PictureError::Empty);
    }
    let format = match image::guess_format(bytes) {
        Ok(format @ (ImageFormat::Png | ImageFormat::Jpeg)) => format,
        _ => {
            let found = FileKind::of(bytes, None);
            return Err(PictureError::NoImage { found });
        }
    };
    // The decoder fills what a cut JPEG lacks with gray.
    if format == ImageFormat::Jpeg && !jpeg_ends(bytes) {
        return Err(PictureError::Damaged {
            what: "it ends before its picture does".to_owned(),
        });
    }
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(MAX_MEMORY);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(damaged)?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MAX_PIXELS {
        return Err(PictureError::TooLarge { width, height });
    }
    let (short, long) = (width.min(height), width.max(height));
    if short == 0 || long / short > MAX_RATIO {
        return Err(PictureError::TooNarrow { width, height });
    }
    // A note that can't be read is no reason to refuse the picture.
    let upright = decoder.orientation().ok();
    let mut image = DynamicImage::from_decoder(decoder).map_err(damaged)?;
    if let Some(upright) = upright {
        image.apply_orientation(upright);
    }
    let image = image.into_rgb8();
    Ok(Picture {
        width: image.width() as usize,
        height: image.height() as usize,
        pixels: image.into_raw(),
    })
}

/// Returns whether the marker of a JPEG's end comes behind the start of its first scan. Segments before that
/// are stepped over: they may hold small pictures with an end of their own. Of a file whose segments make no
/// sense the decoder will say more.
fn jpeg_ends(bytes: &[u8]) -> bool {
    const SCAN: u8 = 0xda;
    let mut at = 2;
    while let Some(&[0xff, marker, high, low]) = bytes.get(at..at + 4) {
        if marker == SCAN {
            return bytes[at..].windows(2).any(|pair| pair == [0xff, 0xd9]);
        }
        at += match marker {
            // Bytes that only fill.
            0xff => 1,
            _ => 2 + usize::from(u16::from_be_bytes([high, low])),
        };
    }
    true
}

#[allow(clippy::needless_pass_by_value)]
fn damaged(error: image::ImageError) -> PictureError {
    PictureError::Damaged {
        what: (error.to_string().split_whitespace().collect::<Vec<_>>()).join(" "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{
        ExtendedColorType, ImageEncoder, codecs::jpeg::JpegEncoder, codecs::png::PngEncoder,
    };

    fn png(pixels: &[u8], width: u32, height: u32, color: ExtendedColorType) -> Vec<u8> {
        let mut file = Vec::new();
        PngEncoder::new(&mut file)
            .write_image(pixels, width, height, color)
            .unwrap();
        file
    }

    fn jpeg(width: u32, height: u32) -> Vec<u8> {
        let mut file = Vec::new();
        let pixels: Vec<u8> = (0..width * height * 3).map(|i| (i % 90) as u8).collect();
        JpegEncoder::new(&mut file)
            .write_image(&pixels, width, height, ExtendedColorType::Rgb8)
            .unwrap();
        file
    }

    /// A PNG whose header says so, its checksum right.
    fn png_announcing(width: u32, height: u32) -> Vec<u8> {
        let mut file = png(&[0; 3], 1, 1, ExtendedColorType::Rgb8);
        file[16..20].copy_from_slice(&width.to_be_bytes());
        file[20..24].copy_from_slice(&height.to_be_bytes());
        let mut crc = flate2::Crc::new();
        crc.update(&file[12..29]);
        file[29..33].copy_from_slice(&crc.sum().to_be_bytes());
        file
    }

    fn refusal(bytes: &[u8]) -> String {
        let message = decode(bytes).unwrap_err().to_string();
        assert!(!message.contains('\n'), "{message}");
        message
    }

    #[test]
    fn every_color_becomes_three_bytes() {
        let color = [10, 20, 30, 40, 50, 60];
        let expected = Picture {
            width: 2,
            height: 1,
            pixels: color.to_vec(),
        };
        assert_eq!(
            decode(&png(&color, 2, 1, ExtendedColorType::Rgb8)).unwrap(),
            expected
        );
        let transparent = [10, 20, 30, 0, 40, 50, 60, 255];
        assert_eq!(
            decode(&png(&transparent, 2, 1, ExtendedColorType::Rgba8)).unwrap(),
            expected
        );
        let gray = decode(&png(&[7, 9], 2, 1, ExtendedColorType::L8)).unwrap();
        assert_eq!(gray.pixels, [7, 7, 7, 9, 9, 9]);
        let deep: Vec<u8> = [7_u16 * 257, 9 * 257]
            .iter()
            .flat_map(|x| x.to_ne_bytes())
            .collect();
        assert_eq!(
            decode(&png(&deep, 2, 1, ExtendedColorType::L16)).unwrap(),
            gray
        );
        let photograph = decode(&jpeg(20, 10)).unwrap();
        assert_eq!((photograph.width, photograph.height), (20, 10));
    }

    #[test]
    fn a_photograph_is_turned_upright() {
        // EXIF of one entry behind the first two bytes: orientation 6, a quarter turn.
        let exif = b"\xff\xe1\x00\x22Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0";
        let mut file = jpeg(20, 10);
        file.splice(2..2, exif.iter().copied());
        let upright = decode(&file).unwrap();
        assert_eq!((upright.width, upright.height), (10, 20));
    }

    #[test]
    fn bombs_are_refused_by_their_header() {
        for (width, height) in [
            (65_535, 65_535),
            (u32::MAX >> 1, 1),
            (1 << 30, 1 << 30),
            (20_000, 20_000),
        ] {
            let message = refusal(&png_announcing(width, height));
            assert!(
                message.contains(&format!("{width} x {height}")) || message.contains("damaged"),
                "{message}"
            );
        }
        assert!(refusal(&png_announcing(10_000, 99)).contains("more than 20 times"));
        let mut file = jpeg(20, 10);
        let at = file
            .windows(2)
            .position(|pair| pair == [0xff, 0xc0])
            .unwrap();
        file[at + 5..at + 9].copy_from_slice(&[0xff, 0xff, 0xff, 0xff]);
        assert!(
            refusal(&file).contains("65535 x 65535"),
            "{}",
            refusal(&file)
        );
    }

    #[test]
    fn what_is_no_image_is_refused() {
        assert!(refusal(b"").starts_with("is empty"));
        for bytes in [&b"hello"[..], b"GIF89a\x01\0\x01\0\0\0\0;", &[0; 100]] {
            assert!(
                refusal(bytes).starts_with("is no PNG or JPEG"),
                "{}",
                refusal(bytes)
            );
        }
        let phone = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic";
        assert!(refusal(phone).ends_with("but a HEIC image"));
    }

    #[test]
    fn truncations_never_panic() {
        let whole = png(&[9; 300], 10, 10, ExtendedColorType::Rgb8);
        for length in 8..whole.len() - 12 {
            assert!(
                refusal(&whole[..length]).starts_with("is damaged"),
                "{length}"
            );
        }
        let whole = jpeg(40, 30);
        for length in 4..whole.len() {
            assert!(
                refusal(&whole[..length]).starts_with("is damaged"),
                "{length}"
            );
        }
        // What cameras put behind the end, or before the scan, is nobody's concern.
        decode(&[&whole[..], b"and more"].concat()).unwrap();
        let small = [b"\xff\xe1\x00\x06\xff\xd9..", &whole[2..whole.len() - 2]].concat();
        let cut = [&whole[..2], &small[..]].concat();
        assert!(refusal(&cut).contains("ends before its picture"));
    }
}
