//! One file of records.

use std::io::{ErrorKind, Read};

use super::error::{CifarError, Name};
use super::layout::{COARSE_CLASSES, Kind};

/// Content of a file of records, record by record.
#[derive(Debug, Default)]
pub(super) struct Records {
    /// Bytes `[count][3][32][32]`.
    pub(super) images: Vec<u8>,
    /// The label, or CIFAR-100's fine label, `[count]`.
    pub(super) labels: Vec<u8>,
    /// CIFAR-100's coarse label, `[count]`; empty for CIFAR-10.
    pub(super) coarse: Vec<u8>,
}

impl Records {
    /// Reads the `bytes` bytes that `content` is said to have.
    pub(super) fn read(
        kind: Kind,
        mut content: impl Read,
        bytes: u64,
        name: &Name,
    ) -> Result<Self, CifarError> {
        let size = kind.record();
        if bytes == 0 || !bytes.is_multiple_of(size as u64) {
            return Err(CifarError::RecordSize {
                file: name.file.clone(),
                bytes,
                record: size,
            });
        }
        let mut records = Self::default();
        let mut record = vec![0; size];
        for index in 0..(bytes / size as u64) as usize {
            let filled = fill(&mut content, &mut record).map_err(|cause| name.failed(cause))?;
            if filled < size {
                return Err(CifarError::Truncated {
                    file: name.file.clone(),
                    index,
                    expected: bytes,
                    got: (index * size + filled) as u64,
                });
            }
            let (labels, image) = record.split_at(kind.labels());
            let check = |what, label: u8, classes| {
                if usize::from(label) < classes {
                    return Ok(label);
                }
                Err(CifarError::Label {
                    file: name.file.clone(),
                    index,
                    kind: what,
                    label,
                    classes,
                })
            };
            let label = match *labels {
                [coarse, fine] => {
                    let coarse = check("coarse label", coarse, COARSE_CLASSES)?;
                    records.coarse.push(coarse);
                    check("fine label", fine, kind.classes())?
                }
                _ => check("label", labels[0], kind.classes())?,
            };
            records.labels.push(label);
            records.images.extend_from_slice(image);
        }
        Ok(records)
    }

    /// Returns `self`, then `other`.
    pub(super) fn join(mut self, other: Self) -> Self {
        self.images.extend(other.images);
        self.labels.extend(other.labels);
        self.coarse.extend(other.coarse);
        self
    }
}

/// Fills `buffer` as far as `content` goes; the number of bytes.
fn fill(content: &mut impl Read, buffer: &mut [u8]) -> std::io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match content.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}
