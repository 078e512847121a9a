//! A labelled set of images, kept as the bytes it came in.

mod error;

use std::fmt;

pub use error::DatasetError;

/// Images `[count][channels][rows][columns]` of bytes in 0..=255, one label in `0..classes`
/// each. Grey images have one channel; colour images three, red, green and blue, one whole
/// plane after another.
///
/// Never empty, and never converted as a whole: 60,000 images of 28 x 28 are 47 MB
/// as bytes and would be 188 MB as `f32`.
#[derive(Clone, PartialEq, Eq)]
pub struct Dataset {
    images: Vec<u8>,
    labels: Vec<u8>,
    channels: usize,
    rows: usize,
    columns: usize,
    classes: usize,
    names: Option<Vec<String>>,
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
        if expected != Some(images.len()) {
            return Err(DatasetError::Length {
                count,
                shape,
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
            channels,
            rows,
            columns,
            classes,
            names: None,
        })
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
        self.names = Some(names);
        Ok(self)
    }

    /// The same images with other labels, in `0..classes`; the names of the classes go.
    ///
    /// # Errors
    /// [`DatasetError`] unless there is one label in range for each image.
    pub fn with_labels(self, labels: Vec<u8>, classes: usize) -> Result<Self, DatasetError> {
        let shape = self.shape();
        Self::planar(self.images, labels, shape, classes)
    }

    /// Number of examples, at least 1 (hence no `is_empty`).
    #[allow(clippy::len_without_is_empty)]
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Bytes of one image, `channels * rows * columns`.
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

    /// Image `index`, plane by plane and row by row, `[channels][rows][columns]`.
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

    /// All labels, `[len]`.
    pub fn labels(&self) -> &[u8] {
        &self.labels
    }

    /// All images, `[len][channels][rows][columns]`.
    pub fn images(&self) -> &[u8] {
        &self.images
    }

    /// The same examples seen as a part of `classes` classes. Names are kept if they are
    /// as many.
    ///
    /// # Errors
    /// [`DatasetError`] if `classes` is 0 or a label is not below it.
    pub fn with_classes(self, classes: usize) -> Result<Self, DatasetError> {
        let (shape, names) = (self.shape(), self.names);
        let set = Self::planar(self.images, self.labels, shape, classes)?;
        match names {
            Some(names) if names.len() == classes => set.named(names),
            _ => Ok(set),
        }
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
            images: self.images.split_off(first * self.pixels()),
            labels: self.labels.split_off(first),
            names: self.names.clone(),
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
            .field("shape", &self.shape())
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
        assert_eq!((set.shape(), set.names()), ([1, 2, 3], None));
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
    fn the_last_are_split_off() {
        let (first, last) = small().split_off(1).unwrap();
        assert_eq!(first, small().truncated(2).unwrap());
        assert_eq!((last.len(), last.classes()), (1, 3));
        assert_eq!(
            (last.image(0), last.label(0)),
            (small().image(2), small().label(2))
        );
        for count in [0, 3, 4] {
            let error = small().split_off(count).unwrap_err().to_string();
            assert!(error.contains("ask for 1..=2"), "{error}");
        }
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
    fn colours_are_planes_of_an_image() {
        let set = Dataset::planar((0..24).collect(), vec![0, 1], [3, 2, 2], 2).unwrap();
        assert_eq!((set.pixels(), set.channels()), (12, 3));
        assert_eq!(set.image(1), (12..24).collect::<Vec<u8>>());
        let error = Dataset::planar(vec![0; 23], vec![0, 1], [3, 2, 2], 2).unwrap_err();
        assert_eq!(
            error.to_string(),
            "2 labels need 2 images of 3 x 2 x 2 bytes, got 23 bytes; give one label per image"
        );
    }

    #[test]
    fn names_belong_to_their_classes() {
        let names: Vec<String> = ["a", "b", "c"].map(String::from).into();
        let set = small().named(names.clone()).unwrap();
        assert_eq!(set.names(), Some(&names[..]));
        assert_eq!(set.clone().with_classes(3).unwrap(), set);
        assert_eq!(set.clone().with_classes(4).unwrap().names(), None);
        assert_eq!(set.clone().truncated(1).unwrap().names(), set.names());
        let relabelled = set.clone().with_labels(vec![0, 0, 1], 2).unwrap();
        assert_eq!(
            (relabelled.labels(), relabelled.names()),
            (&[0, 0, 1][..], None)
        );
        assert_eq!(relabelled.images(), set.images());
        assert!(set.with_labels(vec![0], 2).is_err());
        assert_eq!(
            small().named(names[..2].to_vec()).unwrap_err().to_string(),
            "2 names for 3 classes; give one name per class"
        );
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
