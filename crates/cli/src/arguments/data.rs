//! Arguments of `mesu data`.

use clap::builder::PossibleValuesParser;
use clap::{Args, Subcommand};

#[derive(Debug, Subcommand)]
pub(crate) enum DataCommand {
    /// Download a data set, unless it is there, and check it
    #[command(after_help = "\
Examples:
  mesu data get cifar100
  mesu data get cifar10 --from Downloads/cifar-10-binary.tar.gz
  mesu data get mnist --from https://example.org/mirror/
An interrupted download resumes where it stopped. Files are checked against
the published checksums. HTTP_PROXY, HTTPS_PROXY, ALL_PROXY, NO_PROXY and
SSL_CERT_FILE are honored.")]
    Get(GetArguments),
    /// List the data sets: complete, partial or missing, and where they are
    #[command(after_help = "\
Example:
  mesu data list
Reads every file to its end, which takes a few seconds.")]
    List,
}

#[derive(Args, Debug)]
pub(crate) struct GetArguments {
    /// The data set
    #[arg(value_name = "SET", value_parser = PossibleValuesParser::new(
        mesu_datasets::BenchmarkSet::ALL.map(mesu_datasets::BenchmarkSet::name)
    ))]
    pub(crate) set: String,
    /// Take the files from a folder, a file or an address other than the published one
    #[arg(long, value_name = "DIR|FILE|URL")]
    pub(crate) from: Option<String>,
    /// Accept files other than the published ones, if they can be read
    #[arg(long)]
    pub(crate) any_checksum: bool,
    /// Give up on a server that is silent for this long
    #[arg(long, value_name = "SECONDS", default_value_t = 30,
          value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub(crate) timeout: u64,
    /// Show no progress on stderr
    #[arg(long, short)]
    pub(crate) quiet: bool,
}
