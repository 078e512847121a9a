//! Text of `mesu settings`: the settings with their defaults, as text, as a table and as a JSON schema.

use std::fmt::Write as _;

use mesu::{LearnerConfig, LearnerKind};
use serde_json::{Map, Value as Json, json};
use toml::{Table, Value};

use crate::config::document;
use crate::config::experiment::Experiment;
use crate::config::settings::write::wrapped;
use crate::config::settings::{Kind, Range, SECTIONS, SETTINGS, Setting, find};
use crate::error::LabError;

/// Default values of every kind of learner, in the order of [`LearnerKind::ALL`].
type Learners = Vec<(LearnerKind, Table)>;

/// The settings and their defaults: those of a file that leaves them out, and of each learner its own.
#[derive(Debug)]
pub struct Reference {
    table: Table,
    learners: Learners,
}

/// The settings in the README's table.
const MAIN: [&str; 25] = [
    "learner.kind",
    "learner.memory_window",
    "learner.temperature",
    "learner.slow_windows",
    "learner.sigma_prior",
    "learner.samples",
    "learner.test_samples",
    "learner.estimator",
    "learner.clamp_grad",
    "learner.max_step_ratio",
    "learner.sigma_bounds",
    "learner.sigma_step",
    "network.hidden",
    "network.layers",
    "network.init",
    "data.source",
    "data.target",
    "data.standardise",
    "data.batch_size",
    "data.epochs",
    "data.validation",
    "data.ood",
    "test_every",
    "test_window",
    "learning.learn_above",
];

/// Width of the names in front of what is said about a setting.
const FIELD: usize = 10;

impl Reference {
    /// The settings of this program.
    ///
    /// # Errors
    /// [`LabError`] if the defaults can't be read.
    pub fn new() -> Result<Self, LabError> {
        let experiment = Experiment::defaults()?;
        let mut learners = Vec::new();
        for kind in LearnerKind::ALL {
            let config = kind.deserialize_config(Table::new());
            let learner: LearnerConfig = config.map_err(|error| LabError::Type {
                origin: "defaults".to_owned(),
                key: kind.name().to_owned(),
                message: error.to_string(),
            })?;
            let of_kind = Experiment {
                learner,
                ..experiment.clone()
            };
            let mut table = of_kind.table();
            let section = table.remove("learner");
            learners.push((
                *kind,
                match section {
                    Some(Value::Table(section)) => section,
                    _ => Table::new(),
                },
            ));
        }
        Ok(Self {
            table: experiment.table(),
            learners,
        })
    }

    /// The default of a setting as TOML; of a learner's setting that of the first learner that has it. None
    /// of a setting that is absent by default.
    #[must_use]
    pub fn default(&self, setting: &Setting) -> Option<&Value> {
        let (section, key) = setting.place();
        match (section, setting.learners) {
            ("", _) => self.table.get(key),
            (_, []) => self.table.get(section)?.get(key),
            (_, [first, ..]) => self.of_learner(*first)?.get(key),
        }
    }

    fn of_learner(&self, kind: LearnerKind) -> Option<&Table> {
        let found = self.learners.iter().find(|(other, _)| *other == kind);
        found.map(|(_, table)| table)
    }

    /// The defaults in words; those of learners that differ from the first with their names.
    fn defaults(&self, setting: &Setting) -> String {
        let Some(first) = self.default(setting) else {
            return "not set".to_owned();
        };
        let (_, key) = setting.place();
        let mut others: Vec<(&Value, Vec<LearnerKind>)> = Vec::new();
        for kind in setting.learners {
            let own = self.of_learner(*kind).and_then(|table| table.get(key));
            let Some(own) = own.filter(|own| *own != first) else {
                continue;
            };
            match others.iter_mut().find(|(value, _)| *value == own) {
                Some((_, kinds)) => kinds.push(*kind),
                None => others.push((own, vec![*kind])),
            }
        }
        let mut text = first.to_string();
        for (value, kinds) in others {
            let _ = write!(text, "; {value} ({})", names(&kinds));
        }
        text
    }

    /// All settings, section by section, with lines of at most `columns`.
    #[must_use]
    pub fn text(&self, columns: usize) -> String {
        let mut text = String::new();
        for section in SECTIONS {
            if !section.is_empty() {
                let _ = writeln!(text, "\n[{section}]");
            }
            for setting in SETTINGS
                .iter()
                .filter(|setting| setting.place().0 == section)
            {
                let line = format!("{} = {}", setting.key, self.defaults(setting));
                let mut lines = wrapped(&line, columns.saturating_sub(4), columns).into_iter();
                let _ = writeln!(text, "{}", lines.next().unwrap_or_default());
                lines.for_each(|line| text.push_str(&format!("    {line}\n")));
                let mut meaning = setting.comment();
                if let [_, ..] = setting.learners
                    && setting.learners.len() < LearnerKind::ALL.len()
                {
                    let _ = write!(meaning, " ({})", names(setting.learners));
                }
                paragraph(&mut text, &meaning, columns);
            }
        }
        text
    }

    /// Describes one setting, or all of a section.
    ///
    /// # Errors
    /// [`LabError::UnknownKey`] with the nearest key, if one is near.
    pub fn about(&self, asked: &str, columns: usize) -> Result<String, LabError> {
        let last = |setting: &&Setting| setting.place().1 == asked;
        let one = find(asked).or_else(|| SETTINGS.iter().find(last));
        let Some(setting) = one else {
            if SECTIONS[1..].contains(&asked) {
                let all = self.text(columns);
                let head = format!("[{asked}]\n");
                let section = all.split("\n\n").find(|part| part.starts_with(&head));
                return Ok(section.unwrap_or_default().trim_end().to_owned() + "\n");
            }
            return Err(LabError::UnknownKey {
                origin: "settings".to_owned(),
                key: asked.to_owned(),
                nearest: document::nearest(asked, SETTINGS.iter().map(|setting| setting.key)),
            });
        };
        let mut text = format!("{}\n", setting.key);
        paragraph(&mut text, setting.meaning, columns);
        let mut field = |name: &str, content: &str| {
            let width = columns.saturating_sub(FIELD + 2);
            let lines = wrapped(content, width, width);
            for (i, line) in lines.iter().enumerate() {
                let name = if i == 0 { name } else { "" };
                let _ = writeln!(text, "  {name:<FIELD$}{line}");
            }
        };
        field("type", setting.kind.name());
        let range = setting.kind.range();
        if !range.is_empty() && setting.kind != Kind::Flag {
            field("range", &range);
        }
        field("default", &self.defaults(setting));
        if !setting.example.is_empty() {
            field("example", setting.example);
        }
        if let [_, ..] = setting.learners {
            field("learners", &names(setting.learners));
        }
        Ok(text)
    }

    /// The settings that matter most, as a table in Markdown.
    #[must_use]
    pub fn markdown(&self) -> String {
        let mut text = "| key | default | range | what it does |\n|---|---|---|---|\n".to_owned();
        for setting in MAIN.iter().filter_map(|key| find(key)) {
            let cell = |text: &str| text.replace('|', "\\|");
            let default = match self.default(setting) {
                Some(value) => format!("`{}`", cell(&value.to_string())),
                None => "–".to_owned(),
            };
            let _ = writeln!(
                text,
                "| `{}` | {default} | {} | {} |",
                setting.key,
                cell(&setting.kind.range()),
                cell(setting.meaning),
            );
        }
        text
    }

    /// A JSON schema (draft 2020-12) of an experiment's file.
    #[must_use]
    pub fn schema(&self) -> Json {
        let mut root = Map::new();
        for section in SECTIONS {
            let own = SETTINGS
                .iter()
                .filter(|setting| setting.place().0 == section);
            let properties: Map<String, Json> = own
                .map(|setting| (setting.place().1.to_owned(), self.property(setting, None)))
                .collect();
            match section {
                "" => root.extend(properties),
                section => {
                    root.insert(section.to_owned(), object(properties));
                }
            }
        }
        let mut learners = Map::new();
        for kind in LearnerKind::ALL {
            let own = SETTINGS
                .iter()
                .filter(|setting| setting.learners.contains(kind));
            let properties = own
                .map(|setting| {
                    (
                        setting.place().1.to_owned(),
                        self.property(setting, Some(*kind)),
                    )
                })
                .collect();
            learners.insert(kind.name().to_owned(), object(properties));
        }
        let kinds: Vec<&str> = LearnerKind::ALL.iter().map(|kind| kind.name()).collect();
        let mut own = root.clone();
        for key in ["name", "description", "seed", "learner"] {
            own.remove(key);
        }
        let of_kind = kinds
            .iter()
            .map(|kind| ((*kind).to_owned(), object(own.clone())));
        root.insert("learners".to_owned(), object(learners));
        root.insert("for".to_owned(), object(of_kind.collect()));
        root.insert(
            "compare".to_owned(),
            json!({"description": "learners to run, one after another", "type": "array",
                   "items": {"enum": kinds}, "uniqueItems": true}),
        );
        root.insert(
            "grid".to_owned(),
            json!({"description": "values to run for a setting, by its dotted key; every combination is run",
                   "type": "object"}),
        );
        let mut schema = object(root);
        schema["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
        schema["title"] = json!("mesu experiment");
        schema
    }

    fn property(&self, setting: &Setting, kind: Option<LearnerKind>) -> Json {
        let mut schema = of_kind(&setting.kind);
        schema["description"] = json!(setting.comment());
        let own = kind.and_then(|kind| self.of_learner(kind)?.get(setting.place().1));
        // In the section `learner` a default depends on the kind.
        let whole = (kind.is_none() && setting.learners.is_empty()).then(|| self.default(setting));
        if let Some(default) = own.or(whole.flatten()) {
            schema["default"] = json!(default);
        }
        schema
    }
}

fn object(properties: Map<String, Json>) -> Json {
    json!({"type": "object", "properties": properties, "additionalProperties": false})
}

/// The schema of a type and its range.
fn of_kind(kind: &Kind) -> Json {
    match kind {
        Kind::Whole { least, most } => {
            json!({"type": "integer", "minimum": least, "maximum": most})
        }
        Kind::Number(range) => of_range(range),
        Kind::Flag => json!({"type": "boolean"}),
        Kind::Choice(words) => json!({"enum": words}),
        Kind::FlagOr(words) => json!({"anyOf": [{"type": "boolean"}, {"enum": words}]}),
        Kind::Text(_) => json!({"type": "string"}),
        Kind::Wholes(_) => json!({"type": "array", "items": {"type": "integer", "minimum": 1}}),
        Kind::Numbers(_) => json!({"type": "array", "items": {"type": "number"}}),
        Kind::Texts(_) => json!({"type": "array", "items": {"type": "string"}}),
        Kind::Groups(_) => json!({"type": "object", "additionalProperties":
            {"type": "array", "items": {"type": "string"}}}),
    }
}

fn of_range(range: &Range) -> Json {
    let mut schema = json!({"type": "number"});
    let bounds = [
        (range.low, "minimum", "exclusiveMinimum"),
        (range.high, "maximum", "exclusiveMaximum"),
    ];
    for (bound, inside, outside) in bounds {
        if let Some((bound, included)) = bound {
            schema[if included { inside } else { outside }] = json!(bound);
        }
    }
    schema
}

fn names(kinds: &[LearnerKind]) -> String {
    let names: Vec<&str> = kinds.iter().map(|kind| kind.name()).collect();
    names.join(", ")
}

/// Writes `meaning`, indented.
fn paragraph(text: &mut String, meaning: &str, columns: usize) {
    let width = columns.saturating_sub(4);
    for line in wrapped(meaning, width, width) {
        let _ = writeln!(text, "    {line}");
    }
}
