//! The experiments inside the program: the files of the folder `experiments`.

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

/// All presets. The first also gives the values that a file, another preset's too, leaves out.
pub fn presets() -> &'static [Preset] {
    presets![
        "permuted-digits",
        "permuted-digits-200",
        "permuted-digits-compare",
        "memory-window",
        "remembering",
        "permuted-presynaptic",
        "permuted-ucb",
        "importance",
        "timescales",
        "animals",
        "animals-cifar",
        "photographs",
        "incremental-objects",
        "incremental-objects-small",
    ]
}
