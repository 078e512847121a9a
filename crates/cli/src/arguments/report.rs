//! Arguments of the commands that read runs.

use std::path::PathBuf;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use mesu_report::repro::{Figure, figures};

#[derive(Args, Debug)]
pub(crate) struct ReportArguments {
    /// Folders of runs, or folders that contain such folders; or one state
    #[arg(value_name = "DIR|STATE", required = true)]
    pub(crate) folders: Vec<PathBuf>,
    /// File to write [default: DIR/report.html for one DIR, NAME.html beside a state, else report.html]
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Also write every figure to this folder, as SVG
    #[arg(long, value_name = "FOLDER")]
    pub(crate) svg: Option<PathBuf>,
    /// Also write the data of every figure to this folder, as CSV
    #[arg(long, value_name = "FOLDER")]
    pub(crate) csv: Option<PathBuf>,
}

/// Parser of a figure's name.
fn figure_parser() -> impl TypedValueParser<Value = &'static Figure> {
    PossibleValuesParser::new(figures().iter().map(|figure| figure.name.as_str()))
        .map(|name| Figure::find(&name).expect("one of the possible values"))
}

#[derive(Args, Debug)]
pub(crate) struct ReproArguments {
    /// The figure
    #[arg(value_name = "FIGURE", value_parser = figure_parser())]
    pub(crate) figure: &'static Figure,
    /// A tenth of the length, with the same structure
    #[arg(long)]
    pub(crate) quick: bool,
    /// Run once per seed, side by side, for example 1,2,3
    #[arg(long, value_name = "N,…", value_delimiter = ',')]
    pub(crate) seeds: Vec<u64>,
    /// Folder for the runs [default: runs/repro-FIGURE]
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Record the numbers as FIGURE.json in that folder; not with --quick
    #[arg(long, value_name = "FOLDER", conflicts_with = "quick")]
    pub(crate) record: Option<PathBuf>,
    /// Show no progress on stderr
    #[arg(long, short)]
    pub(crate) quiet: bool,
    /// Print JSON, alone on stdout, instead of the table
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Debug)]
pub(crate) struct ResultsArguments {
    /// The folder of the records
    #[arg(value_name = "FOLDER")]
    pub(crate) folder: PathBuf,
    /// File to write [default: stdout]
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub(crate) struct DoctorArguments {
    /// A run's folder, a folder of runs, a checkpoint file, or a state of rows
    #[arg(value_name = "RUN|CHECKPOINT|STATE")]
    pub(crate) path: PathBuf,
    /// Examples per task, over all epochs [default: the run's, if the checkpoint is a run's]
    #[arg(long, value_name = "EXAMPLES", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) task_length: Option<u64>,
    /// Examples per update [default: the run's, or 1]
    #[arg(long, value_name = "EXAMPLES", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) batch_size: Option<u64>,
    /// Print the numbers as JSON, alone on stdout; a list for a folder of several runs
    #[arg(long)]
    pub(crate) json: bool,
}
