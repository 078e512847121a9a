//! Content of the examples of a data set.

/// The examples of a data set, one after another.
#[derive(Clone, Debug, PartialEq)]
pub enum ExampleData {
    /// Pixels.
    Pixels(Vec<u8>),
    /// Features, finite.
    Features(Vec<f32>),
}

impl ExampleData {
    /// Returns the number of bytes or numbers.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Pixels(bytes) => bytes.len(),
            Self::Features(numbers) => numbers.len(),
        }
    }

    /// Adds all of them to a checksum.
    pub(super) fn check(&self, sum: &mut flate2::Crc) {
        match self {
            Self::Pixels(bytes) => sum.update(bytes),
            // In blocks: the checksum is slow to begin.
            Self::Features(numbers) => numbers.chunks(1024).for_each(|block| {
                let bytes: Vec<u8> = block.iter().flat_map(|x| x.to_le_bytes()).collect();
                sum.update(&bytes);
            }),
        }
    }

    /// All from `at` on, which are taken out.
    pub(super) fn split_off(&mut self, at: usize) -> Self {
        match self {
            Self::Pixels(bytes) => Self::Pixels(bytes.split_off(at)),
            Self::Features(numbers) => Self::Features(numbers.split_off(at)),
        }
    }

    /// Keeps the first `count` and gives the memory of the others back.
    pub(super) fn truncate(&mut self, count: usize) {
        match self {
            Self::Pixels(bytes) => {
                bytes.truncate(count);
                bytes.shrink_to_fit();
            }
            Self::Features(numbers) => {
                numbers.truncate(count);
                numbers.shrink_to_fit();
            }
        }
    }

    /// Puts `other` behind; whether both are of one kind.
    pub(super) fn append(&mut self, other: Self) -> bool {
        match (self, other) {
            (Self::Pixels(bytes), Self::Pixels(mut more)) => bytes.append(&mut more),
            (Self::Features(numbers), Self::Features(mut more)) => numbers.append(&mut more),
            _ => return false,
        }
        true
    }

    /// The examples `indices` of `width` each.
    pub(super) fn select(&self, indices: &[u32], width: usize) -> Self {
        fn pick<T: Copy>(from: &[T], indices: &[u32], width: usize) -> Vec<T> {
            let rows = indices
                .iter()
                .map(|&i| &from[i as usize * width..][..width]);
            rows.flatten().copied().collect()
        }
        match self {
            Self::Pixels(bytes) => Self::Pixels(pick(bytes, indices, width)),
            Self::Features(numbers) => Self::Features(pick(numbers, indices, width)),
        }
    }
}
