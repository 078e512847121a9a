//! The road from a list of images to their features.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use rayon::prelude::*;

use crate::backbone::{Backbone, BackboneError};
use crate::cache::{Cache, CacheError, ImageKey, key_of};
use crate::decode::{MAX_FILE_BYTES, PictureError, decode};
use crate::listing::{self, Image, Listing};
use crate::preprocess::Prepare;
use crate::resize::{CHANNELS, Picture};
use crate::thumbnail::thumbnail;

/// Images in memory at a time: they are prepared side by side, then go through the backbone
/// side by side. An error is that of the first bad image, whatever the number of threads.
const BLOCK: usize = 64;

/// Reason why features were not computed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExtractError {
    /// An image that can't be used.
    #[error(transparent)]
    Image(#[from] BadImage),
    /// Every image was left out.
    #[error("all {count} images were left out, the first because {first}")]
    Nothing {
        /// Images of the list.
        count: usize,
        /// The first of them.
        first: BadImage,
    },
    /// The backbone failed.
    #[error(transparent)]
    Backbone(#[from] BackboneError),
    /// The cache can't be used.
    #[error(transparent)]
    Cache(#[from] CacheError),
}

/// An image that can't be used.
#[derive(Debug, thiserror::Error)]
#[error("{place}: {reason}")]
pub struct BadImage {
    /// Path of its file, or its name in a data set.
    pub place: String,
    /// Defect.
    pub reason: ImageError,
}

/// Reason why an image can't be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImageError {
    /// The operating system does not give the file.
    #[error("cannot be read: {0}")]
    Unreadable(std::io::Error),
    /// File of more bytes than are read.
    #[error("more than {MAX_FILE_BYTES} bytes")]
    TooLong,
    /// No picture.
    #[error(transparent)]
    Picture(#[from] PictureError),
    /// An example of features alone.
    #[error("holds no pixels")]
    NoPixels,
    /// The backbone makes infinities or NaN of it.
    #[error("its features are not all finite numbers")]
    NotFinite,
    /// The backbone gave nothing for it.
    #[error("was not computed")]
    NotComputed,
}

/// Features of the images of a list.
#[derive(Debug)]
pub struct Features {
    /// Features of an image, d.
    pub width: usize,
    /// Features, `[n][width]`.
    pub values: Vec<f32>,
    /// Pixels along the sides of a picture; 0 unless [`Options::pictures`] asks for them.
    pub side: usize,
    /// Pictures of the images, `[n][side][side][3]`.
    pub pictures: Vec<u8>,
    /// The n images they are of, as indices into [`Listing::images`], in its order.
    pub of: Vec<usize>,
    /// Number of those found in the cache.
    pub cached: usize,
    /// The others, which were left out.
    pub skipped: Vec<BadImage>,
}

impl Features {
    /// Classes of `listing`, whose features these are, that lost all their images because none could be
    /// used.
    #[must_use]
    pub fn lost_classes(&self, listing: &Listing) -> Vec<usize> {
        let mut listed = vec![false; listing.classes.len()];
        let mut kept = listed.clone();
        for image in &listing.images {
            listed[image.label] = true;
        }
        for &at in &self.of {
            kept[listing.images[at].label] = true;
        }
        (0..listed.len())
            .filter(|&class| listed[class] && !kept[class])
            .collect()
    }
}

/// Settings of how images are read and what happens to those that can't be.
#[derive(Clone, Copy)]
pub struct Options<'a> {
    /// Leave out what can't be used.
    pub skip_bad: bool,
    /// Pixels of the sides of the pictures, if any are wanted. Then an image that the
    /// cache knows is decoded too.
    pub pictures: Option<usize>,
    /// Cache in which features are looked up and kept.
    pub cache: Option<&'a Cache>,
    /// Called now and then with the number of images done.
    pub progress: &'a (dyn Fn(usize) + Sync),
}

/// Features of one image, or what is wrong with them.
type Computed = Result<Arc<[f32]>, ImageError>;

/// Result of reading one image's file.
struct Prepared {
    input: Input,
    /// Picture, `[side][side][3]`; empty if it is not wanted or can't be had.
    picture: Vec<u8>,
}

enum Input {
    Known(Arc<[f32]>),
    New(ImageKey, Vec<f32>),
    Bad(ImageError),
}

/// Computes the features of all images of `listing` that are not in the cache, on all cores.
///
/// # Errors
/// [`ExtractError`]; what was computed until then is in the cache.
pub fn extract(
    listing: &Listing,
    prepare: &Prepare,
    backbone: &Backbone,
    options: Options<'_>,
) -> Result<Features, ExtractError> {
    let width = backbone.width();
    let mut features = Features {
        width,
        values: Vec::new(),
        side: options.pictures.unwrap_or(0),
        pictures: Vec::new(),
        of: Vec::new(),
        cached: 0,
        skipped: Vec::new(),
    };
    for (block, images) in listing.images.chunks(BLOCK).enumerate() {
        let prepared: Vec<Prepared> = images
            .par_iter()
            .map(|image| prepared(image, prepare, backbone.planar(), options))
            .collect();
        let computed = computed(images, &prepared, backbone, options.cache)?;
        for (at, (prepared, computed)) in prepared.into_iter().zip(computed).enumerate() {
            let values = match prepared.input {
                Input::Known(known) => {
                    features.cached += 1;
                    Ok(known)
                }
                Input::New(..) => computed.unwrap_or(Err(ImageError::NotComputed)),
                Input::Bad(reason) => Err(reason),
            };
            let values = values.map_err(|reason| BadImage {
                place: place(&images[at]),
                reason,
            });
            match values {
                Ok(values) => {
                    features.values.extend_from_slice(&values);
                    features.pictures.extend(prepared.picture);
                    features.of.push(block * BLOCK + at);
                }
                Err(bad) if options.skip_bad => features.skipped.push(bad),
                Err(bad) => return Err(bad.into()),
            }
        }
        (options.progress)(block * BLOCK + images.len());
    }
    if features.of.is_empty() && !features.skipped.is_empty() {
        let count = features.skipped.len();
        let first = features.skipped.swap_remove(0);
        return Err(ExtractError::Nothing { count, first });
    }
    Ok(features)
}

fn prepared(image: &Image, prepare: &Prepare, planar: bool, options: Options<'_>) -> Prepared {
    let made = Content::of(image).and_then(|content| {
        let key = content.key();
        let known = options.cache.and_then(|cache| cache.get(&key));
        if let (Some(known), None) = (&known, options.pictures) {
            return Ok((Input::Known(Arc::clone(known)), Vec::new()));
        }
        let decoded = content.picture()?;
        let picture = options
            .pictures
            .map(|side| thumbnail(&decoded, side).pixels);
        let input = match known {
            Some(known) => Input::Known(known),
            None => {
                let mut input = Vec::new();
                prepare.append(&decoded, planar, &mut input);
                Input::New(key, input)
            }
        };
        Ok((input, picture.unwrap_or_default()))
    });
    let (input, picture) = made.unwrap_or_else(|reason| (Input::Bad(reason), Vec::new()));
    Prepared { input, picture }
}

/// Returns what messages call an image.
fn place(image: &Image) -> String {
    match &image.content {
        listing::Content::File(path) => path.display().to_string(),
        listing::Content::Record(..) => image.name.clone(),
    }
}

/// Content that an image is made of.
enum Content<'a> {
    /// Bytes of its file.
    File(Vec<u8>),
    /// Channels, rows and columns, and the pixels of one channel after another.
    Planes([usize; 3], &'a [u8]),
}

impl<'a> Content<'a> {
    /// Returns the content of an image, or what is wrong with it.
    fn of(image: &'a Image) -> Result<Self, ImageError> {
        match &image.content {
            listing::Content::File(path) => read(path).map(Self::File),
            listing::Content::Record(set, at) => {
                let pixels = set.image(*at).ok_or(ImageError::NoPixels)?;
                Ok(Self::Planes(set.shape(), pixels))
            }
        }
    }

    fn key(&self) -> ImageKey {
        match self {
            Self::File(bytes) => key_of(bytes),
            Self::Planes(shape, pixels) => {
                key_of(&[format!("planes {shape:?}\n").as_bytes(), pixels].concat())
            }
        }
    }

    fn picture(&self) -> Result<Picture, ImageError> {
        match self {
            Self::File(bytes) => Ok(decode(bytes)?),
            Self::Planes([channels, height, width], planes) => {
                let plane = height * width;
                // Gray becomes color.
                let color =
                    |pixel| (0..CHANNELS).map(move |c| planes[(c % channels) * plane + pixel]);
                Ok(Picture {
                    width: *width,
                    height: *height,
                    pixels: (0..plane).flat_map(color).collect(),
                })
            }
        }
    }
}

/// The content of a file, or what is wrong with it.
fn read(path: &Path) -> Result<Vec<u8>, ImageError> {
    let mut bytes = Vec::new();
    let read =
        File::open(path).and_then(|file| file.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes));
    match read {
        Err(cause) => Err(ImageError::Unreadable(cause)),
        Ok(_) if bytes.len() as u64 > MAX_FILE_BYTES => Err(ImageError::TooLong),
        Ok(_) => Ok(bytes),
    }
}

/// Returns for each image the features that were computed for it now, if any.
fn computed(
    images: &[Image],
    prepared: &[Prepared],
    backbone: &Backbone,
    cache: Option<&Cache>,
) -> Result<Vec<Option<Computed>>, ExtractError> {
    let inputs: Vec<(usize, &ImageKey, &[f32])> = prepared
        .iter()
        .enumerate()
        .filter_map(|(at, prepared)| match &prepared.input {
            Input::New(key, input) => Some((at, key, &input[..])),
            _ => None,
        })
        .collect();
    let batches: Vec<Result<Vec<f32>, ExtractError>> = inputs
        .par_chunks(backbone.batch())
        .map(|batch| {
            let features = match batch {
                [(_, _, input)] => backbone.features(input)?,
                _ => backbone.features(
                    &batch
                        .iter()
                        .flat_map(|&(_, _, input)| input)
                        .copied()
                        .collect::<Vec<_>>(),
                )?,
            };
            let each = features.chunks_exact(backbone.width());
            if let Some(cache) = cache {
                for ((_, key, _), features) in batch
                    .iter()
                    .zip(each)
                    .filter(|(_, features)| finite(features))
                {
                    cache.put(**key, features)?;
                }
            }
            Ok(features)
        })
        .collect();
    let mut all: Vec<Option<Computed>> = images.iter().map(|_| None).collect();
    for (batch, features) in inputs.chunks(backbone.batch()).zip(batches) {
        for (&(at, ..), features) in batch.iter().zip(features?.chunks_exact(backbone.width())) {
            all[at] = Some(if finite(features) {
                Ok(features.into())
            } else {
                Err(ImageError::NotFinite)
            });
        }
    }
    Ok(all)
}

fn finite(features: &[f32]) -> bool {
    features.iter().all(|feature| feature.is_finite())
}
