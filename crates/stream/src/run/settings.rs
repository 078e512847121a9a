//! Settings by their keys.

use serde_json::Value;

use crate::error::StreamError;
use crate::learner::StreamSettings;
use crate::members::MemberSettings;

/// Reason why a setting can't be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SetError {
    /// No setting has this key.
    #[error("{key}: unknown setting; expected one of {}", keys.join(", "))]
    Unknown {
        /// Key given.
        key: String,
        /// Keys there are.
        keys: Vec<String>,
    },
    /// The value is not of the setting's kind.
    #[error("{key}: found {found:?}; expected {expected}")]
    Value {
        /// Key.
        key: String,
        /// Value given.
        found: String,
        /// Values that are accepted.
        expected: String,
    },
    /// The value is out of its range.
    #[error("{0}")]
    Range(StreamError),
}

/// Sets `key` of `settings` to `value`, as it is typed: numbers, for `members` `mixture`, `one`, or names with commas
/// between them (`values-1e4,neighbors`), for `class_weights.NAME` the factor of that class.
///
/// # Errors
/// [`SetError`]; the settings are then as before.
pub fn assign(settings: &mut StreamSettings, key: &str, value: &str) -> Result<(), SetError> {
    let mut changed = settings.clone();
    let (key, value) = (key.trim(), value.trim());
    let wrong = |expected: &str| SetError::Value {
        key: key.to_owned(),
        found: value.to_owned(),
        expected: expected.to_owned(),
    };
    if key == "members" {
        changed.members = members(value).ok_or_else(|| wrong(MEMBERS))?;
    } else if let Some(class) = key.strip_prefix("class_weights.") {
        let weight = value.parse().map_err(|_| wrong("a number"))?;
        changed.class_weights.insert(class.to_owned(), weight);
    } else {
        let Ok(Value::Object(mut all)) = serde_json::to_value(&changed) else {
            return Err(wrong("a number"));
        };
        let keys: Vec<String> = all.keys().cloned().collect();
        let Some(place) = all.get_mut(key).filter(|place| place.is_number()) else {
            return Err(SetError::Unknown {
                key: key.to_owned(),
                keys: keys.into_iter().map(shown).collect(),
            });
        };
        let whole = place.is_u64();
        let number = match whole {
            true => value.parse().ok().map(|number: u64| number.into()),
            false => value.parse().ok().and_then(serde_json::Number::from_f64),
        };
        let expected = match whole {
            true => "a whole number, 0 or more",
            false => "a number",
        };
        *place = Value::Number(number.ok_or_else(|| wrong(expected))?);
        changed = serde_json::from_value(Value::Object(all)).map_err(|_| wrong(expected))?;
    }
    changed.check().map_err(SetError::Range)?;
    *settings = changed;
    Ok(())
}

const MEMBERS: &str = "mixture, one, or some of values-WINDOW, hats-WINDOW, linear-WINDOW, linear-values-WINDOW, \
                       neighbors and last-label with commas between them";

fn members(value: &str) -> Option<Vec<MemberSettings>> {
    match value {
        "mixture" => Some(MemberSettings::mixture()),
        "one" => Some(MemberSettings::one()),
        names => names
            .trim_matches(['[', ']'])
            .split(',')
            .map(|name| MemberSettings::named(name.trim().trim_matches('"')))
            .collect(),
    }
}

fn shown(key: String) -> String {
    match &key[..] {
        "class_weights" => "class_weights.NAME".to_owned(),
        _ => key,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_typed() {
        let mut settings = StreamSettings::default();
        for (key, value) in [
            ("members", "one"),
            ("seed", "7"),
            ("drift_chance", "0"),
            ("class_weights.yes", "2.5"),
        ] {
            assign(&mut settings, key, value).unwrap();
        }
        assert_eq!(settings.members, MemberSettings::one());
        assert_eq!((settings.seed, settings.drift_chance), (7, 0.0));
        assert_eq!(settings.class_weights["yes"], 2.5);
        assign(&mut settings, "members", "[linear-1e2, neighbors]").unwrap();
        assert_eq!(settings.members.len(), 2);
    }

    #[test]
    fn what_is_wrong_is_told_and_nothing_changes() {
        let mut settings = StreamSettings::default();
        for (key, value, words) in [
            (
                "sed",
                "1",
                "unknown setting; expected one of class_weights.NAME, drift_chance",
            ),
            ("seed", "-1", "\"-1\"; expected a whole number"),
            ("members", "forest", "expected mixture, one"),
            ("mixing_rate", "fast", "expected a number"),
            (
                "drift_chance",
                "1",
                "drift_chance is 1; expected 0 to below 1",
            ),
            ("class_weights.a", "-1", "class_weights is -1"),
        ] {
            let error = assign(&mut settings, key, value).unwrap_err().to_string();
            assert!(error.contains(words), "{error}");
        }
        assert_eq!(settings, StreamSettings::default());
    }
}
