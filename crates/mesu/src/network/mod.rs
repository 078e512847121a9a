//! A network: its description, checked once, and its layers.

mod architecture;
mod config;
mod heads;

use mesu_kernels::Generator;

use self::architecture::{Architecture, Planned};
pub use self::architecture::{Line, Shape};
use self::config::architecture;
pub use self::config::{Form, Initialisation, NetworkConfig};
pub use self::heads::HeadError;
use self::heads::Heads;
pub(crate) use self::heads::{Rules, Updates};
use crate::layer::{Between, Layer};
use crate::learner::ConfigError;
use crate::synapse::Synapses;

/// Bytes that learning holds for a synapse: mu, sigma and their gradients.
const BYTES_PER_SYNAPSE: usize = 16;

/// Layers of synapses, from the input to the logits, and heads that wait to be the last of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Network {
    /// At least one; the last is the head in use.
    pub layers: Vec<Layer>,
    heads: Heads,
}

impl From<Vec<Layer>> for Network {
    /// A network of these layers, at least one, and no other head than the last of them.
    fn from(layers: Vec<Layer>) -> Self {
        let heads = Heads::new([]);
        Self { layers, heads }
    }
}

impl Network {
    /// A network for `inputs` numbers and `classes` classes, its means drawn from `noise`: layer by
    /// layer, then one head after another, so that the first head starts as it would alone.
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
            let of_heads = lines.last().map_or(0, |line| line.synapses);
            let (key, found) = match config.layers[..] {
                _ if config.heads > 1 && of_heads > synapses / 2 => {
                    ("network.heads", config.heads.to_string())
                }
                [] => ("network.hidden", format!("{:?}", config.hidden)),
                _ => ("network.layers", format!("{:?}", config.layers)),
            };
            let gigabytes = bytes.div_ceil(1 << 30);
            let expected =
                format!("a network that fits the memory (this one takes {gigabytes} GiB)");
            return Err(ConfigError::new(key, found, expected));
        }
        let output = layers.last().cloned();
        let mut draw = |planned| synapses_of(planned, config, form, noise);
        let layers = layers.into_iter().map(&mut draw).collect();
        let others = output.into_iter().cycle().take(config.heads - 1);
        let heads = Heads::new(others.map(&mut draw));
        Ok(Self { layers, heads })
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

    /// Number of synapses, those of all heads included.
    #[must_use]
    pub fn synapses(&self) -> usize {
        let layers = self.all_layers();
        layers.map(|(_, layer, _)| layer.synapses()).sum()
    }

    /// The groups of synapses with their names, `layer.1.weight` first. Where there are several heads,
    /// theirs come last, all of them and whichever is in use: `head.1.weight` is of the head 0.
    pub fn groups(&self) -> impl Iterator<Item = (String, &Synapses)> {
        self.all_layers().flat_map(|(name, layer, _)| {
            let weight = (format!("{name}.weight"), &layer.weight);
            let bias = layer.bias.as_ref();
            let bias = bias.map(|bias| (format!("{name}.bias"), bias));
            std::iter::once(weight).chain(bias)
        })
    }
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
