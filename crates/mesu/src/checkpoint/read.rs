//! Reader of checkpoints: the parts of a learner from a file.

use std::collections::BTreeMap;

use mesu_kernels::LANES;
use safetensors::tensor::{Dtype, SafeTensors};

use super::description::{Description, Version};
use super::format::{
    COVARIANCE, CheckpointError, MEMORY_HEADS, MEMORY_INPUTS, MEMORY_LABELS, MEMORY_WEIGHTS, NOISE,
    OLDEST, SCALE, VERSION, checksum, slow_prefix,
};
use super::former;
use crate::learner::state::{EngineState, SlowCopy};
use crate::network::Network;

/// Content of a file.
pub(crate) struct Restored {
    pub(crate) description: Description,
    pub(crate) noise: [[u32; LANES]; 4],
    /// Noise states of slow copies.
    noises: BTreeMap<String, [[u32; LANES]; 4]>,
    labels: Vec<u32>,
    heads: Vec<u32>,
    scale: Vec<u32>,
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
    let mut description = described(json)?;
    let mut views = file.tensors();
    views.sort_by(|a, b| a.0.cmp(&b.0));
    let parts = views
        .iter()
        .map(|(name, view)| (name.as_str(), view.data()));
    let stated = std::mem::take(&mut description.checksum);
    let unsigned = without_checksum(json, &stated);
    if unsigned.is_none_or(|json| checksum(parts, &json) != stated) {
        return Err(CheckpointError::Damaged(
            "its checksum does not match its content".to_owned(),
        ));
    }
    let (mut labels, mut heads, mut scale) = (Vec::new(), Vec::new(), Vec::new());
    let mut noises = BTreeMap::new();
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
            (name @ (MEMORY_LABELS | MEMORY_HEADS | SCALE), Dtype::U32, [_]) => {
                let numbers = words.iter().map(|b| u32::from_le_bytes(*b)).collect();
                match name {
                    MEMORY_LABELS => labels = numbers,
                    SCALE => scale = numbers,
                    _ => heads = numbers,
                }
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
        heads,
        scale,
        tensors,
    })
}

/// Reads a description; one of a former version with the values of then.
fn described(json: &str) -> Result<Description, CheckpointError> {
    let foreign = |e: serde_json::Error| CheckpointError::Foreign(e.to_string());
    let Version { version } = serde_json::from_str(json).map_err(foreign)?;
    if version == VERSION {
        return serde_json::from_str(json).map_err(foreign);
    }
    if !(OLDEST..VERSION).contains(&version) {
        let what = format!("its format is {version}");
        return Err(CheckpointError::Foreign(what));
    }
    let mut value = serde_json::from_str(json).map_err(foreign)?;
    former::complete(&mut value);
    let description: Description = serde_json::from_value(value).map_err(foreign)?;
    Ok(Description {
        version: VERSION,
        ..description
    })
}

/// The text of a description with an empty checksum in the place of `stated`, which is its last entry.
fn without_checksum(json: &str, stated: &str) -> Option<String> {
    let rest = json.strip_suffix("\"}")?.strip_suffix(stated)?;
    let last = rest.ends_with("\"checksum\":\"");
    last.then(|| format!("{rest}\"}}"))
}

impl Restored {
    /// Moves the synapses into a network of the description's shape, and into the slow copies of it;
    /// gives the engine's state.
    pub(crate) fn fill(
        &mut self,
        network: &mut Network,
        mut slow: Vec<SlowCopy>,
    ) -> Result<EngineState, CheckpointError> {
        self.fill_network("", network)?;
        for (k, slow) in slow.iter_mut().enumerate() {
            let prefix = slow_prefix(k);
            self.fill_network(&prefix, &mut slow.network)?;
            slow.noise = self.noises.remove(&(prefix + NOISE));
        }
        let inputs = self.tensors.remove(MEMORY_INPUTS);
        let weights = self.tensors.remove(MEMORY_WEIGHTS);
        let all = std::mem::take(&mut self.tensors).into_iter();
        let (covariances, rest): (Vec<_>, Vec<_>) =
            all.partition(|(name, _)| name.starts_with(COVARIANCE));
        self.tensors = rest.into_iter().collect();
        let covariances = covariances
            .into_iter()
            .map(|(name, (_, values))| (name[COVARIANCE.len()..].to_owned(), values));
        let left = self.tensors.keys().chain(self.noises.keys()).next();
        match left {
            None => Ok(EngineState {
                counts: self.description.counts.clone(),
                inputs: inputs.map_or(Vec::new(), |(_, values)| values),
                labels: std::mem::take(&mut self.labels),
                heads: std::mem::take(&mut self.heads),
                weights: weights.map_or(Vec::new(), |(_, values)| values),
                slow,
                scale: std::mem::take(&mut self.scale),
                covariances: covariances.collect(),
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
