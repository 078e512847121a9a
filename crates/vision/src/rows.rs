//! Pictures as rows: CSV of path, class and features, made as it is read.

use std::io::{self, Read};

use crate::backbone::Backbone;
use crate::cache::Cache;
use crate::extract::{Options, extract};
use crate::listing::Listing;
use crate::preprocess::Prepare;

/// Column of the images' names.
pub const PATH: &str = "path";
/// Column of their classes; empty of an image that lies in no folder of a class.
pub const CLASS: &str = "class";
/// Name of the features' columns, before their numbers.
pub const FEATURES: &str = "features";

/// Images whose features are computed at once.
const BLOCK: usize = 64;

/// The images of a list as the text of a CSV file with a header, computed block by block as it is read.
pub struct PictureRows {
    listing: Listing,
    prepare: Prepare,
    backbone: Backbone,
    cache: Option<Cache>,
    skip_bad: bool,
    /// Images that were computed.
    done: usize,
    text: Vec<u8>,
    /// Bytes of the text that were read.
    read: usize,
}

impl PictureRows {
    /// The rows of `listing`. Images that can't be used are left out with `skip_bad`; without it they end the text with an
    /// error.
    #[must_use]
    pub fn new(
        listing: Listing,
        prepare: Prepare,
        backbone: Backbone,
        cache: Option<Cache>,
        skip_bad: bool,
    ) -> Self {
        let features = (0..backbone.width()).map(|at| format!("{FEATURES}{at}"));
        let names: Vec<String> = [PATH, CLASS].map(str::to_owned).into_iter().collect();
        let header: Vec<String> = names.into_iter().chain(features).collect();
        Self {
            listing,
            prepare,
            backbone,
            cache,
            skip_bad,
            done: 0,
            text: (header.join(",") + "\n").into_bytes(),
            read: 0,
        }
    }

    /// Computes the rows of the next block.
    fn next(&mut self) -> io::Result<()> {
        let images = &self.listing.images;
        let block = &images[self.done..images.len().min(self.done + BLOCK)];
        self.done += block.len();
        let listing = Listing {
            images: block.to_vec(),
            classes: self.listing.classes.clone(),
            domains: Vec::new(),
            unusable: Vec::new(),
        };
        let options = Options {
            skip_bad: self.skip_bad,
            pictures: None,
            cache: self.cache.as_ref(),
            progress: &|_| {},
        };
        let features = match extract(&listing, &self.prepare, &self.backbone, options) {
            Ok(features) => features,
            // Other blocks may have images that can be used.
            Err(crate::ExtractError::Nothing { .. }) if self.skip_bad => return Ok(()),
            Err(error) => return Err(io::Error::other(error)),
        };
        let mut writer = csv::Writer::from_writer(std::mem::take(&mut self.text));
        for (at, row) in features
            .of
            .iter()
            .zip(features.values.chunks_exact(features.width))
        {
            let image = &listing.images[*at];
            writer.write_field(&image.name)?;
            writer.write_field(&listing.classes[image.label])?;
            for feature in row {
                writer.write_field(feature.to_string())?;
            }
            writer.write_record(None::<&[u8]>)?;
        }
        self.text = writer
            .into_inner()
            .map_err(|error| io::Error::other(error.to_string()))?;
        Ok(())
    }
}

impl Read for PictureRows {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.read == self.text.len() {
            if self.done == self.listing.images.len() {
                return Ok(0);
            }
            self.text.clear();
            self.read = 0;
            self.next()?;
        }
        let rest = &self.text[self.read..];
        let count = rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        self.read += count;
        Ok(count)
    }
}
