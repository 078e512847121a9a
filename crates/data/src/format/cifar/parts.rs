//! The files of a set, in whatever order they come, and the set that they make.

use std::collections::BTreeMap;
use std::io::Read;

use super::error::{CifarError, Name};
use super::layout::{COARSE_CLASSES, Cifar, Coarse, Kind, MAX_BYTES, SHAPE};
use super::records::Records;
use crate::dataset::{Dataset, DatasetError};

/// A hundred names take a hundredth of it.
const MAX_NAMES_BYTES: u64 = 1 << 16;

/// Part of a set that a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    /// Training images; where there are several files, they are put in this order.
    Train(u8),
    Test,
    Names,
    CoarseNames,
}

impl Part {
    /// All of a set, with their file names.
    pub(super) fn all(kind: Kind) -> &'static [(&'static str, Self)] {
        match kind {
            Kind::Cifar10 => &[
                ("data_batch_1.bin", Self::Train(1)),
                ("data_batch_2.bin", Self::Train(2)),
                ("data_batch_3.bin", Self::Train(3)),
                ("data_batch_4.bin", Self::Train(4)),
                ("data_batch_5.bin", Self::Train(5)),
                ("test_batch.bin", Self::Test),
                ("batches.meta.txt", Self::Names),
            ],
            Kind::Cifar100 => &[
                ("train.bin", Self::Train(1)),
                ("test.bin", Self::Test),
                ("fine_label_names.txt", Self::Names),
                ("coarse_label_names.txt", Self::CoarseNames),
            ],
        }
    }

    /// The part in the file of that name, if it is one.
    pub(super) fn named(kind: Kind, file_name: &[u8]) -> Option<Self> {
        Self::all(kind)
            .iter()
            .find(|(name, _)| name.as_bytes() == file_name)
            .map(|&(_, part)| part)
    }
}

/// The parts read so far.
pub(super) struct Parts {
    kind: Kind,
    records: BTreeMap<Part, Records>,
    names: BTreeMap<Part, Vec<String>>,
    /// Announced so far, files that are passed over included.
    bytes: u64,
}

impl Parts {
    pub(super) fn new(kind: Kind) -> Self {
        Self {
            kind,
            records: BTreeMap::new(),
            names: BTreeMap::new(),
            bytes: 0,
        }
    }

    /// Takes note of a file of `bytes` bytes, before any of it is read.
    pub(super) fn announce(&mut self, bytes: u64, name: &Name) -> Result<(), CifarError> {
        self.bytes = self.bytes.saturating_add(bytes);
        if self.bytes > MAX_BYTES {
            return Err(CifarError::TooLarge {
                file: name.file.clone(),
                bytes: self.bytes,
            });
        }
        Ok(())
    }

    /// Reads `part` from `content`, whose announced size is `bytes`.
    pub(super) fn add(
        &mut self,
        part: Part,
        content: impl Read,
        bytes: u64,
        name: &Name,
    ) -> Result<(), CifarError> {
        if self.records.contains_key(&part) || self.names.contains_key(&part) {
            let file = name.file.clone();
            return Err(CifarError::Twice { file });
        }
        match part {
            Part::Train(_) | Part::Test => {
                let records = Records::read(self.kind, content, bytes, name)?;
                self.records.insert(part, records);
            }
            Part::Names | Part::CoarseNames => {
                let classes = match part {
                    Part::CoarseNames => COARSE_CLASSES,
                    _ => self.kind.classes(),
                };
                self.names.insert(part, names(content, classes, name)?);
            }
        }
        Ok(())
    }

    /// The set; `place` is the archive or folder that held it.
    pub(super) fn finish(mut self, place: &str) -> Result<Cifar, CifarError> {
        let names = self.names.remove(&Part::Names);
        let test = self.records.remove(&Part::Test);
        let train = self.records.into_values().reduce(Records::join);
        if train.is_none() && test.is_none() {
            return Err(CifarError::NoImages {
                file: place.to_owned(),
                expected: match self.kind {
                    Kind::Cifar10 => "data_batch_1.bin to data_batch_5.bin and test_batch.bin",
                    Kind::Cifar100 => "train.bin and test.bin",
                },
            });
        }
        let mut coarse = [Vec::new(), Vec::new()];
        let mut sets = [None, None];
        for (i, records) in [train, test].into_iter().enumerate() {
            let Some(records) = records else { continue };
            let set = dataset(self.kind, records.images, records.labels, names.clone());
            coarse[i] = records.coarse.into_iter().map(u16::from).collect();
            sets[i] = Some(set.map_err(|error| CifarError::Dataset {
                file: place.to_owned(),
                error,
            })?);
        }
        let ([train, test], [coarse_train, coarse_test]) = (sets, coarse);
        let coarse = Coarse {
            train: coarse_train,
            test: coarse_test,
            names: self.names.remove(&Part::CoarseNames),
        };
        Ok(Cifar {
            train,
            test,
            coarse: (self.kind == Kind::Cifar100).then_some(coarse),
        })
    }
}

fn dataset(
    kind: Kind,
    mut images: Vec<u8>,
    labels: Vec<u8>,
    names: Option<Vec<String>>,
) -> Result<Dataset, DatasetError> {
    images.shrink_to_fit();
    let labels = labels.iter().map(|label| u16::from(*label)).collect();
    let set = Dataset::planar(images, labels, SHAPE, kind.classes())?;
    match names {
        Some(names) => set.named(names),
        None => Ok(set),
    }
}

/// One name a line; empty lines don't count.
fn names(content: impl Read, classes: usize, name: &Name) -> Result<Vec<String>, CifarError> {
    let mut bytes = Vec::new();
    content
        .take(MAX_NAMES_BYTES)
        .read_to_end(&mut bytes)
        .map_err(|cause| name.failed(cause))?;
    let text = String::from_utf8(bytes).unwrap_or_default();
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let names: Vec<String> = lines.map(str::to_owned).collect();
    if names.len() != classes {
        return Err(CifarError::Names {
            file: name.file.clone(),
            names: names.len(),
            classes,
        });
    }
    Ok(names)
}
