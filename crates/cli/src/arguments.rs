//! What can be typed.

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand};
use mesu_report::repro::{Figure, figures};

/// Learn from a stream with Bayesian synapses: without being told where tasks begin, with
/// graceful forgetting, and knowing how sure they are.
#[derive(Debug, Parser)]
#[command(
    name = "mesu",
    version,
    arg_required_else_help = true,
    after_help = "\
Examples:
  mesu list                     what there is to run, and how long it takes here
  mesu run permuted-digits      learn ten tasks, one after another
  mesu report runs/*            runs side by side, in figures
  mesu doctor runs/mine         whether that run's learner is healthy, and what to change
  mesu data get cifar100        fetch a data set, once
  mesu bench stream             how fast this machine learns"
)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List the presets, each with the time its run takes on this machine
    #[command(after_help = "\
Example:
  mesu list
The times are estimated from a measurement of under a second.")]
    List,
    /// Run an experiment: a preset, or a TOML file of your own
    #[command(after_help = "\
Examples:
  mesu run permuted-digits
  mesu run permuted-digits --set tasks=200 --set network.hidden=[256] --out runs/wide
  mesu run permuted-digits --seeds 1,2,3 --json > summary.json
  mesu run permuted-digits --set compare=mesu,sgd --set grid.data.batch_size=[1,32]
  mesu run own.toml --set data.source=folder/of/idx/files
  mesu run permuted-digits --resume
compare and grid run every learner with every combination of values, side by side, and
compare them in one table. A file of your own needs only what differs from permuted-digits.
The config.toml of every run shows all keys, and can be run itself.")]
    Run(RunArguments),
    /// Show a network's layers, their shapes and synapses, without running it
    #[command(after_help = "\
Examples:
  mesu describe permuted-digits
  mesu describe own.toml
  mesu describe permuted-digits --set 'network.layers=[\"conv 8 5x5 stride 2\", \"relu\", \"flatten\"]'
Layers: conv N KxK [valid|same|pad N] [stride N], linear N, relu, max-pool N, mean-pool N,
dropout P, flatten. The output layer is added by itself.")]
    Describe(DescribeArguments),
    /// Make a page of figures of runs, side by side
    #[command(after_help = "\
Examples:
  mesu report runs/permuted-digits-seed-1
  mesu report runs/narrow runs/wide --out comparison.html
  mesu report runs/* --svg figures --csv figures
Runs that differ in nothing but the seed become one line with a band of one standard
deviation. The page needs no network and no other file. It can be made of a run that
still goes on.")]
    Report(ReportArguments),
    /// Run a figure of the paper again, and print what is met
    #[command(after_help = "\
Examples:
  mesu repro fig3 --quick
  mesu repro fig4 --seeds 1,2,3
--quick is a tenth as long. The runs are kept, and the same command goes on with them.")]
    Repro(ReproArguments),
    /// Make RESULTS.md of what `mesu repro --record` wrote down
    #[command(after_help = "\
Example:
  mesu repro fig4 --record results
  mesu bench all --json > results/bench.json
  mesu results results --out RESULTS.md")]
    Results(ResultsArguments),
    /// Say in words whether a learner is healthy, and which setting to change
    #[command(after_help = "\
Examples:
  mesu doctor runs/permuted-digits-seed-1
  mesu doctor model.safetensors --task-length 60000 --batch-size 1
  mesu doctor runs/mine --json > diagnosis.json
RUN is a run directory, or a folder of several (one section each). The first line is the
verdict: healthy, look at this, or broken. The exit code is 0 for all three; it is 1 when
there was nothing to look at.")]
    Doctor(DoctorArguments),
    /// Get published data sets, and see which are there
    #[command(after_help = "\
Examples:
  mesu data get cifar10
  mesu data list
They are kept in the folder that the variable MESU_DATA names, else where this system keeps
a program's data.")]
    Data {
        #[command(subcommand)]
        data: DataCommand,
    },
    /// Turn photographs into features to learn from, with a pretrained network
    #[cfg(feature = "features")]
    #[command(after_help = "\
Examples:
  mesu features photos --backbone net.onnx --preprocess imagenet --out photos.npz
  mesu features photos --csv list.csv --backbone net.onnx --out photos.npz --skip-bad
  mesu features photos --domains --backbone net.onnx --out photos.npz
  mesu features cifar100 --backbone net.onnx --preprocess imagenet --out cifar100.npz
IMAGES holds a folder of PNG or JPEG files for each class (with --domains: a folder of such
folders for each domain), is a CSV of path,label or path,label,domain, or names a set of the
data folder (mesu data list), whose test images stay apart. The ONNX file takes images and
gives [n, d] features. NAME.toml beside NAME.onnx says how images are prepared, for example:
  resize = 256         # shorter side, or [height, width]
  crop = 224           # the middle
  filter = 'bicubic'   # or 'bilinear'
  range = 1            # pixels are 0 to range; then (pixel - mean) / std
  mean = [0.485, 0.456, 0.406]
  std = [0.229, 0.224, 0.225]
--preprocess imagenet, tensorflow ((p-127)/128) or zero-one stands for the usual ones.
Features are kept by the images' content: a second run only computes what is new.")]
    Features(FeaturesArguments),
    /// Turn photographs into features to learn from (not in this build)
    #[cfg(not(feature = "features"))]
    #[command(after_help = "\
Example:
  mesu features photos --backbone net.onnx --out photos.npz
This program was built without it. To have it: cargo install --path crates/cli --features features")]
    Features {
        /// Not looked at
        #[arg(trailing_var_arg = true, allow_hyphen_values = true, hide = true)]
        _arguments: Vec<String>,
    },
    /// Measure this machine
    #[command(after_help = "\
Examples:
  mesu bench stream             updates per second
  mesu bench all --json > bench.json")]
    Bench {
        #[command(subcommand)]
        bench: Bench,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum DataCommand {
    /// Download a data set, unless it is there, and check it
    #[command(after_help = "\
Examples:
  mesu data get cifar100
  mesu data get cifar10 --from Downloads/cifar-10-binary.tar.gz
  mesu data get mnist --from https://example.org/mirror/
An interrupted download goes on where it was. The published checksums decide whether files
are good. HTTP_PROXY, HTTPS_PROXY, ALL_PROXY, NO_PROXY and SSL_CERT_FILE are honoured.")]
    Get(GetArguments),
    /// List the data sets: complete, partial or missing, and where they are
    #[command(after_help = "\
Example:
  mesu data list
Every file is read to its end, which takes a few seconds.")]
    List,
}

#[derive(Args, Debug)]
pub(crate) struct GetArguments {
    /// The data set
    #[arg(value_name = "SET", value_parser = PossibleValuesParser::new(
        mesu_data::Known::ALL.map(mesu_data::Known::name)
    ))]
    pub(crate) set: String,
    /// Take the files from a folder, a file or an address instead of the published one
    #[arg(long, value_name = "DIR|FILE|URL")]
    pub(crate) from: Option<String>,
    /// Take files other than the published ones, if they can be read
    #[arg(long)]
    pub(crate) any_checksum: bool,
    /// Give a server up that is silent for so long
    #[arg(long, value_name = "SECONDS", default_value_t = 30,
          value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub(crate) timeout: u64,
    /// No progress on stderr
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

#[derive(Args, Debug)]
pub(crate) struct RunArguments {
    /// A preset's name (see `mesu list`) or the path of a TOML file
    #[arg(value_name = "PRESET|FILE.toml")]
    pub(crate) experiment: String,
    /// Replace a setting, for example learner.memory_window=600000
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub(crate) sets: Vec<String>,
    /// Run once per seed, side by side, for example 1,2,3
    #[arg(long, value_name = "N,…", value_delimiter = ',')]
    pub(crate) seeds: Vec<u64>,
    /// Folder for the results [default: runs/NAME-seed-N]
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Go on with the run in that folder
    #[arg(long)]
    pub(crate) resume: bool,
    /// No progress on stderr
    #[arg(long, short)]
    pub(crate) quiet: bool,
    /// Print the summary as JSON, alone on stdout, instead of the table
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Debug)]
pub(crate) struct DescribeArguments {
    /// A preset's name (see `mesu list`) or the path of a TOML file
    #[arg(value_name = "PRESET|FILE.toml")]
    pub(crate) experiment: String,
    /// Replace a setting, for example network.hidden=[256]
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub(crate) sets: Vec<String>,
    /// Print JSON, alone on stdout
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Debug)]
pub(crate) struct ReportArguments {
    /// Folders of runs, or folders that hold such folders
    #[arg(value_name = "DIR", required = true)]
    pub(crate) folders: Vec<PathBuf>,
    /// Where the page goes [default: DIR/report.html for one DIR, else report.html]
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Write every figure to that folder too, as SVG
    #[arg(long, value_name = "FOLDER")]
    pub(crate) svg: Option<PathBuf>,
    /// Write the data of every figure to that folder too, as CSV
    #[arg(long, value_name = "FOLDER")]
    pub(crate) csv: Option<PathBuf>,
}

/// The figures by their names.
fn figure_parser() -> impl TypedValueParser<Value = &'static Figure> {
    PossibleValuesParser::new(figures().iter().map(|figure| figure.name.as_str()))
        .map(|name| Figure::find(&name).expect("one of the possible values"))
}

#[derive(Args, Debug)]
pub(crate) struct ReproArguments {
    /// The figure
    #[arg(value_name = "FIGURE", value_parser = figure_parser())]
    pub(crate) figure: &'static Figure,
    /// A tenth as long, of the same structure
    #[arg(long)]
    pub(crate) quick: bool,
    /// Run once per seed, side by side, for example 1,2,3
    #[arg(long, value_name = "N,…", value_delimiter = ',')]
    pub(crate) seeds: Vec<u64>,
    /// Folder for the runs [default: runs/repro-FIGURE]
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Write down what is reached, as FIGURE.json in that folder; not with --quick
    #[arg(long, value_name = "FOLDER", conflicts_with = "quick")]
    pub(crate) record: Option<PathBuf>,
    /// No progress on stderr
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
    /// Where the page goes [default: stdout]
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub(crate) struct DoctorArguments {
    /// A run directory, a folder of runs, or a checkpoint file
    #[arg(value_name = "RUN|CHECKPOINT")]
    pub(crate) path: PathBuf,
    /// Examples of a task, all epochs [default: the run's, if it is a run's checkpoint]
    #[arg(long, value_name = "EXAMPLES", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) task_length: Option<u64>,
    /// Examples per update [default: the run's, or 1]
    #[arg(long, value_name = "EXAMPLES", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) batch_size: Option<u64>,
    /// Print the numbers as JSON, alone on stdout; a list for a folder of several runs
    #[arg(long)]
    pub(crate) json: bool,
}

#[cfg(feature = "features")]
#[derive(Args, Debug)]
pub(crate) struct FeaturesArguments {
    /// A folder with a folder of images for each class, a CSV file of path,label[,domain], or a data set
    #[arg(value_name = "IMAGES")]
    pub(crate) images: PathBuf,
    /// The network, without its last layer
    #[arg(long, value_name = "FILE.onnx")]
    pub(crate) backbone: PathBuf,
    /// The file to write
    #[arg(long, value_name = "FEATURES.npz")]
    pub(crate) out: PathBuf,
    /// Labels and domains from that file, with paths counted from IMAGES
    #[arg(long, value_name = "FILE")]
    pub(crate) csv: Option<PathBuf>,
    /// IMAGES/domain/class/image: the first folders are domains, in which the classes come again
    #[arg(long)]
    pub(crate) domains: bool,
    /// How images are prepared: imagenet, tensorflow, zero-one, or a TOML file
    /// [default: NAME.toml beside NAME.onnx]
    #[arg(long, value_name = "PRESET|FILE")]
    pub(crate) preprocess: Option<String>,
    /// Leave out what can't be read, and list it, instead of stopping there
    #[arg(long)]
    pub(crate) skip_bad: bool,
    /// Leave out what the images look like: a smaller file, but no pictures in reports
    #[arg(long)]
    pub(crate) no_pictures: bool,
    /// Where features are kept [default: .mesu-cache beside FEATURES.npz]
    #[arg(long, value_name = "FOLDER")]
    pub(crate) cache: Option<PathBuf>,
    /// Keep no features, compute them all
    #[arg(long, conflicts_with = "cache")]
    pub(crate) no_cache: bool,
    /// No progress on stderr
    #[arg(long, short)]
    pub(crate) quiet: bool,
    /// Print a summary as JSON, alone on stdout
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Bench {
    /// Updates per second, one example at a time, on one core
    #[command(after_help = "\
Examples:
  mesu bench stream
  mesu bench stream --hidden 256 --json
Learns MNIST digits one by one, as `mesu run permuted-digits` does; only learning is
timed. The figure is the median of several rounds.")]
    Stream(StreamArguments),
    /// Images learned per second in batches of 128, on one core
    #[command(after_help = "\
Example:
  mesu bench batch --json
Learns MNIST digits with 784-400-400-10, at 10 draws of the network and at 1, and compares
the operations of its matrix products with the rate of a fast matrix product on the same
shapes.")]
    Batch(BenchArguments),
    /// Images learned per second by a network of convolutions, on all cores
    #[command(after_help = "\
Example:
  mesu bench cnn
Learns random images of 32 by 32 pixels with the network of incremental-objects, in batches of
200, with both estimators and 8 and 1 draws, and compares the operations of the matrix products
that each needs with the rate of a large matrix product. About a minute.")]
    Cnn(BenchArguments),
    /// Images per second with probabilities and entropies, on all cores
    #[command(after_help = "\
Example:
  mesu bench predict --json
Predicts MNIST's 10,000 test images with 784-50-10 and 10 draws of the network, and
compares the operations of its matrix products with the rate of a fast matrix product on
the same shapes.")]
    Predict(BenchArguments),
    /// What bounds each benchmark on this machine, and how close it comes
    #[command(after_help = "\
Example:
  mesu bench roofline
Measures the bandwidth of every cache level, the multiply-adds and the normals of one core,
then every benchmark; about a minute.")]
    Roofline(BenchArguments),
    /// Every benchmark, with a description of this machine
    #[command(after_help = "\
Examples:
  mesu bench all
  mesu bench all --json > bench.json
Takes about two minutes. Close other programs first: they take time from this one.")]
    All(BenchArguments),
}

#[derive(Args, Clone, Copy, Debug)]
pub(crate) struct BenchArguments {
    /// Measure for a moment only; the figures are then rough
    #[arg(long)]
    pub(crate) quick: bool,
    /// Print JSON, alone on stdout
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Debug)]
pub(crate) struct StreamArguments {
    /// Neurons of each hidden layer, for example 50 or 200,200
    #[arg(long, value_name = "N,…", value_delimiter = ',', default_value = "50")]
    pub(crate) hidden: Vec<usize>,
    /// Draws of the network per update
    #[arg(long, value_name = "S", default_value_t = 10)]
    pub(crate) samples: usize,
    /// Learn for at least so long
    #[arg(long, value_name = "SECONDS", default_value_t = 3.0)]
    pub(crate) seconds: f64,
    /// Measure for a moment only; the figure is then rough
    #[arg(long, conflicts_with = "seconds")]
    pub(crate) quick: bool,
    /// Print JSON, alone on stdout
    #[arg(long)]
    pub(crate) json: bool,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn every_command_shows_an_example() {
        fn check(command: &clap::Command) {
            let help = command
                .get_after_help()
                .map(ToString::to_string)
                .unwrap_or_default();
            assert!(help.contains("  mesu "), "{}", command.get_name());
            command.get_subcommands().for_each(check);
        }
        check(&Arguments::command());
    }
}
