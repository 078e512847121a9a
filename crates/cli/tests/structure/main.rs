//! The shape of the source tree: sizes of files, entries of folders, and imports without circles.
//!
//! An import is counted from the file that uses an item to the file that defines it: a `mod.rs` that
//! only declares and re-exports its children is a facade, and stands in no circle.

mod imports;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use imports::Imports;

/// Largest number of lines of a source file.
const LINES: usize = 400;

/// Largest number of entries of a crate's `src`, on its first level.
const ENTRIES: usize = 15;

/// The folders `crates/*/src`.
fn sources() -> Vec<PathBuf> {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let folders = fs::read_dir(crates).expect("the folder of all crates");
    let mut sources: Vec<PathBuf> = folders
        .map(|entry| entry.expect("an entry").path().join("src"))
        .filter(|path| path.is_dir())
        .collect();
    sources.sort();
    assert!(sources.len() > 5, "{sources:?}");
    sources
}

/// All Rust files below `folder`, with their text.
fn files(folder: &Path) -> BTreeMap<PathBuf, String> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).expect("a folder of sources") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).expect("text");
            found.insert(path, text);
        }
    }
    found
}

#[test]
fn files_can_be_read_in_one_sitting() {
    let mut long = Vec::new();
    for source in sources() {
        for (path, text) in files(&source) {
            let lines = text.lines().count();
            if lines > LINES {
                long.push(format!("{}: {lines} lines", path.display()));
            }
        }
    }
    assert!(long.is_empty(), "over {LINES} lines:\n{}", long.join("\n"));
}

#[test]
fn a_level_can_be_taken_in_at_a_glance() {
    let mut wide = Vec::new();
    for source in sources() {
        let entries = fs::read_dir(&source).expect("a folder of sources").count();
        if entries > ENTRIES {
            wide.push(format!("{}: {entries} entries", source.display()));
        }
    }
    assert!(
        wide.is_empty(),
        "over {ENTRIES} entries:\n{}",
        wide.join("\n")
    );
}

#[test]
fn imports_have_no_circles() {
    let mut circles = Vec::new();
    for source in sources() {
        let imports = Imports::new(&source, &files(&source));
        circles.extend(imports.circles());
    }
    assert!(circles.is_empty(), "circles:\n{}", circles.join("\n"));
}

#[test]
fn circles_are_found() {
    let file = |name: &str, text: &str| (PathBuf::from(name), text.to_owned());
    let circles = |files: Vec<(PathBuf, String)>| {
        let files = files.into_iter().collect();
        Imports::new(Path::new("src"), &files).circles()
    };
    let lib = || {
        file(
            "src/lib.rs",
            "mod a;\nmod b;\npub use a::A;\npub use b::{B, C};\n",
        )
    };
    let b = || file("src/b.rs", "pub struct B;\npub struct C;\n");
    // Through the facade as well as straight.
    for used in ["use crate::b::B;", "use crate::{C, b::B};", "use super::C;"] {
        let a = || file("src/a.rs", &format!("{used}\npub struct A;\n"));
        assert!(circles(vec![lib(), a(), b()]).is_empty(), "{used}");
        let back = file("src/b.rs", "use crate::A;\npub struct B;\npub struct C;\n");
        assert_eq!(circles(vec![lib(), a(), back]).len(), 1, "{used}");
    }
    // A parent whose own code uses what its child defines, and is used by it.
    let child = file("src/a.rs", "use super::Parent;\npub struct A;\n");
    let facade = file("src/lib.rs", "mod a;\npub use a::A;\npub struct Parent;\n");
    assert!(circles(vec![facade, child.clone()]).is_empty());
    let parent = file(
        "src/lib.rs",
        "mod a;\npub use a::A;\npub struct Parent(A);\n",
    );
    assert_eq!(circles(vec![parent, child]).len(), 1);
    // Tests and comments do not count.
    let tests = "pub struct A;\n#[cfg(test)]\nmod tests {\n    use crate::b::B;\n}\n";
    let noted = file(
        "src/b.rs",
        "//! See [`crate::A`].\npub struct B(crate::A);\npub struct C;\n",
    );
    assert!(circles(vec![lib(), file("src/a.rs", tests), noted]).is_empty());
}
