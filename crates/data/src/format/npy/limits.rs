//! Limits of what is read.

/// The largest array that is read, in bytes as stored: 4 GiB, or 800,000 rows of 1280 f32.
pub const MAX_BYTES: u64 = 1 << 32;
/// The most texts that are read: each takes memory beside its characters.
pub(super) const MAX_TEXTS: u64 = 1 << 24;

/// Bytes that are read and turned into elements at a time.
pub(super) const CHUNK: usize = 1 << 18;
