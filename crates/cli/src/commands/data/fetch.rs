//! One file, from wherever it is to its place: received, checked, and only then put there.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};

use super::http::{Client, REMEDY};
use super::origin::Origin;
use super::part::{Part, md5_of};
use super::published::Published;
use crate::hints;
use crate::output::message;

/// The most that is taken of a file that need not be the published one: 1 GiB.
const MAX_BYTES: u64 = 1 << 30;

/// Number of reconnections for one file, if each brought something.
const TRIES: u32 = 20;

/// Says why a file can't be read, if so.
pub(super) type Readable<'a> = &'a dyn Fn(&Path) -> Result<()>;

/// Rules for receiving files.
pub(super) struct Options<'a> {
    /// After so long without a byte a server is given up.
    pub(super) patience: Duration,
    /// Tells, of a file that is not the published one, whether it is taken nevertheless:
    /// whether it can be read. `None`: it is not taken.
    pub(super) other: Option<Readable<'a>>,
    /// Hears how many bytes there are, and of how many.
    pub(super) progress: &'a dyn Fn(u64, u64),
}

/// Returns whether the file in its place is good.
///
/// # Errors
/// If it is not the published one, and not taken nevertheless.
pub(super) fn check(file: &Published, target: &Path, options: &Options<'_>) -> Result<()> {
    let sum = md5_of(target)?;
    if sum == file.md5 {
        return Ok(());
    }
    match options.other {
        Some(readable) => readable(target),
        None => bail!(
            "{}: there already, but not the published file: MD5 {sum}, expected {}; \
             move it away, or keep it with --any-checksum",
            target.display(),
            file.md5
        ),
    }
}

/// Outcome of a download.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fetched {
    /// The published file, by its checksum.
    Published,
    /// Another that can be read, taken as asked.
    Other,
}

/// Receives `file` from `origin` and puts it at `target`, where nothing is.
///
/// # Errors
/// Whatever keeps it from being whole and the published one. What was received of the
/// published one stays as `target` with `.part` at its end, for another attempt; what turned
/// out to be another file does not.
pub(super) fn fetch(
    file: &Published,
    origin: &Origin,
    target: &Path,
    options: &Options<'_>,
) -> Result<Fetched> {
    // What another file left is no beginning of this one.
    let resume = options.other.is_none() && matches!(origin, Origin::Addresses(_));
    let mut part = Part::open(target, resume)?;
    let result = match origin {
        Origin::File(path) => copy(path, &mut part, options).map(|()| Checked::of(file, &part)),
        Origin::Addresses(addresses) => receive_any(file, addresses, &mut part, options),
    };
    let checked = result.and_then(|checked| checked.accept(file, &part, origin, options));
    match checked {
        Ok(fetched) => part.finish().map(|()| fetched),
        Err(error) => {
            // The beginning of a published file is worth keeping, if it came from a server.
            let whole = part.bytes() >= file.bytes;
            if resume && !whole {
                part.leave();
            } else {
                part.remove();
            }
            Err(error)
        }
    }
}

/// The sum of what was received.
enum Checked {
    Published,
    Other(String),
}

impl Checked {
    fn of(file: &Published, part: &Part) -> Self {
        let sum = part.md5();
        if sum == file.md5 {
            Self::Published
        } else {
            Self::Other(sum)
        }
    }

    fn accept(
        self,
        file: &Published,
        part: &Part,
        origin: &Origin,
        options: &Options<'_>,
    ) -> Result<Fetched> {
        let Self::Other(sum) = self else {
            return Ok(Fetched::Published);
        };
        let place = match origin {
            Origin::File(path) => path.display().to_string(),
            Origin::Addresses(addresses) => addresses.join(", "),
        };
        let Some(readable) = options.other else {
            bail!(
                "{place}: not the published {}: MD5 {sum}, expected {}; get it elsewhere, or \
                 take this one with --any-checksum",
                file.name,
                file.md5
            );
        };
        if let Err(error) = readable(part.path()) {
            // The part will be gone; what is wrong is wrong with where it came from.
            let hint = hints::hint(&error).map_or(String::new(), |hint| format!("; {hint}"));
            let why = format!("{error:#}").replace(&part.path().display().to_string(), &place);
            bail!("{why}{hint}; not taken");
        }
        message(&format!(
            "{}: not the published file (MD5 {sum}, published {}), taken as asked",
            file.name, file.md5
        ));
        Ok(Fetched::Other)
    }
}

fn copy(path: &Path, part: &mut Part, options: &Options<'_>) -> Result<()> {
    let failed = || format!("{}: can't be read", path.display());
    let mut file = File::open(path).with_context(failed)?;
    let whole = file.metadata().with_context(failed)?.len();
    let mut buffer = vec![0; 1 << 16];
    loop {
        match file.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(read) if part.bytes() + read as u64 > MAX_BYTES => bail!(
                "{}: goes on after {MAX_BYTES} bytes, more than any of these files has",
                path.display()
            ),
            Ok(read) => part.append(&buffer[..read])?,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error).with_context(failed),
        }
        (options.progress)(part.bytes(), whole);
    }
}

/// From the first address that has it. A file with a wrong sum is asked for once more from
/// its start if its beginning is from an earlier attempt.
fn receive_any(
    file: &Published,
    addresses: &[String],
    part: &mut Part,
    options: &Options<'_>,
) -> Result<Checked> {
    let mut last = anyhow!("{}: no address is known", file.name);
    for (i, address) in addresses.iter().enumerate() {
        if i > 0 {
            message(&format!("{last:#}\ntrying {address}"));
        }
        loop {
            let begun_earlier = part.bytes() > 0;
            match receive(file, address, part, options) {
                Ok(()) => {}
                Err(error) => {
                    last = error;
                    break;
                }
            }
            match Checked::of(file, part) {
                Checked::Other(sum) if options.other.is_none() => {
                    part.restart()?;
                    if begun_earlier {
                        message(&format!("{}: damaged on the way, begun anew", file.name));
                        continue;
                    }
                    last = anyhow!(
                        "{address}: not the published file: MD5 {sum}, expected {}; {OTHER}",
                        file.md5
                    );
                    break;
                }
                checked => return Ok(checked),
            }
        }
    }
    Err(last)
}

/// Advice for another file than the published one.
const OTHER: &str = "give the published one with --from, or take this one with --any-checksum";

/// Receives what `part` lacks, over as many connections as it takes.
fn receive(file: &Published, address: &str, part: &mut Part, options: &Options<'_>) -> Result<()> {
    let client = Client::new(address, options.patience)?;
    let expected = options.other.is_none().then_some(file.bytes);
    let mut tries = 0;
    // What a server that knows no ranges sends again is no progress.
    let mut furthest = part.bytes();
    loop {
        if expected.is_some_and(|bytes| part.bytes() > bytes) {
            part.restart()?;
            furthest = 0;
        }
        if expected == Some(part.bytes()) {
            return Ok(());
        }
        let before = part.bytes();
        let Some(mut answer) = client.get(before)? else {
            part.restart()?;
            furthest = 0;
            tries += 1;
            if tries > TRIES {
                bail!("{address}: gives neither the file nor the rest of it; {REMEDY}");
            }
            continue;
        };
        if answer.start != before {
            part.restart()?;
            if answer.start > 0 {
                bail!(
                    "{address}: gives bytes from {} on, asked for those from {before}; {REMEDY}",
                    answer.start
                );
            }
        }
        if let (Some(whole), Some(bytes)) = (answer.whole, expected)
            && whole != bytes
        {
            bail!("{address}: has {whole} bytes, the published file {bytes}; {OTHER}");
        }
        let limit = expected.unwrap_or(MAX_BYTES);
        let total = answer.whole.unwrap_or(limit);
        let mut buffer = vec![0; 1 << 16];
        let broken = loop {
            match answer.body.read(&mut buffer) {
                Ok(0) => break None,
                Ok(read) if part.bytes() + read as u64 > limit => {
                    part.restart()?;
                    bail!("{address}: goes on after {limit} bytes; {OTHER}");
                }
                Ok(read) => part.append(&buffer[..read])?,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => break Some(error),
            }
            (options.progress)(part.bytes(), total);
        };
        let whole = answer.whole.or(expected);
        if broken.is_none() && whole.is_none_or(|whole| part.bytes() >= whole) {
            return Ok(());
        }
        tries += 1;
        if part.bytes() <= furthest || tries > TRIES {
            let cause = broken.unwrap_or_else(|| ErrorKind::UnexpectedEof.into());
            return Err(client.failed(cause).context(format!(
                "{}: {} bytes of {} received",
                file.name,
                part.bytes(),
                whole.map_or_else(|| "unknown".to_owned(), |whole| whole.to_string()),
            )));
        }
        furthest = part.bytes();
    }
}

#[cfg(test)]
#[path = "fetch_tests.rs"]
mod tests;
