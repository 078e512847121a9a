//! Checkpoints: one safetensors file, readable from Python, that holds everything a learner is.
//!
//! | entry | shape | what |
//! |---|---|---|
//! | `layer.1.weight.mu`, `layer.1.weight.sigma`, … | `[outputs][inputs]`, F32 | Gaussian synapses |
//! | `layer.1.weight.value`, … | `[outputs][inputs]`, F32 | point weights, and what the learner keeps beside them |
//! | `layer.1.bias.mu`, … | `[1][outputs]`, F32 | where the network has biases |
//! | `head.1.weight.mu`, … | as above | where there are several heads: those of each, in the place of the last layer's |
//! | `memory.inputs`, `memory.labels` | `[n][inputs]`, F32 and `[n]`, U32 | examples stored by replay |
//! | `memory.heads` | `[n]`, U32 | their heads, from 0, where there are several |
//! | `noise` | `[4][16]`, U32 | state of the noise generator |
//! | `slow.1.layer.1.weight.mu`, …, `slow.1.noise` | as above | slow copies of MESU's synapses, and their noise |
//! | metadata `mesu` | JSON | format version, network, learner, updates, heads if there are several, the caller's notes, checksum |
//!
//! A learner restored from it goes on bit for bit like the one that was saved.

mod description;
mod read;

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use mesu_kernels::{LANES, Matrix};
use safetensors::tensor::{Dtype, View, serialize};

pub(crate) use self::description::Description;
pub(crate) use self::read::read;
use crate::learner::Memory;
use crate::network::Network;

/// Version of the format; a reader refuses others.
const VERSION: u32 = 2;

/// Where the state of a generator is.
const NOISE: &str = "noise";

/// What the names of the slow copy `k`, from 0, begin with.
fn slow_prefix(k: usize) -> String {
    format!("slow.{}.", k + 1)
}

/// Where stored examples are.
const MEMORY_INPUTS: &str = "memory.inputs";
const MEMORY_LABELS: &str = "memory.labels";
const MEMORY_HEADS: &str = "memory.heads";

/// Why a checkpoint can't be used.
#[derive(Debug, thiserror::Error)]
pub enum CheckpointError {
    /// Not a whole safetensors file, or its content was changed.
    #[error("damaged checkpoint ({0}); use a copy of it or start again")]
    Damaged(String),
    /// Whole, but not what this version reads.
    #[error(
        "not a mesu checkpoint of format {VERSION} ({0}); it may be of another program or version"
    )]
    Foreign(String),
}

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

/// Writes a network, its noise, the learner's memory and their description. The same state gives the same bytes.
pub(crate) fn write(
    network: &Network,
    noise: &[[u32; LANES]; 4],
    memory: &Memory,
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
    for (k, slow) in memory.slow.iter().enumerate() {
        insert(&slow_prefix(k), &slow.network);
    }
    let u32s = |words: &[u32], shape: &[usize]| Tensor {
        dtype: Dtype::U32,
        shape: shape.to_vec(),
        bytes: words.iter().flat_map(|word| word.to_le_bytes()).collect(),
    };
    let slow = memory.slow.iter().enumerate();
    let noises = slow.filter_map(|(k, slow)| Some((slow_prefix(k), slow.noise.as_ref()?)));
    for (prefix, noise) in noises.chain([(String::new(), noise)]) {
        let state = u32s(noise.as_flattened(), &[4, LANES]);
        tensors.insert(prefix + NOISE, state);
    }
    if !memory.labels.is_empty() {
        let examples = memory.labels.len();
        let inputs = Tensor {
            dtype: Dtype::F32,
            shape: vec![examples, memory.inputs.len() / examples],
            bytes: memory.inputs.iter().flat_map(|x| x.to_le_bytes()).collect(),
        };
        tensors.insert(MEMORY_INPUTS.to_owned(), inputs);
        let labels = u32s(&memory.labels, &[examples]);
        tensors.insert(MEMORY_LABELS.to_owned(), labels);
        if !memory.heads.is_empty() {
            let heads = u32s(&memory.heads, &[examples]);
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

/// A hash in the manner of FNV-1a, over 8-byte words: finds a flipped bit or a mixed-up file (not an attacker).
fn checksum<'a>(tensors: impl Iterator<Item = (&'a str, &'a [u8])>, description: &str) -> String {
    let mut hash = 0xcbf2_9ce4_8422_2325u64;
    let mut add = |bytes: &[u8]| {
        let words = bytes.chunks(8).map(|chunk| {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            u64::from_le_bytes(word)
        });
        for word in words.chain([bytes.len() as u64]) {
            hash = (hash ^ word).wrapping_mul(0x0000_0100_0000_01b3);
            hash ^= hash >> 29;
        }
    };
    for (name, bytes) in tensors {
        add(name.as_bytes());
        add(bytes);
    }
    add(description.as_bytes());
    format!("{hash:016x}")
}
