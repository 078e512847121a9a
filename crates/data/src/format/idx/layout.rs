//! Constants of the format, and the limits that are set to it.

/// The largest body that is read: 2 GiB, or 2.7 million images of 28 x 28.
pub const MAX_BYTES: u64 = 1 << 31;

pub(super) const IMAGES_MAGIC: u32 = 0x0000_0803;
pub(super) const LABELS_MAGIC: u32 = 0x0000_0801;
/// The first step of growth; small beside any real file, and few reads for one.
pub(super) const FIRST_READ: usize = 1 << 16;
