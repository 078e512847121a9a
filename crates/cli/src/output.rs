//! The two ways out: data to stdout, messages to stderr; and numbers for people.

use std::io::{ErrorKind, Write};
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, bail};
pub(crate) use mesu_lab::grouped;

/// Writes `text` to stdout. A reader that has gone away (`mesu list | head -1`) has what it
/// wanted: that is no error.
pub(crate) fn print(text: &str) -> Result<()> {
    let mut stdout = std::io::stdout().lock();
    match stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush())
    {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(error).context("stdout: can't be written")
        }
        _ => Ok(()),
    }
}

/// Writes a line to stderr; when even that fails, nobody is there to read it.
pub(crate) fn message(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// Columns of the terminal that stdout goes to; none of a file or a pipe.
pub(crate) fn terminal() -> Option<usize> {
    let size = terminal_size::terminal_size_of(std::io::stdout());
    size.map(|(width, _)| usize::from(width.0).max(40))
}

/// Columns for tables: the terminal's, or 80.
pub(crate) fn columns() -> usize {
    terminal().unwrap_or(80)
}

/// Refuses to write to a file that is read: `option` names it as `out`.
pub(crate) fn refuse_same<'a>(
    option: &str,
    out: &Path,
    read: impl IntoIterator<Item = &'a Path>,
) -> Result<()> {
    let Ok(out_is) = out.canonicalize() else {
        return Ok(());
    };
    let same = |path: &&Path| path.canonicalize().is_ok_and(|path| path == out_is);
    match read.into_iter().find(same) {
        Some(_) => bail!(
            "{option} {}: that file is read; name another",
            out.display()
        ),
        None => Ok(()),
    }
}

/// A number of things by their name, which has a plural in -s: `1 row`, `2,000 rows`.
pub(crate) fn counted(number: u64, one: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {one}{plural}", grouped(number as f64))
}

/// A time in the unit that suits it: `12 s`, `4 min 30 s`, `2 h 5 min`.
pub(crate) fn span(time: Duration) -> String {
    let seconds = time.as_secs_f64().round() as u64;
    match seconds {
        0..60 => format!("{} s", seconds.max(1)),
        60..3600 => format!("{} min {} s", seconds / 60, seconds % 60),
        _ => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_for_people() {
        assert_eq!(grouped(0.4), "0");
        assert_eq!(grouped(999.0), "999");
        assert_eq!(grouped(1_234_567.8), "1,234,568");
        assert_eq!(counted(0, "row"), "0 rows");
        assert_eq!(counted(1, "row"), "1 row");
        assert_eq!(counted(2_000, "row"), "2,000 rows");
        assert_eq!(span(Duration::from_millis(10)), "1 s");
        assert_eq!(span(Duration::from_secs(270)), "4 min 30 s");
        assert_eq!(span(Duration::from_secs(7500)), "2 h 5 min");
    }
}
