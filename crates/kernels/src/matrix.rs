//! Matrices laid out for the kernels.

use crate::lanes::LANES;

/// Size of a cache line and of a vector, in bytes.
const LINE: usize = 64;

/// Row-major matrix of f32 whose rows start on cache lines and are padded to whole vectors: no row ends
/// inside a vector, and no vector crosses a cache line.
///
/// ```
/// use mesu_kernels::Matrix;
/// let a = Matrix::from_slice(2, 3, &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
/// assert_eq!(a.row(1), [4.0, 5.0, 6.0]);
/// assert_eq!(a.stride(), 16);
/// ```
#[derive(Debug)]
pub struct Matrix {
    rows: usize,
    columns: usize,
    /// The padded rows, from `offset` on.
    storage: Vec<f32>,
    offset: usize,
}

impl Matrix {
    /// Creates a matrix of zeros.
    #[must_use]
    pub fn zeros(rows: usize, columns: usize) -> Self {
        let len = rows * columns.next_multiple_of(LANES);
        let storage = vec![0.0; len + LINE / size_of::<f32>() - 1];
        let offset = storage.as_ptr().align_offset(LINE).min(storage.len() - len);
        Self {
            rows,
            columns,
            storage,
            offset,
        }
    }

    /// Creates a matrix with these values, `[rows][columns]`; the padding is zero.
    ///
    /// # Panics
    /// When there are not `rows * columns` values.
    #[must_use]
    pub fn from_slice(rows: usize, columns: usize, values: &[f32]) -> Self {
        assert_eq!(
            values.len(),
            rows * columns,
            "from_slice: values are [rows][columns]"
        );
        let mut matrix = Self::zeros(rows, columns);
        for (row, values) in values.chunks_exact(columns.max(1)).enumerate() {
            matrix.row_mut(row).copy_from_slice(values);
        }
        matrix
    }

    /// Number of rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Number of columns, without the padding.
    #[must_use]
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// Distance from one row to the next: the columns rounded up to a multiple of [`LANES`].
    #[must_use]
    pub fn stride(&self) -> usize {
        self.columns.next_multiple_of(LANES)
    }

    /// Row `row`, without the padding.
    #[must_use]
    pub fn row(&self, row: usize) -> &[f32] {
        let start = row * self.stride();
        &self.padded()[start..start + self.columns]
    }

    /// Row `row`, without the padding, mutable.
    pub fn row_mut(&mut self, row: usize) -> &mut [f32] {
        let (start, columns) = (row * self.stride(), self.columns);
        &mut self.padded_mut()[start..start + columns]
    }

    /// All values in order, without the padding.
    pub fn values(&self) -> impl Iterator<Item = f32> {
        (0..self.rows).flat_map(|row| self.row(row).iter().copied())
    }

    /// All rows with their padding, `[rows][stride]`.
    #[must_use]
    pub fn padded(&self) -> &[f32] {
        &self.storage[self.offset..self.offset + self.rows * self.stride()]
    }

    /// All rows with their padding, `[rows][stride]`, mutable.
    pub fn padded_mut(&mut self) -> &mut [f32] {
        let len = self.rows * self.stride();
        &mut self.storage[self.offset..self.offset + len]
    }

    /// Fills the padding of each row with the row's last value.
    pub fn repeat_last_into_padding(&mut self) {
        let (columns, stride) = (self.columns, self.stride());
        if columns > 0 {
            for row in self.padded_mut().chunks_exact_mut(stride) {
                let last = row[columns - 1];
                row[columns..].fill(last);
            }
        }
    }
}

impl Clone for Matrix {
    fn clone(&self) -> Self {
        // A copy of the storage may be aligned differently.
        let mut clone = Self::zeros(self.rows, self.columns);
        clone.padded_mut().copy_from_slice(self.padded());
        clone
    }
}

impl PartialEq for Matrix {
    /// Equality of shape and values; the padding does not count.
    fn eq(&self, other: &Self) -> bool {
        (self.rows, self.columns) == (other.rows, other.columns) && self.values().eq(other.values())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_start_on_cache_lines_in_clones_too() {
        for columns in [0, 1, 15, 16, 17, 784] {
            let matrix = Matrix::zeros(3, columns);
            for matrix in [&matrix, &matrix.clone()] {
                assert!(matrix.rows() == 3 && matrix.columns() == columns);
                assert_eq!(matrix.padded().as_ptr().align_offset(LINE), 0);
                assert_eq!(matrix.padded().len(), 3 * matrix.stride());
            }
        }
    }

    #[test]
    fn padding_is_not_part_of_the_value() {
        let a = Matrix::from_slice(2, 3, &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
        let mut b = a.clone();
        b.repeat_last_into_padding();
        assert_eq!(a, b);
        assert_eq!(b.padded()[16 + 3..32], [6.0; 13]);
        assert_eq!(
            b.values().collect::<Vec<_>>(),
            [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]
        );
    }
}
