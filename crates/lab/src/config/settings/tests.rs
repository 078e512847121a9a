use mesu::{Learner, LearnerConfig, LearnerKind, LearningConfig, NetworkConfig, RegressionConfig};
use serde::de::{self, Deserialize, Visitor};
use serde_json::Value as Json;
use toml::{Table, Value};

use super::write::{commented, whole};
use super::*;
use crate::config::experiment::{DataConfig, DomainsConfig, Experiment};
use crate::config::presets::presets;
use crate::config::reference::Reference;

/// Asks serde for the names of a struct's fields: it hands them to the deserializer, and this one writes them
/// down and reads nothing.
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

fn fields<'de, T: Deserialize<'de>>() -> Vec<&'static str> {
    let mut names: &'static [&'static str] = &[];
    assert!(T::deserialize(Names(&mut names)).is_err());
    names.to_vec()
}

fn sorted(mut names: Vec<&'static str>) -> Vec<&'static str> {
    names.sort_unstable();
    names
}

#[test]
fn every_field_is_described_and_every_description_is_a_fields() {
    let described = |section: &str| {
        let own = SETTINGS
            .iter()
            .map(Setting::place)
            .filter(|place| place.0 == section);
        sorted(own.map(|place| place.1).collect())
    };
    let mut top = fields::<Experiment>();
    // `learner` is read by itself, and is not among them.
    top.retain(|name| !SECTIONS.contains(name));
    assert_eq!(sorted(top), described(""));
    assert_eq!(sorted(fields::<DataConfig>()), described("data"));
    assert_eq!(sorted(fields::<DomainsConfig>()), described("domains"));
    assert_eq!(sorted(fields::<NetworkConfig>()), described("network"));
    assert_eq!(sorted(fields::<LearningConfig>()), described("learning"));
    assert_eq!(
        sorted(fields::<RegressionConfig>()),
        described("regression")
    );
    for kind in LearnerKind::ALL {
        let mut names: &'static [&'static str] = &[];
        assert!(kind.deserialize_config(Names(&mut names)).is_err());
        assert_eq!(
            sorted(names.to_vec()),
            sorted(of_learner(*kind).to_vec()),
            "{kind:?}"
        );
    }
    let Kind::Choice(kinds) = find("learner.kind").unwrap().kind else {
        panic!("one of several")
    };
    assert!(
        LearnerKind::ALL
            .iter()
            .map(|kind| kind.name())
            .eq(kinds.iter().copied())
    );
    assert_eq!(keys().filter(|key| *key == "learner.lr").count(), 1);
}

#[test]
fn every_setting_has_a_default_or_an_example() {
    let reference = Reference::new().unwrap();
    for setting in SETTINGS {
        let default = reference.default(setting);
        assert!(
            default.is_some() || !setting.example.is_empty(),
            "{}",
            setting.key
        );
        if !setting.example.is_empty() {
            let document = format!("v = {}", setting.example).parse::<Table>();
            assert!(document.is_ok(), "{}", setting.key);
        }
        let mut texts = [setting.meaning, setting.key].into_iter();
        assert!(texts.all(|text| !text.is_empty() && !text.ends_with('.')));
    }
}

/// A value out of the range of `kind`, if there is one of its type.
fn outside(kind: &Kind) -> Option<Value> {
    match kind {
        Kind::Whole { least, .. } if *least > 0 => Some(Value::Integer(0)),
        Kind::Number(range) => Some(Value::Float(match (range.low, range.high) {
            (Some((low, true)), _) => low - 0.5,
            (Some((low, false)), _) => low,
            (None, Some((high, _))) => high + 1.0,
            (None, None) => f64::INFINITY,
        })),
        _ => None,
    }
}

#[test]
fn errors_state_the_ranges_that_are_described() {
    let mut checked = 0;
    for setting in SETTINGS {
        let Some(value) = outside(&setting.kind) else {
            continue;
        };
        let expected = setting.kind.range();
        let (_, key) = setting.place();
        let wrong = format!("{}={value}", setting.key);
        if setting.learners.is_empty() {
            let error = Experiment::find("permuted-digits", &[wrong]).unwrap_err();
            let text = error.to_string();
            assert!(
                text.ends_with(&format!("expected {expected}")),
                "{}: {text}",
                setting.key
            );
        }
        for kind in setting.learners {
            let mut table = Table::new();
            table.insert(key.to_owned(), value.clone());
            let config: LearnerConfig = kind.deserialize_config(table).unwrap();
            let error = Learner::new(4, 2, &NetworkConfig::default(), &config, 1).unwrap_err();
            assert_eq!(error.expected, expected, "{}, {kind:?}", setting.key);
        }
        checked += 1;
    }
    assert!(checked > 25);
    // A window is 1 or more, wherever it is described.
    assert!(
        find("learner.memory_window")
            .unwrap()
            .kind
            .range()
            .ends_with("1 or more")
    );
}

#[test]
fn lists_state_their_ranges_too() {
    for (key, value) in [
        ("learner.sigma_bounds", "[2.0, 1.0]"),
        ("learner.slow_windows", "[0.5]"),
    ] {
        let setting = find(key).unwrap();
        let table: Table = format!("{} = {value}", setting.place().1).parse().unwrap();
        let config = LearnerKind::Mesu.deserialize_config(table).unwrap();
        let error = Learner::new(4, 2, &NetworkConfig::default(), &config, 1).unwrap_err();
        assert_eq!(error.expected, setting.kind.range(), "{key}");
    }
    let wrong = ["learning.class_weights=[-1.0]".to_owned()];
    let error = Experiment::find("permuted-digits", &wrong).unwrap_err();
    let range = find("learning.class_weights").unwrap().kind.range();
    assert!(
        error.to_string().ends_with(&format!("expected {range}")),
        "{error}"
    );
    let network = NetworkConfig {
        hidden: vec![0],
        ..NetworkConfig::default()
    };
    let error = Learner::new(4, 2, &network, &LearnerConfig::default(), 1).unwrap_err();
    assert_eq!(error.expected, find("network.hidden").unwrap().kind.range());
}

const BEGIN: &str =
    "# (The following is written by a test; UPDATE_SETTINGS=1 cargo test -p mesu-lab settings)\n";
const END: &str = "\n# (Written by a test up to here.)\n";

/// Compares what lies between `begin` and `end` in the file `path` of the project with `wanted`, or puts that there
/// where the variable UPDATE_SETTINGS is set.
fn compare(path: &str, begin: &str, end: &str, wanted: &str) {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .join(path);
    let text = std::fs::read_to_string(&path).unwrap();
    let (before, rest) = text.split_once(begin).expect("the mark of the beginning");
    let (written, after) = rest.split_once(end).expect("the mark of the end");
    if std::env::var_os("UPDATE_SETTINGS").is_some() {
        std::fs::write(&path, format!("{before}{begin}{wanted}{end}{after}")).unwrap();
        return;
    }
    assert!(
        written == wanted,
        "{} has other settings than the program; UPDATE_SETTINGS=1 cargo test -p mesu-lab settings writes \
         them again",
        path.display()
    );
}

#[test]
fn the_first_preset_explains_every_setting() {
    let table: Table = presets()[0].text.parse().unwrap();
    let wanted = commented(&table, LearnerKind::Mesu);
    assert_eq!(wanted.lines().find(|line| line.chars().count() > 110), None);
    compare("experiments/permuted-digits.toml", BEGIN, END, &wanted);
}

#[test]
fn the_readme_has_the_table_of_settings() {
    let table = Reference::new().unwrap().markdown();
    compare(
        "README.md",
        "<!-- settings -->\n",
        "<!-- /settings -->\n",
        &table,
    );
}

#[test]
fn a_whole_experiment_holds_every_key_and_reads_back() {
    for preset in presets() {
        for cell in crate::config::plan::Plan::find(preset.name, &[])
            .unwrap()
            .cells
        {
            let experiment = cell.experiment;
            let text = experiment.to_toml();
            let kind = experiment.learner.kind();
            assert_eq!(text, whole(&experiment.table(), kind));
            for setting in SETTINGS.iter().filter(|setting| setting.applies_to(kind)) {
                let key = setting.place().1;
                let has = |line: &str| {
                    line.trim_start_matches("# ")
                        .starts_with(&format!("{key} ="))
                };
                assert!(text.lines().any(has), "{key}: {text}");
            }
            assert_eq!(
                Experiment::from_toml(&text, "config.toml").unwrap(),
                experiment
            );
        }
    }
}

/// Checks `value` against `schema`, of which it knows the words that are used; returns the places that break it.
fn validate(schema: &Json, value: &Json, path: &str) -> Result<(), String> {
    let known = [
        "$schema",
        "title",
        "description",
        "default",
        "type",
        "properties",
        "additionalProperties",
        "enum",
        "anyOf",
        "items",
        "uniqueItems",
        "minimum",
        "maximum",
        "exclusiveMinimum",
        "exclusiveMaximum",
    ];
    for word in schema.as_object().unwrap().keys() {
        assert!(known.contains(&&word[..]), "{path}: {word} is not checked");
    }
    let sound = match schema["type"].as_str() {
        None => true,
        Some("object") => value.is_object(),
        Some("array") => value.is_array(),
        Some("string") => value.is_string(),
        Some("boolean") => value.is_boolean(),
        Some("number") => value.is_number(),
        Some("integer") => value.is_u64() || value.is_i64(),
        Some(other) => panic!("{path}: type {other}"),
    };
    let number = value.as_f64();
    let bound = |word: &str| schema[word].as_f64().zip(number);
    let inside = bound("minimum").is_none_or(|(bound, number)| number >= bound)
        && bound("maximum").is_none_or(|(bound, number)| number <= bound)
        && bound("exclusiveMinimum").is_none_or(|(bound, number)| number > bound)
        && bound("exclusiveMaximum").is_none_or(|(bound, number)| number < bound);
    let listed = schema["enum"]
        .as_array()
        .is_none_or(|list| list.contains(value));
    let any = schema["anyOf"].as_array();
    let any = any.is_none_or(|list| list.iter().any(|one| validate(one, value, path).is_ok()));
    if !(sound && inside && listed && any) {
        return Err(format!("{path}: {value}"));
    }
    for (key, value) in value.as_object().into_iter().flatten() {
        let path = format!("{path}.{key}");
        match (&schema["properties"][key], &schema["additionalProperties"]) {
            (Json::Null, Json::Bool(false)) => return Err(path),
            (Json::Null, Json::Null) => {}
            (Json::Null, more) => validate(more, value, &path)?,
            (property, _) => validate(property, value, &path)?,
        }
    }
    for value in value.as_array().into_iter().flatten() {
        if !schema["items"].is_null() {
            validate(&schema["items"], value, path)?;
        }
    }
    Ok(())
}

#[test]
fn the_schema_takes_every_experiment_and_no_mistake() {
    let schema = Reference::new().unwrap().schema();
    let check = |text: &str| {
        let table: Table = text.parse().unwrap();
        validate(&schema, &serde_json::to_value(table).unwrap(), "")
    };
    for preset in presets() {
        assert_eq!(check(preset.text), Ok(()), "{}", preset.name);
        let experiment = &crate::config::plan::Plan::find(preset.name, &[])
            .unwrap()
            .cells[0]
            .experiment;
        assert_eq!(check(&experiment.to_toml()), Ok(()), "{}", preset.name);
    }
    for wrong in [
        "taks = 3",
        "tasks = 0",
        "tasks = 'many'",
        "network.hidden = 16",
        "learner.kind = 'sgdx'",
        "learner.memory_window = 0.5",
        "learners.sgd.samples = 3",
        "data.standardise = 'some'",
        "data.test_share = 1.0",
        "learning.learn_above = -0.1",
        "learning.on_divergence = 'ignore'",
    ] {
        assert!(check(wrong).is_err(), "{wrong}");
    }
}
