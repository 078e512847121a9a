//! Arguments of the commands that take an experiment.

use std::path::PathBuf;

use clap::Args;

#[derive(Args, Debug)]
pub(crate) struct RunArguments {
    /// A preset's name (see `mesu list`) or the path of a TOML file
    #[arg(value_name = "PRESET|FILE.toml")]
    pub(crate) experiment: String,
    /// Replace a setting, for example learner.memory_window=600000 (see `mesu settings`)
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub(crate) sets: Vec<String>,
    /// Run once per seed, side by side, for example 1,2,3
    #[arg(long, value_name = "N,…", value_delimiter = ',')]
    pub(crate) seeds: Vec<u64>,
    /// Folder for the results [default: runs/NAME-seed-N]
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Resume the run in that folder
    #[arg(long)]
    pub(crate) resume: bool,
    /// Show no progress on stderr
    #[arg(long, short)]
    pub(crate) quiet: bool,
    /// Print the summary as JSON, alone on stdout, instead of the table
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Debug)]
pub(crate) struct ShowArguments {
    /// A preset's name (see `mesu list`), or the file of a state
    #[arg(value_name = "PRESET|STATE.mesu")]
    pub(crate) preset: String,
    /// Print all that a state holds as JSON, alone on stdout
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Debug)]
pub(crate) struct DescribeArguments {
    /// A preset's name (see `mesu list`) or the path of a TOML file
    #[arg(value_name = "PRESET|FILE.toml")]
    pub(crate) experiment: String,
    /// Replace a setting, for example network.hidden=[256] (see `mesu settings`)
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub(crate) sets: Vec<String>,
    /// Print JSON, alone on stdout
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Debug)]
pub(crate) struct SettingsArguments {
    /// A key, for example learner.memory_window, or a section [default: all]
    #[arg(value_name = "KEY")]
    pub(crate) key: Option<String>,
    /// Print a JSON schema (draft 2020-12) of an experiment's file
    #[arg(long, conflicts_with = "key")]
    pub(crate) json: bool,
    /// Print the table of the README
    #[arg(long, hide = true, conflicts_with_all = ["key", "json"])]
    pub(crate) markdown: bool,
}
