//! The experiments inside the program: the files of the folder `experiments`.

/// A named experiment, or plan of several, inside the program.
#[derive(Clone, Copy, Debug)]
pub struct Preset {
    /// What `mesu run` calls it by.
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
        "animals-folder",
        "incremental-objects",
        "incremental-objects-small",
    ]
}
