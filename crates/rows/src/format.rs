//! Formats of tables, and the endings of their files.

use std::path::Path;

/// Format of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// Values between separators, names of columns in the first line.
    Csv,
    /// The same with tabs.
    Tsv,
    /// One JSON object a line.
    JsonLines,
    /// numpy's archive of arrays.
    Npz,
    /// Apache Parquet, with the feature `parquet`.
    Parquet,
}

/// Endings that are known, of compressed files without `.gz` and `.zst`.
pub(crate) const ENDINGS: &[(&str, Format)] = &[
    ("csv", Format::Csv),
    ("tsv", Format::Tsv),
    ("tab", Format::Tsv),
    ("jsonl", Format::JsonLines),
    ("ndjson", Format::JsonLines),
    ("npz", Format::Npz),
    ("parquet", Format::Parquet),
];

impl Format {
    /// Returns the format that the ending of `path` stands for; `.gz` and `.zst` behind it are passed over.
    #[must_use]
    pub fn of_path(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_str()?.to_ascii_lowercase();
        let name = name
            .strip_suffix(".gz")
            .or_else(|| name.strip_suffix(".zst"))
            .unwrap_or(&name);
        let (_, ending) = name.rsplit_once('.')?;
        ENDINGS
            .iter()
            .find_map(|(known, format)| (*known == ending).then_some(*format))
    }
}
