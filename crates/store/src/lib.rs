//! Atomic replacement of files and exclusive locks of folders, for programs that may be killed at
//! any moment.
//!
//! ```
//! # fn main() -> std::io::Result<()> {
//! # let folder = tempfile::tempdir()?;
//! let path = folder.path().join("state");
//! mesu_store::write(&path, b"one")?;
//! mesu_store::write(&path, b"two")?; // Readers find "one" or "two", never a part of either.
//! assert_eq!(std::fs::read(&path)?, b"two");
//! # Ok(())
//! # }
//! ```

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod lock;
mod replace;

pub use lock::{FolderLock, LOCK_FILE, LockError};
pub use replace::{
    folder_of, is_temporary, probe, publish, remove_temporaries, sync_folder, write, write_with,
};

/// Examples of the README, as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
