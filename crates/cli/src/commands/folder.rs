//! Folders that are named where a run or a state is wanted.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Error, anyhow};
use mesu_stream::run::states_in;

use crate::output::counted;

/// Error for a folder that holds no run: what it holds, and what serves instead.
pub(super) fn unfit(folder: &Path, serves: &str) -> Error {
    let path = folder.display();
    match &states_in(folder)[..] {
        [] => anyhow!(
            "{path}: holds no run and no state: {}; {serves}",
            found(folder)
        ),
        [first, ..] => anyhow!(
            "{path}: a folder of states; name one of them, for example {}",
            first.display()
        ),
    }
}

/// Content of a folder in a few words: `it has 3 files (.jpg, .txt) and 1 folder`.
fn found(folder: &Path) -> String {
    let (mut files, mut folders, mut endings) = (0, 0, BTreeSet::new());
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            folders += 1;
            continue;
        }
        files += 1;
        endings.extend(
            path.extension()
                .map(|ending| format!(".{}", ending.to_string_lossy())),
        );
    }
    let mut parts = Vec::new();
    if files > 0 {
        let mut of_files = counted(files, "file");
        let shown: Vec<&str> = endings.iter().take(ENDINGS).map(String::as_str).collect();
        if !shown.is_empty() {
            let more = if endings.len() > ENDINGS { ", …" } else { "" };
            of_files += &format!(" ({}{more})", shown.join(", "));
        }
        parts.push(of_files);
    }
    if folders > 0 {
        parts.push(counted(folders, "folder"));
    }
    match &parts[..] {
        [] => "it is empty".to_owned(),
        parts => format!("it has {}", parts.join(" and ")),
    }
}

/// Most endings of files that are told.
const ENDINGS: usize = 5;
