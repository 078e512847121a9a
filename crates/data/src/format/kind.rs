//! Kinds of files, told by their first bytes and, where these do not say, by their name: for errors that
//! name what was given instead of what is read.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// Bytes that are looked at.
const LOOKED_AT: u64 = 4096;

/// Kind of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[allow(missing_docs)]
pub enum FileKind {
    Empty,
    Npy,
    Npz,
    Zip,
    Idx,
    Gzip,
    Png,
    Jpeg,
    Gif,
    WebP,
    Heic,
    Avif,
    Tiff,
    Bmp,
    Pdf,
    Parquet,
    Hdf5,
    Pickle,
    Json,
    JsonLines,
    Toml,
    Csv,
    Text,
    Unknown,
}

impl FileKind {
    /// The kind of the file at `path`.
    ///
    /// # Errors
    /// The system's reason why it can't be read.
    pub fn of_path(path: &Path) -> io::Result<Self> {
        let mut start = Vec::new();
        File::open(path)?.take(LOOKED_AT).read_to_end(&mut start)?;
        let ending = path.extension().and_then(|ending| ending.to_str());
        Ok(Self::of(&start, ending))
    }

    /// The kind of a file that begins with `start`, of a name that ends in `.ending`.
    #[must_use]
    pub fn of(start: &[u8], ending: Option<&str>) -> Self {
        let ending = ending.unwrap_or_default().to_ascii_lowercase();
        if start.is_empty() {
            return Self::Empty;
        }
        for (magic, kind) in [
            (&b"\x93NUMPY"[..], Self::Npy),
            (b"\x1f\x8b", Self::Gzip),
            (b"\x89PNG\r\n\x1a\n", Self::Png),
            (b"\xff\xd8\xff", Self::Jpeg),
            (b"GIF8", Self::Gif),
            (b"II*\0", Self::Tiff),
            (b"MM\0*", Self::Tiff),
            (b"%PDF", Self::Pdf),
            (b"PAR1", Self::Parquet),
            (b"\x89HDF", Self::Hdf5),
            (b"\0\0\x08\x01", Self::Idx),
            (b"\0\0\x08\x03", Self::Idx),
        ] {
            if start.starts_with(magic) {
                return kind;
            }
        }
        match (start, &ending[..]) {
            ([b'P', b'K', 3 | 5, 4 | 6, ..], "npz") => return Self::Npz,
            ([b'P', b'K', 3 | 5, 4 | 6, ..], _) => return Self::Zip,
            (
                [
                    b'R',
                    b'I',
                    b'F',
                    b'F',
                    _,
                    _,
                    _,
                    _,
                    b'W',
                    b'E',
                    b'B',
                    b'P',
                    ..,
                ],
                _,
            ) => {
                return Self::WebP;
            }
            ([_, _, _, _, b'f', b't', b'y', b'p', brand @ ..], _) => {
                return match brand {
                    [b'a', b'v', b'i', b'f' | b's', ..] => Self::Avif,
                    [b'h' | b'm', ..] => Self::Heic,
                    _ => Self::Unknown,
                };
            }
            ([b'B', b'M', ..], "bmp") => return Self::Bmp,
            ([0x80, 2..=5, ..], "pkl" | "pickle" | "pt" | "") => return Self::Pickle,
            _ => {}
        }
        if !is_text(start) {
            return Self::Unknown;
        }
        match &ending[..] {
            "csv" | "tsv" => Self::Csv,
            "jsonl" | "ndjson" => Self::JsonLines,
            "json" => Self::Json,
            "toml" => Self::Toml,
            _ => Self::Text,
        }
    }
}

/// Returns whether `start` is UTF-8 without control characters; a character may be cut off at its end.
fn is_text(start: &[u8]) -> bool {
    let text = match std::str::from_utf8(start) {
        Ok(text) => text,
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(&start[..error.valid_up_to()]).unwrap_or_default()
        }
        Err(_) => return false,
    };
    !text.contains(|letter: char| letter.is_control() && !"\r\n\t".contains(letter))
}

/// Writes the kind with an article where one belongs: "is {kind}".
impl fmt::Display for FileKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Empty => "empty",
            Self::Npy => "a single NPY array, without labels",
            Self::Npz => "an NPZ archive",
            Self::Zip => "a zip archive",
            Self::Idx => "a single IDX file",
            Self::Gzip => "a gzip file",
            Self::Png => "a PNG image",
            Self::Jpeg => "a JPEG image",
            Self::Gif => "a GIF image",
            Self::WebP => "a WebP image",
            Self::Heic => "a HEIC image",
            Self::Avif => "an AVIF image",
            Self::Tiff => "a TIFF image",
            Self::Bmp => "a BMP image",
            Self::Pdf => "a PDF document",
            Self::Parquet => "a Parquet table",
            Self::Hdf5 => "an HDF5 file",
            Self::Pickle => "a Python pickle",
            Self::Json => "a JSON file",
            Self::JsonLines => "a file of JSON lines",
            Self::Toml => "a TOML file",
            Self::Csv => "a CSV table",
            Self::Text => "a text file",
            Self::Unknown => "a file of unknown kind",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_told_by_content_first() {
        for (start, ending, kind) in [
            (&b""[..], "csv", FileKind::Empty),
            (b"a,b\n1,2\n", "csv", FileKind::Csv),
            (b"a,b\n1,2\n", "txt", FileKind::Text),
            (b"{\"a\": 1}\n", "jsonl", FileKind::JsonLines),
            (b"\x93NUMPY\x01\0", "csv", FileKind::Npy),
            (b"\xff\xd8\xff\xe0", "npz", FileKind::Jpeg),
            (b"PAR1\x15", "parquet", FileKind::Parquet),
            (b"PK\x03\x04", "npz", FileKind::Npz),
            (b"PK\x03\x04", "zip", FileKind::Zip),
            (b"RIFF\x24\0\0\0WEBPVP8 ", "jpg", FileKind::WebP),
            (b"\0\0\0\x18ftypheic\0\0", "HEIC", FileKind::Heic),
            (b"\0\0\0\x18ftypmif1\0\0", "jpg", FileKind::Heic),
            (b"\0\0\0\x18ftypavif\0\0", "avif", FileKind::Avif),
            ("gr\u{fc}n".as_bytes(), "", FileKind::Text),
            (&"gr\u{fc}n".as_bytes()[..3], "csv", FileKind::Csv),
            (b"\x00\x01\x02\x03", "csv", FileKind::Unknown),
        ] {
            assert_eq!(
                FileKind::of(start, Some(ending)),
                kind,
                "{start:?} {ending}"
            );
        }
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_some_kind(bytes: Vec<u8>, ending: String) {
            let kind = FileKind::of(&bytes, Some(&ending));
            proptest::prop_assert!(!kind.to_string().is_empty());
        }
    }
}
