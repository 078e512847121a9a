//! Origins of files: the published addresses, or what `--from` says.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use mesu_datasets::BenchmarkSet;

use super::published::{self, Published};

/// Origin of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// At the first of these addresses that has it.
    Addresses(Vec<String>),
    /// On this machine.
    File(PathBuf),
}

/// Origin of `file` of `set`, by `--from` if that is given: an address, a folder or a file.
/// An address that ends in `/` is a folder; so is any, of a set of several files.
pub(super) fn origin(set: BenchmarkSet, file: &Published, from: Option<&str>) -> Result<Origin> {
    let Some(from) = from else {
        let bases = published::addresses(set).iter();
        let addresses = bases.map(|base| format!("{base}{}", file.name)).collect();
        return Ok(Origin::Addresses(addresses));
    };
    let several = published::files(set).len() > 1;
    if is_address(from) {
        let address = match from.strip_suffix('/') {
            Some(base) => format!("{base}/{}", file.name),
            None if several => format!("{from}/{}", file.name),
            None => from.to_owned(),
        };
        return Ok(Origin::Addresses(vec![address]));
    }
    let path = Path::new(from);
    if path.is_dir() {
        let places = [path.join(file.name), set.folder(path).join(file.name)];
        return match places.into_iter().find(|place| place.is_file()) {
            Some(place) => Ok(Origin::File(place)),
            None => bail!(
                "--from {from}: no {name} there, nor in {set}/; put it there under that name",
                name = file.name,
                set = set.name(),
            ),
        };
    }
    if !path.exists() {
        bail!("--from {from}: no such file or folder, nor an address (http:// or https://)");
    }
    // A pipe may never end, a device never does.
    if !path.is_file() {
        bail!("--from {from}: neither a file nor a folder");
    }
    if several {
        let count = published::files(set).len();
        bail!(
            "--from {from}: is one file, {} has {count}; give the folder that holds them",
            set.name()
        );
    }
    Ok(Origin::File(path.to_owned()))
}

fn is_address(from: &str) -> bool {
    let scheme = from.split_once("://").map(|(scheme, _)| scheme);
    scheme.is_some_and(|scheme| ["http", "https"].contains(&&*scheme.to_ascii_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(set: BenchmarkSet, from: Option<&str>) -> Result<Origin> {
        origin(set, &published::files(set)[0], from)
    }

    #[test]
    fn addresses_are_folders_or_files() {
        let address = |set, from| match of(set, from).unwrap() {
            Origin::Addresses(addresses) => addresses[0].clone(),
            Origin::File(path) => panic!("{path:?}"),
        };
        let images = "train-images-idx3-ubyte.gz";
        for (set, from, expected) in [
            (
                BenchmarkSet::Mnist,
                "http://x/a",
                format!("http://x/a/{images}"),
            ),
            (
                BenchmarkSet::Mnist,
                "HTTP://x/a/",
                format!("HTTP://x/a/{images}"),
            ),
            (
                BenchmarkSet::Cifar10,
                "https://x/c?a=1",
                "https://x/c?a=1".into(),
            ),
            (
                BenchmarkSet::Cifar10,
                "http://x/",
                "http://x/cifar-10-binary.tar.gz".into(),
            ),
        ] {
            assert_eq!(address(set, Some(from)), expected);
        }
        assert_eq!(
            address(BenchmarkSet::Cifar100, None),
            "https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz"
        );
    }

    #[test]
    fn paths_are_folders_or_files() {
        let folder = tempfile::tempdir().unwrap();
        let path = |below: &str| folder.path().join(below);
        let from = |set, path: &Path| of(set, Some(&path.display().to_string()));
        let error = from(BenchmarkSet::Cifar10, folder.path())
            .unwrap_err()
            .to_string();
        assert!(error.contains("no cifar-10-binary.tar.gz there"), "{error}");
        std::fs::create_dir(path("cifar10")).unwrap();
        let below = path("cifar10").join("cifar-10-binary.tar.gz");
        std::fs::write(&below, "").unwrap();
        for place in [folder.path(), &path("cifar10"), &below] {
            let found = from(BenchmarkSet::Cifar10, place).unwrap();
            assert_eq!(found, Origin::File(below.clone()));
        }
        let error = from(BenchmarkSet::Mnist, &below).unwrap_err().to_string();
        assert!(error.contains("is one file, mnist has 4"), "{error}");
        for wrong in ["nowhere", "ftp://x/y"] {
            let error = of(BenchmarkSet::Mnist, Some(wrong))
                .unwrap_err()
                .to_string();
            assert!(
                error.starts_with(&format!("--from {wrong}: no such")),
                "{error}"
            );
        }
    }
}
