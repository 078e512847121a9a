//! Reasons for which a learner refuses or gives up, and the checks of its examples.

use mesu_kernels::all_within;

use super::remedy::Remedy;
use crate::network::Network;
use crate::outputs::{Outputs, Targets};

/// Reason why a batch could not be learned from or predicted.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum LearnError {
    /// The network can't be computed with any more; learning has to go back to a checkpoint.
    #[error("learning diverged in layer {layer} at update {update}: {what}")]
    Diverged {
        /// Layer, from 1.
        layer: usize,
        /// Updates made before.
        update: u64,
        /// Finding there.
        what: &'static str,
        /// Changes of settings that may help.
        remedies: Vec<Remedy>,
    },
    /// The learner broke at an earlier call and can't be used any more; learning has to go back to a checkpoint.
    #[error("the learner broke in layer {layer} at update {since}: {what}")]
    Broken {
        /// Layer, from 1.
        layer: usize,
        /// Updates made before.
        since: u64,
        /// Finding there.
        what: &'static str,
    },
    /// An example's numbers grow beyond what 32-bit floats hold on their way through the network; the learner is
    /// as before it.
    #[error("an example's numbers overflow in layer {layer} at update {update}: {what}")]
    Overflow {
        /// Layer, from 1.
        layer: usize,
        /// Updates made before.
        update: u64,
        /// Finding there.
        what: &'static str,
    },
    /// An input is too large for arithmetic in 32-bit floats.
    #[error(
        "input {position} of example {example} is {value:e}; expected a magnitude of at most {most:e}"
    )]
    TooLarge {
        /// Example in the batch, from 0.
        example: usize,
        /// Input, from 0.
        position: usize,
        /// The input.
        value: f32,
        /// Largest magnitude accepted.
        most: f32,
    },
    /// There is not one weight for each example.
    #[error("{found} weights for {examples} examples; expected one each")]
    Weights {
        /// Weights given.
        found: usize,
        /// Examples they should be of.
        examples: usize,
    },
    /// A weight is negative or not finite.
    #[error("weight of example {example} is {value}; expected a finite number, 0 or more")]
    Weight {
        /// Example in the batch, from 0.
        example: usize,
        /// The weight.
        value: f32,
    },
    /// A task ended without a training example, which the learner has to look at.
    #[error("a task ended without a training example; expected at least one")]
    NoExamples,
    /// The number of inputs is not examples times the width of the network's input.
    #[error("{found} inputs for {examples} examples; expected {expected} each")]
    Width {
        /// Numbers given.
        found: usize,
        /// Examples they should be of.
        examples: usize,
        /// Width of the network's input.
        expected: usize,
    },
    /// An input is NaN or infinite.
    #[error("input {position} of example {example} is {value}; expected a finite number")]
    NotFinite {
        /// Example in the batch, from 0.
        example: usize,
        /// Input, from 0.
        position: usize,
        /// NaN or ±inf.
        value: f32,
    },
    /// The targets are not of the kind that the learner predicts.
    #[error("targets are {found}; expected {expected}")]
    TargetKind {
        /// Kind of the targets given.
        found: &'static str,
        /// Kind that the learner predicts.
        expected: &'static str,
    },
    /// A value to predict is not finite, or too large for arithmetic in 32-bit floats.
    #[error(
        "value {value:e} of example {example}; expected a finite magnitude of at most {most:e}"
    )]
    Value {
        /// Example in the batch, from 0.
        example: usize,
        /// The value.
        value: f32,
        /// Largest magnitude accepted.
        most: f32,
    },
    /// A label is not below the number of classes.
    #[error("label {label} of example {example}; expected 0 to {}", classes - 1)]
    Label {
        /// Example in the batch, from 0.
        example: usize,
        /// The label.
        label: u32,
        /// Number of classes.
        classes: usize,
    },
}

/// Largest magnitude of an input, or of a value to predict: its square, times the square of a weight, summed over a layer and squared again
/// in the next one, is a number that 32-bit floats hold.
const LARGEST: f32 = 1e12;

/// Checks the weights of so many examples.
pub(crate) fn check_weights(weights: Option<&[f32]>, examples: usize) -> Result<(), LearnError> {
    let Some(weights) = weights else {
        return Ok(());
    };
    let found = weights.len();
    if found != examples {
        return Err(LearnError::Weights { found, examples });
    }
    let unsound = |w: &f32| !(w.is_finite() && *w >= 0.0);
    match weights.iter().position(unsound) {
        None => Ok(()),
        Some(example) => Err(LearnError::Weight {
            example,
            value: weights[example],
        }),
    }
}

/// Checks that a network can learn these examples.
pub(crate) fn check(
    network: &Network,
    inputs: &[f32],
    targets: Targets<'_>,
) -> Result<(), LearnError> {
    check_width(network, inputs, targets.len())?;
    check_finite(network, inputs)?;
    match (&network.outputs, targets) {
        (Outputs::Classes, Targets::Labels(labels)) => check_labels(network.classes(), labels),
        (Outputs::Values(_), Targets::Values(values)) => check_values(values),
        (outputs, targets) => Err(LearnError::TargetKind {
            found: targets.kind(),
            expected: outputs.targets().kind(),
        }),
    }
}

fn check_values(values: &[f32]) -> Result<(), LearnError> {
    if all_within(values, LARGEST) {
        return Ok(());
    }
    let sound = |y: &f32| y.is_finite() && y.abs() <= LARGEST;
    let unsound = values.iter().position(|y| !sound(y));
    let example = unsound.unwrap_or(0);
    Err(LearnError::Value {
        example,
        value: values[example],
        most: LARGEST,
    })
}

fn check_labels(classes: usize, labels: &[u32]) -> Result<(), LearnError> {
    match labels.iter().position(|label| *label as usize >= classes) {
        None => Ok(()),
        Some(example) => Err(LearnError::Label {
            example,
            label: labels[example],
            classes,
        }),
    }
}

pub(crate) fn check_width(
    network: &Network,
    inputs: &[f32],
    examples: usize,
) -> Result<(), LearnError> {
    let expected = network.inputs();
    if inputs.len() == examples * expected {
        return Ok(());
    }
    Err(LearnError::Width {
        found: inputs.len(),
        examples,
        expected,
    })
}

pub(crate) fn check_finite(network: &Network, inputs: &[f32]) -> Result<(), LearnError> {
    if all_within(inputs, LARGEST) {
        return Ok(());
    }
    let (width, finite) = (network.inputs(), |x: &f32| x.is_finite());
    let unsound = inputs.iter().position(|x| !finite(x));
    if let Some(at) = unsound {
        let (example, position) = (at / width, at % width);
        let value = inputs[at];
        return Err(LearnError::NotFinite {
            example,
            position,
            value,
        });
    }
    let large = inputs.iter().position(|x| x.abs() > LARGEST);
    let at = large.unwrap_or(0);
    Err(LearnError::TooLarge {
        example: at / width,
        position: at % width,
        value: inputs[at],
        most: LARGEST,
    })
}
