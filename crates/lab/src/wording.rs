//! The words for what the learners' library finds: settings by their keys, and what to try.

use mesu::checkpoint::CheckpointError;
use mesu::{ConfigError, ConfigPart, LearnError, Remedy};
use mesu_data::ScenarioError;

/// Words of an error of settings: the dotted key, what was found and what is expected.
pub(crate) fn setting(error: &ConfigError) -> String {
    let section = match error.part {
        ConfigPart::Network => "network.",
        ConfigPart::Learner => "learner.",
        _ => "",
    };
    format!("{section}{error}")
}

/// Words of an error of the tasks, with the key of a list of species.
pub(crate) fn scenario(error: &ScenarioError) -> String {
    use ScenarioError::{SpeciesTwice, TooFewSpecies, UnknownSpecies};
    let key = match error {
        UnknownSpecies { class: None, .. } | SpeciesTwice { class: None, .. } => {
            "domains.strangers: "
        }
        UnknownSpecies { .. } | SpeciesTwice { .. } | TooFewSpecies { .. } => "domains.species: ",
        _ => "",
    };
    format!("{key}{error}")
}

/// Words of a learner's error, with advice.
pub(crate) fn learning(error: &LearnError) -> String {
    match error {
        LearnError::Diverged { remedies, .. } => format!("{error}; try {}", remedy(remedies)),
        _ => error.to_string(),
    }
}

/// Words of a checkpoint's error, with advice.
pub(crate) fn checkpoint(error: &CheckpointError) -> String {
    match error {
        CheckpointError::Foreign(_) => {
            format!("{error}; it may be of another program or version")
        }
        _ => error.to_string(),
    }
}

/// Remedies in one line: `a smaller learner.lr, or for batches learner.reduction = "mean"`.
pub(crate) fn remedy(remedies: &[Remedy]) -> String {
    let words: Vec<String> = remedies
        .iter()
        .map(|remedy| match remedy {
            Remedy::Lower(fields) => {
                let keys: Vec<String> = fields.iter().map(|f| format!("learner.{f}")).collect();
                format!("a smaller {}", keys.join(" and "))
            }
            Remedy::Raise(field) => format!("more learner.{field}"),
            Remedy::Set(field, value) => format!("learner.{field} = {value}"),
            Remedy::Choose(field, value) => format!("learner.{field} = \"{value}\""),
            Remedy::ForBatches(field, value) => {
                format!("or for batches learner.{field} = \"{value}\"")
            }
            _ => "other settings".to_owned(),
        })
        .collect();
    words.join(", ")
}
