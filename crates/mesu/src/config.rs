//! Settings out of their range, and the checks that find them.

use std::fmt::Display;

/// The description that a setting belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConfigPart {
    /// Sizes of the data: the numbers of inputs and of classes.
    Data,
    /// The network's description.
    Network,
    /// The learner's settings.
    Learner,
}

/// A setting out of its range.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field} is {found}; expected {expected}")]
#[non_exhaustive]
pub struct ConfigError {
    /// The description that the field belongs to.
    pub part: ConfigPart,
    /// Name of the field, for example `memory_window`.
    pub field: &'static str,
    /// The value.
    pub found: String,
    /// The range.
    pub expected: String,
}

impl ConfigError {
    /// Error about a field of a description of yours.
    #[must_use]
    pub fn new(
        part: ConfigPart,
        field: &'static str,
        found: impl Display,
        expected: impl Into<String>,
    ) -> Self {
        Self {
            part,
            field,
            found: found.to_string(),
            expected: expected.into(),
        }
    }

    /// Error about the network's description.
    pub(crate) fn network(
        field: &'static str,
        found: impl Display,
        expected: impl Into<String>,
    ) -> Self {
        Self::new(ConfigPart::Network, field, found, expected)
    }
}

/// Returns whether f32, in which rules compute, holds a number: neither infinite nor lost to 0.
pub(crate) fn holds(value: f64) -> bool {
    (value as f32).is_finite() && (value == 0.0 || value as f32 != 0.0)
}

/// Returns an error about a learner's field unless it is `sound`.
pub(crate) fn require(
    sound: bool,
    field: &'static str,
    found: impl Display,
    expected: &str,
) -> Result<(), ConfigError> {
    let error = || ConfigError::new(ConfigPart::Learner, field, found, expected);
    sound.then_some(()).ok_or_else(error)
}

/// Checks that a learner's numbers are finite and above 0.
pub(crate) fn positive<const N: usize>(
    numbers: [(&'static str, f64); N],
) -> Result<(), ConfigError> {
    numbers.into_iter().try_for_each(|(field, value)| {
        let sound = holds(value) && value > 0.0;
        require(sound, field, value, "a finite number > 0")
    })
}

/// Checks that a learner's numbers are finite and not below 0.
pub(crate) fn not_negative<const N: usize>(
    numbers: [(&'static str, f64); N],
) -> Result<(), ConfigError> {
    numbers.into_iter().try_for_each(|(field, value)| {
        let sound = holds(value) && value >= 0.0;
        require(sound, field, value, "a finite number >= 0")
    })
}

/// Checks a learner's numbers of updates: 1 or more.
pub(crate) fn windows<const N: usize>(
    numbers: [(&'static str, f64); N],
) -> Result<(), ConfigError> {
    numbers.into_iter().try_for_each(|(field, value)| {
        let sound = holds(value) && value >= 1.0;
        require(sound, field, value, "a finite number of updates, 1 or more")
    })
}

/// Checks a prior's mean and standard deviation, whose square f32 has to hold.
pub(crate) fn prior(mu: f64, sigma: f64) -> Result<(), ConfigError> {
    positive([("sigma_prior", sigma)])?;
    let square = sigma * sigma;
    let expected = "a number whose square, and its inverse, a 32-bit float holds";
    require(
        holds(square) && holds(1.0 / square),
        "sigma_prior",
        sigma,
        expected,
    )?;
    require(holds(mu), "mu_prior", mu, "a finite number")
}

/// Setters of a description's fields, so that one is `MesuConfig::default().memory_window(6e5)`.
macro_rules! setters {
    ($config:ident { $($field:ident: $kind:ty),+ $(,)? }) => {
        impl $config {
            $(
                #[doc = concat!("Returns the description with another [`", stringify!($field),
                    "`](Self#structfield.", stringify!($field), ").")]
                #[must_use]
                pub fn $field(mut self, $field: $kind) -> Self {
                    self.$field = $field.into();
                    self
                }
            )+
        }
    };
}
pub(crate) use setters;
