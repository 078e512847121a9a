//! TOML tables addressed by dotted keys: `learner.memory_window` is the key
//! `memory_window` of the table `learner`.
//!
//! A document is laid over another (`overlay`), single values are put into it
//! (`assign`), and two can be compared (`differences`). What an experiment means is
//! said in [`Experiment`](crate::Experiment); here are only names and values.

use toml::{Table, Value};

use crate::error::LabError;

/// Reads `text`; `origin` names it in errors.
pub fn parse(text: &str, origin: &str) -> Result<Table, LabError> {
    text.parse::<Table>().map_err(|error| {
        let start = error.span().map_or(0, |span| span.start);
        let before = text.get(..start).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        LabError::Syntax {
            origin: origin.to_owned(),
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
            message: one_line(error.message()),
        }
    })
}

/// Puts every value of `over` into `base`; tables are joined, anything else is replaced.
pub(crate) fn overlay(base: &mut Table, over: Table) {
    for (key, value) in over {
        match (base.get_mut(&key), value) {
            (Some(Value::Table(base)), Value::Table(over)) => overlay(base, over),
            (_, value) => {
                base.insert(key, value);
            }
        }
    }
}

/// Keeps what is the same in `other`; tables are compared key by key.
pub fn intersect(base: &mut Table, other: &Table) {
    base.retain(|key, value| match (value, other.get(key)) {
        (Value::Table(base), Some(Value::Table(other))) => {
            intersect(base, other);
            !base.is_empty()
        }
        (value, other) => Some(&*value) == other,
    });
}

/// The table that holds `key=value` alone. The value is TOML; what isn't is a string.
pub(crate) fn assignment(text: &str) -> Result<Table, LabError> {
    let wrong = || LabError::Assignment {
        assignment: text.to_owned(),
    };
    let (key, value) = text.split_once('=').ok_or_else(wrong)?;
    let (key, value) = (key.trim(), value.trim());
    if key.split('.').any(|part| part.is_empty()) {
        return Err(wrong());
    }
    // The document `v = …` rather than a lone value: then dates, arrays and inline
    // tables all have TOML's own grammar. A line break would start another key.
    let parsed = (!value.contains('\n'))
        .then(|| format!("v = {value}").parse::<Table>().ok())
        .flatten()
        .and_then(|mut table| table.remove("v"));
    let value = parsed.unwrap_or_else(|| Value::String(value.to_owned()));
    Ok(nested(key, value))
}

/// The table that holds `value` alone, under a dotted key.
pub(crate) fn nested(key: &str, value: Value) -> Table {
    let (sections, last) = match key.rsplit_once('.') {
        Some((sections, last)) => (Some(sections), last),
        None => (None, key),
    };
    let table = Table::from_iter([(last.to_owned(), value)]);
    match sections {
        Some(sections) => nested(sections, Value::Table(table)),
        None => table,
    }
}

/// The values of a list; `[a,b]` is one too, though a shell took the quotes from it.
pub(crate) fn list(value: &Value) -> Option<Vec<Value>> {
    match value {
        Value::Array(values) => Some(values.clone()),
        Value::String(text) => {
            let inner = text.strip_prefix('[')?.strip_suffix(']')?;
            let word = |word: &str| Value::String(word.trim().to_owned());
            Some(inner.split(',').map(word).collect())
        }
        _ => None,
    }
}

/// The dotted keys of all values that are not tables, in order.
pub fn leaves(table: &Table) -> Vec<(String, &Value)> {
    let mut found = Vec::new();
    collect(table, "", &mut found);
    found
}

fn collect<'a>(table: &'a Table, prefix: &str, found: &mut Vec<(String, &'a Value)>) {
    for (key, value) in table {
        let dotted = match prefix {
            "" => key.clone(),
            prefix => format!("{prefix}.{key}"),
        };
        match value {
            Value::Table(inner) if !inner.is_empty() => collect(inner, &dotted, found),
            value => found.push((dotted, value)),
        }
    }
}

/// Differences between `there` and `asked`: "tasks: 3 there, 10 asked for".
pub(crate) fn differences(there: &Table, asked: &Table) -> Vec<String> {
    let (left, right) = (leaves(there), leaves(asked));
    let find = |list: &[(String, &Value)], key: &str| {
        let value = list.iter().find(|(other, _)| other == key);
        value.map_or("nothing".to_owned(), |(_, value)| value.to_string())
    };
    let only_right = right
        .iter()
        .filter(|(key, _)| left.iter().all(|(other, _)| other != key));
    left.iter()
        .chain(only_right)
        .map(|(key, _)| (key, find(&left, key), find(&right, key)))
        .filter(|(_, there, asked)| there != asked)
        .map(|(key, there, asked)| format!("{key}: {there} there, {asked} asked for"))
        .collect()
}

/// The name of `known` most like `asked`, if any is near enough to be meant.
///
/// A key without its section counts as near the whole: `memory_windw` means
/// `learner.memory_window`.
pub(crate) fn nearest<'a>(asked: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let tail = |key: &str| key.rsplit('.').next().unwrap_or(key).to_owned();
    let likeness = |key: &str| {
        let whole = strsim::jaro_winkler(asked, key);
        let last = 0.98 * strsim::jaro_winkler(&tail(asked), &tail(key));
        whole.max(last)
    };
    known
        .into_iter()
        .map(|key| (likeness(key), key))
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .filter(|(likeness, _)| *likeness > 0.8)
        .map(|(_, key)| key.to_owned())
}

/// Line breaks as spaces: every error is one line.
pub(crate) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Serde's words for types, in plain ones.
pub(crate) fn plain(message: &str) -> String {
    let (found, expected) = match message.split_once(", expected ") {
        Some((found, expected)) => (found, one_line(expected)),
        None => return one_line(message),
    };
    let expected = match expected.as_str() {
        "f64" | "f32" => "a number",
        "usize" | "u64" | "u32" => "a whole number, 0 or more",
        "a sequence" => "a list, for example [50]",
        "a boolean" => "true or false",
        other if other.starts_with("struct ") => "a section of keys",
        other => other,
    };
    let found = found
        .strip_prefix("invalid type: ")
        .or_else(|| found.strip_prefix("invalid value: "))
        .map_or(one_line(found), |found| {
            format!("found {}", one_line(found))
        });
    format!("{found}, expected {expected}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_toml_or_strings() {
        let value = |text: &str| assignment(&format!("a.b={text}")).unwrap()["a"]["b"].clone();
        assert_eq!(value("3"), Value::Integer(3));
        assert_eq!(value("1e15"), Value::Float(1e15));
        assert_eq!(value(" [1, 2]"), Value::from(vec![1, 2]));
        assert_eq!(value("true"), Value::Boolean(true));
        assert_eq!(value("\"3\""), Value::from("3"));
        assert_eq!(value("data/with=equals"), Value::from("data/with=equals"));
        assert_eq!(value("3\nb = 4"), Value::from("3\nb = 4"));
        assert_eq!(value(""), Value::from(""));
        for wrong in ["tasks", "=3", "a..b=3", ".a=3"] {
            assert!(
                matches!(assignment(wrong), Err(LabError::Assignment { .. })),
                "{wrong}"
            );
        }
    }

    #[test]
    fn lists_survive_a_shell() {
        let words = |text: &str| list(&Value::from(text));
        assert_eq!(list(&Value::from(vec![1, 2])).unwrap().len(), 2);
        assert_eq!(
            words("[mesu, sgd]").unwrap(),
            [Value::from("mesu"), Value::from("sgd")]
        );
        assert_eq!(words("mesu"), None);
        assert_eq!(list(&Value::from(3)), None);
    }

    #[test]
    fn tables_join_and_differ_by_key() {
        let mut base = parse("a = 1\n[s]\nb = 2\nc = 3", "base").unwrap();
        let there = base.clone();
        overlay(&mut base, parse("[s]\nc = [4]\nd = 'x'", "over").unwrap());
        assert_eq!(
            differences(&there, &base),
            [
                "s.c: 3 there, [4] asked for",
                "s.d: nothing there, \"x\" asked for"
            ]
        );
        assert!(differences(&base, &base).is_empty());
    }

    #[test]
    fn syntax_errors_name_the_place() {
        let error = parse("a = 1\nbé = = 2\n", "own.toml").unwrap_err();
        let text = error.to_string();
        assert!(text.starts_with("own.toml, line 2, column "), "{text}");
        assert!(!text.contains('\n'));
    }

    #[test]
    fn near_names_are_suggested() {
        let known = [
            "tasks",
            "seed",
            "learner.memory_window",
            "learner.lr_mu",
            "network.hidden",
        ];
        let near = |asked| nearest(asked, known);
        assert_eq!(
            near("learner.memory_windw").as_deref(),
            Some("learner.memory_window")
        );
        assert_eq!(
            near("memory_window").as_deref(),
            Some("learner.memory_window")
        );
        assert_eq!(near("hiden").as_deref(), Some("network.hidden"));
        assert_eq!(near("task").as_deref(), Some("tasks"));
        assert_eq!(near("xyzzy"), None);
    }
}
