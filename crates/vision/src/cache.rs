//! Features that were computed before, so that they are not computed again.
//!
//! A file for each backbone with its preprocessing, to which features are appended as they
//! are computed; they are found by the content of an image's file, whatever its name:
//!
//! ```text
//! head    "mesu features 1\n" | key, 32 bytes | d, u32
//! record  SHA-256 of the image's file | d features, f32 | CRC-32 of the record so far, u32
//! ```
//! Numbers are little-endian. A record that a killed process left unfinished fails its CRC,
//! and is cut off with what follows it.

use std::collections::HashMap;
use std::fs::{self, File, TryLockError};
use std::io::{BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use sha2::{Digest, Sha256};

const MAGIC: &[u8; 16] = b"mesu features 1\n";
/// Bytes of a SHA-256.
const KEY: usize = 32;
/// Bytes of a CRC-32.
const CHECK: usize = 4;

/// Reason why features can't be kept.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CacheError {
    /// A file or folder that the system won't read or write.
    #[error("{}: {what}: {cause}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// Attempt.
        what: &'static str,
        /// The system's reason.
        cause: std::io::Error,
    },
    /// Another process writes this file.
    #[error("{}: another process is using it", path.display())]
    Busy {
        /// The file.
        path: PathBuf,
    },
}

/// The content of an image's file.
pub type ImageKey = [u8; KEY];

/// Says what `bytes` are.
pub fn key_of(bytes: &[u8]) -> ImageKey {
    Sha256::digest(bytes).into()
}

/// An open, locked file of features; shared by threads.
pub struct Cache {
    path: PathBuf,
    width: usize,
    state: Mutex<State>,
}

type Known = HashMap<ImageKey, Arc<[f32]>>;

struct State {
    /// Locked while it is open.
    file: File,
    known: Known,
}

impl Cache {
    /// Opens, or makes, the file in `folder` for the model of the SHA-256 `model`, prepared
    /// as `preprocess` describes, that gives `width` features.
    ///
    /// # Errors
    /// [`CacheError`].
    pub fn open(
        folder: &Path,
        model: [u8; KEY],
        preprocess: &str,
        width: usize,
    ) -> Result<Self, CacheError> {
        let key: [u8; KEY] = Sha256::new()
            .chain_update(model)
            .chain_update(preprocess)
            .finalize()
            .into();
        let name: String = key[..8].iter().map(|byte| format!("{byte:02x}")).collect();
        let path = folder.join(name + ".features");
        fs::create_dir_all(folder).map_err(io(folder, "can't be made a folder"))?;
        let mut file = File::options()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .open(&path)
            .map_err(io(&path, "can't be opened"))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(CacheError::Busy { path }),
            Err(TryLockError::Error(cause)) => return Err(io(&path, "can't be locked")(cause)),
        }
        let head = [&MAGIC[..], &key, &(width as u32).to_le_bytes()].concat();
        let (known, end) = read(&file, &head, width).map_err(io(&path, "can't be read"))?;
        file.set_len(end)
            .and_then(|()| file.seek(SeekFrom::Start(end)))
            .and_then(|_| {
                if end == 0 {
                    file.write_all(&head)
                } else {
                    Ok(())
                }
            })
            .map_err(io(&path, "can't be written"))?;
        Ok(Self {
            path,
            width,
            state: Mutex::new(State { file, known }),
        })
    }

    /// The features of that image, `[width]`, if they are known.
    pub fn get(&self, image: &ImageKey) -> Option<Arc<[f32]>> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.known.get(image).cloned()
    }

    /// Keeps the features of an image, `[width]`.
    ///
    /// # Errors
    /// [`CacheError::Io`].
    ///
    /// # Panics
    /// If `features` is not `[width]`.
    pub fn put(&self, image: ImageKey, features: &[f32]) -> Result<(), CacheError> {
        assert_eq!(features.len(), self.width, "features are [width]");
        let mut record = image.to_vec();
        record.extend(features.iter().flat_map(|feature| feature.to_le_bytes()));
        record.extend(check(&record));
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.known.insert(image, features.into());
        state
            .file
            .write_all(&record)
            .map_err(io(&self.path, "can't be written"))
    }
}

/// The features in `file` and where the last whole record ends; 0 if its head is another.
fn read(file: &File, head: &[u8], width: usize) -> std::io::Result<(Known, u64)> {
    let mut known = HashMap::new();
    let mut reader = BufReader::new(file);
    let mut found = Vec::new();
    (&mut reader)
        .take(head.len() as u64)
        .read_to_end(&mut found)?;
    if found != head {
        return Ok((known, 0));
    }
    let mut end = head.len() as u64;
    let size = KEY + width * size_of::<f32>() + CHECK;
    let mut record = Vec::with_capacity(size);
    loop {
        record.clear();
        (&mut reader).take(size as u64).read_to_end(&mut record)?;
        let Some((content, stored)) = record.split_last_chunk::<CHECK>() else {
            break;
        };
        let Some((key, features)) = content.split_first_chunk::<KEY>() else {
            break;
        };
        if record.len() < size || check(content) != *stored {
            break;
        }
        let (features, _) = features.as_chunks();
        known.insert(
            *key,
            features
                .iter()
                .map(|&bytes| f32::from_le_bytes(bytes))
                .collect(),
        );
        end += size as u64;
    }
    Ok((known, end))
}

fn check(bytes: &[u8]) -> [u8; CHECK] {
    let mut crc = flate2::Crc::new();
    crc.update(bytes);
    crc.sum().to_le_bytes()
}

fn io(path: &Path, what: &'static str) -> impl FnOnce(std::io::Error) -> CacheError {
    let path = path.to_owned();
    move |cause| CacheError::Io { path, what, cause }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(folder: &Path) -> Cache {
        Cache::open(folder, [7; KEY], "as it is", 3).unwrap()
    }

    fn features(image: u8) -> [f32; 3] {
        [f32::from(image), 0.5, -1.0]
    }

    /// A cache of ten images, and the path of its file.
    fn ten(folder: &Path) -> PathBuf {
        let cache = open(folder);
        for image in 0..10 {
            cache.put(key_of(&[image]), &features(image)).unwrap();
        }
        cache.path.clone()
    }

    fn count(cache: &Cache) -> usize {
        let found = |image: &u8| match cache.get(&key_of(&[*image])) {
            Some(found) => {
                assert_eq!(found[..], features(*image));
                true
            }
            None => false,
        };
        (0..10).filter(found).count()
    }

    #[test]
    fn features_are_found_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = ten(folder.path());
        assert_eq!(count(&open(folder.path())), 10);
        for (model, preprocess) in [([8; KEY], "as it is"), ([7; KEY], "other")] {
            let other = Cache::open(folder.path(), model, preprocess, 3).unwrap();
            assert_eq!(count(&other), 0);
            assert_ne!(other.path, path);
        }
    }

    #[test]
    fn one_process_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let _held = open(folder.path());
        let error = Cache::open(folder.path(), [7; KEY], "as it is", 3)
            .map(|_| ())
            .unwrap_err();
        assert!(matches!(error, CacheError::Busy { .. }), "{error}");
    }

    #[test]
    fn what_was_cut_short_or_damaged_is_computed_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = ten(folder.path());
        let whole = fs::read(&path).unwrap();
        let record = KEY + 3 * 4 + CHECK;
        for length in 0..whole.len() {
            fs::write(&path, &whole[..length]).unwrap();
            let cache = open(folder.path());
            let expected = length.saturating_sub(whole.len() - 10 * record) / record;
            assert_eq!(count(&cache), expected, "{length}");
            cache.put(key_of(&[9]), &features(9)).unwrap();
            drop(cache);
            assert_eq!(count(&open(folder.path())), expected + 1, "{length}");
        }
        for at in 0..whole.len() {
            let mut flipped = whole.clone();
            flipped[at] ^= 4;
            fs::write(&path, flipped).unwrap();
            assert!(count(&open(folder.path())) < 10);
        }
    }
}
