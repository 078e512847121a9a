//! Preparing pictures for one model.

use super::error::PreprocessError;
use super::settings::{Channels, Preprocess, Size};
use crate::resize::{CHANNELS, Picture};

/// The input side where neither the model nor the file says one.
const USUAL_SIDE: usize = 224;

impl Preprocess {
    /// Settles what is left open, for a model whose input is `[height, width]` (`None`: any).
    ///
    /// # Errors
    /// [`PreprocessError::OtherSize`] if the model takes another size than `crop`.
    pub fn for_model(
        &self,
        model: [Option<usize>; 2],
        file: &str,
    ) -> Result<Prepare, PreprocessError> {
        let usual = |side: Option<usize>| side.unwrap_or(USUAL_SIDE);
        let crop = match self.crop {
            None => model.map(usual),
            Some(Size::Side(side)) => [side; 2],
            Some(Size::Both(sides)) => sides,
        };
        let fits =
            |(model, &crop): (&Option<usize>, &usize)| model.is_none_or(|model| model == crop);
        if !model.iter().zip(&crop).all(fits) {
            return Err(PreprocessError::OtherSize {
                file: file.to_owned(),
                crop,
                model: model.map(usual),
            });
        }
        let shorter = crop[0].min(crop[1]);
        let resize = self.resize.unwrap_or(Size::Side((shorter * 8).div_ceil(7)));
        let reaches = match resize {
            Size::Side(side) => side >= crop[0].max(crop[1]),
            Size::Both(sides) => sides[0] >= crop[0] && sides[1] >= crop[1],
        };
        if !reaches {
            return Err(PreprocessError::Range {
                file: file.to_owned(),
                key: "resize",
                found: format!("{resize:?}"),
                expected: format!("at least crop, {crop:?} (height, width)"),
            });
        }
        Ok(Prepare {
            preprocess: Self {
                resize: Some(resize),
                crop: Some(Size::Both(crop)),
                ..self.clone()
            },
            resize,
            crop,
            table: std::array::from_fn(|channel| {
                std::array::from_fn(|byte| {
                    let value = byte as f64 * self.range / 255.0;
                    ((value - self.mean[channel]) / self.std[channel]) as f32
                })
            }),
        })
    }
}

/// A [`Preprocess`] with nothing left open.
#[derive(Clone, Debug)]
pub struct Prepare {
    preprocess: Preprocess,
    resize: Size,
    crop: [usize; 2],
    /// Table of what each byte becomes, of each color.
    table: [[f32; 256]; CHANNELS],
}

impl Prepare {
    /// Height and width of the input.
    pub fn size(&self) -> [usize; 2] {
        self.crop
    }

    /// All settings as a text: the same text, the same input.
    pub fn description(&self) -> String {
        toml::to_string(&self.preprocess).unwrap_or_else(|_| format!("{:?}", self.preprocess))
    }

    /// Appends the input made of `picture`, `[3][height][width]` (planar) or `[height][width][3]`.
    pub fn append(&self, picture: &Picture, planar: bool, input: &mut Vec<f32>) {
        let [height, width] = match self.resize {
            Size::Both(sides) => sides,
            Size::Side(side) => {
                // torchvision's: the longer side is rounded down.
                let longer = |long: usize, short: usize| side * long / short;
                if picture.width <= picture.height {
                    [longer(picture.height, picture.width), side]
                } else {
                    [side, longer(picture.width, picture.height)]
                }
            }
        };
        let resized = picture.resized(width, height, self.preprocess.filter);
        let middle = resized.cropped(self.crop[1], self.crop[0]);
        let order = match self.preprocess.channels {
            Channels::Rgb => [0, 1, 2],
            Channels::Bgr => [2, 1, 0],
        };
        let pixels = middle.pixels.chunks_exact(CHANNELS);
        let value = |pixel: &[u8], channel: usize| self.table[channel][usize::from(pixel[channel])];
        if planar {
            for channel in order {
                input.extend(pixels.clone().map(|pixel| value(pixel, channel)));
            }
        } else {
            input.extend(pixels.flat_map(|pixel| order.map(|channel| value(pixel, channel))));
        }
    }
}
