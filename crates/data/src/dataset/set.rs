//! The set itself: construction and access.

use std::fmt;
use std::sync::Arc;

use super::data::ExampleData;
use super::error::DatasetError;

/// Images `[count][channels][rows][columns]` of bytes in 0..=255, or features of finite numbers,
/// `[count][1][1][width]` or of the shape of images; one label in `0..classes` each, and perhaps a domain.
/// Gray images have one channel; color images three, red, green and blue, one whole plane after another.
///
/// Never empty, and images are never converted as a whole: 60,000 of 28 x 28 are 47 MB
/// as bytes and would be 188 MB as `f32`.
#[derive(Clone, PartialEq)]
pub struct Dataset {
    pub(super) values: ExampleData,
    pub(super) labels: Vec<u16>,
    pub(super) channels: usize,
    pub(super) rows: usize,
    pub(super) columns: usize,
    pub(super) classes: usize,
    pub(super) names: Option<Arc<[String]>>,
    pub(super) domains: Option<Vec<u8>>,
    pub(super) targets: Option<Vec<f32>>,
    pub(super) pictures: Option<Pictures>,
    pub(super) paths: Option<Vec<Arc<str>>>,
}

/// Pictures that the features were made of, to be looked at.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Pictures {
    pub(super) shape: [usize; 3],
    pub(super) bytes: ExampleData,
}

impl Pictures {
    pub(super) fn of_one(&self) -> usize {
        self.shape.iter().product()
    }
}

impl Dataset {
    /// Checks and keeps gray images: `images` is `[labels.len()][rows * columns]`, labels are
    /// in `0..classes`.
    ///
    /// # Errors
    /// [`DatasetError`] for an empty set, a length that does not fit, a label out of range.
    pub fn new(
        images: Vec<u8>,
        labels: Vec<u16>,
        rows: usize,
        columns: usize,
        classes: usize,
    ) -> Result<Self, DatasetError> {
        Self::planar(images, labels, [1, rows, columns], classes)
    }

    /// Creates a set like [`Dataset::new`], of images `[labels.len()][channels][rows][columns]`.
    ///
    /// # Errors
    /// [`DatasetError`], as for [`Dataset::new`].
    pub fn planar(
        images: Vec<u8>,
        labels: Vec<u16>,
        shape: [usize; 3],
        classes: usize,
    ) -> Result<Self, DatasetError> {
        Self::checked(ExampleData::Pixels(images), labels, shape, classes)
    }

    /// Creates a set like [`Dataset::planar`], of finite numbers in place of bytes.
    ///
    /// # Errors
    /// [`DatasetError`], as for [`Dataset::new`], and for a number that is not finite.
    pub fn planar_features(
        features: Vec<f32>,
        labels: Vec<u16>,
        shape: [usize; 3],
        classes: usize,
    ) -> Result<Self, DatasetError> {
        if let Some(at) = features.iter().position(|x| !x.is_finite()) {
            let width = shape.iter().product::<usize>().max(1);
            return Err(DatasetError::NotFinite {
                index: at / width,
                position: at % width,
            });
        }
        Self::checked(ExampleData::Features(features), labels, shape, classes)
    }

    /// Creates a set like [`Dataset::new`], of features `[labels.len()][width]`.
    ///
    /// # Errors
    /// [`DatasetError`], as for [`Dataset::new`], and for a number that is not finite.
    pub fn features(
        features: Vec<f32>,
        labels: Vec<u16>,
        width: usize,
        classes: usize,
    ) -> Result<Self, DatasetError> {
        Self::planar_features(features, labels, [1, 1, width], classes)
    }

    pub(super) fn checked(
        values: ExampleData,
        labels: Vec<u16>,
        [channels, rows, columns]: [usize; 3],
        classes: usize,
    ) -> Result<Self, DatasetError> {
        let count = labels.len();
        let shape = [channels, rows, columns];
        if [count, channels, rows, columns, classes].contains(&0) {
            return Err(DatasetError::Empty {
                count,
                shape,
                classes,
            });
        }
        if u32::try_from(count).is_err() {
            return Err(DatasetError::TooMany { count });
        }
        let expected = shape
            .iter()
            .try_fold(count, |bytes, &size| bytes.checked_mul(size));
        if expected != Some(values.len()) {
            return Err(DatasetError::Length {
                count,
                shape,
                bytes: values.len(),
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
            values,
            labels,
            channels,
            rows,
            columns,
            classes,
            names: None,
            domains: None,
            targets: None,
            pictures: None,
            paths: None,
        })
    }

    /// CRC-32 of all values, labels, domains and targets: tells sets apart that were mixed up, not forgeries.
    #[must_use]
    pub fn checksum(&self) -> u32 {
        let mut sum = flate2::Crc::new();
        self.values.check(&mut sum);
        // Labels of one byte each wherever they fit: sums of former versions stay.
        if self.labels.iter().all(|label| *label < 256) {
            let bytes: Vec<u8> = self.labels.iter().map(|label| *label as u8).collect();
            sum.update(&bytes);
        } else {
            let bytes = self.labels.iter().flat_map(|label| label.to_le_bytes());
            sum.update(&bytes.collect::<Vec<u8>>());
        }
        sum.update(self.domains.as_deref().unwrap_or_default());
        let targets = self.targets.iter().flatten();
        sum.update(&targets.flat_map(|y| y.to_le_bytes()).collect::<Vec<u8>>());
        sum.sum()
    }

    /// Number of examples, at least 1 (hence no `is_empty`).
    #[allow(clippy::len_without_is_empty)]
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Numbers in an example: `channels * rows * columns` of an image.
    pub fn pixels(&self) -> usize {
        self.channels * self.rows * self.columns
    }

    /// Channels, rows and columns of an image.
    pub fn shape(&self) -> [usize; 3] {
        [self.channels, self.rows, self.columns]
    }

    /// Planes of an image: 1 if gray, 3 if colored.
    pub fn channels(&self) -> usize {
        self.channels
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

    /// The name of each class, if the names are known.
    pub fn names(&self) -> Option<&[String]> {
        self.names.as_deref()
    }

    /// The bytes of images or the numbers of features, `[len][pixels]`.
    pub fn values(&self) -> &ExampleData {
        &self.values
    }

    /// Image `index`, plane by plane and row by row, `[channels][rows][columns]`; `None` of features.
    ///
    /// # Panics
    /// If `index >= len()`.
    pub fn image(&self, index: usize) -> Option<&[u8]> {
        let pixels = self.pixels();
        match &self.values {
            ExampleData::Pixels(bytes) => Some(&bytes[index * pixels..][..pixels]),
            ExampleData::Features(_) => None,
        }
    }

    /// Returns the picture of example `index`, and its channels, rows and columns: the image itself, or what
    /// features were made of, if that is known.
    ///
    /// # Panics
    /// If `index >= len()`.
    pub fn picture(&self, index: usize) -> Option<([usize; 3], &[u8])> {
        if let Some(image) = self.image(index) {
            return Some((self.shape(), image));
        }
        let pictures = self.pictures.as_ref()?;
        let size = pictures.of_one();
        match &pictures.bytes {
            ExampleData::Pixels(bytes) => Some((pictures.shape, &bytes[index * size..][..size])),
            ExampleData::Features(_) => None,
        }
    }

    /// Name of the file that example `index` was made of, if it is known.
    ///
    /// # Panics
    /// If `index >= len()`.
    pub fn path(&self, index: usize) -> Option<&str> {
        Some(&self.paths.as_ref()?[index])
    }

    /// Label of example `index`, in `0..classes`.
    ///
    /// # Panics
    /// If `index >= len()`.
    #[inline]
    pub fn label(&self, index: usize) -> u32 {
        u32::from(self.labels[index])
    }

    /// All labels, `[len]`.
    pub fn labels(&self) -> &[u16] {
        &self.labels
    }

    /// Value of each example, finite, if values are to be predicted; all labels are 0 then.
    pub fn targets(&self) -> Option<&[f32]> {
        self.targets.as_deref()
    }

    /// The domain of each example, counted from 0, if they are known.
    pub fn domains(&self) -> Option<&[u8]> {
        self.domains.as_deref()
    }
}

/// Shapes only: the bytes of a data set would fill the screen of a failed test.
impl fmt::Debug for Dataset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dataset")
            .field("len", &self.len())
            .field("shape", &self.shape())
            .field("classes", &self.classes)
            .finish_non_exhaustive()
    }
}
