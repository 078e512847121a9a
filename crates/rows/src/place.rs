//! Places in a stream, told by the rows before them.

use serde::{Deserialize, Serialize};

use crate::row::Value;

/// Place in a stream of rows: the number of rows before it, and the checksum of what they say. A state that
/// holds one goes on where it stopped, and notices that the rows before are not those that it has seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Number of rows before the place, rows with errors too.
    pub rows: u64,
    /// Checksum of the content of those rows in their order; of a text file its lines, whatever ends or
    /// packs them.
    pub checksum: u64,
}

impl Default for Place {
    fn default() -> Self {
        Self {
            rows: 0,
            checksum: 0xcbf2_9ce4_8422_2325,
        }
    }
}

impl Place {
    /// Adds `bytes` and their number to the checksum, in the manner of FNV-1a over 8-byte words: it finds
    /// changed and exchanged rows (not an attacker).
    pub(crate) fn add(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks::<8>();
        for word in words {
            self.add_word(u64::from_le_bytes(*word));
        }
        let mut last = [0; 8];
        last[..rest.len()].copy_from_slice(rest);
        self.add_word(u64::from_le_bytes(last));
        self.add_word(bytes.len() as u64);
    }

    /// Adds the values of a row that has no bytes of its own.
    pub(crate) fn add_values(&mut self, values: &[Value]) {
        for value in values {
            match value {
                Value::Missing => self.add_word(0),
                Value::Number(number) => {
                    self.add_word(1);
                    self.add_word(number.to_bits());
                }
                Value::Boolean(boolean) => self.add_word(2 + u64::from(*boolean)),
                Value::Text(text) => {
                    self.add_word(4);
                    self.add(text.as_bytes());
                }
            }
        }
    }

    fn add_word(&mut self, word: u64) {
        self.checksum = (self.checksum ^ word).wrapping_mul(0x0000_0100_0000_01b3);
        self.checksum ^= self.checksum >> 29;
    }
}
