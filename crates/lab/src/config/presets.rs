//! The experiments inside the program: the files of the folder `experiments`.

use toml::{Table, Value};

use crate::config::document;
use crate::error::LabError;

/// A named experiment, or plan of several, inside the program.
#[derive(Clone, Copy, Debug)]
pub struct Preset {
    /// Name that `mesu run` takes.
    pub name: &'static str,
    /// Its TOML text.
    pub text: &'static str,
}

macro_rules! presets {
    ($($name:literal,)+) => {
        &[$(Preset {
            name: $name,
            text: include_str!(concat!("../../../../experiments/", $name, ".toml")),
        },)+]
    };
}

/// A name that a preset had before, and the settings that it stood for.
pub(crate) struct Former {
    pub(crate) name: &'static str,
    pub(crate) preset: &'static str,
    /// The settings in which it differs from the preset, as of `--set`.
    pub(crate) sets: &'static [&'static str],
}

/// Names that presets had before: commands and run folders of then go on working.
pub(crate) const FORMER: &[Former] = &[Former {
    name: "animals-folder",
    preset: "photographs",
    sets: &["name=animals-folder", "data.source=pictures.npz"],
}];

/// The preset `asked`.
///
/// # Errors
/// [`LabError::UnknownPreset`] with the nearest name.
pub fn find_preset(asked: &str) -> Result<Preset, LabError> {
    let former = FORMER.iter().find(|former| former.name == asked);
    let name = former.map_or(asked, |former| former.preset);
    let found = presets().iter().find(|preset| preset.name == name).copied();
    found.ok_or_else(|| LabError::UnknownPreset {
        asked: asked.to_owned(),
        nearest: document::nearest(asked, presets().iter().map(|preset| preset.name)),
    })
}

/// The values that a file, a preset's too, leaves out: those of the first preset, but for the network and the
/// rule, whose own defaults hold on other data too.
pub(crate) fn defaults() -> Result<Table, LabError> {
    let mut table = document::parse(presets()[0].text, presets()[0].name)?;
    table.remove("learner");
    table.insert("network".to_owned(), Table::new().into());
    if let Some(Value::Table(learners)) = table.get_mut("learners") {
        learners.remove("foovb");
    }
    Ok(table)
}

/// All presets.
pub fn presets() -> &'static [Preset] {
    presets![
        "permuted-digits",
        "permuted-digits-200",
        "permuted-digits-defaults",
        "permuted-digits-compare",
        "memory-window",
        "remembering",
        "permuted-presynaptic",
        "permuted-ucb",
        "importance",
        "timescales",
        "correlated",
        "animals",
        "animals-correlated",
        "animals-cifar",
        "photographs",
        "incremental-objects",
        "incremental-objects-small",
    ]
}

#[cfg(test)]
mod tests {
    use mesu::{
        FoovbConfig, LearnerConfig, LearnerKind, LearningConfig, MesuConfig, NetworkConfig,
    };

    use super::*;
    use crate::config::plan::Plan;

    /// Settings that there were not when the sums below were made.
    const LATER: [&str; 9] = [
        "target",
        "temperature",
        "prior_step",
        "sigma_at_most_prior",
        "sigma_max",
        "# active_inputs",
        "covariance",
        "scaling",
        "standardise_floor",
    ];

    /// The presets that there were when the defaults were the paper's.
    fn of_the_paper() -> impl Iterator<Item = &'static Preset> {
        let later = [DEFAULTS, "correlated", "animals-correlated"];
        presets()
            .iter()
            .filter(move |preset| !later.contains(&preset.name))
    }

    /// The preset whose settings are the library's defaults.
    const DEFAULTS: &str = "permuted-digits-defaults";

    /// FNV-1a of every setting of all cells, of the preset as it is and with each kind of learner.
    fn sum(preset: &str) -> u64 {
        let mut sum = 0xcbf2_9ce4_8422_2325_u64;
        let kinds = LearnerKind::ALL.iter();
        let sets = kinds.map(|kind| vec![format!("learner.kind={}", kind.name())]);
        for sets in std::iter::once(Vec::new()).chain(sets) {
            // A grid over settings of one learner is of no other.
            let Ok(plan) = Plan::find(preset, &sets) else {
                continue;
            };
            for cell in plan.cells {
                let foovb = cell.experiment.learner.kind() == LearnerKind::Foovb;
                let text = cell.experiment.to_toml();
                // The last section, which there was not either.
                let text = text.split("\n[learning]").next().unwrap_or_default();
                let old = text.lines().filter(|line| {
                    let key = line.split(" =").next().unwrap_or_default();
                    !(LATER.contains(&key) || foovb && key == "max_step_ratio")
                });
                for byte in old.flat_map(|line| line.bytes().chain([b'\n'])) {
                    sum = (sum ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
                }
            }
        }
        sum
    }

    /// Sums that a version had whose defaults were the paper's: a preset states what has other defaults now.
    #[test]
    fn presets_mean_what_they_meant() {
        let sums = [
            ("permuted-digits", 0x5b3b_a9a5_e8ae_7dfa),
            ("permuted-digits-200", 0x3cf0_9b05_269e_e864),
            ("permuted-digits-compare", 0x6ed9_aad5_cc06_1ca1),
            ("memory-window", 0x6a17_7bde_873e_afdd),
            ("remembering", 0x8750_cfdb_8736_c88c),
            ("permuted-presynaptic", 0x1a54_6b06_fb1d_2bbd),
            ("permuted-ucb", 0x25cc_4756_bdd2_8318),
            ("importance", 0xa211_fcaf_ffda_af5d),
            ("timescales", 0xbf60_649c_7328_5d65),
            ("animals", 0x9ac5_be32_4d18_68b3),
            ("animals-cifar", 0x3e0e_eb75_7d26_4dec),
            ("photographs", 0x77e6_7b77_2c8d_5375),
            ("incremental-objects", 0x6bd6_81e4_5db7_82ad),
            ("incremental-objects-small", 0x538a_7526_523d_ee9a),
        ];
        assert!(
            sums.iter()
                .map(|(name, _)| *name)
                .eq(of_the_paper().map(|preset| preset.name))
        );
        for (name, expected) in sums {
            assert_eq!(sum(name), expected, "{name}");
        }
    }

    #[test]
    fn a_preset_states_the_defaults() {
        let plan = Plan::find(DEFAULTS, &[]).unwrap();
        let experiment = plan.single().unwrap();
        let mesu = MesuConfig::default().memory_window(3e5);
        assert_eq!(experiment.learner, mesu.into());
        assert_eq!(experiment.network, NetworkConfig::default().hidden([50]));
        let foovb = ["learner.kind=foovb".to_owned()];
        let plan = Plan::find(DEFAULTS, &foovb).unwrap();
        let expected = FoovbConfig::default().into();
        assert_eq!(plan.single().unwrap().learner, expected);
    }

    #[test]
    fn presets_have_the_papers_values_where_there_were_none() {
        for preset in of_the_paper() {
            for sets in [vec![], vec!["learner.kind=foovb".to_owned()]] {
                let Ok(plan) = Plan::find(preset.name, &sets) else {
                    continue;
                };
                for cell in plan.cells {
                    assert_eq!(cell.experiment.network.active_inputs, None);
                    assert_eq!(cell.experiment.learning, LearningConfig::default());
                    match cell.experiment.learner {
                        LearnerConfig::Mesu(mesu) => {
                            let paper = MesuConfig::paper();
                            assert_eq!(mesu.temperature, paper.temperature, "{}", preset.name);
                            assert_eq!(mesu.prior_step, paper.prior_step, "{}", preset.name);
                            assert!(!mesu.sigma_at_most_prior, "{}", preset.name);
                        }
                        LearnerConfig::Foovb(foovb) => {
                            let limits = (foovb.sigma_max, foovb.max_step_ratio);
                            assert_eq!(limits, (0.0, 0.0), "{}", preset.name);
                        }
                        _ => {}
                    }
                }
            }
        }
    }
}
