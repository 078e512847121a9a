//! Arguments of `mesu bench`.

use clap::{Args, Subcommand};

#[derive(Debug, Subcommand)]
pub(crate) enum Bench {
    /// Updates per second, one example at a time, on one core
    #[command(after_help = "\
Examples:
  mesu bench stream
  mesu bench stream --hidden 256 --json
Learns MNIST digits one by one, as mesu run permuted-digits does; only learning
is timed. Prints the median of several rounds.")]
    Stream(StreamArguments),
    /// Images learned per second in batches of 128, on one core
    #[command(after_help = "\
Example:
  mesu bench batch --json
Learns MNIST digits with 784-400-400-10, with 10 noise samples and with 1. Built
with --features baselines, it compares the arithmetic of its matrix products with
the speed of another library's matrix product of the same shapes.")]
    Batch(BenchArguments),
    /// Images learned per second by a convolutional network, on all cores
    #[command(after_help = "\
Example:
  mesu bench cnn
Learns random images of 32 by 32 pixels with the network of incremental-objects,
in batches of 200, with both estimators and 8 and 1 noise samples. Built with
--features baselines, it compares the arithmetic of the matrix products that each
needs with the speed of another library's large matrix product. Takes about a
minute.")]
    Cnn(BenchArguments),
    /// Images predicted per second, with probabilities and entropies, on all cores
    #[command(after_help = "\
Example:
  mesu bench predict --json
Predicts MNIST's 10,000 test images with 784-50-10 and 10 noise samples. Built with
--features baselines, it compares the arithmetic of its matrix products with the
speed of another library's matrix product of the same shapes.")]
    Predict(BenchArguments),
    /// Limits of each benchmark on this machine, and how close it comes to them
    #[command(after_help = "\
Example:
  mesu bench roofline
Measures the bandwidth of every cache level, the multiply-adds and the normal
variates of one core, then every benchmark. Takes about a minute.")]
    Roofline(BenchArguments),
    /// Every benchmark, with a description of this machine
    #[command(after_help = "\
Examples:
  mesu bench all
  mesu bench all --json > bench.json
Takes about two minutes. Close other programs first: they slow this one down.")]
    All(BenchArguments),
}

#[derive(Args, Clone, Copy, Debug)]
pub(crate) struct BenchArguments {
    /// Measure only briefly; the numbers are then rough
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
    /// Noise samples per update
    #[arg(long, value_name = "S", default_value_t = 10)]
    pub(crate) samples: usize,
    /// Learn for at least this long
    #[arg(long, value_name = "SECONDS", default_value_t = 3.0)]
    pub(crate) seconds: f64,
    /// Measure only briefly; the number is then rough
    #[arg(long, conflicts_with = "seconds")]
    pub(crate) quick: bool,
    /// Print JSON, alone on stdout
    #[arg(long)]
    pub(crate) json: bool,
}
