//! CIFAR-10 and CIFAR-100 in their binary form (Krizhevsky, *Learning Multiple Layers of
//! Features from Tiny Images*, 2009, <https://www.cs.toronto.edu/~kriz/cifar.html>), as the
//! published archive or as the folder that it unpacks to.
//!
//! ```text
//! cifar-10-binary.tar.gz     cifar-10-batches-bin/  data_batch_1.bin .. data_batch_5.bin
//!                                                   test_batch.bin   batches.meta.txt
//! cifar-100-binary.tar.gz    cifar-100-binary/      train.bin        test.bin
//!                                                   fine_label_names.txt  coarse_label_names.txt
//! record of CIFAR-10         label | 1024 red | 1024 green | 1024 blue          3,073 bytes
//! record of CIFAR-100        coarse label | fine label | the same               3,074 bytes
//! ```
//! Images are 32 x 32, row by row. Fewer batches and fewer records than the published ones
//! are read as they are; files of other names are passed over.
//!
//! A file is not trusted. An archive is read where it is: nothing of it is written anywhere.
//! One with a path that climbs out, a link or a device is refused all the same, and so is one
//! whose entries announce more than [`MAX_BYTES`], before they are unfolded. Memory grows with
//! the records that really arrive.
//!
//! ```no_run
//! use mesu_data::format::cifar::{self, Kind};
//!
//! let set = cifar::read(Kind::Cifar100, "data/cifar100".as_ref())?;
//! let train = set.train.ok_or("no train.bin")?;
//! assert_eq!(train.shape(), [3, 32, 32]);
//! println!("{:?} is a {:?}", train.image(0), train.names().map(|names| &names[0]));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod archive;
mod error;
mod folder;
mod layout;
mod parts;
mod place;
mod records;
#[cfg(test)]
mod tests;

pub use error::CifarError;
pub use layout::{COARSE_CLASSES, Cifar, Coarse, Kind, MAX_BYTES, SHAPE};
pub use place::{is_at, parse_archive, read};
