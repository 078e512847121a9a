//! The road from a list of images to their features.

use std::fs::File;
use std::io::Read;
use std::sync::Arc;

use rayon::prelude::*;

use crate::backbone::{Backbone, BackboneError};
use crate::cache::{Cache, CacheError, ImageKey, key_of};
use crate::decode::{MAX_FILE_BYTES, decode};
use crate::listing::{Image, Listing};
use crate::preprocess::Prepare;

/// Images in memory at a time: they are prepared side by side, then go through the backbone
/// side by side. An error is that of the first bad image, whatever the number of threads.
const BLOCK: usize = 64;

/// Why features were not computed.
#[derive(Debug, thiserror::Error)]
pub enum ExtractError {
    /// An image that can't be used.
    #[error("{0}, or leave it out with --skip-bad")]
    Image(String),
    /// Every image was left out.
    #[error("all {count} images were left out, the first because {first}")]
    Nothing {
        /// Images of the list.
        count: usize,
        /// What is wrong with the first.
        first: String,
    },
    /// The backbone failed.
    #[error(transparent)]
    Backbone(#[from] BackboneError),
    /// The cache can't be used.
    #[error(transparent)]
    Cache(#[from] CacheError),
}

/// Features of the images of a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Features {
    /// Features of an image, d.
    pub width: usize,
    /// `[n][width]`.
    pub values: Vec<f32>,
    /// The n images they are of, as indices into [`Listing::images`], in its order.
    pub of: Vec<usize>,
    /// Those found in the cache.
    pub cached: usize,
    /// Why each of the others was left out, one line each.
    pub skipped: Vec<String>,
}

/// How images are read and what happens to those that can't be.
#[derive(Clone, Copy)]
pub struct Options<'a> {
    /// Leave out what can't be used.
    pub skip_bad: bool,
    /// Where features are looked up and kept.
    pub cache: Option<&'a Cache>,
    /// Called now and then with the number of images done.
    pub progress: &'a (dyn Fn(usize) + Sync),
}

/// Features of one image, or what is wrong with them.
type Computed = Result<Arc<[f32]>, String>;

/// What became of one image's file.
enum Prepared {
    Known(Arc<[f32]>),
    Input(ImageKey, Vec<f32>),
    Bad(String),
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
        of: Vec::new(),
        cached: 0,
        skipped: Vec::new(),
    };
    for (block, images) in listing.images.chunks(BLOCK).enumerate() {
        let prepared: Vec<Prepared> = images
            .par_iter()
            .map(|image| prepared(image, prepare, backbone.planar(), options.cache))
            .collect();
        let computed = computed(images, &prepared, backbone, options.cache)?;
        for (at, (prepared, computed)) in prepared.into_iter().zip(computed).enumerate() {
            let values = match prepared {
                Prepared::Known(known) => {
                    features.cached += 1;
                    Ok(known)
                }
                Prepared::Input(..) => {
                    computed.unwrap_or_else(|| Err("was not computed".to_owned()))
                }
                Prepared::Bad(what) => Err(what),
            };
            match values {
                Ok(values) => {
                    features.values.extend_from_slice(&values);
                    features.of.push(block * BLOCK + at);
                }
                Err(what) if options.skip_bad => features.skipped.push(what),
                Err(what) => return Err(ExtractError::Image(what)),
            }
        }
        (options.progress)(block * BLOCK + images.len());
    }
    match features.skipped.first() {
        Some(first) if features.of.is_empty() => Err(ExtractError::Nothing {
            count: features.skipped.len(),
            first: first.clone(),
        }),
        _ => Ok(features),
    }
}

fn prepared(image: &Image, prepare: &Prepare, planar: bool, cache: Option<&Cache>) -> Prepared {
    let bad = |what: String| Prepared::Bad(format!("{}: {what}", image.path.display()));
    let mut bytes = Vec::new();
    let read = File::open(&image.path)
        .and_then(|file| file.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes));
    match read {
        Err(cause) => {
            return bad(format!(
                "cannot be read: {cause}; check the path and its permissions"
            ));
        }
        Ok(_) if bytes.len() as u64 > MAX_FILE_BYTES => {
            return bad(format!("more than {MAX_FILE_BYTES} bytes; scale it down"));
        }
        Ok(_) => {}
    }
    let key = key_of(&bytes);
    if let Some(known) = cache.and_then(|cache| cache.get(&key)) {
        return Prepared::Known(known);
    }
    match decode(&bytes) {
        Ok(picture) => {
            let mut input = Vec::new();
            prepare.append(&picture, planar, &mut input);
            Prepared::Input(key, input)
        }
        Err(error) => bad(error.to_string()),
    }
}

/// For each image the features that were computed for it now, if any.
fn computed(
    images: &[Image],
    prepared: &[Prepared],
    backbone: &Backbone,
    cache: Option<&Cache>,
) -> Result<Vec<Option<Computed>>, ExtractError> {
    let inputs: Vec<(usize, &ImageKey, &[f32])> = prepared
        .iter()
        .enumerate()
        .filter_map(|(at, prepared)| match prepared {
            Prepared::Input(key, input) => Some((at, key, &input[..])),
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
    let mut all: Vec<Option<Computed>> = vec![None; images.len()];
    for (batch, features) in inputs.chunks(backbone.batch()).zip(batches) {
        for (&(at, ..), features) in batch.iter().zip(features?.chunks_exact(backbone.width())) {
            all[at] = Some(if finite(features) {
                Ok(features.into())
            } else {
                let path = images[at].path.display();
                Err(format!(
                    "{path}: its features are not all finite numbers; check --preprocess"
                ))
            });
        }
    }
    Ok(all)
}

fn finite(features: &[f32]) -> bool {
    features.iter().all(|feature| feature.is_finite())
}
