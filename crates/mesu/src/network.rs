//! A network: its description, checked once, and its layers.

use mesu_kernels::Generator;
use serde::{Deserialize, Serialize};

use crate::layer::Linear;
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

/// A multi-layer perceptron with ReLU between its layers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NetworkConfig {
    /// Width of each hidden layer, from the input on; empty for a single layer.
    pub hidden: Vec<usize>,
    /// Whether neurons have a bias.
    pub bias: bool,
    /// How synapses start.
    pub init: Initialisation,
}

impl Default for NetworkConfig {
    fn default() -> Self {
        Self {
            hidden: vec![50],
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
    pub layers: Vec<Linear>,
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
        let widths = [&[inputs], config.hidden.as_slice(), &[classes]].concat();
        for (what, width) in [("inputs", inputs), ("classes", classes)] {
            if width == 0 || width > WIDEST {
                return Err(ConfigError::new(what, width, format!("1 to {WIDEST}")));
            }
        }
        for width in &config.hidden {
            if *width == 0 || *width > WIDEST {
                let found = format!("{:?}", config.hidden);
                return Err(ConfigError::new(
                    "network.hidden",
                    found,
                    format!("widths of 1 to {WIDEST}"),
                ));
            }
        }
        let synapses: usize = widths.windows(2).map(|w| w[0] * w[1]).sum();
        // Asked for here and given back: later on, memory that isn't there ends the program.
        let bytes = synapses.saturating_mul(BYTES_PER_SYNAPSE);
        if Vec::<u8>::new().try_reserve_exact(bytes).is_err() {
            let found = format!("{:?}", config.hidden);
            let gigabytes = bytes.div_ceil(1 << 30);
            let expected =
                format!("a network that fits the memory (this one takes {gigabytes} GiB)");
            return Err(ConfigError::new("network.hidden", found, expected));
        }
        let layers = widths
            .windows(2)
            .map(|w| linear(w[0], w[1], config, form, noise))
            .collect();
        Ok(Self { layers })
    }

    /// Width of the input.
    #[must_use]
    pub fn inputs(&self) -> usize {
        self.layers[0].inputs
    }

    /// Number of classes.
    #[must_use]
    pub fn classes(&self) -> usize {
        self.layers[self.layers.len() - 1].outputs
    }

    /// Number of synapses.
    #[must_use]
    pub fn synapses(&self) -> usize {
        self.layers.iter().map(Linear::synapses).sum()
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

fn linear(
    inputs: usize,
    outputs: usize,
    config: &NetworkConfig,
    form: Form,
    noise: &mut Generator,
) -> Linear {
    let fan_in = inputs as f32;
    let bound = match (config.init, form) {
        (Initialisation::Wide, Form::Gaussian) => 4.0 / fan_in.sqrt(),
        (Initialisation::Wide, Form::Point) => 1.0 / fan_in.sqrt(),
        (Initialisation::He, _) => (2.0 / fan_in).sqrt(),
    };
    let sigma = config.init.sigma(inputs, outputs);
    let mut draw = |rows, columns| {
        let mut values = vec![0.0; rows * columns];
        noise.fill_uniform(&mut values, -bound, bound);
        match form {
            Form::Gaussian => Synapses::new(rows, columns, &values, &vec![sigma; rows * columns]),
            Form::Point => Synapses::points(rows, columns, &values),
        }
    };
    let weight = draw(outputs, inputs);
    let bias = config.bias.then(|| draw(1, outputs));
    Linear {
        inputs,
        outputs,
        weight,
        bias,
    }
}
