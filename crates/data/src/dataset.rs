//! A labelled set of grey images, kept as the bytes it came in.

use std::fmt;

/// Images `[count][rows * columns]` of bytes in 0..=255, one label in `0..classes` each.
///
/// Never empty, and never converted as a whole: 60,000 images of 28 x 28 are 47 MB
/// as bytes and would be 188 MB as `f32`.
#[derive(Clone, PartialEq, Eq)]
pub struct Dataset {
    images: Vec<u8>,
    labels: Vec<u8>,
    rows: usize,
    columns: usize,
    classes: usize,
}

/// Why bytes and labels do not make a data set.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DatasetError {
    /// No example, or images without pixels, or no class.
    #[error(
        "a data set needs examples, pixels and classes, got {count} examples of \
         {rows} x {columns} pixels in {classes} classes; give at least one of each"
    )]
    Empty {
        /// Number of labels.
        count: usize,
        /// Height of an image.
        rows: usize,
        /// Width of an image.
        columns: usize,
        /// Number of classes.
        classes: usize,
    },
    /// More examples than an index of 32 bits can name.
    #[error(
        "{count} examples are more than the {} supported; split the set",
        u32::MAX
    )]
    TooMany {
        /// Number of labels.
        count: usize,
    },
    /// The images are not `count * rows * columns` bytes.
    #[error(
        "{count} labels need {count} images of {rows} x {columns} bytes, got {bytes} bytes; \
         give one label per image"
    )]
    Length {
        /// Number of labels.
        count: usize,
        /// Height of an image.
        rows: usize,
        /// Width of an image.
        columns: usize,
        /// Bytes of all images together.
        bytes: usize,
    },
    /// A label names no class.
    #[error(
        "example {index} has label {label}, expected 0..={}; repair or drop that label", classes - 1
    )]
    LabelOutOfRange {
        /// The example, counted from 0.
        index: usize,
        /// Its label.
        label: u8,
        /// Number of classes, at least 1.
        classes: usize,
    },
    /// More examples were asked for than there are.
    #[error("{asked} examples asked for, {available} available; ask for 1..={available}")]
    NotEnough {
        /// Examples asked for.
        asked: usize,
        /// Examples there are.
        available: usize,
    },
}

impl Dataset {
    /// Checks and keeps: `images` is `[labels.len()][rows * columns]`, labels are in `0..classes`.
    ///
    /// # Errors
    /// [`DatasetError`] for an empty set, a length that does not fit, a label out of range.
    pub fn new(
        images: Vec<u8>,
        labels: Vec<u8>,
        rows: usize,
        columns: usize,
        classes: usize,
    ) -> Result<Self, DatasetError> {
        let count = labels.len();
        if [count, rows, columns, classes].contains(&0) {
            return Err(DatasetError::Empty {
                count,
                rows,
                columns,
                classes,
            });
        }
        if u32::try_from(count).is_err() {
            return Err(DatasetError::TooMany { count });
        }
        let expected = rows
            .checked_mul(columns)
            .and_then(|pixels| pixels.checked_mul(count));
        if expected != Some(images.len()) {
            return Err(DatasetError::Length {
                count,
                rows,
                columns,
                bytes: images.len(),
            });
        }
        if let Some(index) = labels
            .iter()
            .position(|&label| usize::from(label) >= classes)
        {
            return Err(DatasetError::LabelOutOfRange {
                index,
                label: labels[index],
                classes,
            });
        }
        Ok(Self {
            images,
            labels,
            rows,
            columns,
            classes,
        })
    }

    /// Number of examples, at least 1 (hence no `is_empty`).
    #[allow(clippy::len_without_is_empty)]
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Bytes of one image, `rows * columns`.
    pub fn pixels(&self) -> usize {
        self.rows * self.columns
    }

    /// Height of an image in pixels.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Width of an image in pixels.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// Number of classes; every label is smaller.
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// Image `index`, row by row, `[rows * columns]`.
    ///
    /// # Panics
    /// If `index >= len()`.
    #[inline]
    pub fn image(&self, index: usize) -> &[u8] {
        let pixels = self.pixels();
        &self.images[index * pixels..][..pixels]
    }

    /// Label of example `index`, in `0..classes`.
    ///
    /// # Panics
    /// If `index >= len()`.
    #[inline]
    pub fn label(&self, index: usize) -> u32 {
        u32::from(self.labels[index])
    }

    /// All images, `[len][rows * columns]`.
    pub fn images(&self) -> &[u8] {
        &self.images
    }

    /// The same examples seen as a part of `classes` classes.
    ///
    /// # Errors
    /// [`DatasetError`] if `classes` is 0 or a label is not below it.
    pub fn with_classes(self, classes: usize) -> Result<Self, DatasetError> {
        Self::new(self.images, self.labels, self.rows, self.columns, classes)
    }

    /// The first `count` examples; the memory of the others is given back.
    ///
    /// # Errors
    /// [`DatasetError::NotEnough`] if `count` is 0 or exceeds [`Dataset::len`].
    pub fn truncated(mut self, count: usize) -> Result<Self, DatasetError> {
        if count == 0 || count > self.len() {
            return Err(DatasetError::NotEnough {
                asked: count,
                available: self.len(),
            });
        }
        self.images.truncate(count * self.pixels());
        self.images.shrink_to_fit();
        self.labels.truncate(count);
        self.labels.shrink_to_fit();
        Ok(self)
    }
}

/// Shapes only: the bytes of a data set would fill the screen of a failed test.
impl fmt::Debug for Dataset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dataset")
            .field("len", &self.len())
            .field("rows", &self.rows)
            .field("columns", &self.columns)
            .field("classes", &self.classes)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn small() -> Dataset {
        Dataset::new((0..18).collect(), vec![2, 0, 1], 2, 3, 3).unwrap()
    }

    #[test]
    fn accessors_see_what_was_given() {
        let set = small();
        assert_eq!((set.len(), set.pixels(), set.classes()), (3, 6, 3));
        assert_eq!((set.rows(), set.columns()), (2, 3));
        assert_eq!(set.image(1), [6, 7, 8, 9, 10, 11]);
        assert_eq!((set.label(0), set.label(2)), (2, 1));
    }

    #[test]
    fn truncated_keeps_the_first_and_the_classes() {
        let set = small().truncated(2).unwrap();
        assert_eq!((set.len(), set.classes()), (2, 3));
        assert_eq!(set.images(), (0..12).collect::<Vec<u8>>());
        assert_eq!(small().truncated(3).unwrap(), small());
    }

    #[test]
    fn truncated_to_more_says_what_is_there() {
        for asked in [0, 4] {
            let error = small().truncated(asked).unwrap_err();
            assert_eq!(
                error.to_string(),
                format!("{asked} examples asked for, 3 available; ask for 1..=3")
            );
        }
    }

    #[test]
    fn misfits_are_refused() {
        let new = |bytes: usize, labels: &[u8], rows, columns, classes| {
            Dataset::new(vec![0; bytes], labels.to_vec(), rows, columns, classes).unwrap_err()
        };
        for (count, rows, columns, classes) in
            [(0, 2, 2, 1), (1, 0, 2, 1), (1, 2, 0, 1), (1, 2, 2, 0)]
        {
            let error = new(
                count * rows * columns,
                &vec![0; count],
                rows,
                columns,
                classes,
            );
            assert!(matches!(error, DatasetError::Empty { .. }), "{error}");
        }
        assert!(matches!(
            new(7, &[0, 0], 2, 2, 1),
            DatasetError::Length { bytes: 7, .. }
        ));
        assert!(matches!(
            new(8, &[0, 0], usize::MAX, 2, 1),
            DatasetError::Length { .. }
        ));
        assert_eq!(
            new(8, &[0, 5], 2, 2, 5).to_string(),
            "example 1 has label 5, expected 0..=4; repair or drop that label"
        );
    }
}
