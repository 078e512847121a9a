//! Targets of examples: labels, or values.

/// Target of one example.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Target {
    /// Class, from 0.
    Label(u32),
    /// Number to predict.
    Value(f32),
}

impl From<u32> for Target {
    fn from(label: u32) -> Self {
        Self::Label(label)
    }
}

impl From<f32> for Target {
    fn from(value: f32) -> Self {
        Self::Value(value)
    }
}

/// Targets of a batch, one for each example.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Targets<'a> {
    /// Classes, from 0.
    Labels(&'a [u32]),
    /// Numbers to predict.
    Values(&'a [f32]),
}

impl<'a> Targets<'a> {
    /// Number of targets.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Labels(labels) => labels.len(),
            Self::Values(values) => values.len(),
        }
    }

    /// Returns whether there are no targets.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Kind of target, in words.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Labels(_) => "labels of classes",
            Self::Values(_) => "values",
        }
    }

    /// Targets `first..first + len`.
    pub(crate) fn part(self, first: usize, len: usize) -> Self {
        match self {
            Self::Labels(labels) => Self::Labels(&labels[first..first + len]),
            Self::Values(values) => Self::Values(&values[first..first + len]),
        }
    }

    /// Targets as words of 32 bits, in the order of the examples.
    pub(crate) fn words(self) -> impl Iterator<Item = u32> + 'a {
        (0..self.len()).map(move |i| match self {
            Self::Labels(labels) => labels[i],
            Self::Values(values) => values[i].to_bits(),
        })
    }
}

/// Targets that own their numbers.
#[derive(Clone, Debug)]
pub(crate) enum OwnedTargets {
    Labels(Vec<u32>),
    Values(Vec<f32>),
}

impl OwnedTargets {
    pub(crate) fn lend(&self) -> Targets<'_> {
        match self {
            Self::Labels(labels) => Targets::Labels(labels),
            Self::Values(values) => Targets::Values(values),
        }
    }

    /// The targets whose [`words`](Targets::words) these are, of the kind of `like`.
    pub(crate) fn from_words(words: &[u32], like: Targets<'_>) -> Self {
        match like {
            Targets::Labels(_) => Self::Labels(words.to_vec()),
            Targets::Values(_) => {
                Self::Values(words.iter().map(|word| f32::from_bits(*word)).collect())
            }
        }
    }
}

macro_rules! from_slices {
    ($($number:ty => $kind:ident),+) => {$(
        impl<'a> From<&'a [$number]> for Targets<'a> {
            fn from(targets: &'a [$number]) -> Self {
                Self::$kind(targets)
            }
        }

        impl<'a, const N: usize> From<&'a [$number; N]> for Targets<'a> {
            fn from(targets: &'a [$number; N]) -> Self {
                Self::$kind(targets)
            }
        }

        impl<'a> From<&'a Vec<$number>> for Targets<'a> {
            fn from(targets: &'a Vec<$number>) -> Self {
                Self::$kind(targets)
            }
        }

        impl From<Vec<$number>> for OwnedTargets {
            fn from(targets: Vec<$number>) -> Self {
                Self::$kind(targets)
            }
        }
    )+};
}

from_slices!(u32 => Labels, f32 => Values);
