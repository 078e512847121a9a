//! Writer of checkpoints: a file from the parts of a learner.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use mesu_kernels::{LANES, Matrix};
use safetensors::tensor::{Dtype, View, serialize};

use super::description::Description;
use super::format::{
    COVARIANCE, MEMORY_HEADS, MEMORY_INPUTS, MEMORY_LABELS, MEMORY_WEIGHTS, NOISE, SCALE, checksum,
    slow_prefix,
};
use crate::learner::state::EngineState;
use crate::network::Network;

struct Tensor<'a> {
    dtype: Dtype,
    shape: Vec<usize>,
    bytes: Cow<'a, [u8]>,
}

impl View for &Tensor<'_> {
    fn dtype(&self) -> Dtype {
        self.dtype
    }
    fn shape(&self) -> &[usize] {
        &self.shape
    }
    fn data(&self) -> Cow<'_, [u8]> {
        Cow::Borrowed(&self.bytes)
    }
    fn data_len(&self) -> usize {
        self.bytes.len()
    }
}

/// Writes a network, its noise, the engine's state and their description. The same state gives the same
/// bytes.
pub(crate) fn write(
    network: &Network,
    noise: &[[u32; LANES]; 4],
    state: &EngineState,
    mut description: Description,
) -> Vec<u8> {
    let f32s = |values: &Matrix| Tensor {
        dtype: Dtype::F32,
        shape: vec![values.rows(), values.columns()],
        bytes: values.values().flat_map(f32::to_le_bytes).collect(),
    };
    let mut tensors = BTreeMap::new();
    let mut insert = |prefix: &str, network: &Network| {
        for (name, synapses) in network.groups() {
            for (plane, values) in synapses.planes() {
                tensors.insert(format!("{prefix}{name}.{plane}"), f32s(values));
            }
        }
    };
    insert("", network);
    for (k, slow) in state.slow.iter().enumerate() {
        insert(&slow_prefix(k), &slow.network);
    }
    let u32s = |words: &[u32], shape: &[usize]| Tensor {
        dtype: Dtype::U32,
        shape: shape.to_vec(),
        bytes: words.iter().flat_map(|word| word.to_le_bytes()).collect(),
    };
    let slow = state.slow.iter().enumerate();
    let noises = slow.filter_map(|(k, slow)| Some((slow_prefix(k), slow.noise.as_ref()?)));
    for (prefix, noise) in noises.chain([(String::new(), noise)]) {
        let state = u32s(noise.as_flattened(), &[4, LANES]);
        tensors.insert(prefix + NOISE, state);
    }
    if !state.scale.is_empty() {
        tensors.insert(SCALE.to_owned(), u32s(&state.scale, &[state.scale.len()]));
    }
    for (name, values) in &state.covariances {
        let numbers = Tensor {
            dtype: Dtype::F32,
            shape: vec![values.len()],
            bytes: values.iter().flat_map(|x| x.to_le_bytes()).collect(),
        };
        tensors.insert(format!("{COVARIANCE}{name}"), numbers);
    }
    if !state.labels.is_empty() {
        let examples = state.labels.len();
        let inputs = Tensor {
            dtype: Dtype::F32,
            shape: vec![examples, state.inputs.len() / examples],
            bytes: state.inputs.iter().flat_map(|x| x.to_le_bytes()).collect(),
        };
        tensors.insert(MEMORY_INPUTS.to_owned(), inputs);
        let labels = u32s(&state.labels, &[examples]);
        tensors.insert(MEMORY_LABELS.to_owned(), labels);
        if !state.weights.is_empty() {
            let weights = Tensor {
                dtype: Dtype::F32,
                shape: vec![examples],
                bytes: state.weights.iter().flat_map(|w| w.to_le_bytes()).collect(),
            };
            tensors.insert(MEMORY_WEIGHTS.to_owned(), weights);
        }
        if !state.heads.is_empty() {
            let heads = u32s(&state.heads, &[examples]);
            tensors.insert(MEMORY_HEADS.to_owned(), heads);
        }
    }

    let parts = tensors
        .iter()
        .map(|(name, tensor)| (name.as_str(), tensor.bytes.as_ref()));
    description.checksum = checksum(parts, &description.json());
    // One entry only: the order of several would differ from one writing to the next.
    let metadata = HashMap::from([("mesu".to_owned(), description.json())]);
    serialize(&tensors, Some(metadata)).expect("shapes fit their data")
}
