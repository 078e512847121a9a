//! A network's description, checked once.

use serde::{Deserialize, Serialize};

use super::architecture::Architecture;
use super::covariance::Covariance;
use super::scaling::Scaling;
use crate::config::{ConfigError, ConfigPart, setters};
use crate::layer::{FirstValues, Plan, Shape, WeightKind};

/// First values of synapses; fan_in and fan_out are the widths of a layer's input and output.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Initialization {
    /// mu, or point weights, uniform in ±1/√active, sigma = 0.6/√active, where active is the number of a
    /// layer's inputs that are not zero: [`active_inputs`](NetworkConfig#structfield.active_inputs) of the network's
    /// inputs, half of a hidden layer. Standard deviations of priors are in units of 1/√active of each layer.
    #[default]
    Auto,
    /// mu uniform in ±4/√fan_in, sigma = 2/√fan_in; point weights uniform in ±1/√fan_in: the paper's
    /// digit experiments.
    Wide,
    /// mu, or point weights, uniform in ±√(2/fan_in), sigma = ½√(1/fan_out): the paper's animals and
    /// objects.
    He,
}

/// Share of the prior's standard deviation that sigma starts with under [`Initialization::Auto`].
const FIRST_SHARE: f32 = 0.6;

impl Initialization {
    /// First sigma in a layer of these widths; > 0.
    fn sigma(self, active: f32, fan_in: usize, fan_out: usize) -> f32 {
        match self {
            Self::Auto => FIRST_SHARE / active.sqrt(),
            Self::Wide => 2.0 / (fan_in as f32).sqrt(),
            Self::He => 0.5 * (1.0 / fan_out as f32).sqrt(),
        }
    }

    /// Largest mean, or point weight, at first.
    fn bound(self, active: f32, fan_in: usize, kind: WeightKind) -> f32 {
        let fan_in = fan_in as f32;
        match (self, kind) {
            (Self::Auto, _) => 1.0 / active.sqrt(),
            (Self::Wide, WeightKind::Gaussian) => 4.0 / fan_in.sqrt(),
            (Self::Wide, WeightKind::Point) => 1.0 / fan_in.sqrt(),
            (Self::He, _) => (2.0 / fan_in).sqrt(),
        }
    }

    /// Unit of the priors' standard deviations; > 0.
    fn prior_scale(self, active: f32) -> f64 {
        match self {
            Self::Auto => 1.0 / f64::from(active).sqrt(),
            Self::Wide | Self::He => 1.0,
        }
    }
}

/// A multi-layer perceptron with ReLU between its layers, or a list of layers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NetworkConfig {
    /// Width of each hidden layer, from the input on; empty for a single layer.
    pub hidden: Vec<usize>,
    /// All layers but the output's, in the place of `hidden`, which has to be empty then, as in
    /// `conv 32 3x3 same`, `relu`, `max-pool 2`, `flatten`, `linear 512` (see
    /// [`Network::describe`](super::Network::describe)).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub layers: Vec<String>,
    /// Channels, rows and columns of the input, where it is an image; empty if it is not.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub input: Vec<usize>,
    /// Output layers, each for all classes, of which one is in use at a time: 1 to 10,000. Several are
    /// for tasks that have classes of their own.
    #[serde(skip_serializing_if = "is_one")]
    pub heads: usize,
    /// True if neurons have a bias.
    pub bias: bool,
    /// First values of synapses.
    pub init: Initialization,
    /// With [`Initialization::Auto`]: number of the network's inputs that are not zero in an example, above 0,
    /// where it is far below their number, as of categories that have an input each. The number of inputs if
    /// not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub active_inputs: Option<f64>,
    /// Form of the covariance of a layer's synapses, under MESU.
    #[serde(skip_serializing_if = "is_diagonal")]
    pub covariance: Covariance,
    /// Standardization of the inputs.
    #[serde(skip_serializing_if = "is_unscaled")]
    pub scaling: Scaling,
}

setters!(NetworkConfig {
    hidden: impl Into<Vec<usize>>,
    input: impl Into<Vec<usize>>,
    heads: usize,
    bias: bool,
    init: Initialization,
    active_inputs: f64,
    covariance: Covariance,
    scaling: Scaling,
});

impl NetworkConfig {
    /// The paper's network for permuted digits: a hidden layer of 50 neurons without biases.
    #[must_use]
    pub fn paper() -> Self {
        Self {
            bias: false,
            init: Initialization::Wide,
            ..Self::default()
        }
    }

    /// Returns the description with a list of [`layers`](Self#structfield.layers) in the place of `hidden`.
    #[must_use]
    pub fn layers<T: Into<String>>(mut self, layers: impl IntoIterator<Item = T>) -> Self {
        self.layers = layers.into_iter().map(Into::into).collect();
        self.hidden.clear();
        self
    }

    /// First values of the synapses of a layer, which is the network's first or not.
    pub(super) fn first_values(&self, layer: &Plan, first: bool, kind: WeightKind) -> FirstValues {
        let fan_in = layer.inputs as f32;
        let active = match self.active_inputs {
            Some(active) if first && layer.conv.is_none() => (active as f32).min(fan_in),
            _ if first => fan_in,
            // ReLU silences half of them.
            _ => fan_in * 0.5,
        };
        FirstValues {
            bound: self.init.bound(active, layer.inputs, kind),
            sigma: self.init.sigma(active, layer.inputs, layer.fan_out()),
            prior_scale: self.init.prior_scale(active),
            bias: self.bias,
            kind,
        }
    }
}

/// Files of networks with one head do not speak of heads.
fn is_one(heads: &usize) -> bool {
    *heads == 1
}

/// Files of independent synapses do not speak of covariances.
fn is_diagonal(covariance: &Covariance) -> bool {
    *covariance == Covariance::Diagonal
}

/// Files of inputs that are taken as they are do not speak of scaling.
fn is_unscaled(scaling: &Scaling) -> bool {
    *scaling == Scaling::None
}

impl Default for NetworkConfig {
    /// A hidden layer of 50 neurons with biases, whose first values suit any standardized data.
    fn default() -> Self {
        Self {
            hidden: vec![50],
            layers: Vec::new(),
            input: Vec::new(),
            heads: 1,
            bias: true,
            init: Initialization::Auto,
            active_inputs: None,
            covariance: Covariance::Diagonal,
            scaling: Scaling::None,
        }
    }
}

/// Widest layer accepted: beyond it a typing mistake is likelier than a network.
const WIDEST: usize = 1 << 20;

/// Most heads accepted, for the same reason.
const MOST_HEADS: usize = 10_000;

/// Checks a description, and gives the shapes of its layers.
pub(super) fn architecture(
    inputs: usize,
    classes: usize,
    config: &NetworkConfig,
) -> Result<Architecture, ConfigError> {
    let (data, network) = (ConfigPart::Data, ConfigPart::Network);
    for (part, field, number, most) in [
        (data, "inputs", inputs, WIDEST),
        (data, "classes", classes, WIDEST),
        (network, "heads", config.heads, MOST_HEADS),
    ] {
        if number == 0 || number > most {
            let expected = format!("1 to {most}");
            return Err(ConfigError::new(part, field, number, expected));
        }
    }
    if let Some(active) = config.active_inputs
        && !(active > 0.0 && active <= inputs as f64)
    {
        let expected = format!("above 0 and at most {inputs}, the number of inputs");
        return Err(ConfigError::network("active_inputs", active, expected));
    }
    let found = format!("{:?}", config.hidden);
    if config.hidden.iter().any(|n| *n == 0 || *n > WIDEST) {
        let expected = format!("widths of 1 to {WIDEST}");
        return Err(ConfigError::network("hidden", found, expected));
    }
    if !config.layers.is_empty() && !config.hidden.is_empty() {
        let expected = "[] beside layers, which take its place";
        return Err(ConfigError::network("hidden", found, expected));
    }
    let perceptron = |width: &usize| [format!("linear {width}"), "relu".to_owned()];
    let (list, image) = match config.layers[..] {
        [] => (config.hidden.iter().flat_map(perceptron).collect(), &[][..]),
        _ => (config.layers.clone(), &config.input[..]),
    };
    let input = match *image {
        [] => Shape::Flat(inputs),
        [channels, rows, columns]
            if channels
                .checked_mul(rows)
                .and_then(|n| n.checked_mul(columns))
                == Some(inputs) =>
        {
            Shape::Image([channels, rows, columns])
        }
        _ => {
            let expected = format!("[channels, rows, columns] of {inputs} numbers, or []");
            let found = format!("{:?}", config.input);
            return Err(ConfigError::network("input", found, expected));
        }
    };
    let mut built = Architecture::new(&list, input, classes, config.bias)?;
    let heads = config.heads;
    if let Some(output) = built.lines.last_mut().filter(|_| heads > 1) {
        output.layer = format!("{heads} heads of {}", output.layer);
        output.synapses = output.synapses.saturating_mul(heads);
    }
    Ok(built)
}
