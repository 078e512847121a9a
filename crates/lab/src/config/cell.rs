//! A cell of a plan: one learner with one combination of values, an ordinary experiment.

use mesu::LearnerKind;
use serde_json::{Map, json};
use toml::{Table, Value};

use crate::config::document;
use crate::config::experiment::Experiment;
use crate::config::overlay::Layers;
use crate::config::settings;
use crate::config::sweep::Axes;
use crate::error::LabError;

/// Most cells of a plan: each is a folder, and a row of the table.
pub(crate) const MOST_CELLS: usize = 10_000;

/// One learner with one combination of values.
#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    /// Name, unique among the cells and fit for a folder: `sgd`, `mesu,memory_window=300000`.
    pub name: String,
    /// The same as settings: dotted keys and their values.
    pub settings: Map<String, serde_json::Value>,
    /// The experiment that is run.
    pub experiment: Experiment,
}

/// The cells of one learner: `plain` with every combination of values.
pub(crate) fn product(
    layers: &Layers<'_>,
    axes: &Axes,
    plain: &Experiment,
) -> Result<Vec<Cell>, LabError> {
    let kind = plain.learner.kind();
    let mut varied: Vec<(String, &Vec<Value>)> = Vec::new();
    for (key, values) in &axes.grid {
        match key
            .strip_prefix("learners.")
            .and_then(|key| key.split_once('.'))
        {
            Some((name, key)) if name == kind.name() => {
                varied.push((format!("learner.{key}"), values));
            }
            // Another learner's: this one has no need of it.
            Some(_) => {}
            None => varied.push((key.clone(), values)),
        }
    }
    for (key, _) in &varied {
        let setting = key.strip_prefix("learner.");
        let keys = settings::of_learner(kind);
        if let Some(setting) = setting.filter(|setting| !keys.contains(setting)) {
            return Err(LabError::NotOfLearner {
                setting: setting.to_owned(),
                kind: kind.name(),
                keys: keys.join(", "),
            });
        }
    }
    let count = varied.iter().try_fold(1_usize, |count, (_, values)| {
        count.checked_mul(values.len())
    });
    let count = count
        .filter(|count| *count <= MOST_CELLS)
        .unwrap_or(MOST_CELLS + 1);
    let compared = (!axes.compare.is_empty()).then_some(kind);
    let mut cells: Vec<Cell> = Vec::new();
    for number in 0..count {
        // The digits of `number`, one per key, the last key's first.
        let mut rest = number;
        let mut values: Vec<(&str, &Value)> = Vec::new();
        for (key, list) in varied.iter().rev() {
            values.insert(0, (key, &list[rest % list.len()]));
            rest /= list.len();
        }
        let mut document = Table::new();
        for (key, value) in &values {
            document::overlay(&mut document, document::nested(key, (*value).clone()));
        }
        let experiment = match values.is_empty() {
            true => plain.clone(),
            false => {
                // Settings of a learner are about the learner that their document names.
                let kind = document::nested("learner.kind", kind.name().into());
                document::overlay(&mut document, kind);
                let mut layers = layers.clone();
                layers.push("grid", document)?;
                layers.experiment(Some(plain.learner.kind()))?
            }
        };
        experiment.check()?;
        let name = name(compared, &values);
        if cells.iter().any(|cell| cell.name == name) {
            return Err(LabError::ListedTwice {
                origin: plain.name.clone(),
                key: "grid".to_owned(),
                value: name,
            });
        }
        let kind = compared.map(|kind| ("learner.kind".to_owned(), json!(kind)));
        let values = values
            .iter()
            .map(|(key, value)| ((*key).to_owned(), json!(value)));
        cells.push(Cell {
            name,
            settings: kind.into_iter().chain(values).collect(),
            experiment,
        });
    }
    Ok(cells)
}

/// Name of a cell, unique among the others: `sgd,lr=0.1`. A key is shown by its last part, unless
/// two keys have the same.
fn name(kind: Option<LearnerKind>, values: &[(&str, &Value)]) -> String {
    let last = |key: &'_ str| {
        key.rsplit('.')
            .next()
            .map_or(0, |last| key.len() - last.len())
    };
    let mut parts: Vec<String> = kind.iter().map(|kind| kind.name().to_owned()).collect();
    for (key, value) in values {
        let short = &key[last(key)..];
        let alike = |(other, _): &&(&str, &Value)| &other[last(other)..] == short;
        let shown = match values.iter().filter(alike).count() {
            1 => short,
            _ => key,
        };
        parts.push(format!("{shown}={}", text(value)));
    }
    parts.join(",")
}

/// A value as part of a folder's name.
fn text(value: &Value) -> String {
    match value {
        Value::Integer(number) => numeral(*number as f64),
        Value::Float(number) => numeral(*number),
        Value::Array(values) if values.is_empty() => "none".to_owned(),
        Value::Array(values) => values.iter().map(text).collect::<Vec<_>>().join("-"),
        Value::String(text) => text.chars().map(plain).collect(),
        other => other.to_string().chars().map(plain).collect(),
    }
}

fn plain(c: char) -> char {
    match c.is_alphanumeric() || "-_.+".contains(c) {
        true => c,
        false => '_',
    }
}

/// `300000`, `0.002`, `1e15`: alike for 1 and 1.0.
fn numeral(number: f64) -> String {
    let size = number.abs();
    match size == 0.0 || (1e-4..1e7).contains(&size) {
        true => number.to_string(),
        false => format!("{number:e}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fit_folders_and_differ() {
        let name = |value: Value| text(&value);
        assert_eq!(name(Value::Float(300_000.0)), "300000");
        assert_eq!(name(Value::Float(1e15)), "1e15");
        assert_eq!(name(Value::Float(0.002)), "0.002");
        assert_eq!(name(Value::Boolean(true)), "true");
        assert_eq!(name(Value::from("a/b c")), "a_b_c");
        let (one, two) = (Value::from(1), Value::from(2));
        let same = super::name(None, &[("a.x", &one), ("b.x", &two), ("b.y", &two)]);
        assert_eq!(same, "a.x=1,b.x=2,y=2");
    }
}
