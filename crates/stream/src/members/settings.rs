//! Settings of members.

use serde::{Deserialize, Serialize};

/// A member of a mixture.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum MemberSettings {
    /// A network of Bayesian synapses.
    Network(NetworkSettings),
    /// The nearest of the last rows.
    Neighbors {
        /// Rows that are kept; at least 1.
        rows: usize,
        /// Neighbors that count; at least 1.
        nearest: usize,
    },
    /// The label before: only where labels come at once.
    LastLabel,
    /// A network that has learned elsewhere; see [`StreamLearner::trained`](crate::StreamLearner::trained).
    Trained {
        /// Short name.
        name: String,
    },
}

/// A network of Bayesian synapses.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct NetworkSettings {
    /// True if it sees hats beside the values.
    pub hats: bool,
    /// Width of each hidden layer; none for a linear model.
    pub hidden: Vec<usize>,
    /// Rows whose evidence is kept; >= 1.
    pub memory_window: f64,
    /// Temperature; > 0.
    pub temperature: f64,
}

impl NetworkSettings {
    /// A network of one hidden layer with this memory, in rows.
    #[must_use]
    pub fn new(hats: bool, memory_window: f64) -> Self {
        Self {
            hats,
            hidden: vec![32],
            memory_window,
            temperature: 10.0,
        }
    }

    /// A linear model of values and hats with this memory, in rows.
    #[must_use]
    pub fn linear(memory_window: f64) -> Self {
        Self {
            hidden: Vec::new(),
            ..Self::new(true, memory_window)
        }
    }
}

impl MemberSettings {
    /// Neighbors among the last 1,000 rows.
    pub const NEIGHBORS: Self = Self::Neighbors {
        rows: 1_000,
        nearest: 10,
    };

    /// Members that a learner has by default.
    #[must_use]
    pub fn mixture() -> Vec<Self> {
        let networks = [
            NetworkSettings::new(true, 1e3),
            NetworkSettings::new(true, 1e4),
            NetworkSettings::new(true, 1e5),
            NetworkSettings::new(false, 1e4),
            NetworkSettings::linear(1e2),
        ];
        let networks = networks.into_iter().map(Self::Network);
        networks.chain([Self::NEIGHBORS]).collect()
    }

    /// One network alone, the fastest.
    #[must_use]
    pub fn one() -> Vec<Self> {
        vec![Self::Network(NetworkSettings::new(true, 3e3))]
    }

    /// Short name, as in `hats-1e4`.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Network(network) => {
                let kind = match (network.hidden.is_empty(), network.hats) {
                    (true, true) => "linear",
                    (true, false) => "linear-values",
                    (false, true) => "hats",
                    (false, false) => "values",
                };
                format!("{kind}-{:e}", network.memory_window)
            }
            Self::Neighbors { .. } => "neighbors".to_owned(),
            Self::LastLabel => "last-label".to_owned(),
            Self::Trained { name } => name.clone(),
        }
    }

    /// The member of a short name; `None` if there is none.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "neighbors" => return Some(Self::NEIGHBORS),
            "last-label" => return Some(Self::LastLabel),
            _ => {}
        }
        let (kind, window) = name.rsplit_once('-')?;
        let window = window.parse().ok().filter(|window: &f64| *window >= 1.0)?;
        let network = match kind {
            "hats" => NetworkSettings::new(true, window),
            "values" => NetworkSettings::new(false, window),
            "linear" => NetworkSettings::linear(window),
            "linear-values" => NetworkSettings {
                hats: false,
                ..NetworkSettings::linear(window)
            },
            _ => return None,
        };
        Some(Self::Network(network))
    }
}
