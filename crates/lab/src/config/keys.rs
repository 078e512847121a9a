//! The names of a configuration's keys, optional ones included.
//!
//! A serialised default shows no optional key that is off, so the names are asked of
//! the types: serde hands a struct's field names to the deserializer, and this one
//! writes them down and reads nothing.

use std::sync::OnceLock;

use mesu::{LearnerKind, NetworkConfig};
use serde::de::{self, Deserialize, Visitor};

use crate::config::experiment::{DataConfig, DomainsConfig, Experiment};

/// Every dotted key that an experiment can have, in the order of its types.
pub(crate) fn keys() -> &'static [String] {
    static KEYS: OnceLock<Vec<String>> = OnceLock::new();
    KEYS.get_or_init(|| {
        let sections = [
            ("data", of::<DataConfig>().to_vec()),
            ("domains", of::<DomainsConfig>().to_vec()),
            ("network", of::<NetworkConfig>().to_vec()),
            ("learner", all_of_learners()),
        ];
        let is_section = |name: &str| sections.iter().any(|(section, _)| *section == name);
        let top = of::<Experiment>().iter();
        let mut keys: Vec<String> = top
            .filter(|name| !is_section(name))
            .map(|name| (*name).to_owned())
            .collect();
        for (section, names) in sections {
            keys.extend(names.iter().map(|name| format!("{section}.{name}")));
        }
        keys
    })
}

/// The keys of a learner of this kind, without `kind` itself.
pub(crate) fn of_learner(kind: LearnerKind) -> &'static [&'static str] {
    let mut names: &'static [&'static str] = &[];
    let _ = kind.deserialize_config(Names(&mut names));
    names
}

/// The keys of all learners, each once.
fn all_of_learners() -> Vec<&'static str> {
    let mut keys = vec!["kind"];
    for kind in LearnerKind::ALL {
        for key in of_learner(*kind) {
            if !keys.contains(key) {
                keys.push(key);
            }
        }
    }
    keys
}

/// The field names of the struct `T`; none for another type.
fn of<'de, T: Deserialize<'de>>() -> &'static [&'static str] {
    let mut names: &'static [&'static str] = &[];
    // It always ends in an error, which is how it reads nothing.
    let _ = T::deserialize(Names(&mut names));
    names
}

struct Names<'a>(&'a mut &'static [&'static str]);

impl<'de> de::Deserializer<'de> for Names<'_> {
    type Error = de::value::Error;

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        fields: &'static [&'static str],
        _visitor: V,
    ) -> Result<V::Value, Self::Error> {
        *self.0 = fields;
        Err(de::Error::custom("only the names are wanted"))
    }

    fn deserialize_any<V: Visitor<'de>>(self, _visitor: V) -> Result<V::Value, Self::Error> {
        Err(de::Error::custom("not a struct"))
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf option unit
        unit_struct newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use super::keys;

    #[test]
    fn keys_of_all_sections_are_known() {
        for key in [
            "tasks",
            "data.ood",
            "domains.species",
            "network.hidden",
            "learner.memory_window",
            "learner.kind",
            "learner.importance",
        ] {
            assert!(keys().iter().any(|known| known == key), "{key}");
        }
        assert!(!keys().iter().any(|known| known == "data"));
    }
}
