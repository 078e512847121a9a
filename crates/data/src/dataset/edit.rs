//! Sets made of sets: other names, labels, domains, parts.

use std::sync::Arc;

use super::data::ExampleData;
use super::error::DatasetError;
use super::set::{Dataset, Pictures};

impl Dataset {
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

    /// The same with a value to predict for each example, in the place of its label.
    ///
    /// # Errors
    /// [`DatasetError::Targets`] unless there are [`Dataset::len`] values, [`DatasetError::Target`] if one is not
    /// finite.
    pub fn with_targets(mut self, targets: Vec<f32>) -> Result<Self, DatasetError> {
        if targets.len() != self.len() {
            return Err(DatasetError::Targets {
                targets: targets.len(),
                examples: self.len(),
            });
        }
        if let Some(index) = targets.iter().position(|y| !y.is_finite()) {
            return Err(DatasetError::Target { index });
        }
        self.labels.fill(0);
        (self.classes, self.names) = (1, None);
        self.targets = Some(targets);
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
        let bytes = ExampleData::Pixels(bytes);
        self.pictures = Some(Pictures { shape, bytes });
        Ok(self)
    }

    /// The same with the names of the files that its examples were made of, which are left out unless they
    /// are [`Dataset::len`].
    #[must_use]
    pub fn with_paths(mut self, paths: Vec<String>) -> Self {
        let paths = Some(paths).filter(|paths| paths.len() == self.len());
        self.paths = paths.map(|paths| paths.into_iter().map(Arc::from).collect());
        self
    }

    /// The same examples with other labels, in `0..classes`; the names of the classes go.
    ///
    /// # Errors
    /// [`DatasetError`] unless there is one label in range for each example.
    pub fn with_labels(self, labels: Vec<u16>, classes: usize) -> Result<Self, DatasetError> {
        let (shape, domains) = (self.shape(), self.domains);
        let (pictures, paths) = (self.pictures, self.paths);
        let set = Self::checked(self.values, labels, shape, classes)?;
        Ok(Self {
            domains,
            pictures,
            paths,
            ..set
        })
    }

    /// The same examples seen as a part of `classes` classes. Names are kept if they are
    /// as many.
    ///
    /// # Errors
    /// [`DatasetError`] if `classes` is 0 or a label is not below it.
    pub fn with_classes(self, classes: usize) -> Result<Self, DatasetError> {
        let (shape, domains, targets) = (self.shape(), self.domains, self.targets);
        let (pictures, paths) = (self.pictures, self.paths);
        let names = self.names.filter(|names| names.len() == classes);
        let set = Self::checked(self.values, self.labels, shape, classes)?;
        Ok(Self {
            names,
            domains,
            targets,
            pictures,
            paths,
            ..set
        })
    }

    /// The examples of both, the labels of `other` behind those of `self`: as many classes as both
    /// have together. Domains, pictures and paths go; names stay if both have them.
    ///
    /// # Errors
    /// [`DatasetError::Shapes`] unless both are of one kind and shape,
    /// [`DatasetError::Labels`] if a label would pass 65,535.
    pub fn concat_classes(mut self, other: Self) -> Result<Self, DatasetError> {
        let classes = self.classes + other.classes;
        let [shape, of_other] = [self.shape(), other.shape()];
        if shape != of_other || !self.values.append(other.values) {
            return Err(DatasetError::Shapes { shape, of_other });
        }
        if classes > usize::from(u16::MAX) + 1 {
            return Err(DatasetError::Labels { classes });
        }
        let first = self.classes as u16;
        let labels = other.labels.iter().map(|label| first + label);
        self.labels.extend(labels);
        self.names = match (self.names, other.names) {
            (Some(a), Some(b)) => Some(a.iter().chain(b.iter()).cloned().collect()),
            _ => None,
        };
        Ok(Self {
            classes,
            domains: None,
            targets: None,
            pictures: None,
            paths: None,
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
    pub fn select(&self, indices: &[u32]) -> Result<Self, DatasetError> {
        let values = self.values.select(indices, self.pixels());
        fn pick<T: Clone>(of: &[T], indices: &[u32]) -> Vec<T> {
            indices.iter().map(|&i| of[i as usize].clone()).collect()
        }
        let set = Self::checked(
            values,
            pick(&self.labels, indices),
            self.shape(),
            self.classes,
        )?;
        Ok(Self {
            names: self.names.clone(),
            domains: self
                .domains
                .as_deref()
                .map(|domains| pick(domains, indices)),
            targets: self
                .targets
                .as_deref()
                .map(|targets| pick(targets, indices)),
            pictures: self.pictures.as_ref().map(|pictures| Pictures {
                shape: pictures.shape,
                bytes: pictures.bytes.select(indices, pictures.of_one()),
            }),
            paths: self.paths.as_deref().map(|paths| pick(paths, indices)),
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
            targets: self.targets.as_mut().map(|of| of.split_off(first)),
            pictures: self.pictures.as_mut().map(|pictures| Pictures {
                shape: pictures.shape,
                bytes: pictures.bytes.split_off(first * pictures.of_one()),
            }),
            paths: self.paths.as_mut().map(|paths| paths.split_off(first)),
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
        if let Some(targets) = &mut self.targets {
            targets.truncate(count);
        }
        if let Some(pictures) = &mut self.pictures {
            pictures.bytes.truncate(count * pictures.of_one());
        }
        if let Some(paths) = &mut self.paths {
            paths.truncate(count);
        }
        Ok(self)
    }
}
