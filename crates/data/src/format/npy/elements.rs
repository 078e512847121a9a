//! The elements of an array, and how each kind lies in a file.

use half::f16;

use super::kind::Kind;

/// Elements of one kind, in C order: the last index runs fastest.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs)]
pub enum Elements {
    Bool(Vec<bool>),
    I8(Vec<i8>),
    I16(Vec<i16>),
    I32(Vec<i32>),
    I64(Vec<i64>),
    U8(Vec<u8>),
    U16(Vec<u16>),
    U32(Vec<u32>),
    U64(Vec<u64>),
    F16(Vec<f16>),
    F32(Vec<f32>),
    F64(Vec<f64>),
    /// Text, numpy's `<U`: NULs at an element's end are not kept.
    Text(Vec<String>),
}

/// Does `$body` with the vector `$vector` of whatever kind `$values` has.
macro_rules! with_vector {
    ($values:expr, $vector:ident => $body:expr) => {
        match $values {
            Elements::Bool($vector) => $body,
            Elements::I8($vector) => $body,
            Elements::I16($vector) => $body,
            Elements::I32($vector) => $body,
            Elements::I64($vector) => $body,
            Elements::U8($vector) => $body,
            Elements::U16($vector) => $body,
            Elements::U32($vector) => $body,
            Elements::U64($vector) => $body,
            Elements::F16($vector) => $body,
            Elements::F32($vector) => $body,
            Elements::F64($vector) => $body,
            Elements::Text($vector) => $body,
        }
    };
}

/// Appends the numbers in `$bytes` to `$vector`.
macro_rules! decode {
    ($type:ty, $vector:expr, $bytes:expr, $big_endian:expr) => {{
        let (elements, _) = $bytes.as_chunks();
        if $big_endian {
            $vector.extend(elements.iter().map(|&bytes| <$type>::from_be_bytes(bytes)));
        } else {
            $vector.extend(elements.iter().map(|&bytes| <$type>::from_le_bytes(bytes)));
        }
    }};
}

/// Appends the bytes of all numbers in `$vector` to `$bytes`.
macro_rules! encode {
    ($vector:expr, $bytes:expr) => {
        $bytes.extend($vector.iter().flat_map(|value| value.to_le_bytes()))
    };
}

impl Elements {
    /// No element of `kind` yet.
    pub(super) fn empty(kind: Kind) -> Self {
        match kind {
            Kind::Bool => Self::Bool(Vec::new()),
            Kind::I8 => Self::I8(Vec::new()),
            Kind::I16 => Self::I16(Vec::new()),
            Kind::I32 => Self::I32(Vec::new()),
            Kind::I64 => Self::I64(Vec::new()),
            Kind::U8 => Self::U8(Vec::new()),
            Kind::U16 => Self::U16(Vec::new()),
            Kind::U32 => Self::U32(Vec::new()),
            Kind::U64 => Self::U64(Vec::new()),
            Kind::F16 => Self::F16(Vec::new()),
            Kind::F32 => Self::F32(Vec::new()),
            Kind::F64 => Self::F64(Vec::new()),
            Kind::Text(_) => Self::Text(Vec::new()),
        }
    }

    /// Number of elements.
    pub fn len(&self) -> usize {
        with_vector!(self, vector => vector.len())
    }

    /// Returns whether there is no element.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the kind of the elements; of text, the longest decides, and none is shorter than 1.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Bool(_) => Kind::Bool,
            Self::I8(_) => Kind::I8,
            Self::I16(_) => Kind::I16,
            Self::I32(_) => Kind::I32,
            Self::I64(_) => Kind::I64,
            Self::U8(_) => Kind::U8,
            Self::U16(_) => Kind::U16,
            Self::U32(_) => Kind::U32,
            Self::U64(_) => Kind::U64,
            Self::F16(_) => Kind::F16,
            Self::F32(_) => Kind::F32,
            Self::F64(_) => Kind::F64,
            Self::Text(texts) => {
                let longest = texts.iter().map(|text| text.chars().count()).max();
                Kind::Text(u32::try_from(longest.unwrap_or(0).max(1)).unwrap_or(u32::MAX))
            }
        }
    }

    /// Elements there is room for.
    pub(super) fn capacity(&self) -> usize {
        with_vector!(self, vector => vector.capacity())
    }

    /// Makes room for `count` more elements, and no more than that.
    pub(super) fn reserve(&mut self, count: usize) {
        with_vector!(self, vector => vector.reserve_exact(count));
    }

    /// Appends elements of `width` bytes each; `bytes` holds whole ones.
    ///
    /// # Errors
    /// An element's index and the number in it that is no character.
    pub(super) fn extend(
        &mut self,
        bytes: &[u8],
        width: usize,
        big_endian: bool,
    ) -> Result<(), (usize, u32)> {
        match self {
            Self::Bool(values) => values.extend(bytes.iter().map(|&byte| byte != 0)),
            Self::I8(values) => decode!(i8, values, bytes, big_endian),
            Self::I16(values) => decode!(i16, values, bytes, big_endian),
            Self::I32(values) => decode!(i32, values, bytes, big_endian),
            Self::I64(values) => decode!(i64, values, bytes, big_endian),
            Self::U8(values) => values.extend(bytes),
            Self::U16(values) => decode!(u16, values, bytes, big_endian),
            Self::U32(values) => decode!(u32, values, bytes, big_endian),
            Self::U64(values) => decode!(u64, values, bytes, big_endian),
            Self::F16(values) => decode!(f16, values, bytes, big_endian),
            Self::F32(values) => decode!(f32, values, bytes, big_endian),
            Self::F64(values) => decode!(f64, values, bytes, big_endian),
            Self::Text(texts) => {
                for element in bytes.chunks_exact(width) {
                    let text = text_of(element, big_endian).map_err(|code| (texts.len(), code))?;
                    texts.push(text);
                }
            }
        }
        Ok(())
    }

    /// All elements as bytes, little-endian, of the kind [`Elements::kind`].
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let kind = self.kind();
        let mut bytes = Vec::with_capacity(self.len() * kind.size() as usize);
        match self {
            Self::Bool(values) => bytes.extend(values.iter().map(|&value| u8::from(value))),
            Self::I8(values) => encode!(values, bytes),
            Self::I16(values) => encode!(values, bytes),
            Self::I32(values) => encode!(values, bytes),
            Self::I64(values) => encode!(values, bytes),
            Self::U8(values) => bytes.extend(values),
            Self::U16(values) => encode!(values, bytes),
            Self::U32(values) => encode!(values, bytes),
            Self::U64(values) => encode!(values, bytes),
            Self::F16(values) => encode!(values, bytes),
            Self::F32(values) => encode!(values, bytes),
            Self::F64(values) => encode!(values, bytes),
            Self::Text(texts) => {
                for text in texts {
                    let end = bytes.len() + kind.size() as usize;
                    bytes.extend(
                        text.chars()
                            .flat_map(|letter| u32::from(letter).to_le_bytes()),
                    );
                    bytes.resize(end, 0);
                }
            }
        }
        bytes
    }

    /// Reorders from the first index running fastest to the last running fastest.
    pub(super) fn into_c_order(self, shape: &[usize]) -> Self {
        match self {
            Self::Bool(values) => Self::Bool(transposed(values, shape)),
            Self::I8(values) => Self::I8(transposed(values, shape)),
            Self::I16(values) => Self::I16(transposed(values, shape)),
            Self::I32(values) => Self::I32(transposed(values, shape)),
            Self::I64(values) => Self::I64(transposed(values, shape)),
            Self::U8(values) => Self::U8(transposed(values, shape)),
            Self::U16(values) => Self::U16(transposed(values, shape)),
            Self::U32(values) => Self::U32(transposed(values, shape)),
            Self::U64(values) => Self::U64(transposed(values, shape)),
            Self::F16(values) => Self::F16(transposed(values, shape)),
            Self::F32(values) => Self::F32(transposed(values, shape)),
            Self::F64(values) => Self::F64(transposed(values, shape)),
            Self::Text(values) => Self::Text(transposed(values, shape)),
        }
    }
}

/// One element of text: characters up to the NULs that fill it.
fn text_of(element: &[u8], big_endian: bool) -> Result<String, u32> {
    let (codes, _) = element.as_chunks();
    let code = |&bytes| {
        if big_endian {
            u32::from_be_bytes(bytes)
        } else {
            u32::from_le_bytes(bytes)
        }
    };
    let end = codes
        .iter()
        .rposition(|bytes| code(bytes) != 0)
        .map_or(0, |last| last + 1);
    codes[..end]
        .iter()
        .map(|bytes| char::from_u32(code(bytes)).ok_or(code(bytes)))
        .collect()
}

/// Moves `values[i + n_i * (j + n_j * k)]` to `(i * n_j + j) * n_k + k`; `shape` is `[n_i, n_j, n_k]`.
fn transposed<T: Clone>(values: Vec<T>, shape: &[usize]) -> Vec<T> {
    if shape.len() < 2 || values.is_empty() {
        return values;
    }
    let mut strides = Vec::with_capacity(shape.len());
    let mut stride = 1;
    for size in shape {
        strides.push(stride);
        stride *= size;
    }
    let mut index = vec![0; shape.len()];
    let mut from = 0;
    let mut moved = Vec::with_capacity(values.len());
    for _ in 0..values.len() {
        moved.push(values[from].clone());
        for axis in (0..shape.len()).rev() {
            index[axis] += 1;
            from += strides[axis];
            if index[axis] < shape[axis] {
                break;
            }
            from -= strides[axis] * shape[axis];
            index[axis] = 0;
        }
    }
    moved
}
