//! Checkpoints: one safetensors file, readable from Python, that holds everything a learner is.
//!
//! | entry | shape | what |
//! |---|---|---|
//! | `layer.1.weight.mu`, `layer.1.weight.sigma`, … | `[outputs][inputs]`, F32 | Gaussian synapses |
//! | `layer.1.weight.value`, … | `[outputs][inputs]`, F32 | point weights, and what the learner keeps beside them |
//! | `layer.1.bias.mu`, … | `[1][outputs]`, F32 | where the network has biases |
//! | `memory.inputs`, `memory.labels` | `[n][inputs]`, F32 and `[n]`, U32 | examples stored by replay |
//! | `noise` | `[4][16]`, U32 | state of the noise generator |
//! | `slow.1.layer.1.weight.mu`, …, `slow.1.noise` | as above | slow copies of MESU's synapses, and their noise |
//! | metadata `mesu` | JSON | format version, network, learner, updates, the caller's notes, checksum |
//!
//! A learner restored from it goes on bit for bit like the one that was saved.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use mesu_kernels::{LANES, Matrix};
use safetensors::tensor::{Dtype, SafeTensors, View, serialize};
use serde::{Deserialize, Serialize};

use crate::learner::{LearnerConfig, Memory, Slow};
use crate::network::{Network, NetworkConfig};

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

/// The JSON in the metadata entry `mesu`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Description {
    version: u32,
    pub(crate) inputs: usize,
    pub(crate) classes: usize,
    pub(crate) network: NetworkConfig,
    pub(crate) learner: LearnerConfig,
    pub(crate) updates: u64,
    /// Further counters of the learner.
    counts: Vec<u64>,
    /// Texts of the caller, by their keys.
    pub(crate) notes: BTreeMap<String, String>,
    /// In hexadecimal, over the tensors and this description with an empty checksum.
    checksum: String,
}

impl Description {
    pub(crate) fn new(
        network: &Network,
        config: &NetworkConfig,
        learner: &LearnerConfig,
        updates: u64,
        counts: &[u64],
        notes: &[(&str, &str)],
    ) -> Self {
        let notes = notes
            .iter()
            .map(|(key, text)| ((*key).to_owned(), (*text).to_owned()));
        Self {
            version: VERSION,
            inputs: network.inputs(),
            classes: network.classes(),
            network: config.clone(),
            learner: learner.clone(),
            updates,
            counts: counts.to_vec(),
            notes: notes.collect(),
            checksum: String::new(),
        }
    }

    fn json(&self) -> String {
        serde_json::to_string(self).expect("plain numbers and names")
    }
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
    }

    let parts = tensors
        .iter()
        .map(|(name, tensor)| (name.as_str(), tensor.bytes.as_ref()));
    description.checksum = checksum(parts, &description.json());
    // One entry only: the order of several would differ from one writing to the next.
    let metadata = HashMap::from([("mesu".to_owned(), description.json())]);
    serialize(&tensors, Some(metadata)).expect("shapes fit their data")
}

/// What [`write()`] wrote.
pub(crate) struct Restored {
    pub(crate) description: Description,
    pub(crate) noise: [[u32; LANES]; 4],
    /// Of slow copies.
    noises: BTreeMap<String, [[u32; LANES]; 4]>,
    labels: Vec<u32>,
    tensors: BTreeMap<String, (Vec<usize>, Vec<f32>)>,
}

/// Reads and checks a whole file.
pub(crate) fn read(bytes: &[u8]) -> Result<Restored, CheckpointError> {
    let damaged = |e: &dyn std::fmt::Display| CheckpointError::Damaged(e.to_string());
    let (_, header) = SafeTensors::read_metadata(bytes).map_err(|e| damaged(&e))?;
    let file = SafeTensors::deserialize(bytes).map_err(|e| damaged(&e))?;
    let metadata = header.metadata().clone().unwrap_or_default();
    let foreign = |what: &str| CheckpointError::Foreign(what.to_owned());
    let json = metadata
        .get("mesu")
        .ok_or_else(|| foreign("it has no description"))?;
    let mut description: Description =
        serde_json::from_str(json).map_err(|e| CheckpointError::Foreign(e.to_string()))?;
    if description.version != VERSION {
        return Err(CheckpointError::Foreign(format!(
            "its format is {}",
            description.version
        )));
    }
    let mut views = file.tensors();
    views.sort_by(|a, b| a.0.cmp(&b.0));
    let parts = views
        .iter()
        .map(|(name, view)| (name.as_str(), view.data()));
    let stated = std::mem::take(&mut description.checksum);
    if checksum(parts, &description.json()) != stated {
        return Err(CheckpointError::Damaged(
            "its checksum does not match its content".to_owned(),
        ));
    }
    let (mut noises, mut labels) = (BTreeMap::new(), Vec::new());
    let mut tensors = BTreeMap::new();
    for (name, view) in &views {
        let words = view.data().as_chunks::<4>().0;
        match (name.as_str(), view.dtype(), view.shape()) {
            (name, Dtype::U32, [4, LANES]) if name.ends_with(NOISE) => {
                let mut state = [[0; LANES]; 4];
                let flat = state.as_flattened_mut().iter_mut();
                flat.zip(words)
                    .for_each(|(word, bytes)| *word = u32::from_le_bytes(*bytes));
                noises.insert(name.to_owned(), state);
            }
            (MEMORY_LABELS, Dtype::U32, [_]) => {
                labels = words.iter().map(|b| u32::from_le_bytes(*b)).collect();
            }
            (_, Dtype::F32, shape) => {
                let values = words
                    .iter()
                    .map(|bytes| f32::from_le_bytes(*bytes))
                    .collect();
                tensors.insert(name.clone(), (shape.to_vec(), values));
            }
            _ => {
                return Err(CheckpointError::Foreign(format!(
                    "unexpected tensor {name}"
                )));
            }
        }
    }
    let noise = noises
        .remove(NOISE)
        .ok_or_else(|| foreign("it has no noise state"))?;
    Ok(Restored {
        description,
        noise,
        noises,
        labels,
        tensors,
    })
}

impl Restored {
    /// Moves the synapses into a network of the description's shape, and into the slow copies of it;
    /// gives the learner's memory.
    pub(crate) fn fill(
        &mut self,
        network: &mut Network,
        mut slow: Vec<Slow>,
    ) -> Result<Memory, CheckpointError> {
        self.fill_network("", network)?;
        for (k, slow) in slow.iter_mut().enumerate() {
            let prefix = slow_prefix(k);
            self.fill_network(&prefix, &mut slow.network)?;
            slow.noise = self.noises.remove(&(prefix + NOISE));
        }
        let inputs = self.tensors.remove(MEMORY_INPUTS);
        let left = self.tensors.keys().chain(self.noises.keys()).next();
        match left {
            None => Ok(Memory {
                counts: self.description.counts.clone(),
                inputs: inputs.map_or(Vec::new(), |(_, values)| values),
                labels: std::mem::take(&mut self.labels),
                slow,
            }),
            Some(name) => Err(CheckpointError::Foreign(format!(
                "unexpected tensor {name}"
            ))),
        }
    }

    /// Moves the synapses whose names begin with `prefix` into `network`.
    fn fill_network(&mut self, prefix: &str, network: &mut Network) -> Result<(), CheckpointError> {
        let names: Vec<String> = network.groups().map(|(name, _)| name).collect();
        for (name, synapses) in names.into_iter().zip(network.synapses_mut()) {
            let name = format!("{prefix}{name}");
            let (rows, columns) = (synapses.mu().rows(), synapses.mu().columns());
            let mut take = |plane: &str| match self.tensors.remove(&format!("{name}.{plane}")) {
                Some((shape, values)) if shape == [rows, columns] => Ok(values),
                found => {
                    let found =
                        found.map_or("missing".to_owned(), |(shape, _)| format!("{shape:?}"));
                    let what = format!("{name}.{plane} is {found}, expected [{rows}, {columns}]");
                    Err(CheckpointError::Foreign(what))
                }
            };
            for plane in synapses.names().to_vec() {
                synapses.replace(plane, &take(plane)?);
            }
            if let Some((i, plane, value)) = synapses.broken() {
                let what = format!("synapse {i} of {name} has a {plane} of {value}");
                return Err(CheckpointError::Foreign(what));
            }
        }
        Ok(())
    }
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
