//! The header of an array: a Python dictionary of three keys, read without Python.
//!
//! ```text
//! 93 "NUMPY" | major | minor | length (u16, from version 2 on u32, little-endian) | dictionary
//! {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }
//! ```

use super::error::NpyError;
use super::kind::Kind;
use super::literal::{Parser, shown};

/// Bytes that files of this format start with.
pub(super) const MAGIC: [u8; 6] = *b"\x93NUMPY";
/// The longest dictionary that is read: numpy's own limit is 10,000 characters.
pub(super) const MAX_HEADER: u32 = 1 << 16;
/// Data begin at a multiple of it.
const ALIGNMENT: usize = 64;

/// Content of a header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Header {
    /// Kind of an element.
    pub(super) kind: Kind,
    /// Bytes of the high end first.
    pub(super) big_endian: bool,
    /// The first index runs fastest.
    pub(super) fortran_order: bool,
    /// Sizes, not checked against anything.
    pub(super) shape: Vec<u64>,
}

impl Header {
    /// Reads the dictionary `text` of the array `file`.
    pub(super) fn parse(text: &[u8], file: &str) -> Result<Self, NpyError> {
        let wrong = |what: String| NpyError::Header {
            file: file.to_owned(),
            what,
        };
        let text = std::str::from_utf8(text).map_err(|_| wrong("not text".to_owned()))?;
        let (mut descr, mut fortran_order, mut shape) = (None, None, None);
        let mut parser = Parser { rest: text };
        parser.expect('{').map_err(wrong)?;
        while !parser.take('}') {
            let key = parser.quoted().map_err(wrong)?;
            parser.expect(':').map_err(wrong)?;
            let twice = match key {
                "descr" => descr.replace(parser.descr().map_err(wrong)?).is_some(),
                "fortran_order" => fortran_order
                    .replace(parser.boolean().map_err(wrong)?)
                    .is_some(),
                "shape" => shape.replace(parser.shape().map_err(wrong)?).is_some(),
                _ => return Err(wrong(format!("key {}", shown(key)))),
            };
            if twice {
                return Err(wrong(format!("{key} twice")));
            }
            if !parser.take(',') {
                parser.expect('}').map_err(wrong)?;
                break;
            }
        }
        if !parser.rest.trim().is_empty() {
            return Err(wrong(format!(
                "more after its end, {}",
                shown(parser.rest.trim())
            )));
        }
        let missing = |key: &str| wrong(format!("no {key}"));
        let descr = descr.ok_or_else(|| missing("descr"))?;
        let (kind, big_endian) = kind_of(descr, file)?;
        Ok(Self {
            kind,
            big_endian,
            fortran_order: fortran_order.ok_or_else(|| missing("fortran_order"))?,
            shape: shape.ok_or_else(|| missing("shape"))?,
        })
    }

    /// Everything before the data, in version 1.0: always short enough for it.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let mut shape: String = self.shape.iter().map(|size| format!("{size}, ")).collect();
        if self.shape.len() > 1 {
            shape.truncate(shape.len() - 2);
        }
        let order = if self.fortran_order { "True" } else { "False" };
        let mut text = format!(
            "{{'descr': '{}', 'fortran_order': {order}, 'shape': ({}), }}",
            self.kind.descr(self.big_endian),
            shape.trim_end(),
        );
        let length = MAGIC.len() + 4 + text.len() + 1;
        text.extend(std::iter::repeat_n(
            ' ',
            length.next_multiple_of(ALIGNMENT) - length,
        ));
        text.push('\n');
        let mut bytes = MAGIC.to_vec();
        bytes.extend([1, 0]);
        // At most 64 sizes of 20 digits.
        bytes.extend((text.len() as u16).to_le_bytes());
        bytes.extend(text.as_bytes());
        bytes
    }
}

/// Reads `'<f4'` and the like. A list stands for a structure.
fn kind_of(descr: &str, file: &str) -> Result<(Kind, bool), NpyError> {
    let not_read = || NpyError::Dtype {
        file: file.to_owned(),
        descr: shown(descr),
    };
    let mut letters = descr.chars();
    let (big_endian, rest) = match letters.next() {
        Some('<' | '=' | '|') => (false, letters.as_str()),
        Some('>') => (true, letters.as_str()),
        _ => (false, descr),
    };
    if rest.starts_with('O') {
        return Err(NpyError::Object {
            file: file.to_owned(),
            descr: shown(descr),
        });
    }
    Kind::parse(rest)
        .map(|kind| (kind, big_endian))
        .ok_or_else(not_read)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Header, String> {
        Header::parse(text.as_bytes(), "x").map_err(|error| error.to_string())
    }

    #[test]
    fn every_spelling_is_read() {
        let expected = Header {
            kind: Kind::F32,
            big_endian: false,
            fortran_order: false,
            shape: vec![3, 4],
        };
        for text in [
            "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }  \n",
            "{\"shape\":(3L,4L),\"descr\":\"=f4\",\"fortran_order\":False}",
            " { 'fortran_order' : False , 'shape' : ( 3 , 4 , ) , 'descr' : 'f4' } ",
        ] {
            assert_eq!(parse(text).unwrap(), expected, "{text}");
        }
        let column = parse("{'descr': '>U7', 'fortran_order': True, 'shape': (5,)}").unwrap();
        assert_eq!((column.kind, column.big_endian), (Kind::Text(7), true));
        assert_eq!(
            parse("{'descr': '|b1', 'fortran_order': True, 'shape': ()}")
                .unwrap()
                .shape,
            []
        );
    }

    #[test]
    fn what_is_written_is_read() {
        for shape in [vec![], vec![0], vec![7], vec![3, 4, 5], vec![u64::MAX; 64]] {
            for kind in [Kind::Bool, Kind::I64, Kind::F16, Kind::Text(12)] {
                let header = Header {
                    kind,
                    big_endian: false,
                    fortran_order: false,
                    shape: shape.clone(),
                };
                let bytes = header.to_bytes();
                assert_eq!(bytes.len() % ALIGNMENT, 0);
                assert_eq!(
                    usize::from(u16::from_le_bytes([bytes[8], bytes[9]])),
                    bytes.len() - 10
                );
                assert_eq!(Header::parse(&bytes[10..], "x").unwrap(), header);
            }
        }
    }

    #[test]
    fn wrong_ones_say_what_is_there() {
        let with =
            |descr: &str| format!("{{'descr': {descr}, 'fortran_order': False, 'shape': (3,)}}");
        for (text, words) in [
            (String::new(), "it ends where a { belongs"),
            (
                "{'descr': '<f4', 'shape': (3,)}".to_owned(),
                "no fortran_order",
            ),
            ("{'descr': '<f4', 'descr': '<f4'}".to_owned(), "descr twice"),
            ("{'shape': (-3,)}".to_owned(), "-3,)} where a size belongs"),
            (
                "{'shape': (99999999999999999999,)}".to_owned(),
                "where a size belongs",
            ),
            ("{'shape': 3}".to_owned(), "3} where a ( belongs"),
            ("{'shape': (3".to_owned(), "it ends where a ) belongs"),
            (
                "{'shape': (".to_owned() + &"1,".repeat(65),
                "more than 64 dimensions",
            ),
            (
                "{'fortran_order': 0}".to_owned(),
                "0} where True or False belongs",
            ),
            ("{'code': 'x'}".to_owned(), "key code"),
            ("{'descr".to_owned(), "a quote without its end"),
            (with("[('a', '<f4')"), "a [ without its ]"),
            (with("'<f4'") + "import os", "more after its end, import os"),
            (with("'|O'"), "holds Python objects (dtype |O)"),
            (with("'O8'"), "holds Python objects"),
            (
                with("[('a', '<f4'), ('b', [('c', '<i2')])]"),
                "dtype [('a', '<f4'), ",
            ),
            (with("'<M8[ns]'"), "dtype <M8[ns] is not read"),
            (with("'<c8'"), "dtype <c8"),
            (with("'<f16'"), "dtype <f16"),
            (with("'|S7'"), "dtype |S7"),
            (with("''"), "dtype  is not read"),
            (with("'<U99999999999'"), "is not read"),
            (with("'é4'"), "dtype é4"),
        ] {
            let message = parse(&text).unwrap_err();
            assert!(message.contains(words), "{text}: {message}");
            assert!(!message.contains('\n') && message.len() < 250, "{message}");
        }
        assert!(
            Header::parse(&[0xff, 0xfe], "x")
                .unwrap_err()
                .to_string()
                .contains("not text")
        );
    }
}
