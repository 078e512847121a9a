//! Finding out a separator.

use super::quotes::Scan;
use crate::error::RowsError;
use crate::input::Lines;

/// Separators that are looked for; the first of two that divide as well is taken.
const SEPARATORS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// Returns the separator that stands as often in most of the first rows as in the header, and of several
/// the one that stands most often. Where the header has one kind alone, no further line is waited for.
pub(super) fn find(lines: &mut Lines) -> Result<u8, RowsError> {
    let header: Vec<u8> = lines.first(1)?.iter().flatten().copied().collect();
    let found: Vec<u8> = SEPARATORS
        .into_iter()
        .filter(|separator| header.contains(separator))
        .collect();
    if let [] | [_] = found[..] {
        return Ok(found.first().copied().unwrap_or(SEPARATORS[0]));
    }
    let text: Vec<u8> = lines.first(usize::MAX)?.iter().flatten().copied().collect();
    let mut best = (found[0], (0, 0));
    for separator in found {
        let counts = counts(&text, separator);
        let columns = counts.first().copied().unwrap_or(0);
        let alike = counts.iter().filter(|count| **count == columns).count();
        if columns > 0 && (alike, columns) > best.1 {
            best = (separator, (alike, columns));
        }
    }
    Ok(best.0)
}

/// Number of separators in each row of `text`.
fn counts(text: &[u8], separator: u8) -> Vec<usize> {
    let mut counts = Vec::new();
    let (mut count, mut scan) = (0, Scan::Start);
    for byte in text {
        if *byte == b'\n' && scan != Scan::Quoted {
            counts.push(count);
            (count, scan) = (0, Scan::Start);
            continue;
        }
        count += usize::from(*byte == separator && scan != Scan::Quoted);
        scan = scan.over(*byte, separator);
    }
    // A last row that the look ended in says nothing of its width.
    if counts.is_empty() {
        counts.push(count);
    }
    counts
}
