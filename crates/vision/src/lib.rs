//! Photographs to features: images through a pretrained network (a backbone), once, so that
//! `mesu` can learn from what it says of them.
//!
//! The road of an image:
//!
//! ```text
//! a folder of folders, or a CSV        listing: path, class, domain
//!   -> bytes of a PNG or JPEG          cache: known by content? then nothing more to do
//!   -> Picture, [h][w][3] bytes        decode: judged by its header first
//!   -> and small, [48][48][3]          thumbnail: for people to look at
//!   -> input, [3][h][w] f32            preprocess: resized as Pillow does, cropped, normalised
//!   -> features, [d] f32               model, backbone: ONNX, on all cores
//!   -> NPZ                             archive: written at once or not at all
//!   -> or CSV, as it is read           rows: for a learner of rows
//! ```
//! The same files give the same bytes on one machine, whatever the number of threads; the
//! engine chooses its kernels by the machine, so that the last bits may differ on another.
//! It is tract, in Rust; nothing else of `mesu` depends on it.
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod archive;
pub mod backbone;
pub mod cache;
pub mod decode;
pub mod extract;
pub mod listing;
pub mod preprocess;
pub mod resize;
pub mod rows;
pub mod thumbnail;

pub use archive::ArchiveError;
pub use backbone::{Backbone, BackboneError, Model};
pub use cache::{Cache, CacheError};
pub use decode::PictureError;
pub use extract::{BadImage, ExtractError, Features, ImageError, Options, extract};
pub use listing::{Listing, ListingError, Misplaced, Unusable};
pub use preprocess::{Prepare, Preprocess, PreprocessError};
pub use resize::Picture;
pub use rows::PictureRows;
