//! CSV files of images.

use std::fs;
use std::path::Path;

use super::{Listing, ListingError, Named, unreadable};

impl Listing {
    /// The images that the CSV file `csv` names, their paths counted from `folder`.
    ///
    /// # Errors
    /// [`ListingError`]: a file that can't be read, or a line that is not two or three columns.
    pub fn from_csv(csv: &Path, folder: &Path) -> Result<Self, ListingError> {
        let text = fs::read(csv).map_err(unreadable(csv))?;
        Self::parse_csv(&text, csv, folder)
    }

    /// Reads the content `text` of the file like [`Listing::from_csv`].
    ///
    /// # Errors
    /// As [`Listing::from_csv`].
    pub fn parse_csv(text: &[u8], csv: &Path, folder: &Path) -> Result<Self, ListingError> {
        let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .trim(csv::Trim::All)
            .from_reader(text);
        let mut images = Vec::new();
        let mut columns = None;
        for (index, record) in reader.records().enumerate() {
            let wrong = |position: Option<&csv::Position>, what: String| ListingError::Line {
                path: csv.to_owned(),
                line: line_at(text, position.map_or(0, csv::Position::byte)),
                what,
            };
            let record = record.map_err(|error| {
                let what = match error.kind() {
                    csv::ErrorKind::Utf8 { .. } => "not UTF-8".to_owned(),
                    _ => error.to_string(),
                };
                wrong(error.position(), what)
            })?;
            let fields: Vec<&str> = record.iter().collect();
            if index == 0 && fields.starts_with(&["path", "label"]) {
                continue;
            }
            if index == 0 && !folder.join(fields[0]).exists() && is_header(&fields) {
                let what = format!("{} as names of columns", fields.join(","));
                return Err(wrong(record.position(), what));
            }
            if *columns.get_or_insert(fields.len()) != fields.len()
                || !matches!(fields.len(), 2 | 3)
            {
                return Err(wrong(
                    record.position(),
                    format!("{} columns", fields.len()),
                ));
            }
            if let Some(empty) = fields.iter().position(|field| field.is_empty()) {
                return Err(wrong(
                    record.position(),
                    format!("no {}", ["path", "label", "domain"][empty]),
                ));
            }
            images.push(Named {
                path: folder.join(fields[0]),
                name: fields[0].to_owned(),
                class: fields[1].to_owned(),
                domain: fields.get(2).map(|&domain| domain.to_owned()),
            });
        }
        Self::new(images, Vec::new(), csv, false)
    }
}

/// Returns whether fields look like names of columns: more than half are names that people give to them.
fn is_header(fields: &[&str]) -> bool {
    const NAMES: [&str; 8] = [
        "path",
        "file",
        "filename",
        "file_name",
        "image",
        "label",
        "class",
        "domain",
    ];
    let named = |field: &&str| NAMES.contains(&field.to_lowercase().as_str());
    fields.iter().filter(|field| named(field)).count() > fields.len() / 2
}

/// The line of the first character from `byte` on, counted from 1; empty lines hold none.
fn line_at(text: &[u8], byte: u64) -> u64 {
    let at = text.len().min(usize::try_from(byte).unwrap_or(usize::MAX));
    let empty = text[at..]
        .iter()
        .take_while(|byte| b"\r\n".contains(byte))
        .count();
    let newlines = text[..at + empty]
        .iter()
        .filter(|&&byte| byte == b'\n')
        .count();
    newlines as u64 + 1
}
