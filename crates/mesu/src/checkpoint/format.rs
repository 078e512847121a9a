//! Names and checksum of a checkpoint's format, and the errors about it.

/// Version of the format.
pub(super) const VERSION: u32 = 3;

/// Oldest version that is read; a reader refuses older ones, and those to come.
pub(super) const OLDEST: u32 = 2;

/// Name of the tensor of a generator's state.
pub(super) const NOISE: &str = "noise";

/// Beginning of the names of the slow copy `k`, from 0.
pub(super) fn slow_prefix(k: usize) -> String {
    format!("slow.{}.", k + 1)
}

/// Beginning of the names of covariances' numbers.
pub(super) const COVARIANCE: &str = "covariance.";

/// Name of the tensor of the inputs' scale.
pub(super) const SCALE: &str = "scale";

/// Names of the tensors of stored examples.
pub(super) const MEMORY_INPUTS: &str = "memory.inputs";
pub(super) const MEMORY_LABELS: &str = "memory.labels";
pub(super) const MEMORY_HEADS: &str = "memory.heads";
pub(super) const MEMORY_WEIGHTS: &str = "memory.weights";

/// Reason why a checkpoint can't be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CheckpointError {
    /// File that is not a whole safetensors file, or whose content was changed.
    #[error("damaged checkpoint ({0})")]
    Damaged(String),
    /// File that is whole, but not one that this version reads.
    #[error("not a mesu checkpoint of format {OLDEST} to {VERSION} ({0})")]
    Foreign(String),
    /// Checkpoint of a learner whose rule is not of this crate: it is restored with that rule.
    #[error("the checkpoint is of a learner with a rule of its user's own, {rule}")]
    OwnRule {
        /// Name of the rule.
        rule: String,
    },
    /// Checkpoint of another learner than the one described.
    #[error("{field} is {found} in the checkpoint; expected {expected}")]
    Differs {
        /// The field.
        field: String,
        /// The value in the checkpoint.
        found: String,
        /// The value described.
        expected: String,
    },
}

/// Returns a hash in the manner of FNV-1a, over 8-byte words: it finds a flipped bit or a mixed-up file (not
/// an attacker).
pub(super) fn checksum<'a>(
    tensors: impl Iterator<Item = (&'a str, &'a [u8])>,
    description: &str,
) -> String {
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
