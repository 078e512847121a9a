//! Shapes of layers, from a short list of them.
//!
//! | layer | what |
//! |---|---|
//! | `conv 32 3x3` | 32 channels with kernels of 3 by 3, at every position where one fits; `conv 32 3x3 valid` says so |
//! | `conv 32 3x3 same` | with zeros around the image, so that its size stays |
//! | `conv 32 5x5 pad 1 stride 2` | with so many zeros (fewer than the kernel has rows), and so many pixels from one position to the next |
//! | `linear 512` | 512 neurons, each of which sees everything |
//! | `relu` | `max(x, 0)` |
//! | `max-pool 2`, `mean-pool 2` | the largest, or the mean, of squares of 2 by 2 pixels; what does not fill one is left out |
//! | `dropout 0.25` | while learning, a quarter of the numbers become 0, the others grow for it |
//! | `flatten` | channels of pixels become plain numbers: channel by channel, row by row |
//!
//! The output layer, one neuron for each class, comes after the last of them and is not in the list, nor are
//! further heads.

use crate::config::ConfigError;
use crate::layer::entry::{Entry, Refusal};
use crate::layer::list::{self, Listed};
use crate::layer::{Op, Plan, Shape, linear};

/// The field of the list.
const FIELD: &str = "layers";

/// Most entries of the list.
const MOST_ENTRIES: usize = 1 << 10;

/// One line of a network's description.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The layer as it was written; the output layer as `linear 10`, or as `5 heads of linear 10`.
    pub layer: String,
    /// Shape of its output.
    pub shape: Shape,
    /// Number of its synapses, biases included, of all heads if it has several.
    pub synapses: usize,
}

/// A whole network: its layers, and its description with a line for each entry of the list.
#[derive(Clone, Debug)]
pub(super) struct Architecture {
    pub(super) layers: Vec<Plan>,
    pub(super) lines: Vec<Line>,
}

impl Architecture {
    /// The layers of `list` on inputs of the shape `input`, and an output layer for `classes`.
    ///
    /// # Errors
    /// A list too long; an entry that is none of the table above; layers whose shapes do not meet, named with
    /// both shapes.
    pub(super) fn new(
        list: &[String],
        input: Shape,
        classes: usize,
        bias: bool,
    ) -> Result<Self, ConfigError> {
        if list.len() > MOST_ENTRIES {
            let found = format!("{} layers", list.len());
            let expected = format!("at most {MOST_ENTRIES}");
            return Err(ConfigError::network(FIELD, found, expected));
        }
        let mut this = Self {
            layers: Vec::new(),
            lines: Vec::new(),
        };
        let (mut shape, mut before) = (input, "the input".to_owned());
        for text in list {
            let words: Vec<&str> = text.split_whitespace().collect();
            let entry = Entry {
                words: &words,
                input: shape,
            };
            let name = format!("{text:?}");
            let read = this.in_place(list::read(entry));
            let read = read.map_err(|refusal| misfit(refusal, &name, &before, shape))?;
            shape = this.add(read, words.join(" "), bias);
            before = name;
        }
        let read = linear::plan(classes, shape);
        let read = read.map_err(|refusal| misfit(refusal, "the output layer", &before, shape))?;
        let read = (Listed::Neurons(read.0), read.1);
        this.add(read, format!("linear {classes}"), bias);
        Ok(this)
    }

    /// Refuses operations before the first layer of neurons, but for a flattening of the input.
    fn in_place(&self, read: Result<(Listed, Shape), Refusal>) -> Result<(Listed, Shape), Refusal> {
        let neurons_first = || Refusal::Needs("a conv or linear layer first".to_owned());
        match read {
            Ok((Listed::Op(Op::Flatten(_)) | Listed::Neurons(_), _)) => read,
            Ok(_) if self.layers.is_empty() => Err(neurons_first()),
            _ => read,
        }
    }

    /// Adds a layer with its line; gives the shape of its output.
    fn add(&mut self, (listed, shape): (Listed, Shape), layer: String, bias: bool) -> Shape {
        let mut synapses = 0;
        match (listed, self.layers.last_mut()) {
            (Listed::Neurons(plan), _) => {
                synapses = plan.synapses(bias);
                self.layers.push(plan);
            }
            (Listed::Op(op), Some(layer)) => layer.then.push(op),
            // An input is numbers in a row already.
            (Listed::Op(_), None) => {}
        }
        self.lines.push(Line {
            layer,
            shape,
            synapses,
        });
        shape
    }
}

/// Error about a layer that does not fit its place.
fn misfit(refusal: Refusal, name: &str, before: &str, shape: Shape) -> ConfigError {
    match refusal {
        Refusal::Unreadable => ConfigError::network(FIELD, name, list::forms()),
        Refusal::Needs(what) => {
            let found = format!("{name} after {before}, which gives {shape}");
            ConfigError::network(FIELD, found, what)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(entries: &[&str]) -> Vec<String> {
        entries.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_papers_network_has_its_shapes() {
        let entries = list(&[
            "conv 32 3x3 same",
            "relu",
            "conv 32 3x3",
            "relu",
            "max-pool 2",
            "dropout 0.25",
            "conv 64 3x3 same",
            "relu",
            "conv 64 3x3",
            "relu",
            "max-pool 2",
            "dropout 0.25",
            "flatten",
            "linear 512",
            "relu",
            "dropout 0.5",
        ]);
        let built = Architecture::new(&entries, Shape::Image([3, 32, 32]), 10, true).unwrap();
        let shapes: Vec<String> = built.lines.iter().map(|l| l.shape.to_string()).collect();
        assert_eq!(
            shapes,
            [
                "32x32x32", "32x32x32", "32x30x30", "32x30x30", "32x15x15", "32x15x15", "64x15x15",
                "64x15x15", "64x13x13", "64x13x13", "64x6x6", "64x6x6", "2304", "512", "512",
                "512", "10"
            ]
        );
        let synapses: Vec<usize> = built.lines.iter().map(|line| line.synapses).collect();
        assert_eq!(
            (synapses[0], synapses[2], synapses[13]),
            (896, 9248, 1_180_160)
        );
        assert_eq!((built.layers.len(), synapses[16]), (6, 5130));
    }

    #[test]
    fn what_does_not_meet_is_named_with_its_shapes() {
        let image = Shape::Image([3, 8, 8]);
        for (entries, input, parts) in [
            (
                &["conv 4 3x3", "linear 5"][..],
                image,
                [
                    "\"linear 5\" after \"conv 4 3x3\", which gives 4x6x6",
                    "flatten",
                ],
            ),
            (
                &["conv 4 3x3"],
                image,
                [
                    "the output layer after \"conv 4 3x3\", which gives 4x6x6",
                    "flatten",
                ],
            ),
            (
                &["conv 4 9x9"],
                image,
                ["after the input, which gives 3x8x8", "at least 9 rows"],
            ),
            (
                &["conv 4 3x3"],
                Shape::Flat(64),
                ["which gives 64", "an image"],
            ),
            (
                &["linear 4", "max-pool 2"],
                Shape::Flat(64),
                [
                    "\"max-pool 2\" after \"linear 4\", which gives 4",
                    "an image",
                ],
            ),
            (
                &["conv 4 3x3", "max-pool 7"],
                image,
                ["which gives 4x6x6", "at least 7"],
            ),
            (
                &["relu"],
                image,
                ["\"relu\" after the input", "a conv or linear layer first"],
            ),
        ] {
            let error = Architecture::new(&list(entries), input, 2, false)
                .unwrap_err()
                .to_string();
            assert!(parts.iter().all(|part| error.contains(part)), "{error}");
        }
    }

    #[test]
    fn networks_of_absurd_size_are_refused() {
        let image = Shape::Image([1, 1000, 1000]);
        for entries in [
            &["conv 1048576 3x3 same"][..],
            &["conv 1000 1000x1000 pad 999", "conv 1000 1000x1000 pad 999"],
            &["conv 60 3x3 same", "conv 60 3x3 same"],
        ] {
            let error = Architecture::new(&list(entries), image, 2, true).unwrap_err();
            assert!(
                error.to_string().contains("at most 67108864 numbers"),
                "{error}"
            );
        }
        let wide = ["conv 64 1x1", "flatten", "linear 1048576"];
        let built = Architecture::new(&list(&wide), image, 2, true).unwrap();
        assert_eq!(built.lines[2].synapses, 1_048_576 * (64_000_000 + 1));
    }

    #[test]
    fn entries_that_are_none_are_refused() {
        for text in [
            "",
            "conv",
            "conv 3",
            "conv 3 3",
            "conv 3 3x5",
            "conv 0 3x3",
            "conv 3 3x3 pad",
            "conv 3 2x2 same",
            "conv 3 3x3 stride 0",
            "conv 3 3x3 stride 2 stride 3",
            "conv 3 3x3 same pad 1",
            "conv 3 3x3 valid 2",
            "linear",
            "linear -1",
            "linear 1e3",
            "relu 2",
            "conv 3 3x3 pad 3",
            "conv 3 2000x2000 pad 1999",
            "dropout 1",
            "dropout 0",
            "dropout nan",
            "max-pool 0",
            "flat",
            "conv 99999999999999999999 3x3",
        ] {
            let error = Architecture::new(&list(&[text]), Shape::Image([1, 9, 9]), 2, true);
            let error = error.unwrap_err().to_string();
            assert!(
                error.starts_with("layers is ") && error.contains("max-pool N"),
                "{error}"
            );
        }
    }
}
