//! A network: its description, checked once, and its layers.

mod architecture;

use mesu_kernels::Generator;
use serde::{Deserialize, Serialize};

use self::architecture::{Architecture, Planned};
pub use self::architecture::{Line, Shape};
use crate::layer::{Between, Layer};
use crate::learner::ConfigError;
use crate::synapse::Synapses;

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
    /// `conv 32 3x3 same`, `relu`, `max-pool 2`, `flatten`, `linear 512` (see [`Network::describe`]).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub layers: Vec<String>,
    /// Channels, rows and columns of the input, where it is an image; empty if it is not.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub input: Vec<usize>,
    /// Whether neurons have a bias.
    pub bias: bool,
    /// How synapses start.
    pub init: Initialisation,
}

impl Default for NetworkConfig {
    fn default() -> Self {
        Self {
            hidden: vec![50],
            layers: Vec::new(),
            input: Vec::new(),
            bias: false,
            init: Initialisation::Wide,
        }
    }
}

/// Widest layer accepted: beyond it a typing mistake is likelier than a network.
const WIDEST: usize = 1 << 20;

/// Bytes that learning holds for a synapse: mu, sigma and their gradients.
const BYTES_PER_SYNAPSE: usize = 16;

/// Layers of synapses, from the input to the logits.
#[derive(Clone, Debug, PartialEq)]
pub struct Network {
    /// At least one.
    pub layers: Vec<Layer>,
}

impl Network {
    /// A network for `inputs` numbers and `classes` classes, its means drawn from `noise`.
    ///
    /// # Errors
    /// A width that is zero or absurd, or more synapses than memory holds, naming the key.
    pub fn new(
        inputs: usize,
        classes: usize,
        config: &NetworkConfig,
        form: Form,
        noise: &mut Generator,
    ) -> Result<Self, ConfigError> {
        let Architecture { layers, lines } = architecture(inputs, classes, config)?;
        let counts = lines.iter().map(|line| line.synapses);
        let synapses = counts.fold(0, usize::saturating_add);
        // Asked for here and given back: later on, memory that isn't there ends the program.
        let bytes = synapses.saturating_mul(BYTES_PER_SYNAPSE);
        if Vec::<u8>::new().try_reserve_exact(bytes).is_err() {
            let (key, found) = match config.layers[..] {
                [] => ("network.hidden", format!("{:?}", config.hidden)),
                _ => ("network.layers", format!("{:?}", config.layers)),
            };
            let gigabytes = bytes.div_ceil(1 << 30);
            let expected =
                format!("a network that fits the memory (this one takes {gigabytes} GiB)");
            return Err(ConfigError::new(key, found, expected));
        }
        let layers = layers.into_iter();
        let layers = layers.map(|planned| synapses_of(planned, config, form, noise));
        Ok(Self {
            layers: layers.collect(),
        })
    }

    /// The network that `config` describes, layer by layer, without making it: one line for each entry of
    /// its list and for the output layer.
    ///
    /// # Errors
    /// As [`Network::new`], but for the memory.
    pub fn describe(
        inputs: usize,
        classes: usize,
        config: &NetworkConfig,
    ) -> Result<Vec<Line>, ConfigError> {
        Ok(architecture(inputs, classes, config)?.lines)
    }

    /// Width of the input.
    #[must_use]
    pub fn inputs(&self) -> usize {
        self.layers[0].input_size()
    }

    /// Whether its layers are fully connected with ReLU between them, and nothing else.
    pub(crate) fn is_perceptron(&self) -> bool {
        let (last, hidden) = self.layers.split_last().expect("a layer");
        let plain = |layer: &Layer| layer.conv.is_none() && layer.then == [Between::Relu];
        hidden.iter().all(plain) && last.conv.is_none() && last.then.is_empty()
    }

    /// Number of classes.
    #[must_use]
    pub fn classes(&self) -> usize {
        self.layers[self.layers.len() - 1].outputs
    }

    /// Number of synapses.
    #[must_use]
    pub fn synapses(&self) -> usize {
        self.layers.iter().map(Layer::synapses).sum()
    }

    /// The groups of synapses with their names, `layer.1.weight` first.
    pub fn groups(&self) -> impl Iterator<Item = (String, &Synapses)> {
        self.layers.iter().enumerate().flat_map(|(l, layer)| {
            let weight = (format!("layer.{}.weight", l + 1), &layer.weight);
            let bias = layer
                .bias
                .as_ref()
                .map(|bias| (format!("layer.{}.bias", l + 1), bias));
            std::iter::once(weight).chain(bias)
        })
    }

    /// The groups of synapses, in the order of [`groups`](Self::groups).
    pub(crate) fn synapses_mut(&mut self) -> impl Iterator<Item = &mut Synapses> {
        let layers = self.layers.iter_mut();
        layers.flat_map(|layer| std::iter::once(&mut layer.weight).chain(&mut layer.bias))
    }
}

/// Checks a description, and gives the shapes of its layers.
fn architecture(
    inputs: usize,
    classes: usize,
    config: &NetworkConfig,
) -> Result<Architecture, ConfigError> {
    for (what, width) in [("inputs", inputs), ("classes", classes)] {
        if width == 0 || width > WIDEST {
            return Err(ConfigError::new(what, width, format!("1 to {WIDEST}")));
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
    Architecture::new(&list, input, classes, config.bias)
}

/// The synapses of a layer, drawn.
fn synapses_of(
    planned: Planned,
    config: &NetworkConfig,
    form: Form,
    noise: &mut Generator,
) -> Layer {
    let Planned {
        inputs,
        outputs,
        conv,
        then,
    } = planned;
    let fan_in = inputs as f32;
    let fan_out = outputs * conv.map_or(1, |geometry| geometry.kernel * geometry.kernel);
    let bound = match (config.init, form) {
        (Initialisation::Wide, Form::Gaussian) => 4.0 / fan_in.sqrt(),
        (Initialisation::Wide, Form::Point) => 1.0 / fan_in.sqrt(),
        (Initialisation::He, _) => (2.0 / fan_in).sqrt(),
    };
    let sigma = config.init.sigma(inputs, fan_out);
    let mut draw = |rows, columns, bound: f32| {
        let mut values = vec![0.0; rows * columns];
        if bound > 0.0 {
            noise.fill_uniform(&mut values, -bound, bound);
        }
        match form {
            Form::Gaussian => Synapses::new(rows, columns, &values, &vec![sigma; rows * columns]),
            Form::Point => Synapses::points(rows, columns, &values),
        }
    };
    let weight = draw(outputs, inputs, bound);
    // Biases of convolutions start at 0, as in the paper.
    let of_bias = if conv.is_some() { 0.0 } else { bound };
    let bias = config.bias.then(|| draw(1, outputs, of_bias));
    Layer {
        inputs,
        outputs,
        weight,
        bias,
        conv,
        then,
    }
}
