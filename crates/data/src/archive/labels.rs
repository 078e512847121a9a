//! Labels and values of a set's examples.

use std::collections::BTreeSet;
use std::io::{Read, Seek};

use super::arrays::{Archive, Role};
use super::convert::{integers, numbers};
use crate::format::npy::{Array, Elements};
use crate::splits::SplitsError;
use crate::splits::labels::classes_of;

/// Labels of a set, the number of its classes, and their names if they are known.
pub(super) struct Labels {
    pub(super) labels: Vec<u16>,
    pub(super) classes: usize,
    pub(super) names: Option<Vec<String>>,
}

impl Labels {
    /// Labels of examples without any.
    pub(super) fn none(count: usize) -> Self {
        Self {
            labels: vec![0; count],
            classes: 1,
            names: None,
        }
    }
}

impl<R: Read + Seek> Archive<R> {
    /// The labels of a set of `count` examples.
    pub(super) fn labels(
        &mut self,
        ending: &str,
        count: usize,
        role: Role<'_>,
    ) -> Result<Labels, SplitsError> {
        let given = self.texts("classes")?;
        let unlabeled = |given: Option<Vec<String>>| Labels {
            labels: vec![0; count],
            classes: given.as_ref().map_or(1, |names| names.len().max(1)),
            names: given.filter(|names| !names.is_empty()),
        };
        if matches!(role, Role::Unlabeled) && !self.has("labels", ending) {
            return Ok(unlabeled(given));
        }
        let (array, name) = self.array("labels", ending)?;
        if let Elements::Text(texts) = array.elements() {
            let shape = array.shape().to_vec();
            self.check_count(&shape, &name, count)?;
            let known = match role {
                // They do not matter.
                Role::Unlabeled => return Ok(unlabeled(given)),
                Role::Test(train) => given.or_else(|| train.names().map(<[String]>::to_vec)),
                Role::Training => given,
            };
            return self.named_labels(texts, &name, known);
        }
        let labels = self.small_integers(array, &name, count, u16::MAX)?;
        let largest = labels.iter().copied().max().map_or(0, usize::from) + 1;
        let classes = match (&given, role) {
            (Some(names), Role::Unlabeled) => names.len().max(largest),
            (Some(names), _) if largest > names.len() => {
                let at = labels
                    .iter()
                    .position(|label| usize::from(*label) + 1 == largest);
                let found = format!("{name} of example {} is {}", at.unwrap_or(0), largest - 1);
                return Err(self.wrong(
                    found,
                    &format!(
                        "labels of the {} names in classes, counted from 0",
                        names.len()
                    ),
                ));
            }
            (Some(names), _) => names.len(),
            (None, Role::Training) => classes_of(&labels, &format!("{}, array {name}", self.file))?,
            (None, _) => largest,
        };
        Ok(Labels {
            names: given.filter(|names| names.len() == classes),
            labels,
            classes,
        })
    }

    /// Labels by name: those of `known`, or in alphabetical order all that occur.
    fn named_labels(
        &self,
        texts: &[String],
        name: &str,
        known: Option<Vec<String>>,
    ) -> Result<Labels, SplitsError> {
        let occurring = || texts.iter().collect::<BTreeSet<_>>();
        let names = known.unwrap_or_else(|| occurring().into_iter().cloned().collect());
        if names.len() > usize::from(u16::MAX) + 1 {
            return Err(self.wrong(
                format!("{name} has {} texts", names.len()),
                "65,536 or fewer",
            ));
        }
        let mut labels = Vec::with_capacity(texts.len());
        for (at, text) in texts.iter().enumerate() {
            let Some(label) = names.iter().position(|name| name == text) else {
                let shown: String = text.chars().take(40).collect();
                let found = format!("{name} of example {at} is {shown:?}");
                return Err(self.wrong(found, "the name of a class of the training set"));
            };
            labels.push(label as u16);
        }
        Ok(Labels {
            labels,
            classes: names.len(),
            names: Some(names),
        })
    }

    /// The values to predict of a set of `count` examples.
    pub(super) fn targets(&mut self, ending: &str, count: usize) -> Result<Vec<f32>, SplitsError> {
        let (array, name) = self.array("targets", ending)?;
        self.check_count(array.shape(), &name, count)?;
        numbers(array.into_elements())
            .ok_or_else(|| self.wrong(format!("{name} is not of numbers"), "numbers"))
    }

    fn check_count(&self, shape: &[usize], name: &str, count: usize) -> Result<(), SplitsError> {
        match *shape {
            [n] | [n, 1] if n == count => Ok(()),
            _ => {
                let found = format!("{name} of shape {shape:?}");
                Err(self.wrong(found, &format!("[{count}], one for each row of features")))
            }
        }
    }

    /// Integers of 0 to `largest`, one per example.
    pub(super) fn small_integers(
        &self,
        array: Array,
        name: &str,
        count: usize,
        largest: u16,
    ) -> Result<Vec<u16>, SplitsError> {
        self.check_count(array.shape(), name, count)?;
        let expected = format!("integers of 0 to {largest}, counted from 0");
        let Some(integers) = integers(array.into_elements()) else {
            return Err(self.wrong(format!("{name} is not of integers"), &expected));
        };
        let small = |(at, integer): (usize, &i64)| match u16::try_from(*integer) {
            Ok(small) if small <= largest => Ok(small),
            _ => {
                let found = format!("{name} of example {at} is {integer}");
                Err(self.wrong(found, &expected))
            }
        };
        integers.iter().enumerate().map(small).collect()
    }
}
