//! Advice for experiments and folders of runs.

use mesu::checkpoint::CheckpointError;
use mesu_data::format::FileKind;
use mesu_lab::LabError;

use super::data;

pub(super) fn of(error: &LabError) -> Option<String> {
    let hint = match error {
        LabError::UnknownPreset { .. } => "`mesu list` shows the presets",
        LabError::NotAnExperiment { found, .. } => match found {
            FileKind::Npz | FileKind::Idx => {
                "as data it is used by: mesu run permuted-digits --set data.source=FILE"
            }
            _ => {
                "write experiments in TOML, for example with: mesu show permuted-digits > own.toml"
            }
        },
        LabError::Syntax { .. } => "mend that line",
        LabError::Assignment { .. } => "for example --set tasks=20",
        LabError::OtherLearners { .. } => "drop it, or change learner.kind",
        LabError::ListedTwice { .. } => "list everything once",
        LabError::NotVaried { key, .. } => elsewhere(key),
        LabError::NotRun { .. } => "add it to compare, or drop the key",
        LabError::NotOfLearner { setting, kind, .. } => {
            return Some(format!(
                "write learners.KIND.{setting} for the learner that has it, or take {kind} out"
            ));
        }
        LabError::Several { .. } => "set learner.kind and plain values instead",
        LabError::Range { key, .. } => {
            return Some(format!("change it in the file or with --set {key}=…"));
        }
        LabError::Learner(_) | LabError::LearningSetting(_) => {
            "change it in the file or with --set"
        }
        LabError::Source(error) => return data::splits(error, Some("data.source")),
        LabError::Ood(error) => return data::splits(error, Some("data.ood")),
        LabError::Scenario(error) => data::scenario(error)?,
        LabError::DataFolder(error) => return Some(data::no_folder(*error)),
        LabError::Standardise(error) => data::standardizer(error)?,
        LabError::RunFolder { .. } => "choose another --out",
        LabError::Record { .. } => "make it anew with mesu repro FIGURE --record FOLDER",
        LabError::NoRecords { .. } => "mesu repro FIGURE --record FOLDER writes one there",
        LabError::Occupied { .. } => "resume it by adding --resume, or choose another --out",
        LabError::Foreign { .. } => "choose a new or empty directory with --out",
        LabError::Busy { .. } => "wait for it, or choose another --out",
        LabError::OtherSettings { .. } => {
            "give that run's settings to resume it, or choose another --out"
        }
        LabError::OtherData { .. } => "put back what it held, or start again with another --out",
        LabError::Checkpoint { .. } => {
            "put back a copy of that file, or start again with another --out"
        }
        LabError::Learning { .. } => "changed settings need a new --out",
        LabError::NoRun { .. } => "give a folder that `mesu run` made, or one of such folders",
        LabError::RepeatedSeed { .. } => "name every seed of --seeds once",
        LabError::NoCheckpoint { .. } | LabError::NoSavedRun { .. } => {
            "name a run directory or a checkpoint"
        }
        LabError::Unreadable {
            source: CheckpointError::Damaged(_),
            ..
        } => "use a copy of it or start again",
        _ => return None,
    };
    Some(hint.to_owned())
}

/// Place of a setting that the grid does not vary.
fn elsewhere(key: &str) -> &'static str {
    match key.strip_prefix("grid.").unwrap_or(key) {
        "seed" => "give --seeds N,… instead",
        "learner.kind" => "give compare = [\"mesu\", …] instead",
        "compare" | "grid" => "give it beside the grid, not inside",
        _ => "drop it",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_that_do_not_vary_have_a_place() {
        for (key, words) in [
            ("grid.seed", "--seeds"),
            ("grid.learner.kind", "compare"),
            ("grid.compare", "beside the grid"),
            ("grid.name", "drop it"),
        ] {
            let (origin, key) = ("own.toml".to_owned(), key.to_owned());
            let hint = of(&LabError::NotVaried { origin, key }).unwrap();
            assert!(hint.contains(words), "{hint}");
        }
    }
}
