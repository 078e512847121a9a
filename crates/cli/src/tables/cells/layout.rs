//! Layout of lines.

use std::fmt::Write as _;

/// Widest name that shares a line with its numbers; longer ones stand on a line of their own.
pub(super) const NAME: usize = 16;

/// Takes columns out of `shown`, those of the highest rank first, until they fit into `room`, and returns
/// them; `size` gives the width and the rank of a column.
pub(super) fn narrowed<T>(
    shown: &mut Vec<T>,
    room: usize,
    size: impl Fn(&T) -> (usize, u8),
) -> Vec<T> {
    let mut left_out = Vec::new();
    while shown.iter().map(|column| size(column).0).sum::<usize>() > room {
        let last = (0..shown.len()).max_by_key(|&i| size(&shown[i]).1);
        // The column of rank 0 stays, whatever there is room for.
        let Some(last) = last.filter(|_| shown.len() > 1) else {
            break;
        };
        left_out.insert(0, shown.remove(last));
    }
    left_out
}

/// The beginning of a line, `indent` wide; a longer name goes on the line before.
pub(super) fn lead(into: &mut String, name: &str, indent: usize) -> String {
    match width(name) <= indent {
        true => format!("{name:indent$}"),
        false => {
            let _ = writeln!(into, "{name}");
            " ".repeat(indent)
        }
    }
}

/// Number of characters.
pub(super) fn width(text: &str) -> usize {
    text.chars().count()
}
