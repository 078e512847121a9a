//! Fields and their quotes.

use std::borrow::Cow;

/// Part of a row that a scan is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scan {
    /// At the beginning of a field.
    Start,
    /// In a field without quotes.
    Plain,
    /// In quotes, where separators and ends of lines are content.
    Quoted,
    /// Behind a quote in quotes: it closed them, or a second one makes it content.
    Closed,
}

impl Scan {
    /// Returns the part behind `byte`.
    pub(super) fn over(self, byte: u8, separator: u8) -> Self {
        match (self, byte) {
            (Self::Quoted, b'"') => Self::Closed,
            (Self::Quoted, _) | (Self::Start | Self::Closed, b'"') => Self::Quoted,
            (_, byte) if byte == separator => Self::Start,
            _ => Self::Plain,
        }
    }
}

/// Number of separators in `bytes` that are not in quotes.
pub(super) fn separators(bytes: &[u8], separator: u8) -> usize {
    let mut scan = Scan::Start;
    let mut count = 0;
    for byte in bytes {
        count += usize::from(*byte == separator && scan != Scan::Quoted);
        scan = scan.over(*byte, separator);
    }
    count
}

/// Hands each field of `row` to `each` with its place, without its quotes, and returns the number of fields.
///
/// # Errors
/// Place of a field whose quotes do not fit, and the text behind its closing quote or that there is none.
pub(super) fn fields(
    row: &str,
    separator: u8,
    mut each: impl FnMut(usize, &str),
) -> Result<usize, (usize, String)> {
    let mut rest = row;
    let mut place = 0;
    loop {
        let behind = if rest.starts_with('"') {
            let (field, behind) =
                quoted(rest).ok_or_else(|| (place, "a quote without its end".to_owned()))?;
            each(place, &field);
            behind
        } else {
            let end = rest.bytes().position(|byte| byte == separator);
            let (field, behind) = rest.split_at(end.unwrap_or(rest.len()));
            each(place, field);
            behind
        };
        place += 1;
        if behind.is_empty() {
            return Ok(place);
        }
        if behind.as_bytes()[0] != separator {
            let found = crate::error::shown(behind);
            return Err((place - 1, format!("{found} behind a closing quote")));
        }
        rest = &behind[1..];
    }
}

/// Field that begins with a quote, without its quotes, and what is behind it.
fn quoted(text: &str) -> Option<(Cow<'_, str>, &str)> {
    let inner = &text[1..];
    let mut from = 0;
    let mut doubled = false;
    loop {
        let quote = from + inner[from..].find('"')?;
        let behind = &inner[quote + 1..];
        if !behind.starts_with('"') {
            let field = &inner[..quote];
            let field = if doubled {
                Cow::Owned(field.replace("\"\"", "\""))
            } else {
                Cow::Borrowed(field)
            };
            return Some((field, behind));
        }
        doubled = true;
        from = quote + 2;
    }
}
