//! The sections `data` and `domains`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Sources and numbers of examples.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataConfig {
    /// `embedded` (MNIST, and Fashion-MNIST as the unknown); sets of the data folder, `cifar100` or
    /// several as `cifar10+cifar100`, or `animals`; a folder of IDX files; or an NPZ archive of features.
    pub source: String,
    /// Target of an example: its label, or a value of an archive of features.
    #[serde(default, skip_serializing_if = "Predicted::is_labels")]
    pub target: Predicted,
    /// A folder with IDX test images, or an archive of features, of something unknown (not with
    /// `embedded`); or `permuted`: the test images themselves, their pixels in an order that is no task's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ood: Option<String>,
    /// True if out-of-distribution images are shuffled like the newest task's, rather than shown as they
    /// are.
    pub ood_permuted: bool,
    /// Standardization of pixels or features.
    pub standardise: Standardising,
    /// With [`Standardising::Each`]: the least standard deviation that a feature is divided by, as a share of the
    /// root mean square of all, 0 to 1; 0 for none.
    #[serde(default)]
    pub standardise_floor: f64,
    /// Examples per update, 1..=`train_examples`.
    pub batch_size: usize,
    /// Passes over each task's examples, 1 or more.
    pub epochs: usize,
    /// Test on so many of the last training examples, which are then not learned, instead of on the
    /// test set; 1 or more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validation: Option<usize>,
    /// Share of every class and domain that is the test set of an archive with one set, in (0, 1).
    #[serde(default = "fifth", skip_serializing_if = "is_fifth")]
    pub test_share: f64,
    /// Training examples of each task, 1 or more; all without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub train_examples: Option<usize>,
    /// Test examples of each task, 1 or more; all without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test_examples: Option<usize>,
}

/// Target of an example.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Predicted {
    /// Its class.
    #[default]
    Labels,
    /// A number.
    Values,
}

impl Predicted {
    fn is_labels(&self) -> bool {
        *self == Self::Labels
    }
}

impl DataConfig {
    /// The value of `source` that means the sets inside the program.
    pub const EMBEDDED: &'static str = "embedded";

    /// The value of `ood` that means a permuted copy of the test set.
    pub const PERMUTED: &'static str = "permuted";

    /// Returns whether the out-of-distribution images are the test images, permuted.
    pub(crate) fn ood_is_own(&self) -> bool {
        self.ood.as_deref() == Some(Self::PERMUTED)
    }
}

/// Standardization of pixels, scaled to 0..=1, and of features: `false`, `true` or `"each"` in TOML.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "FlagOrName", into = "FlagOrName")]
pub enum Standardising {
    /// Nothing.
    None,
    /// Their common mean is subtracted, and they are divided by their common standard deviation.
    All,
    /// Every feature by its own mean and standard deviation, and 0 if it does not vary; not of images.
    Each,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(untagged, expecting = "true, false or \"each\"")]
enum FlagOrName {
    Flag(bool),
    Name(String),
}

impl TryFrom<FlagOrName> for Standardising {
    type Error = String;

    fn try_from(value: FlagOrName) -> Result<Self, String> {
        match value {
            FlagOrName::Flag(false) => Ok(Self::None),
            FlagOrName::Flag(true) => Ok(Self::All),
            FlagOrName::Name(name) if name == "each" => Ok(Self::Each),
            FlagOrName::Name(name) => Err(format!(
                "invalid value: string {name:?}, expected true, false or \"each\""
            )),
        }
    }
}

impl From<Standardising> for FlagOrName {
    fn from(value: Standardising) -> Self {
        match value {
            Standardising::None => Self::Flag(false),
            Standardising::All => Self::Flag(true),
            Standardising::Each => Self::Name("each".to_owned()),
        }
    }
}

fn fifth() -> f64 {
    0.2
}

fn is_fifth(share: &f64) -> bool {
    *share == fifth()
}

/// Order of domains.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DomainsConfig {
    /// True if every class of a domain is repeated until it is as large as the largest.
    pub balanced: bool,
    /// True if every class has its domains in an order of its own, drawn from the seed.
    pub shuffled: bool,
    /// The last part of a domain, 0 to 1, in which examples of the next one come in, more and more.
    pub gradual: f64,
    /// With `species`: classes of the data that are nothing to be recognised.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub strangers: Vec<String>,
    /// For each class, which classes of the data are its species: one for each domain, in order; those
    /// after the last domain are never learned. Empty: the data say of which domain an example is.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub species: BTreeMap<String, Vec<String>>,
}

impl DomainsConfig {
    pub(crate) fn is_default(&self) -> bool {
        *self == Self::default()
    }
}
