//! A learner as bytes: everything it is, so that one that is restored goes on bit for bit like the one that
//! was saved.
//!
//! | part | bytes |
//! |---|---|
//! | `mesurows` | 8 |
//! | version, little-endian | 4 |
//! | length of the header, little-endian | 8 |
//! | header: JSON with the schema, the settings and the caller's notes | |
//! | body: encoder, labels, members, mixture, measures, drift, waiting rows, history; postcard's format | |
//! | SHA-256 of all before | 32 |

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::learner::StreamSettings;
use crate::schema::Schema;

/// Texts that a caller keeps in a state, by their names.
pub type Notes = BTreeMap<String, String>;

pub(crate) const MAGIC: &[u8; 8] = b"mesurows";
/// Version of the format.
const VERSION: u32 = 2;
const CHECKSUM: usize = 32;
/// Bytes before the header.
const FRONT: usize = 20;

/// Reason why a state can't be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StateError {
    /// The bytes are no state.
    #[error("not a state of a learner of rows")]
    Foreign,
    /// The state is of another version.
    #[error("a state of version {found}; expected {VERSION}")]
    Version {
        /// Version of the state.
        found: u32,
    },
    /// The state was cut or changed.
    #[error("a damaged state: {0}")]
    Damaged(String),
}

/// Part of a state that anybody can read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Header {
    pub(crate) schema: Schema,
    pub(crate) settings: StreamSettings,
    pub(crate) notes: Notes,
}

/// Puts a state together; `None` if a part has no form as bytes.
pub(crate) fn write<B: Serialize>(header: &Header, body: &B) -> Option<Vec<u8>> {
    let header = serde_json::to_vec(header).ok()?;
    let mut state = MAGIC.to_vec();
    state.extend(VERSION.to_le_bytes());
    state.extend((header.len() as u64).to_le_bytes());
    state.extend(header);
    state.extend(postcard::to_allocvec(body).ok()?);
    let sum = Sha256::digest(&state);
    state.extend_from_slice(&sum);
    Some(state)
}

/// Takes a state apart: its header, and the bytes of its body.
pub(crate) fn read(state: &[u8]) -> Result<(Header, &[u8]), StateError> {
    let damaged = |what: &str| StateError::Damaged(what.to_owned());
    let begins = &state[..state.len().min(MAGIC.len())];
    if begins != MAGIC {
        return Err(StateError::Foreign);
    }
    if state.len() < FRONT + CHECKSUM {
        return Err(damaged("it is cut"));
    }
    let number = |from: usize, bytes: usize| {
        let little = state[from..from + bytes].iter().rev();
        little.fold(0u64, |number, byte| (number << 8) | u64::from(*byte))
    };
    let found = number(8, 4) as u32;
    if found != VERSION {
        return Err(StateError::Version { found });
    }
    let (content, sum) = state.split_at(state.len() - CHECKSUM);
    if Sha256::digest(content).as_slice() != sum {
        return Err(damaged("its checksum is another"));
    }
    let rest = &content[FRONT..];
    let length = usize::try_from(number(12, 8)).ok();
    let length = length.filter(|length| *length <= rest.len());
    let (header, body) = rest.split_at(length.ok_or_else(|| damaged("its header is cut"))?);
    let header = serde_json::from_slice(header);
    let header = header.map_err(|error| StateError::Damaged(format!("its header: {error}")))?;
    Ok((header, body))
}
