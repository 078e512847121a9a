//! The kinds of elements, and numpy's names for them.

/// Kind of an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Kind {
    Bool,
    I8,
    I16,
    I32,
    I64,
    U8,
    U16,
    U32,
    U64,
    F16,
    F32,
    F64,
    /// Text of at most so many characters each, at least 1.
    Text(u32),
}

/// Bytes of a character.
const CHARACTER: u64 = 4;

impl Kind {
    /// The kind that numpy calls `descr`, without its first letter for the byte order.
    pub(super) fn parse(descr: &str) -> Option<Self> {
        Some(match descr {
            "b1" | "?" => Self::Bool,
            "i1" => Self::I8,
            "i2" => Self::I16,
            "i4" => Self::I32,
            "i8" => Self::I64,
            "u1" => Self::U8,
            "u2" => Self::U16,
            "u4" => Self::U32,
            "u8" => Self::U64,
            "f2" => Self::F16,
            "f4" => Self::F32,
            "f8" => Self::F64,
            _ => {
                let digits = descr.strip_prefix('U')?;
                let plain = digits.bytes().all(|digit| digit.is_ascii_digit());
                Self::Text(digits.parse().ok().filter(|&width| plain && width > 0)?)
            }
        })
    }

    /// Returns numpy's name for it, byte order included.
    pub(super) fn descr(self, big_endian: bool) -> String {
        let order = match self {
            Self::Bool | Self::I8 | Self::U8 => '|',
            _ if big_endian => '>',
            _ => '<',
        };
        let name = match self {
            Self::Bool => "b1",
            Self::I8 => "i1",
            Self::I16 => "i2",
            Self::I32 => "i4",
            Self::I64 => "i8",
            Self::U8 => "u1",
            Self::U16 => "u2",
            Self::U32 => "u4",
            Self::U64 => "u8",
            Self::F16 => "f2",
            Self::F32 => "f4",
            Self::F64 => "f8",
            Self::Text(width) => return format!("{order}U{width}"),
        };
        format!("{order}{name}")
    }

    /// Bytes of one element.
    pub(super) fn size(self) -> u64 {
        match self {
            Self::Bool | Self::I8 | Self::U8 => 1,
            Self::I16 | Self::U16 | Self::F16 => 2,
            Self::I32 | Self::U32 | Self::F32 => 4,
            Self::I64 | Self::U64 | Self::F64 => 8,
            Self::Text(width) => CHARACTER * u64::from(width),
        }
    }
}
