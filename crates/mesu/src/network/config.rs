//! A network's description, checked once.

use serde::{Deserialize, Serialize};

use super::architecture::{Architecture, Shape};
use crate::learner::ConfigError;

/// What a synapse is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A weight that is a Gaussian: mu and sigma.
    Gaussian,
    /// A weight that is a number.
    Point,
}

/// How synapses start; fan_in and fan_out are the widths of a layer's input and output.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Initialisation {
    /// mu uniform in ±4/√fan_in, sigma = 2/√fan_in; point weights uniform in ±1/√fan_in: the paper's
    /// digit experiments.
    #[default]
    Wide,
    /// mu, or point weights, uniform in ±√(2/fan_in), sigma = ½√(1/fan_out): the paper's animals and
    /// objects.
    He,
}

impl Initialisation {
    /// Where sigma starts in a layer of these widths; > 0.
    #[must_use]
    pub fn sigma(self, fan_in: usize, fan_out: usize) -> f32 {
        match self {
            Self::Wide => 2.0 / (fan_in as f32).sqrt(),
            Self::He => 0.5 * (1.0 / fan_out as f32).sqrt(),
        }
    }
}

/// A multi-layer perceptron with ReLU between its layers, or a list of layers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NetworkConfig {
    /// Width of each hidden layer, from the input on; empty for a single layer.
    pub hidden: Vec<usize>,
    /// In the place of `hidden`, which has to be empty then: all layers but the output's, as in
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
    /// Whether neurons have a bias.
    pub bias: bool,
    /// How synapses start.
    pub init: Initialisation,
}

/// Files of networks with one head do not speak of heads.
fn is_one(heads: &usize) -> bool {
    *heads == 1
}

impl Default for NetworkConfig {
    fn default() -> Self {
        Self {
            hidden: vec![50],
            layers: Vec::new(),
            input: Vec::new(),
            heads: 1,
            bias: false,
            init: Initialisation::Wide,
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
    for (what, number, most) in [
        ("inputs", inputs, WIDEST),
        ("classes", classes, WIDEST),
        ("network.heads", config.heads, MOST_HEADS),
    ] {
        if number == 0 || number > most {
            return Err(ConfigError::new(what, number, format!("1 to {most}")));
        }
    }
    let found = format!("{:?}", config.hidden);
    if config.hidden.iter().any(|n| *n == 0 || *n > WIDEST) {
        let expected = format!("widths of 1 to {WIDEST}");
        return Err(ConfigError::new("network.hidden", found, expected));
    }
    if !config.layers.is_empty() && !config.hidden.is_empty() {
        let expected = "[] beside network.layers, which takes its place";
        return Err(ConfigError::new("network.hidden", found, expected));
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
            return Err(ConfigError::new("network.input", found, expected));
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
