//! Verdicts.

use serde::Serialize;

/// Severity, the best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// It works as it should.
    Healthy,
    /// Something limits it.
    #[serde(rename = "look-at-this")]
    NeedsAttention,
    /// It can't do its work.
    Broken,
}

impl std::fmt::Display for Verdict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Healthy => "healthy",
            Self::NeedsAttention => "needs attention",
            Self::Broken => "broken",
        })
    }
}
