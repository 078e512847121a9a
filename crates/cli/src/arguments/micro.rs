//! Arguments of `mesu micro`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

#[derive(Debug, Subcommand)]
pub(crate) enum MicroCommand {
    /// Say how much memory a network takes, and which chips have it
    #[command(after_help = "\
Examples:
  mesu micro size 784-50-10
  mesu micro size 37-24-7 --samples 4
Widths from the inputs to the outputs. Memory is that of the learner's static; the
stack, the example and the program come on top (docs/devices.md).")]
    Size(SizeArguments),
    /// Write a checkpoint as bytes that a device's learner restores
    #[command(after_help = "\
Examples:
  mesu micro export runs/permuted-digits-seed-1 --out digits.blob
  mesu micro export model.safetensors --format two --out net.rs
  mesu micro export model.safetensors --samples 2 --learn-above 0.02 --out a.blob
CHECKPOINT is a safetensors file or a run's folder, of a perceptron that learned
with mesu. Of a run the blob has the scaling of its inputs. A .rs file holds the
bytes and the shape as Rust, for firmware to include.")]
    Export(ExportArguments),
    /// Write a device's bytes as a checkpoint
    #[command(after_help = "\
Examples:
  mesu micro import digits.blob --out digits.safetensors
  mesu doctor digits.safetensors")]
    Import(ImportArguments),
}

/// Form of a synapse on the device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Form {
    /// 8 bytes: two floats
    F32,
    /// 3 bytes
    Three,
    /// 2 bytes
    Two,
}

#[derive(Debug, Args)]
pub(crate) struct SizeArguments {
    /// Widths, as 784-50-10
    pub(crate) network: String,
    /// Noise samples of an update
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) samples: u16,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ExportArguments {
    /// Checkpoint, or a run's folder
    pub(crate) checkpoint: PathBuf,
    /// Form of a synapse
    #[arg(long, value_enum, default_value = "three")]
    pub(crate) format: Form,
    /// File to write: bytes, or Rust if it ends in .rs
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
    /// Noise samples of an update on the device
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) samples: u16,
    /// Loss in nats below which nothing is learned; that of the checkpoint if not given
    #[arg(long, value_name = "NATS")]
    pub(crate) learn_above: Option<f32>,
    /// Seed of the noise to come
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) seed: u64,
}

#[derive(Debug, Args)]
pub(crate) struct ImportArguments {
    /// Bytes that a device saved
    pub(crate) blob: PathBuf,
    /// Checkpoint to write
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
}
