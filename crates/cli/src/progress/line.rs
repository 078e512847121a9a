//! Lines of progress.

use std::time::Duration;

/// Time between two lines where there is no terminal.
pub(super) const LINE_EVERY: Duration = Duration::from_secs(10);

/// Columns of the terminal beside `taken` ones.
pub(super) fn room(taken: usize) -> usize {
    let size = terminal_size::terminal_size_of(std::io::stderr());
    size.map_or(usize::MAX, |(width, _)| {
        usize::from(width.0).saturating_sub(taken)
    })
}

/// The first of `parts` that fit into `room` columns, at least one.
pub(super) fn joined(parts: &[String], room: usize) -> String {
    let mut text = String::new();
    for part in parts {
        if text.is_empty() {
            text.push_str(part);
        } else if text.chars().count() + 2 + part.chars().count() <= room {
            text.push_str(", ");
            text.push_str(part);
        } else {
            break;
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::joined;

    #[test]
    fn a_narrow_terminal_gets_the_first_parts() {
        let parts = ["task 3/10", "12 s left", "93.2 % right"].map(str::to_owned);
        assert_eq!(joined(&parts, 80), "task 3/10, 12 s left, 93.2 % right");
        assert_eq!(joined(&parts, 33), "task 3/10, 12 s left");
        assert_eq!(joined(&parts, 5), "task 3/10");
    }
}
