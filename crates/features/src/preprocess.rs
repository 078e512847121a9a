//! From a picture to a backbone's input: resize, crop, normalise.
//!
//! ```text
//! x[channel] = (p range/255 - mean[channel]) / std[channel],   p: a byte, 0..=255
//! ```
//! A small TOML file beside the model says how; `NAME.toml` belongs to `NAME.onnx`:
//!
//! ```toml
//! resize = 256                  # the shorter side, in pixels; or [height, width]
//! crop = 224                    # the middle; or [height, width]
//! filter = "bicubic"            # or "bilinear"
//! range = 255                   # the largest value of a pixel before mean and std
//! mean = [127, 127, 127]        # red, green, blue
//! std = [128, 128, 128]
//! channels = "rgb"              # or "bgr"
//! ```
//! `crop` is the model's input size unless stated, `resize` 8/7 of it: the middle 7/8, as
//! ImageNet's models are tested.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::resize::{CHANNELS, Filter, Picture};

/// Names of the presets.
pub const PRESETS: [&str; 3] = ["imagenet", "tensorflow", "zero-one"];

/// The longest side of a backbone's input, in pixels.
pub const MAX_SIDE: usize = 4096;
/// The input side where neither the model nor the file says one.
const USUAL_SIDE: usize = 224;
/// The longest file that is read, in bytes.
const MAX_FILE_BYTES: usize = 1 << 16;

/// One side or two.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Size {
    /// Pixels of the shorter side (resize), or of both (crop).
    Side(usize),
    /// Height and width in pixels, whatever the picture's shape.
    Both([usize; 2]),
}

/// Order of the three colours.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Channels {
    /// Red first.
    #[default]
    Rgb,
    /// Blue first.
    Bgr,
}

/// How pictures become input.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Preprocess {
    /// Size before cropping; 8/7 of `crop` if `None`.
    pub resize: Option<Size>,
    /// Size of the middle part that is used; the model's input if `None`.
    pub crop: Option<Size>,
    /// How to resize.
    pub filter: Filter,
    /// The largest value of a pixel before `mean` and `std`.
    pub range: f64,
    /// Subtracted, per colour: red, green, blue.
    pub mean: [f64; CHANNELS],
    /// Divided by, per colour, above 0.
    pub std: [f64; CHANNELS],
    /// Order of the colours in the input.
    #[serde(default)]
    pub channels: Channels,
}

/// Why a text or a name is no preprocessing.
#[derive(Debug, thiserror::Error)]
pub enum PreprocessError {
    /// Nothing says how pictures become input.
    #[error("{model}: nothing says how to prepare pictures for it; put {beside} beside it, or give --preprocess {} or FILE.toml", PRESETS.join(", "))]
    Unstated {
        /// The model.
        model: String,
        /// The file that was looked for.
        beside: String,
    },
    /// Neither a preset nor a file that can be read.
    #[error("--preprocess {asked}: no preset ({}) and no file that can be read: {cause}", PRESETS.join(", "))]
    Unreadable {
        /// What was asked for.
        asked: String,
        /// The system's reason.
        cause: std::io::Error,
    },
    /// Not the TOML it should be.
    #[error("{file}{}: {what}; see `mesu features --help` for an example", line.map_or(String::new(), |line| format!(", line {line}")))]
    Syntax {
        /// The file.
        file: String,
        /// Counted from 1.
        line: Option<usize>,
        /// What the parser says.
        what: String,
    },
    /// A number that makes no sense.
    #[error("{file}: {key}: found {found}, expected {expected}; change it there")]
    Range {
        /// The file.
        file: String,
        /// The key.
        key: &'static str,
        /// Its value.
        found: String,
        /// What it may be.
        expected: String,
    },
    /// The model takes another size.
    #[error(
        "{file}: crop is {crop:?} (height, width), but the model takes {model:?}; make crop that size"
    )]
    OtherSize {
        /// The file.
        file: String,
        /// Height and width of what is cropped.
        crop: [usize; 2],
        /// Height and width of the model's input.
        model: [usize; 2],
    },
}

impl Preprocess {
    /// The preset of that name: `imagenet` (the mean and standard deviation of ImageNet's
    /// pixels, bilinear, as torchvision's models), `tensorflow` (`(p - 127)/128`, bicubic, as
    /// EfficientNet-Lite) or `zero-one` (`p/255`, bilinear).
    pub fn preset(name: &str) -> Option<Self> {
        let (filter, range, mean, std) = match name {
            "imagenet" => (
                Filter::Bilinear,
                1.0,
                [0.485, 0.456, 0.406],
                [0.229, 0.224, 0.225],
            ),
            "tensorflow" => (Filter::Bicubic, 255.0, [127.0; 3], [128.0; 3]),
            "zero-one" => (Filter::Bilinear, 1.0, [0.0; 3], [1.0; 3]),
            _ => return None,
        };
        Some(Self {
            resize: None,
            crop: None,
            filter,
            range,
            mean,
            std,
            channels: Channels::Rgb,
        })
    }

    /// The preset or file `asked` for, or the file beside the model; and its name for errors.
    ///
    /// # Errors
    /// [`PreprocessError`].
    pub fn find(asked: Option<&str>, model: &Path) -> Result<(Self, String), PreprocessError> {
        if let Some(preset) = asked.and_then(Self::preset) {
            return Ok((
                preset,
                format!("--preprocess {}", asked.unwrap_or_default()),
            ));
        }
        let beside = model.with_extension("toml");
        let path = match asked {
            Some(asked) => Path::new(asked),
            None if beside.exists() => &beside,
            None => {
                return Err(PreprocessError::Unstated {
                    model: model.display().to_string(),
                    beside: beside.file_name().unwrap_or_default().display().to_string(),
                });
            }
        };
        let file = path.display().to_string();
        let text = std::fs::read(path).map_err(|cause| PreprocessError::Unreadable {
            asked: file.clone(),
            cause,
        })?;
        Ok((Self::parse(&text, &file)?, file))
    }

    /// Reads the TOML in `text`, called `file` in errors.
    ///
    /// # Errors
    /// [`PreprocessError::Syntax`] or [`PreprocessError::Range`].
    pub fn parse(text: &[u8], file: &str) -> Result<Self, PreprocessError> {
        let wrong = |line, what: &str| PreprocessError::Syntax {
            file: file.to_owned(),
            line,
            what: what.to_owned(),
        };
        if text.len() > MAX_FILE_BYTES {
            return Err(wrong(None, "too long for a few lines of TOML"));
        }
        let text = std::str::from_utf8(text).map_err(|_| wrong(None, "not UTF-8"))?;
        let this: Self = toml::from_str(text).map_err(|error| {
            let line = error
                .span()
                .map(|span| text[..span.start].matches('\n').count() + 1);
            wrong(line, error.message())
        })?;
        this.check(file)?;
        Ok(this)
    }

    fn check(&self, file: &str) -> Result<(), PreprocessError> {
        let range = |key, found: String, expected: &str| {
            Err(PreprocessError::Range {
                file: file.to_owned(),
                key,
                found,
                expected: expected.to_owned(),
            })
        };
        for (key, size) in [("resize", self.resize), ("crop", self.crop)] {
            let sides = match size {
                None => continue,
                Some(Size::Side(side)) => [side; 2],
                Some(Size::Both(sides)) => sides,
            };
            if sides.iter().any(|side| !(1..=MAX_SIDE).contains(side)) {
                return range(
                    key,
                    format!("{sides:?}"),
                    &format!("1 to {MAX_SIDE} pixels"),
                );
            }
        }
        let positive = |x: f64| x.is_finite() && x > 0.0;
        if !positive(self.range) {
            return range(
                "range",
                self.range.to_string(),
                "a number above 0, usually 1 or 255",
            );
        }
        if !self.mean.iter().all(|mean| mean.is_finite()) {
            return range("mean", format!("{:?}", self.mean), "three numbers");
        }
        if !self.std.iter().all(|&std| positive(std)) {
            return range("std", format!("{:?}", self.std), "three numbers above 0");
        }
        Ok(())
    }

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
    /// Of each colour what each byte becomes.
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

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: &str = "resize = [4, 6]\ncrop = 2\nfilter = 'bilinear'\nrange = 1\n\
        mean = [0.5, 0, 0]\nstd = [0.5, 1, 1]\nchannels = 'bgr'\n";

    fn input(
        preprocess: &Preprocess,
        size: [Option<usize>; 2],
        picture: &Picture,
        planar: bool,
    ) -> Vec<f32> {
        let mut input = Vec::new();
        preprocess
            .for_model(size, "x")
            .unwrap()
            .append(picture, planar, &mut input);
        input
    }

    #[test]
    fn presets_are_the_usual_formulas() {
        let picture = Picture {
            width: 1,
            height: 1,
            pixels: vec![0, 127, 255],
        };
        let of = |name: &str| {
            input(
                &Preprocess::preset(name).unwrap(),
                [Some(1); 2],
                &picture,
                true,
            )
        };
        assert_eq!(of("tensorflow"), [-127.0 / 128.0, 0.0, 1.0]);
        assert_eq!(of("zero-one"), [0.0, 127.0 / 255.0, 1.0]);
        let expected = [
            -0.485 / 0.229,
            (127.0 / 255.0 - 0.456) / 0.224,
            (1.0 - 0.406) / 0.225,
        ];
        for (found, expected) in of("imagenet").into_iter().zip(expected) {
            assert!((found - expected as f32).abs() < 1e-6, "{found} {expected}");
        }
        assert!(
            PRESETS
                .iter()
                .all(|name| Preprocess::preset(name).is_some())
        );
        assert!(Preprocess::preset("caffe").is_none());
    }

    #[test]
    fn sizes_follow_the_model() {
        let preset = Preprocess::preset("imagenet").unwrap();
        for (model, crop, resize) in [
            ([None; 2], [224, 224], 256),
            ([Some(380); 2], [380, 380], 435),
            ([Some(96), Some(128)], [96, 128], 147),
        ] {
            let mut preset = preset.clone();
            if crop[0] != crop[1] {
                preset.resize = Some(Size::Side(resize));
            }
            let prepare = preset.for_model(model, "x").unwrap();
            assert_eq!(prepare.size(), crop);
            assert_eq!(prepare.resize, Size::Side(resize));
        }
    }

    #[test]
    fn colours_and_layout_are_as_stated() {
        let preprocess = Preprocess::parse(WHOLE.as_bytes(), "x").unwrap();
        let picture = Picture {
            width: 3,
            height: 9,
            pixels: [255, 51, 0].repeat(27),
        };
        let planar = input(&preprocess, [None; 2], &picture, true);
        assert_eq!(planar, [[0.0; 4], [0.2; 4], [1.0; 4]].concat());
        let packed = input(&preprocess, [None; 2], &picture, false);
        assert_eq!(packed, [0.0, 0.2, 1.0].repeat(4));
    }

    #[test]
    fn wrong_files_say_what_to_do() {
        for (from, to, words) in [
            (
                "filter = 'bilinear'",
                "filter = 'area'",
                "line 3: unknown variant `area`",
            ),
            ("mean", "means", "line 5: unknown field `means`"),
            ("range = 1\n", "", "missing field `range`"),
            (
                "range = 1",
                "range = 0",
                "range: found 0, expected a number above 0",
            ),
            (
                "std = [0.5, 1, 1]",
                "std = [0, 1, 1]",
                "std: found [0.0, 1.0, 1.0], expected three",
            ),
            (
                "mean = [0.5, 0, 0]",
                "mean = [nan, 0, 0]",
                "mean: found [NaN",
            ),
            ("mean = [0.5, 0, 0]", "mean = [0, 0]", "line 5: "),
            (
                "crop = 2",
                "crop = 0",
                "crop: found [0, 0], expected 1 to 4096",
            ),
            ("crop = 2", "crop = 9000000000", "expected 1 to 4096"),
            ("crop = 2", "crop = -2", "line 2: "),
            (
                "crop = 2",
                "crop = [5, 2]",
                "resize: found Both([4, 6]), expected at least crop, [5, 2]",
            ),
            ("range = 1", "range = ", "line 4: "),
        ] {
            let text = WHOLE.replace(from, to);
            let error = Preprocess::parse(text.as_bytes(), "x")
                .and_then(|preprocess| preprocess.for_model([None; 2], "x"))
                .map(|_| ())
                .unwrap_err();
            let message = error.to_string();
            assert!(message.contains(words), "{to}: {message}");
            assert!(!message.contains('\n'), "{message}");
        }
        let preprocess = Preprocess::parse(WHOLE.as_bytes(), "x").unwrap();
        let error = preprocess
            .for_model([Some(224); 2], "x")
            .map(|_| ())
            .unwrap_err();
        assert!(
            error
                .to_string()
                .contains("crop is [2, 2] (height, width), but the model takes [224, 224]")
        );
    }

    #[test]
    fn what_is_asked_for_or_lies_beside_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let model = folder.path().join("net.onnx");
        let find = |asked| Preprocess::find(asked, &model).map(|(found, _)| found);
        let message = find(None).unwrap_err().to_string();
        assert!(
            message.contains("put net.toml beside it, or give --preprocess imagenet,"),
            "{message}"
        );
        std::fs::write(folder.path().join("net.toml"), WHOLE).unwrap();
        assert_eq!(find(None).unwrap().crop, Some(Size::Side(2)));
        assert_eq!(find(Some("imagenet")).unwrap().crop, None);
        let message = find(Some("imagnet")).unwrap_err().to_string();
        assert!(
            message.contains("--preprocess imagnet: no preset (imagenet,"),
            "{message}"
        );
    }
}
