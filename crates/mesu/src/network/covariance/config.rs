//! Form of a posterior's covariance, as settings name it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Form of the covariance of a layer's synapses.
///
/// As text: `diagonal`, `input`, `input 4`, `low-rank 128`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[non_exhaustive]
pub enum Covariance {
    /// Synapses that are independent of each other, each with a standard deviation of its own.
    #[default]
    Diagonal,
    /// One covariance of the inputs, shared by all neurons of a layer.
    Input {
        /// Blocks into which the inputs of the network's first layer are cut, at least 1: synapses of different blocks
        /// are independent. Layers above have one block.
        blocks: usize,
    },
    /// Inverse covariance of the inputs, a multiple of the identity and `rank` directions, shared by all neurons of a
    /// layer. A layer of no more inputs than that has the whole covariance.
    LowRank {
        /// Number of directions, at least 1.
        rank: usize,
    },
}

/// Text that names no form.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no covariance; expected {FORMS}")]
pub struct CovarianceError(String);

/// Texts of all forms.
const FORMS: &str = r#""diagonal", "input", "input N" (N blocks) or "low-rank N" (N directions)"#;

impl fmt::Display for Covariance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Diagonal => f.write_str("diagonal"),
            Self::Input { blocks: 1 } => f.write_str("input"),
            Self::Input { blocks } => write!(f, "input {blocks}"),
            Self::LowRank { rank } => write!(f, "low-rank {rank}"),
        }
    }
}

impl FromStr for Covariance {
    type Err = CovarianceError;

    fn from_str(text: &str) -> Result<Self, CovarianceError> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let number = |word: &str| word.parse().ok().filter(|n| *n > 0);
        let form = match words[..] {
            ["diagonal"] => Some(Self::Diagonal),
            ["input"] => Some(Self::Input { blocks: 1 }),
            ["input", blocks] => number(blocks).map(|blocks| Self::Input { blocks }),
            ["low-rank", rank] => number(rank).map(|rank| Self::LowRank { rank }),
            _ => None,
        };
        form.ok_or_else(|| CovarianceError(text.to_owned()))
    }
}

impl TryFrom<String> for Covariance {
    type Error = CovarianceError;

    fn try_from(text: String) -> Result<Self, CovarianceError> {
        text.parse()
    }
}

impl From<Covariance> for String {
    fn from(covariance: Covariance) -> Self {
        covariance.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_read_as_they_are_written() {
        for form in [
            Covariance::Diagonal,
            Covariance::Input { blocks: 1 },
            Covariance::Input { blocks: 16 },
            Covariance::LowRank { rank: 128 },
        ] {
            assert_eq!(form.to_string().parse(), Ok(form));
        }
        for text in [
            "",
            "full",
            "input 0",
            "input -1",
            "low-rank",
            "low-rank 1.5",
            "input 4 4",
        ] {
            assert!(text.parse::<Covariance>().is_err(), "{text}");
        }
    }
}
