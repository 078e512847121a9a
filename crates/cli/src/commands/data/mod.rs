//! `mesu data`: getting the published data sets, and seeing what is there.

mod fetch;
mod http;
mod meter;
mod origin;
mod part;
mod proxy;
mod published;

use std::fs;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Result, bail};
use mesu_data::format::{cifar, idx};
use mesu_datasets::{BenchmarkSet, PartialSet, data_folder};
use rayon::prelude::*;

use crate::arguments::{DataCommand, GetArguments};
use crate::hints;
use crate::output::{grouped, message, print};
use fetch::{Fetched, Options, Readable};
use meter::Meter;
use published::Published;

/// Does what is asked.
pub(crate) fn data(command: &DataCommand) -> Result<ExitCode> {
    match command {
        DataCommand::Get(arguments) => get(arguments),
        DataCommand::List => list(),
    }
}

fn get(arguments: &GetArguments) -> Result<ExitCode> {
    let Some(set) = BenchmarkSet::named(&arguments.set) else {
        bail!("{}: no such data set", arguments.set);
    };
    let root = data_folder()?;
    let place = |file: &Published| set.folder(&root).join(file.name);
    let files = published::files(set);
    let unpacked = |held: &PartialSet| held.train.is_some() && held.test.is_some();
    if !files.iter().any(|file| place(file).exists())
        && let Ok(Some(held)) = set.read(&root)
        && unpacked(&held)
    {
        if !arguments.quiet {
            let folder = set.folder(&root);
            message(&format!(
                "{}: already there, unpacked; move it away to get the published files",
                folder.display()
            ));
        }
        print(&line(set, &root))?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut unproven = Vec::new();
    for file in files {
        let target = place(file);
        let readable = |path: &Path| readable(set, file.name, path);
        let meter = Meter::new(file.name, arguments.quiet);
        let options = Options {
            patience: Duration::from_secs(arguments.timeout),
            other: arguments.any_checksum.then_some(&readable as Readable<'_>),
            progress: &|bytes, total| meter.show(bytes, total),
        };
        if target.exists() {
            fetch::check(file, &target, &options)?;
            if !arguments.quiet {
                let unused = match &arguments.from {
                    Some(from) => format!(", --from {from} not used"),
                    None => String::new(),
                };
                message(&format!("{}: already there{unused}", target.display()));
            }
            continue;
        }
        let origin = origin::origin(set, file, arguments.from.as_deref())?;
        let fetched = fetch::fetch(file, &origin, &target, &options);
        meter.clear();
        if fetched? == Fetched::Other {
            unproven.push(target);
        }
    }
    // Each can be read; whether they belong together shows now. A published file is good, whatever it met.
    if let Err(error) = set.read(&root) {
        if unproven.is_empty() {
            return Err(error.into());
        }
        unproven.iter().for_each(|file| drop(fs::remove_file(file)));
        let _ = fs::remove_dir(set.folder(&root));
        bail!(
            "{}; what was fetched now and is not the published file is taken away again",
            hints::advised(&error)
        );
    }
    print(&line(set, &root))?;
    Ok(ExitCode::SUCCESS)
}

/// Returns whether a file that is not the published one is at least of its kind.
fn readable(set: BenchmarkSet, name: &str, path: &Path) -> Result<()> {
    match set {
        BenchmarkSet::Cifar10 => cifar::read(cifar::Kind::Cifar10, path).map(|_| ())?,
        BenchmarkSet::Cifar100 => cifar::read(cifar::Kind::Cifar100, path).map(|_| ())?,
        _ if name.contains("images") => idx::read_images(path).map(|_| ())?,
        _ => idx::read_labels(path).map(|_| ())?,
    }
    Ok(())
}

fn list() -> Result<ExitCode> {
    let root = data_folder()?;
    print(&format!("{}\n", root.display()))?;
    // Every file is read to its end: what is called complete can be read.
    let lines: Vec<String> = BenchmarkSet::ALL
        .into_par_iter()
        .map(|set| line(set, &root))
        .collect();
    print(&lines.concat())?;
    Ok(ExitCode::SUCCESS)
}

/// `cifar100       partial   33,000 of 50,000 + 10,000 images   FOLDER`
fn line(set: BenchmarkSet, root: &Path) -> String {
    let folder = set.folder(root);
    let (state, words) = match set.read(root) {
        Ok(None) => ("missing", format!("mesu data get {}", set.name())),
        Err(error) => ("damaged", hints::advised(&error)),
        Ok(Some(held)) => {
            let counts = [held.train, held.test].map(|part| part.map_or(0, |part| part.len()));
            let state = if counts == set.whole() {
                "complete"
            } else {
                "partial"
            };
            (
                state,
                format!("{}  {}", images(counts, set.whole()), folder.display()),
            )
        }
    };
    format!("{:13}  {state:8}  {words}\n", set.name())
}

/// `60,000 + 10,000 images`, or of how many.
fn images(counts: [usize; 2], whole: [usize; 2]) -> String {
    let part = |i: usize| match counts[i] == whole[i] {
        true => grouped(counts[i] as f64),
        false => format!(
            "{} of {}",
            grouped(counts[i] as f64),
            grouped(whole[i] as f64)
        ),
    };
    format!("{} + {} images", part(0), part(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_say_what_is_missing() {
        assert_eq!(
            images([60_000, 10_000], [60_000, 10_000]),
            "60,000 + 10,000 images"
        );
        assert_eq!(
            images([33_000, 10_000], [50_000, 10_000]),
            "33,000 of 50,000 + 10,000 images"
        );
    }
}
