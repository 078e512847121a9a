//! Header of an array: a Python dictionary of three keys, read without Python.

use std::io::{self, Read};

use crate::error::shown;

/// Longest dictionary that is read: numpy's own limit is 10,000 characters.
const MAX_HEADER: u32 = 1 << 16;

/// Content of a header.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Header {
    /// Kind of an element and its bytes, `<f4` and the like.
    pub(super) descr: String,
    /// The first index runs fastest: an array is stored column by column.
    pub(super) fortran_order: bool,
    pub(super) shape: Vec<u64>,
}

impl Header {
    /// Reads the header at the beginning of an array.
    pub(super) fn read(bytes: &mut impl Read) -> Result<Self, String> {
        let mut start = [0; 8];
        exact(bytes, &mut start)?;
        if !start.starts_with(b"\x93NUMPY") {
            return Err("no array of numpy".to_owned());
        }
        let mut length = [0; 4];
        match start[6] {
            1 => exact(bytes, &mut length[..2])?,
            2 | 3 => exact(bytes, &mut length)?,
            version => return Err(format!("version {version} of the format, of 1 to 3")),
        }
        let length = u32::from_le_bytes(length);
        if length > MAX_HEADER {
            return Err(format!(
                "a header of {length} bytes, of at most {MAX_HEADER}"
            ));
        }
        let mut text = vec![0; length as usize];
        exact(bytes, &mut text)?;
        let text = std::str::from_utf8(&text).map_err(|_| "a header that is no text".to_owned())?;
        Self::parse(text).ok_or_else(|| format!("header {}", shown(text.trim())))
    }

    fn parse(text: &str) -> Option<Self> {
        let value = |key: &str| {
            let (_, behind) = text
                .split_once(&format!("'{key}'"))
                .or_else(|| text.split_once(&format!("\"{key}\"")))?;
            Some(behind.trim_start().strip_prefix(':')?.trim_start())
        };
        let descr = value("descr")?;
        let quote = descr.chars().next()?;
        // A structure of several fields is a list.
        let descr = if matches!(quote, '\'' | '"') {
            descr[1..].split_once(quote)?.0
        } else {
            descr.split_once(']')?.0
        };
        let order = value("fortran_order")?;
        let (shape, _) = value("shape")?.strip_prefix('(')?.split_once(')')?;
        let sizes = shape
            .split(',')
            .map(str::trim)
            .filter(|size| !size.is_empty());
        Some(Self {
            descr: descr.to_owned(),
            fortran_order: order.starts_with("True"),
            shape: sizes
                .map(|size| size.trim_end_matches('L').parse().ok())
                .collect::<Option<_>>()?,
        })
    }
}

fn exact(bytes: &mut impl Read, to: &mut [u8]) -> Result<(), String> {
    bytes.read_exact(to).map_err(|error| match error.kind() {
        io::ErrorKind::UnexpectedEof => "it ends in its header".to_owned(),
        _ => error.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_read_in_every_spelling() {
        for (text, shape) in [
            (
                "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }  \n",
                vec![3, 4],
            ),
            (
                "{\"shape\":(3L,),\"descr\":\"<f4\",\"fortran_order\":False}",
                vec![3],
            ),
            (
                "{'shape': (), 'descr': '<f4', 'fortran_order': False}",
                vec![],
            ),
        ] {
            let header = Header::parse(text).unwrap();
            assert_eq!(
                (header.descr.as_str(), header.fortran_order),
                ("<f4", false)
            );
            assert_eq!(header.shape, shape);
        }
    }

    #[test]
    fn others_are_none() {
        for text in [
            "",
            "{",
            "{'descr': 'a', 'fortran_order': True}",
            "{'descr': , 'shape': (1",
            "'descr': 'é",
        ] {
            assert_eq!(Header::parse(text), None, "{text}");
        }
    }
}
