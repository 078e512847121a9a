//! Reasons for which a learner refuses or gives up, and the checks of its examples.

use mesu_kernels::all_finite;

use super::remedy::Remedy;
use crate::network::Network;

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

/// Checks that a network can learn these examples.
pub(crate) fn check(network: &Network, inputs: &[f32], labels: &[u32]) -> Result<(), LearnError> {
    check_width(network, inputs, labels.len())?;
    check_finite(network, inputs)?;
    let classes = network.classes();
    match labels.iter().position(|label| *label as usize >= classes) {
        None => Ok(()),
        Some(example) => Err(LearnError::Label {
            example,
            label: labels[example],
            classes,
        }),
    }
}

pub(super) fn check_width(
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

pub(super) fn check_finite(network: &Network, inputs: &[f32]) -> Result<(), LearnError> {
    if all_finite(inputs) {
        return Ok(());
    }
    let at = inputs.iter().position(|x| !x.is_finite()).unwrap_or(0);
    let (example, position) = (at / network.inputs(), at % network.inputs());
    Err(LearnError::NotFinite {
        example,
        position,
        value: inputs[at],
    })
}
