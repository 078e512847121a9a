//! The section `learner`: the kind of learner, and its settings.
//!
//! An experiment's file may hold settings for several learners:
//!
//! ```toml
//! [learner]        # the one that runs when nobody asks for another
//! kind = "mesu"
//! [learners.sgd]   # what `learner.kind = "sgd"` then means
//! lr = 0.002
//! ```
//! The settings of a kind are its defaults; then, document by document, what `[learners.KIND]`
//! says, and what `[learner]` says where that section is about that kind: where it or an earlier
//! document names it, MESU if none does.

use mesu::{LearnerConfig, LearnerKind};
use toml::{Table, Value};

use crate::config::document;
use crate::config::settings;
use crate::error::LabError;

/// The section `[learner]` that results from documents, the later over the earlier; each with
/// what it is called in errors. It is about the learner `kind`, or about the one that they name
/// last. Takes the sections `learner` and `learners` out of them.
pub(crate) fn settle(
    documents: &mut [(&str, Table)],
    kind: Option<LearnerKind>,
) -> Result<Table, LabError> {
    let mut about = LearnerKind::Mesu;
    let mut sections = Vec::new();
    for (origin, document) in documents {
        let mut take = |key: &str| match document.remove(key) {
            Some(section) => table(section, origin, key),
            None => Ok(Table::new()),
        };
        for (name, section) in take("learners")? {
            let kind = kind_of(&Value::String(name.clone()), origin, "learners")?;
            sections.push((kind, table(section, origin, &format!("learners.{name}"))?));
        }
        let section = take("learner")?;
        if let Some(name) = section.get("kind") {
            about = kind_of(name, origin, "learner.kind")?;
        }
        sections.push((about, section));
    }
    let kind = kind.unwrap_or(about);
    let mut settled = Table::new();
    for (_, section) in sections.into_iter().filter(|(of, _)| *of == kind) {
        document::overlay(&mut settled, section);
    }
    settled.insert("kind".to_owned(), kind.name().into());
    Ok(settled)
}

/// The settings that a section `[learner]` describes; `origin` names it in errors.
pub(crate) fn read(mut section: Table, origin: &str) -> Result<LearnerConfig, LabError> {
    let kind = match section.remove("kind") {
        Some(name) => kind_of(&name, origin, "learner.kind")?,
        None => LearnerKind::Mesu,
    };
    let keys = settings::of_learner(kind);
    if let Some(key) = section.keys().find(|key| !keys.contains(&key.as_str())) {
        return Err(LabError::OtherLearners {
            origin: origin.to_owned(),
            key: format!("learner.{key}"),
            kind: kind.name(),
            keys: keys.join(", "),
        });
    }
    let mut track = serde_path_to_error::Track::new();
    let section = serde_path_to_error::Deserializer::new(section, &mut track);
    let config = kind.deserialize_config(section);
    config.map_err(|error| LabError::Type {
        origin: origin.to_owned(),
        key: format!("learner.{}", track.path()),
        message: document::plain(error.message()),
    })
}

/// The learner that `name` names, found at `key` of `origin`.
pub(crate) fn kind_of(name: &Value, origin: &str, key: &str) -> Result<LearnerKind, LabError> {
    let kind = name
        .as_str()
        .and_then(|name| LearnerKind::ALL.iter().find(|kind| kind.name() == name));
    let names = LearnerKind::ALL.iter().map(|kind| kind.name());
    kind.copied().ok_or_else(|| LabError::Type {
        origin: origin.to_owned(),
        key: key.to_owned(),
        message: format!(
            "found {name}, expected one of {}",
            names.collect::<Vec<_>>().join(", ")
        ),
    })
}

/// The section `key` of `origin`.
pub(crate) fn table(section: Value, origin: &str, key: &str) -> Result<Table, LabError> {
    match section {
        Value::Table(table) => Ok(table),
        other => Err(LabError::Type {
            origin: origin.to_owned(),
            key: key.to_owned(),
            message: format!("found `{other}`, expected a section of keys"),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settled(texts: &[&str]) -> Result<LearnerConfig, LabError> {
        let mut documents: Vec<(&str, Table)> = texts
            .iter()
            .map(|text| ("test", text.parse().unwrap()))
            .collect();
        read(settle(&mut documents, None)?, "test")
    }

    const PRESET: &str = "[learner]\nkind = 'mesu'\nsamples = 3\n[learners.sgd]\nlr = 0.5\n";

    #[test]
    fn a_kind_brings_its_own_settings() {
        let LearnerConfig::Mesu(mesu) = settled(&[PRESET]).unwrap() else {
            panic!("the preset's learner")
        };
        assert_eq!(mesu.samples, 3);
        let LearnerConfig::Sgd(sgd) = settled(&[PRESET, "learner.kind = 'sgd'"]).unwrap() else {
            panic!("the kind asked for")
        };
        assert_eq!(sgd.lr, 0.5);
        // What a document says about another kind does not count.
        let over = [
            "[learner]\nsamples = 4",
            "learner = { lr = 0.25, kind = 'sgd' }",
        ];
        let config = settled(&[PRESET, over[0], over[1]]).unwrap();
        assert!(matches!(config, LearnerConfig::Sgd(sgd) if sgd.lr == 0.25));
        let config = settled(&[PRESET, over[0]]).unwrap();
        assert!(matches!(config, LearnerConfig::Mesu(mesu) if mesu.samples == 4));
        let config = settled(&[PRESET, "[learners.sgd]\nlr = 2.0", "learner.kind = 'sgd'"]);
        assert!(matches!(config.unwrap(), LearnerConfig::Sgd(sgd) if sgd.lr == 2.0));
        // The later document counts, whichever of the two sections it has.
        let config = settled(&[PRESET, "[learners.mesu]\nsamples = 7"]).unwrap();
        assert!(matches!(config, LearnerConfig::Mesu(mesu) if mesu.samples == 7));
    }

    #[test]
    fn a_comparison_says_which_kind() {
        let kind = |kind| {
            let text = format!("{PRESET}[learners.foovb]\nlr_mu = 0.5");
            let over = "learner.samples = 4".parse().unwrap();
            let mut documents = vec![("test", text.parse().unwrap()), ("over", over)];
            read(settle(&mut documents, Some(kind)).unwrap(), "test").unwrap()
        };
        let LearnerConfig::Foovb(foovb) = kind(LearnerKind::Foovb) else {
            panic!("the kind asked for")
        };
        // Of another kind: what both documents say about MESU does not count.
        assert_eq!((foovb.lr_mu, foovb.samples), (0.5, 10));
        assert!(matches!(kind(LearnerKind::Mesu), LearnerConfig::Mesu(mesu) if mesu.samples == 4));
    }

    #[test]
    fn foreign_keys_and_kinds_are_named() {
        let text = |texts: &[&str]| settled(texts).unwrap_err().to_string();
        let foreign = text(&[PRESET, "learner = { kind = 'sgd', memory_window = 3 }"]);
        assert!(foreign.contains("learner.memory_window") && foreign.contains("lr, reduction"));
        let unknown = text(&["learner.kind = 'ewq'"]);
        assert!(
            unknown.contains("\"ewq\"") && unknown.contains("online-ewc"),
            "{unknown}"
        );
        let wrong = text(&["learner.memory_window = 'big'"]);
        assert!(
            wrong.contains("learner.memory_window") && wrong.contains("a number"),
            "{wrong}"
        );
        assert!(text(&["learner = 3"]).contains("a section"));
    }
}
