//! Names of classes, and their numbers.

use std::borrow::Cow;
use std::collections::BTreeMap;

use mesu_rows::Value;
use serde::{Deserialize, Serialize};

/// Name of a class as a target's value has it; none where it is missing.
pub(crate) fn name(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::Missing => None,
        Value::Text(text) => Some(Cow::Borrowed(text)),
        Value::Boolean(truth) => Some(Cow::Borrowed(if *truth { "true" } else { "false" })),
        Value::Number(number) => Some(Cow::Owned(number.to_string())),
    }
}

/// Classes by name and by number, from 0, in the order in which they came.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<String>", into = "Vec<String>")]
pub(crate) struct Labels {
    names: Vec<String>,
    numbers: BTreeMap<String, u32>,
}

impl From<Vec<String>> for Labels {
    fn from(names: Vec<String>) -> Self {
        let mut labels = Self::default();
        names.iter().for_each(|name| {
            labels.number_or_add(name);
        });
        labels
    }
}

impl From<Labels> for Vec<String> {
    fn from(labels: Labels) -> Self {
        labels.names
    }
}

impl Labels {
    pub(crate) fn len(&self) -> usize {
        self.names.len()
    }

    pub(crate) fn names(&self) -> &[String] {
        &self.names
    }

    /// Number of a class, if it is known.
    pub(crate) fn number(&self, name: &str) -> Option<u32> {
        self.numbers.get(name).copied()
    }

    /// Number of a class, which is added if it is new.
    pub(crate) fn number_or_add(&mut self, name: &str) -> u32 {
        if let Some(number) = self.number(name) {
            return number;
        }
        let number = self.names.len() as u32;
        self.names.push(name.to_owned());
        self.numbers.insert(name.to_owned(), number);
        number
    }
}
