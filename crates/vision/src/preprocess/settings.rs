//! Settings of preparing pictures, as a TOML file or a preset gives them.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::error::PreprocessError;
use crate::resize::{CHANNELS, Filter};

/// Names of the presets.
pub const PRESETS: [&str; 3] = ["imagenet", "tensorflow", "zero-one"];

/// The longest side of a backbone's input, in pixels.
pub const MAX_SIDE: usize = 4096;
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

/// Order of the three colors.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Channels {
    /// Red first.
    #[default]
    Rgb,
    /// Blue first.
    Bgr,
}

/// Settings of how pictures become input.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Preprocess {
    /// Size before cropping; 8/7 of `crop` if `None`.
    pub resize: Option<Size>,
    /// Size of the middle part that is used; the model's input if `None`.
    pub crop: Option<Size>,
    /// Method of resizing.
    pub filter: Filter,
    /// The largest value of a pixel before `mean` and `std`.
    pub range: f64,
    /// Subtracted, per color: red, green, blue.
    pub mean: [f64; CHANNELS],
    /// Divided by, per color, above 0.
    pub std: [f64; CHANNELS],
    /// Order of the colors in the input.
    #[serde(default)]
    pub channels: Channels,
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
                format!("preprocessing {}", asked.unwrap_or_default()),
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
}
