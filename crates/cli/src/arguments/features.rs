//! Arguments of `mesu features`.

use std::path::PathBuf;

use clap::Args;

#[derive(Args, Debug)]
pub(crate) struct FeaturesArguments {
    /// A folder with a folder of images for each class, a CSV of path,label[,domain], or a data set
    #[arg(value_name = "IMAGES")]
    pub(crate) images: PathBuf,
    /// The network, without its last layer
    #[arg(long, value_name = "FILE.onnx")]
    pub(crate) backbone: PathBuf,
    /// The file to write
    #[arg(long, value_name = "FEATURES.npz")]
    pub(crate) out: PathBuf,
    /// Labels and domains from that file, with paths relative to IMAGES
    #[arg(long, value_name = "FILE")]
    pub(crate) csv: Option<PathBuf>,
    /// IMAGES/domain/class/image: the outer folders are domains, each with the same classes
    #[arg(long)]
    pub(crate) domains: bool,
    /// Preparation of images: imagenet, tensorflow, zero-one, or a TOML file
    /// [default: NAME.toml beside NAME.onnx]
    #[arg(long, value_name = "PRESET|FILE")]
    pub(crate) preprocess: Option<String>,
    /// Leave out files that can't be read, and list them, instead of stopping
    #[arg(long)]
    pub(crate) skip_bad: bool,
    /// Store no thumbnails: a smaller file, but no pictures in reports
    #[arg(long)]
    pub(crate) no_pictures: bool,
    /// Folder of the cache [default: .mesu-cache beside FEATURES.npz]
    #[arg(long, value_name = "FOLDER")]
    pub(crate) cache: Option<PathBuf>,
    /// Use no cache, compute all features
    #[arg(long, conflicts_with = "cache")]
    pub(crate) no_cache: bool,
    /// Show no progress on stderr
    #[arg(long, short)]
    pub(crate) quiet: bool,
    /// Print a summary as JSON, alone on stdout
    #[arg(long)]
    pub(crate) json: bool,
}
