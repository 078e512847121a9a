//! A setting: key, type, range and meaning.

use mesu::LearnerKind;

/// A setting.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// Dotted key, for example `learner.memory_window`.
    pub key: &'static str,
    /// Type and range.
    pub kind: Kind,
    /// One or two sentences, without a full stop at the end.
    pub meaning: &'static str,
    /// The learners that have it; empty of settings outside the section `learner`, and of its `kind`.
    pub learners: &'static [LearnerKind],
    /// A value to show, as TOML, where the setting is off or absent by default; else empty.
    pub example: &'static str,
}

/// Type and range of a setting.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// A whole number in a range, both ends included.
    Whole {
        /// Smallest value.
        least: u64,
        /// Largest value.
        most: u64,
    },
    /// A number in a range.
    Number(Range),
    /// `true` or `false`.
    Flag,
    /// One of several words.
    Choice(&'static [&'static str]),
    /// `true`, `false`, or one of several words.
    FlagOr(&'static [&'static str]),
    /// Text; the range in words, or empty for any.
    Text(&'static str),
    /// A list of whole numbers; the range in words.
    Wholes(&'static str),
    /// A list of numbers; the range in words.
    Numbers(&'static str),
    /// A list of texts; the range in words.
    Texts(&'static str),
    /// A list of texts for each of several names.
    Groups(&'static str),
}

/// A range of numbers, which are all finite.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Range {
    /// In words, as errors state it.
    pub text: &'static str,
    /// Lower bound, and whether it belongs to the range.
    pub low: Option<(f64, bool)>,
    /// Upper bound, and whether it belongs to the range.
    pub high: Option<(f64, bool)>,
}

impl Range {
    /// Returns whether `number` is in the range.
    #[must_use]
    pub fn contains(&self, number: f64) -> bool {
        let above = |(low, inside): (f64, bool)| number > low || inside && number == low;
        let below = |(high, inside): (f64, bool)| number < high || inside && number == high;
        number.is_finite() && self.low.is_none_or(above) && self.high.is_none_or(below)
    }
}

impl Kind {
    /// The range in words, as errors state it.
    #[must_use]
    pub fn range(&self) -> String {
        let quoted = |words: &[&str]| {
            let words: Vec<String> = words.iter().map(|word| format!("\"{word}\"")).collect();
            words.join(", ")
        };
        match self {
            Self::Whole { least, most } if *most >= u64::from(u32::MAX) => {
                format!("{least} or more")
            }
            Self::Whole { least, most } => format!("{least} to {most}"),
            Self::Number(range) => range.text.to_owned(),
            Self::Flag => "true or false".to_owned(),
            Self::Choice(words) => format!("one of {}", quoted(words)),
            Self::FlagOr(words) => format!("true, false or {}", quoted(words)),
            Self::Text(text)
            | Self::Wholes(text)
            | Self::Numbers(text)
            | Self::Texts(text)
            | Self::Groups(text) => (*text).to_owned(),
        }
    }

    /// The type in words.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Whole { .. } => "whole number",
            Self::Number(_) => "number",
            Self::Flag => "true or false",
            Self::Choice(_) => "word",
            Self::FlagOr(_) => "true, false or a word",
            Self::Text(_) => "text",
            Self::Wholes(_) => "list of whole numbers",
            Self::Numbers(_) => "list of numbers",
            Self::Texts(_) => "list of texts",
            Self::Groups(_) => "section of lists of texts",
        }
    }
}

impl Setting {
    /// The section and the key in it; the section is empty at the top.
    #[must_use]
    pub fn place(&self) -> (&'static str, &'static str) {
        self.key.split_once('.').unwrap_or(("", self.key))
    }

    /// Returns whether a learner of this kind has it; true of everything outside the section `learner`.
    #[must_use]
    pub fn applies_to(&self, kind: LearnerKind) -> bool {
        self.learners.is_empty() || self.learners.contains(&kind)
    }

    /// The meaning and the range, as comments state them.
    #[must_use]
    pub fn comment(&self) -> String {
        match (self.kind, &self.kind.range()[..]) {
            (_, "") | (Kind::Flag, _) => self.meaning.to_owned(),
            (_, range) => format!("{}; {range}", self.meaning),
        }
    }
}

/// Sections of an experiment, in order; the first is the top.
pub const SECTIONS: [&str; 7] = [
    "",
    "data",
    "domains",
    "network",
    "learner",
    "learning",
    "regression",
];
