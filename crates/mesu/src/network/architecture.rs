//! From a short list of layers to their shapes.
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

use std::fmt;

use mesu_kernels::conv::Geometry;
use mesu_kernels::pool::Pool;

use crate::layer::Between;
use crate::learner::ConfigError;

/// The key of the list.
const KEY: &str = "network.layers";

/// Largest number accepted in a layer: beyond it a typing mistake is likelier than a network.
const MOST: usize = 1 << 20;

/// Most numbers of an example that a layer may take in, patches counted as often as they overlap, or give.
const MOST_NUMBERS: usize = 1 << 26;

/// Most entries of the list.
const MOST_ENTRIES: usize = 1 << 10;

/// What goes from one layer to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Channels, rows and columns of pixels.
    Image([usize; 3]),
    /// Numbers.
    Flat(usize),
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Image([channels, rows, columns]) => write!(f, "{channels}x{rows}x{columns}"),
            Self::Flat(numbers) => write!(f, "{numbers}"),
        }
    }
}

/// One line of a network's description.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The layer as it was written; the output layer as `linear 10`, or as `5 heads of linear 10`.
    pub layer: String,
    /// What comes out of it.
    pub shape: Shape,
    /// Its synapses, biases included, of all heads if it has several.
    pub synapses: usize,
}

/// A layer of neurons with what follows it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Planned {
    pub(super) inputs: usize,
    pub(super) outputs: usize,
    pub(super) conv: Option<Geometry>,
    pub(super) then: Vec<Between>,
}

/// A whole network: its layers, and its description with a line for each entry of the list.
#[derive(Clone, Debug)]
pub(super) struct Architecture {
    pub(super) layers: Vec<Planned>,
    pub(super) lines: Vec<Line>,
}

/// One entry of the list.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Entry {
    Conv {
        channels: usize,
        kernel: usize,
        padding: usize,
        stride: usize,
    },
    Linear(usize),
    Relu,
    MaxPool(usize),
    MeanPool(usize),
    Dropout(f32),
    Flatten,
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
            let (found, expected) = (
                format!("{} layers", list.len()),
                format!("at most {MOST_ENTRIES}"),
            );
            return Err(ConfigError::new(KEY, found, expected));
        }
        let mut this = Self {
            layers: Vec::new(),
            lines: Vec::new(),
        };
        let (mut shape, mut before) = (input, "the input".to_owned());
        let output = format!("linear {classes}");
        for (i, text) in list.iter().chain([&output]).enumerate() {
            let (entry, name) = match list.get(i) {
                Some(_) => (parse(text)?, format!("{text:?}")),
                None => (Entry::Linear(classes), "the output layer".to_owned()),
            };
            let misfit = |needs: &str| {
                let found = format!("{name} after {before}, which gives {shape}");
                ConfigError::new(KEY, found, needs)
            };
            let first = this.layers.is_empty();
            let flat_input = matches!(shape, Shape::Image(_)) && first && entry == Entry::Flatten;
            shape = match entry {
                _ if flat_input => Shape::Flat(this.numbers(shape)),
                Entry::Conv { .. } | Entry::Linear(_) => this.neurons(entry, shape, &misfit)?,
                _ if first => return Err(misfit("a conv or linear layer first")),
                step => this.step(step, shape, &misfit)?,
            };
            let synapses = match entry {
                Entry::Conv { .. } | Entry::Linear(_) => {
                    let planned = &this.layers[this.layers.len() - 1];
                    planned.outputs * (planned.inputs + usize::from(bias))
                }
                _ => 0,
            };
            this.lines.push(Line {
                layer: text.split_whitespace().collect::<Vec<_>>().join(" "),
                shape,
                synapses,
            });
            before = name;
        }
        Ok(this)
    }

    /// Adds a layer of neurons.
    fn neurons(
        &mut self,
        entry: Entry,
        shape: Shape,
        misfit: &dyn Fn(&str) -> ConfigError,
    ) -> Result<Shape, ConfigError> {
        let (planned, shape) = match (entry, shape) {
            (Entry::Linear(outputs), Shape::Flat(inputs)) => {
                let planned = (inputs, outputs, None);
                (planned, Shape::Flat(outputs))
            }
            (
                Entry::Conv {
                    channels,
                    kernel,
                    padding,
                    stride,
                },
                Shape::Image([depth, height, width]),
            ) => {
                let geometry = Geometry {
                    channels: depth,
                    height,
                    width,
                    kernel,
                    stride,
                    padding,
                };
                let fits = geometry.output().ok_or_else(|| {
                    misfit(&format!(
                        "at least {kernel} rows and columns, padding included"
                    ))
                });
                let (rows, columns) = fits?;
                let planned = (geometry.patch(), channels, Some(geometry));
                (planned, Shape::Image([channels, rows, columns]))
            }
            (Entry::Linear(_), _) => {
                let numbers = self.numbers(shape);
                return Err(misfit(&format!(
                    "{numbers} numbers in a row (flatten before it)"
                )));
            }
            _ => {
                return Err(misfit(
                    "an image: channels, rows and columns (network.input)",
                ));
            }
        };
        let (inputs, outputs, conv) = planned;
        let positions = conv.map_or(Some(1), |geometry| {
            let (rows, columns) = geometry.output()?;
            rows.checked_mul(columns)
        });
        let numbers = positions.and_then(|n| n.checked_mul(inputs.max(outputs)));
        if numbers.is_none_or(|numbers| numbers > MOST_NUMBERS) {
            let needs = format!("at most {MOST_NUMBERS} numbers an example, in and out");
            return Err(misfit(&needs));
        }
        self.layers.push(Planned {
            inputs,
            outputs,
            conv,
            then: Vec::new(),
        });
        Ok(shape)
    }

    /// Adds a step after the last layer of neurons.
    fn step(
        &mut self,
        entry: Entry,
        shape: Shape,
        misfit: &dyn Fn(&str) -> ConfigError,
    ) -> Result<Shape, ConfigError> {
        let (step, shape) = match (entry, shape) {
            (Entry::Dropout(p), _) => (Between::Dropout(p), shape),
            (
                Entry::MaxPool(size) | Entry::MeanPool(size),
                Shape::Image([depth, height, width]),
            ) => {
                let pool = Pool {
                    height,
                    width,
                    size,
                };
                let (rows, columns) = pool.output();
                if rows * columns == 0 {
                    return Err(misfit(&format!("at least {size} rows and columns")));
                }
                let step = match entry {
                    Entry::MaxPool(_) => Between::MaxPool(pool),
                    _ => Between::MeanPool(pool),
                };
                (step, Shape::Image([depth, rows, columns]))
            }
            (Entry::Flatten, Shape::Image([_, rows, columns])) => {
                let step = Between::Flatten(rows * columns);
                (step, Shape::Flat(self.numbers(shape)))
            }
            (Entry::MaxPool(_) | Entry::MeanPool(_) | Entry::Flatten, Shape::Flat(_)) => {
                return Err(misfit("an image"));
            }
            _ => (Between::Relu, shape),
        };
        if let Some(layer) = self.layers.last_mut() {
            layer.then.push(step);
        }
        Ok(shape)
    }

    fn numbers(&self, shape: Shape) -> usize {
        match shape {
            Shape::Image(sizes) => sizes.iter().product(),
            Shape::Flat(numbers) => numbers,
        }
    }
}

/// Reads an entry of the list.
fn parse(text: &str) -> Result<Entry, ConfigError> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let wrong = || {
        let expected = "conv N KxK [valid|same|pad N] [stride N] (same: K odd; pad: N below K), linear N, relu, \
                        max-pool N, mean-pool N, dropout P (between 0 and 1) or flatten";
        ConfigError::new(KEY, format!("{text:?}"), expected)
    };
    // The square of a kernel's side, times any channels, is still a number.
    const WIDEST_KERNEL: usize = 1 << 10;
    let number = |word: &str, least: usize| -> Result<usize, ConfigError> {
        let number = word.parse().ok();
        number
            .filter(|n| (least..=MOST).contains(n))
            .ok_or_else(wrong)
    };
    match words[..] {
        ["relu"] => Ok(Entry::Relu),
        ["flatten"] => Ok(Entry::Flatten),
        ["linear", outputs] => Ok(Entry::Linear(number(outputs, 1)?)),
        ["max-pool", size] => Ok(Entry::MaxPool(number(size, 1)?)),
        ["mean-pool", size] => Ok(Entry::MeanPool(number(size, 1)?)),
        ["dropout", p] => {
            let p: Option<f32> = p.parse().ok();
            let p = p.filter(|p| *p > 0.0 && *p < 1.0);
            Ok(Entry::Dropout(p.ok_or_else(wrong)?))
        }
        ["conv", channels, kernel, ref more @ ..] => {
            let (rows, columns) = kernel.split_once('x').ok_or_else(wrong)?;
            let kernel = number(rows, 1)?;
            if number(columns, 1)? != kernel || kernel > WIDEST_KERNEL {
                return Err(wrong());
            }
            let (mut padding, mut stride) = (None, None);
            let mut more = more;
            while !more.is_empty() {
                // Each may be said once.
                more = match more {
                    ["valid", rest @ ..] if padding.is_none() => {
                        padding = Some(0);
                        rest
                    }
                    ["same", rest @ ..] if kernel % 2 == 1 && padding.is_none() => {
                        padding = Some(kernel / 2);
                        rest
                    }
                    ["pad", n, rest @ ..] if padding.is_none() => {
                        padding = Some(number(n, 0)?);
                        rest
                    }
                    ["stride", n, rest @ ..] if stride.is_none() => {
                        stride = Some(number(n, 1)?);
                        rest
                    }
                    _ => return Err(wrong()),
                };
            }
            let (padding, stride) = (padding.unwrap_or(0), stride.unwrap_or(1));
            // More would be positions that see zeros alone.
            if padding >= kernel {
                return Err(wrong());
            }
            Ok(Entry::Conv {
                channels: number(channels, 1)?,
                kernel,
                padding,
                stride,
            })
        }
        _ => Err(wrong()),
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
                error.contains("network.layers") && error.contains("max-pool N"),
                "{error}"
            );
        }
    }
}
