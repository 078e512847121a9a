//! The command line: its commands, their arguments and their help.

mod bench;
mod data;
#[cfg(feature = "vision")]
mod features;
mod micro;
mod report;
mod run;
mod stream;

use clap::{Parser, Subcommand};

pub(crate) use self::bench::{Bench, BenchArguments, StreamArguments};
pub(crate) use self::data::{DataCommand, GetArguments};
#[cfg(feature = "vision")]
pub(crate) use self::features::FeaturesArguments;
pub(crate) use self::micro::{ExportArguments, Form, ImportArguments, MicroCommand, SizeArguments};
pub(crate) use self::report::{DoctorArguments, ReportArguments, ReproArguments, ResultsArguments};
pub(crate) use self::run::{DescribeArguments, RunArguments, SettingsArguments, ShowArguments};
pub(crate) use self::stream::{
    BackboneArguments, BadRows, FromArguments, LearnArguments, PredictArguments, StateCommand,
};

/// Continual learning with Bayesian synapses: learn from a stream without being told where tasks
/// begin, forget gracefully, and know how sure you are.
#[derive(Debug, Parser)]
#[command(
    name = "mesu",
    version,
    arg_required_else_help = true,
    after_help = "\
Examples:
  mesu list                     the presets, and how long each takes here
  mesu run permuted-digits      learn ten tasks, one after another
  mesu show permuted-digits     that preset as a file to copy and change
  mesu learn elec               learn a stream of rows, each tested first
  mesu predict elec.mesu new.csv > predictions.csv
  mesu settings                 everything that --set can change
  mesu report runs/*            compare runs in figures
  mesu doctor runs/mine         is that run's learner healthy, and what to change
  mesu data get cifar100        download a data set, once
  mesu bench stream             how fast this machine learns

Exit codes:
  0    done
  1    failed; one line on stderr says what, where and what to do
  2    the command line itself is wrong
  130  stopped by Ctrl-C, and saved"
)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List the presets, how long each takes here, and the streams inside
    #[command(after_help = "\
Example:
  mesu list
The times are estimated from a measurement that takes less than a second.")]
    List,
    /// Run an experiment: a preset, or a TOML file of your own
    #[command(after_help = "\
Examples:
  mesu run permuted-digits
  mesu run permuted-digits --set tasks=200 --set network.hidden=[256]
  mesu run permuted-digits --seeds 1,2,3 --json > summary.json
  mesu run permuted-digits --set compare=mesu,sgd --set grid.data.batch_size=[1,32]
  mesu run own.toml --set data.source=folder/of/idx/files
  mesu run permuted-digits --resume
compare and grid run every learner with every combination of values, side by
side, and put them into one table. A file of your own needs only what differs
from permuted-digits (mesu show permuted-digits). A run writes all its settings
to config.toml in its folder, which can itself be run.
Exit codes: 0 done, 1 an error or a failed cell, 2 wrong usage, 130 stopped by
Ctrl-C and saved.")]
    Run(RunArguments),
    /// Learn rows as they come, each predicted first, into a state that goes on
    #[command(after_help = "\
Examples:
  mesu learn elec                             a stream inside the program
  mesu learn rows.csv --target price_up --predictions predictions.csv
  mesu learn monday.csv --target sold --regression --state shop.mesu
  mesu learn tuesday.csv --state shop.mesu    goes on with that state
  tail -f log.jsonl | mesu learn - --target failed --id request
  mesu learn --labels labels.csv --state stdin.mesu
  mesu learn elec --set members=one --set drift_chance=0
  mesu learn photos --backbone net.onnx --preprocess imagenet
Rows are CSV, TSV, JSON lines or NPZ, plain or in gzip or Zstandard, in files,
folders of files, or a pipe (-). Columns are told by the first 1,000 rows. The
state is replaced every few seconds: killed at any moment, the same command with
--resume ends as if it had not been. A row without a label is predicted, and
learned when its label comes with its --id, in a later row or from --labels.
Keys of --set: members (mixture, one, or names as values-1e4,neighbors), seed,
drift_chance, stranger_deviations, waiting, mixing_rate, mixing_floor,
class_weights.NAME.")]
    Learn(LearnArguments),
    /// Predict rows with a state, and learn nothing
    #[command(after_help = "\
Examples:
  mesu predict elec.mesu new.csv > predictions.csv
  mesu predict shop.mesu friday.csv --output friday-predicted.jsonl
  cat rows.jsonl | mesu predict shop.mesu - --probabilities
One line a row: id, prediction, probability, uncertainties in bits (total,
aleatoric, epistemic), spread, share of values out of range, stranger; of numbers
the mean, deviations and an interval of 90 %. Rows with the target are scored.")]
    Predict(PredictArguments),
    /// Make states for rows of what was learned elsewhere
    #[command(after_help = "\
Example:
  mesu state from runs/animals-seed-1 --out animals.mesu")]
    State {
        #[command(subcommand)]
        state: StateCommand,
    },
    /// Print a preset as a TOML file with its comments, or what a state holds
    #[command(after_help = "\
Examples:
  mesu show permuted-digits
  mesu show photographs > own.toml
  mesu show elec.mesu
  mesu show elec.mesu --json
permuted-digits explains every setting; the others hold what differs from it.")]
    Show(ShowArguments),
    /// List the settings of experiments: meaning, type, range, default
    #[command(after_help = "\
Examples:
  mesu settings
  mesu settings learner.memory_window
  mesu settings network
  mesu settings --json > experiment.schema.json
These are the keys of --set and of an experiment's file.")]
    Settings(SettingsArguments),
    /// Show a network's layers, their shapes and synapses, without running it
    #[command(after_help = "\
Examples:
  mesu describe permuted-digits
  mesu describe own.toml
  mesu describe own.toml --set 'network.layers=[\"conv 8 5x5\", \"relu\", \"flatten\"]'
Layers: conv N KxK [valid|same|pad N] [stride N], linear N, relu, max-pool N,
mean-pool N, dropout P, flatten. The output layer is added automatically.")]
    Describe(DescribeArguments),
    /// Compare runs, or look at a state, on one page of figures
    #[command(after_help = "\
Examples:
  mesu report runs/permuted-digits-seed-1
  mesu report runs/narrow runs/wide --out comparison.html
  mesu report runs/* --svg figures --csv figures
  mesu report elec.mesu                       how its rows were predicted
Runs that differ only in the seed become one line with a band of one standard
deviation. The page is a single file that works offline. Runs that are still
going are included as far as they have come.")]
    Report(ReportArguments),
    /// Reproduce a figure of the paper and compare the numbers
    #[command(after_help = "\
Examples:
  mesu repro fig3 --quick
  mesu repro fig4 --seeds 1,2,3
--quick runs a tenth of the length. The runs are kept; the same command resumes
them.")]
    Repro(ReproArguments),
    /// Build RESULTS.md from what `mesu repro --record` recorded
    #[command(after_help = "\
Example:
  mesu repro fig4 --record results
  mesu bench all --json > results/bench.json
  mesu results results --out RESULTS.md")]
    Results(ResultsArguments),
    /// Say whether a learner is healthy, and which setting to change
    #[command(after_help = "\
Examples:
  mesu doctor runs/permuted-digits-seed-1
  mesu doctor model.safetensors --task-length 60000 --batch-size 1
  mesu doctor runs/mine --json > diagnosis.json
  mesu doctor elec.mesu                       a state of rows, and its columns
RUN is a run's folder, or a folder of several (one section each). The first line
is the verdict: healthy, needs attention, or broken; nothing learned yet of a
state without labels. The exit code is 0 for all of them, and 1 if there was
nothing to examine.")]
    Doctor(DoctorArguments),
    /// Download published data sets, and see which are there
    #[command(after_help = "\
Examples:
  mesu data get cifar10
  mesu data list
They are kept in the folder that the variable MESU_DATA names, or else where
this system keeps programs' data.")]
    Data {
        #[command(subcommand)]
        data: DataCommand,
    },
    /// Turn photographs into features to learn from, with a pretrained network
    #[cfg(feature = "vision")]
    #[command(after_help = "\
Examples:
  mesu features photos --backbone net.onnx --preprocess imagenet --out photos.npz
  mesu features photos --domains --backbone net.onnx --preprocess imagenet \\
      --out photos.npz
  mesu features photos --csv list.csv --backbone net.onnx --preprocess net.toml \\
      --out photos.npz --skip-bad
  mesu features cifar100 --backbone net.onnx --preprocess imagenet \\
      --out cifar100.npz
IMAGES is a folder with a folder of PNG or JPEG files for each class (with
--domains: a folder of such folders for each domain), a CSV of path,label or
path,label,domain, or the name of a downloaded data set (mesu data list), whose
test images stay apart. The ONNX file takes images and returns [n, d] features.
NAME.toml beside NAME.onnx says how images are prepared, for example:
  resize = 256         # shorter side, or [height, width]
  crop = 224           # from the middle
  filter = 'bicubic'   # or 'bilinear'
  range = 1            # pixels are 0 to range; then (pixel - mean) / std
  mean = [0.485, 0.456, 0.406]
  std = [0.229, 0.224, 0.225]
Without that file, give --preprocess: imagenet, tensorflow ((p-127)/128) or
zero-one. Features are cached by image content: a second run computes only what
is new.")]
    Features(FeaturesArguments),
    /// Turn photographs into features to learn from (not in this build)
    #[cfg(not(feature = "vision"))]
    #[command(after_help = "\
Example:
  mesu features photos --backbone net.onnx --out photos.npz
This program was built without its ONNX engine. To add it:
  cargo install --path crates/cli --features vision")]
    Features {
        /// Ignored
        #[arg(trailing_var_arg = true, allow_hyphen_values = true, hide = true)]
        _arguments: Vec<String>,
    },
    /// Size, send and fetch learners of microcontrollers
    #[command(after_help = "\
Examples:
  mesu micro size 784-50-10
  mesu micro export model.safetensors --out net.rs
  mesu micro import net.blob --out model.safetensors")]
    Micro {
        #[command(subcommand)]
        micro: MicroCommand,
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
            let wide = help.lines().find(|line| line.chars().count() > 84);
            assert_eq!(wide, None, "{}", command.get_name());
            command.get_subcommands().for_each(check);
        }
        check(&Arguments::command());
    }
}
