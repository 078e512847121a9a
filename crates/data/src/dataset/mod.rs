//! A labelled set of images, kept as the bytes they came in, or of features.

mod error;
#[cfg(test)]
mod tests;
mod values;

use std::fmt;
use std::sync::Arc;

pub use error::DatasetError;
pub use values::Values;

/// Images `[count][channels][rows][columns]` of bytes in 0..=255, or features `[count][1][1][width]`
/// of finite numbers; one label in `0..classes` each, and perhaps a domain. Grey images have one
/// channel; colour images three, red, green and blue, one whole plane after another.
///
/// Never empty, and images are never converted as a whole: 60,000 of 28 x 28 are 47 MB
/// as bytes and would be 188 MB as `f32`.
#[derive(Clone, PartialEq)]
pub struct Dataset {
    values: Values,
    labels: Vec<u8>,
    channels: usize,
    rows: usize,
    columns: usize,
    classes: usize,
    names: Option<Arc<[String]>>,
    domains: Option<Vec<u8>>,
    pictures: Option<Pictures>,
}

/// What features were made of, to be looked at.
#[derive(Clone, Debug, PartialEq)]
struct Pictures {
    shape: [usize; 3],
    bytes: Values,
}

impl Pictures {
    fn of_one(&self) -> usize {
        self.shape.iter().product()
    }
}

impl Dataset {
    /// Checks and keeps grey images: `images` is `[labels.len()][rows * columns]`, labels are
    /// in `0..classes`.
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
        Self::planar(images, labels, [1, rows, columns], classes)
    }

    /// As [`Dataset::new`], of images `[labels.len()][channels][rows][columns]`.
    ///
    /// # Errors
    /// [`DatasetError`], as for [`Dataset::new`].
    pub fn planar(
        images: Vec<u8>,
        labels: Vec<u8>,
        shape: [usize; 3],
        classes: usize,
    ) -> Result<Self, DatasetError> {
        Self::of(Values::Bytes(images), labels, shape, classes)
    }

    /// As [`Dataset::new`], of features `[labels.len()][width]`.
    ///
    /// # Errors
    /// [`DatasetError`], as for [`Dataset::new`], and for a number that is not finite.
    pub fn features(
        features: Vec<f32>,
        labels: Vec<u8>,
        width: usize,
        classes: usize,
    ) -> Result<Self, DatasetError> {
        if let Some(at) = features.iter().position(|x| !x.is_finite()) {
            return Err(DatasetError::NotFinite {
                index: at / width.max(1),
                position: at % width.max(1),
            });
        }
        Self::of(Values::Numbers(features), labels, [1, 1, width], classes)
    }

    fn of(
        values: Values,
        labels: Vec<u8>,
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
            pictures: None,
        })
    }

    /// CRC-32 of all values, labels and domains: tells sets apart that were mixed up, not forgeries.
    #[must_use]
    pub fn checksum(&self) -> u32 {
        let mut sum = flate2::Crc::new();
        self.values.check(&mut sum);
        sum.update(&self.labels);
        sum.update(self.domains.as_deref().unwrap_or_default());
        sum.sum()
    }

    /// The same with a name for each class, in the order of the labels.
    ///
    /// # Errors
    /// [`DatasetError::Names`] unless there are [`Dataset::classes`] names.
    pub fn named(mut self, names: Vec<String>) -> Result<Self, DatasetError> {
        if names.len() != self.classes {
            return Err(DatasetError::Names {
                names: names.len(),
                classes: self.classes,
            });
        }
        self.names = Some(names.into());
        Ok(self)
    }

    /// The same with a domain for each example, counted from 0.
    ///
    /// # Errors
    /// [`DatasetError::Domains`] unless there are [`Dataset::len`] domains.
    pub fn in_domains(mut self, domains: Vec<u8>) -> Result<Self, DatasetError> {
        if domains.len() != self.len() {
            return Err(DatasetError::Domains {
                domains: domains.len(),
                examples: self.len(),
            });
        }
        self.domains = Some(domains);
        Ok(self)
    }

    /// The same features with the pictures that they were made of, `[len][channels][rows][columns]`.
    ///
    /// # Errors
    /// [`DatasetError::Length`] unless there is one for each example.
    pub fn with_pictures(
        mut self,
        bytes: Vec<u8>,
        shape: [usize; 3],
    ) -> Result<Self, DatasetError> {
        let count = self.len();
        let mut sizes = shape.iter();
        let expected = sizes.try_fold(count, |all, size| all.checked_mul(*size));
        if expected != Some(bytes.len()) || bytes.is_empty() {
            return Err(DatasetError::Length {
                count,
                shape,
                bytes: bytes.len(),
            });
        }
        let bytes = Values::Bytes(bytes);
        self.pictures = Some(Pictures { shape, bytes });
        Ok(self)
    }

    /// The same examples with other labels, in `0..classes`; the names of the classes go.
    ///
    /// # Errors
    /// [`DatasetError`] unless there is one label in range for each example.
    pub fn with_labels(self, labels: Vec<u8>, classes: usize) -> Result<Self, DatasetError> {
        let (shape, domains, pictures) = (self.shape(), self.domains, self.pictures);
        let set = Self::of(self.values, labels, shape, classes)?;
        Ok(Self {
            domains,
            pictures,
            ..set
        })
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

    /// Planes of an image: 1 if grey, 3 if coloured.
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
    pub fn values(&self) -> &Values {
        &self.values
    }

    /// Image `index`, plane by plane and row by row, `[channels][rows][columns]`; `None` of features.
    ///
    /// # Panics
    /// If `index >= len()`.
    pub fn image(&self, index: usize) -> Option<&[u8]> {
        let pixels = self.pixels();
        match &self.values {
            Values::Bytes(bytes) => Some(&bytes[index * pixels..][..pixels]),
            Values::Numbers(_) => None,
        }
    }

    /// What example `index` looks like, and its channels, rows and columns: the image itself, or what
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
            Values::Bytes(bytes) => Some((pictures.shape, &bytes[index * size..][..size])),
            Values::Numbers(_) => None,
        }
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
    pub fn labels(&self) -> &[u8] {
        &self.labels
    }

    /// The domain of each example, counted from 0, if they are known.
    pub fn domains(&self) -> Option<&[u8]> {
        self.domains.as_deref()
    }

    /// The same examples seen as a part of `classes` classes. Names are kept if they are
    /// as many.
    ///
    /// # Errors
    /// [`DatasetError`] if `classes` is 0 or a label is not below it.
    pub fn with_classes(self, classes: usize) -> Result<Self, DatasetError> {
        let (shape, domains, pictures) = (self.shape(), self.domains, self.pictures);
        let names = self.names.filter(|names| names.len() == classes);
        let set = Self::of(self.values, self.labels, shape, classes)?;
        Ok(Self {
            names,
            domains,
            pictures,
            ..set
        })
    }

    /// The examples of both, the labels of `other` behind those of `self`: as many classes as both
    /// have together. Domains and pictures go; names stay if both have them.
    ///
    /// # Errors
    /// [`DatasetError::Shapes`] unless both are of one kind and shape,
    /// [`DatasetError::Labels`] if a label would pass 255.
    pub fn beside(mut self, other: Self) -> Result<Self, DatasetError> {
        let classes = self.classes + other.classes;
        let [shape, of_other] = [self.shape(), other.shape()];
        if shape != of_other || !self.values.append(other.values) {
            return Err(DatasetError::Shapes { shape, of_other });
        }
        if classes > usize::from(u8::MAX) + 1 {
            return Err(DatasetError::Labels { classes });
        }
        let first = self.classes as u8;
        let labels = other.labels.iter().map(|label| first + label);
        self.labels.extend(labels);
        self.names = match (self.names, other.names) {
            (Some(a), Some(b)) => Some(a.iter().chain(b.iter()).cloned().collect()),
            _ => None,
        };
        Ok(Self {
            classes,
            domains: None,
            pictures: None,
            ..self
        })
    }

    /// The examples `indices`, in that order, one or more times each.
    ///
    /// # Errors
    /// [`DatasetError::Empty`] without indices.
    ///
    /// # Panics
    /// If an index is not below [`Dataset::len`].
    pub fn taken(&self, indices: &[u32]) -> Result<Self, DatasetError> {
        let values = self.values.taken(indices, self.pixels());
        let pick = |of: &[u8]| indices.iter().map(|&i| of[i as usize]).collect();
        let set = Self::of(values, pick(&self.labels), self.shape(), self.classes)?;
        Ok(Self {
            names: self.names.clone(),
            domains: self.domains.as_deref().map(pick),
            pictures: self.pictures.as_ref().map(|pictures| Pictures {
                shape: pictures.shape,
                bytes: pictures.bytes.taken(indices, pictures.of_one()),
            }),
            ..set
        })
    }

    /// All but the last `count` examples, and those.
    ///
    /// # Errors
    /// [`DatasetError::NotEnough`] if one of the two would be empty.
    pub fn split_off(mut self, count: usize) -> Result<(Self, Self), DatasetError> {
        let first = self.len().saturating_sub(count);
        if count == 0 || first == 0 {
            return Err(DatasetError::NotEnough {
                asked: count,
                available: self.len() - 1,
            });
        }
        let last = Self {
            values: self.values.split_off(first * self.pixels()),
            labels: self.labels.split_off(first),
            names: self.names.clone(),
            domains: self.domains.as_mut().map(|of| of.split_off(first)),
            pictures: self.pictures.as_mut().map(|pictures| Pictures {
                shape: pictures.shape,
                bytes: pictures.bytes.split_off(first * pictures.of_one()),
            }),
            ..self
        };
        Ok((self, last))
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
        self.values.truncate(count * self.pixels());
        self.labels.truncate(count);
        self.labels.shrink_to_fit();
        if let Some(domains) = &mut self.domains {
            domains.truncate(count);
        }
        if let Some(pictures) = &mut self.pictures {
            pictures.bytes.truncate(count * pictures.of_one());
        }
        Ok(self)
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
