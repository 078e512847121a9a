//! One experiment, or the cells of a comparison: every learner with every combination of values.
//!
//! ```text
//! compare = ["mesu", "sgd"]             mesu,samples=1   mesu,samples=10   sgd
//! grid = { "learners.mesu.samples" = [1, 10] }
//! ```
//! Learners come in the order of the list, keys in alphabetical order, values in the order of
//! theirs; the last key changes fastest. Every cell is an ordinary [`Experiment`].

use std::fs;
use std::path::Path;

use mesu::LearnerKind;
use mesu_data::format::FileKind;
use toml::Table;

use crate::config::cell::{self, Cell, MOST_CELLS};
use crate::config::document;
use crate::config::experiment::Experiment;
use crate::config::former;
use crate::config::overlay::Layers;
use crate::config::presets::{self, FORMER, find_preset};
use crate::config::sweep::Axes;
use crate::error::LabError;

/// An experiment, or several to compare.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// The name of each of its experiments.
    pub name: String,
    /// One line for `mesu list`.
    pub description: String,
    /// One or more. A plain experiment is one cell without a name.
    pub cells: Vec<Cell>,
}

impl Plan {
    /// The preset `asked`, or the file of that path, with the `key=value` of `sets` on top.
    ///
    /// # Errors
    /// [`LabError`] naming the key or the line, what was found and what is expected.
    pub fn find(asked: &str, sets: &[String]) -> Result<Self, LabError> {
        if let Some(former) = FORMER.iter().find(|former| former.name == asked) {
            let own = former.sets.iter().map(|set| (*set).to_owned());
            let sets: Vec<String> = own.chain(sets.iter().cloned()).collect();
            return Self::find(former.preset, &sets);
        }
        let path = Path::new(asked);
        match find_preset(asked) {
            Ok(preset) => return Self::read(preset.text, preset.name, preset.name, sets),
            Err(error) if !path.exists() => return Err(error),
            Err(_) => {}
        }
        let bytes = fs::read(path).map_err(LabError::io(path, "can't be read as an experiment"))?;
        let found = FileKind::of(&bytes, path.extension().and_then(|ending| ending.to_str()));
        let may_be_toml = [
            FileKind::Toml,
            FileKind::Text,
            FileKind::Unknown,
            FileKind::Empty,
        ];
        if !may_be_toml.contains(&found) && path.extension().is_none_or(|ending| ending != "toml") {
            return Err(LabError::NotAnExperiment {
                asked: asked.to_owned(),
                found,
            });
        }
        let text = String::from_utf8(bytes).map_err(|error| LabError::Syntax {
            origin: asked.to_owned(),
            line: 1 + error.as_bytes()[..error.utf8_error().valid_up_to()]
                .iter()
                .filter(|&&byte| byte == b'\n')
                .count(),
            column: 1,
            message: "not UTF-8 text".to_owned(),
        })?;
        let stem = path
            .file_stem()
            .map(|stem| stem.to_string_lossy().into_owned());
        Self::read(&text, asked, &stem.unwrap_or_default(), sets)
    }

    /// The experiment, if it is one.
    pub fn single(&self) -> Option<&Experiment> {
        match &self.cells[..] {
            [cell] if cell.name.is_empty() => Some(&cell.experiment),
            _ => None,
        }
    }

    /// The text `text` (of `origin`), with `name` and the defaults where it gives
    /// none, and `sets` on top.
    fn read(text: &str, origin: &str, name: &str, sets: &[String]) -> Result<Self, LabError> {
        let mut preset = presets::defaults()?;
        preset.insert("name".to_owned(), name.into());
        preset.remove("description");
        let mut layers = Layers::default();
        layers.push("preset", preset)?;
        let mut document = document::parse(text, origin)?;
        former::complete_whole(&mut document);
        layers.push(origin, document)?;
        // Read without the values of --set too: so that an error names the one who made it.
        let mut stages = vec![layers.clone()];
        if !sets.is_empty() {
            let mut all = Table::new();
            for set in sets {
                document::overlay(&mut all, document::assignment(set)?);
            }
            layers.push("--set", all)?;
            stages.push(layers.clone());
        }
        let axes = Axes::of(&layers)?;
        let mut cells = Vec::new();
        let kinds: Vec<Option<LearnerKind>> = match &axes.compare[..] {
            [] => vec![None],
            kinds => kinds.iter().copied().map(Some).collect(),
        };
        for kind in kinds {
            let mut experiment = stages[0].experiment(kind)?;
            if let Some(stage) = stages.get(1) {
                experiment = stage.experiment(kind)?;
            }
            cells.extend(cell::product(&layers, &axes, &experiment)?);
            if cells.len() > MOST_CELLS {
                return Err(LabError::Range {
                    key: "grid",
                    found: format!("more than {MOST_CELLS} combinations"),
                    expected: format!("at most {MOST_CELLS}"),
                });
            }
        }
        let first = &cells[0].experiment;
        Ok(Self {
            name: first.name.clone(),
            description: first.description.clone(),
            cells,
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::config::presets::presets;

    fn find(sets: &[&str]) -> Result<Plan, LabError> {
        let sets: Vec<String> = sets.iter().map(ToString::to_string).collect();
        Plan::find("permuted-digits", &sets)
    }

    fn names(sets: &[&str]) -> Vec<String> {
        let cells = find(sets).unwrap().cells;
        cells.into_iter().map(|cell| cell.name).collect()
    }

    #[test]
    fn every_preset_is_sound_and_its_cells_are_ordinary_experiments() {
        for preset in presets() {
            let plan = Plan::find(preset.name, &[]).unwrap();
            assert_eq!(plan.name, preset.name);
            assert!(!plan.description.is_empty(), "{}", preset.name);
            for cell in plan.cells {
                let text = cell.experiment.to_toml();
                let again = Experiment::from_toml(&text, "config.toml").unwrap();
                assert_eq!(again, cell.experiment);
            }
        }
    }

    #[test]
    fn former_names_of_presets_mean_what_they_meant() {
        let plan = Plan::find("animals-folder", &["tasks=3".to_owned()]).unwrap();
        let experiment = plan.single().unwrap();
        assert_eq!((&plan.name[..], experiment.tasks), ("animals-folder", 3));
        assert_eq!(experiment.data.source, "pictures.npz");
    }

    #[test]
    fn without_lists_it_is_the_experiment() {
        let plan = find(&["tasks=3"]).unwrap();
        assert_eq!(plan.single().unwrap().tasks, 3);
        assert!(find(&["compare=sgd"]).unwrap().single().is_none());
        assert!(find(&["grid.tasks=[3]"]).unwrap().single().is_none());
    }

    #[test]
    fn the_product_in_its_order() {
        let grid = [
            "compare=mesu,sgd",
            "grid.network.hidden=[[50],[20,10],[]]",
            "grid.data.batch_size=[1,32]",
        ];
        let names = names(&grid);
        assert_eq!(names.len(), 12);
        assert_eq!(names[0], "mesu,batch_size=1,hidden=50");
        assert_eq!(names[1], "mesu,batch_size=1,hidden=20-10");
        assert_eq!(names[2], "mesu,batch_size=1,hidden=none");
        assert_eq!(names[11], "sgd,batch_size=32,hidden=none");
        let cell = &find(&grid).unwrap().cells[10];
        assert_eq!(cell.experiment.network.hidden, [20, 10]);
        assert_eq!(cell.experiment.data.batch_size, 32);
        assert_eq!(cell.experiment.learner.kind(), LearnerKind::Sgd);
        assert_eq!(
            json!(cell.settings),
            json!({"learner.kind": "sgd", "data.batch_size": 32, "network.hidden": [20, 10]})
        );
    }

    #[test]
    fn values_of_one_learner() {
        let grid = [
            "compare=mesu,sgd",
            "grid.learners.mesu.memory_window=[3e5,1e15]",
        ];
        let cells = find(&grid).unwrap().cells;
        let names: Vec<&str> = cells.iter().map(|cell| cell.name.as_str()).collect();
        assert_eq!(
            names,
            [
                "mesu,memory_window=300000",
                "mesu,memory_window=1e15",
                "sgd"
            ]
        );
        let mesu::LearnerConfig::Mesu(mesu) = &cells[1].experiment.learner else {
            panic!("the learner of the cell")
        };
        assert_eq!(mesu.memory_window, 1e15);
        let own = find(&[
            "compare=sgd,mesu",
            "learner.samples=2",
            "learners.sgd.lr=0.5",
        ]);
        let learner = |i: usize| own.as_ref().unwrap().cells[i].experiment.learner.clone();
        assert!(matches!(learner(0), mesu::LearnerConfig::Sgd(sgd) if sgd.lr == 0.5));
        assert!(matches!(learner(1), mesu::LearnerConfig::Mesu(mesu) if mesu.samples == 2));
    }

    #[test]
    fn refusals_name_both_sides() {
        let refusal = |sets: &[&str]| find(sets).unwrap_err().to_string();
        for (sets, words) in [
            (
                &["compare=mesu,sgd", "grid.learner.memory_window=[1,2]"][..],
                [
                    "grid.learner.memory_window: sgd has no such setting",
                    "lr, reduction",
                ],
            ),
            (
                &["learner.kind=sgd", "grid.learners.mesu.samples=[1,2]"],
                ["grid.learners.mesu.samples: mesu does not run", "only sgd"],
            ),
            (
                &["compare=sgd,adam", "learner.samples=2"],
                ["learner.samples: mesu does not run", "only sgd, adam"],
            ),
            (
                &["compare=mesu,sgd", "learner.kind=adam"],
                ["learner.kind: adam does not run", "only mesu, sgd"],
            ),
            (&["grid.tasks=[2,2]"], ["grid: ", "tasks=2 is listed twice"]),
            (
                &["grid.learner.lr_mu=[1,1.0]"],
                ["grid: ", "lr_mu=1 is listed twice"],
            ),
            (
                &["grid.tasks=[2,many]"],
                ["grid: tasks: found", "a whole number"],
            ),
            (&["grid.tasks=[2,0]"], ["tasks: found 0", "1 to 10000"]),
            (
                &["grid.network.hidden=[50]"],
                ["grid: network.hidden", "a list"],
            ),
        ] {
            let text = refusal(sets);
            for word in words {
                assert!(text.contains(word), "{text}");
            }
        }
        let many = |key: &str| format!("grid.{key}={:?}", (1..=200).collect::<Vec<_>>());
        let (tasks, samples) = (many("tasks"), many("learner.samples"));
        let text = refusal(&[&tasks, &samples]);
        assert!(text.contains("at most 10000"), "{text}");
    }
}
