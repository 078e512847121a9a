//! Folder of the data sets: the one that `MESU_DATA` names, else the one that the
//! platform has for it.
//!
//! | platform | folder |
//! |---|---|
//! | Linux and others | `$XDG_DATA_HOME/mesu`, or `~/.local/share/mesu` |
//! | macOS | `~/Library/Application Support/mesu` |
//! | Windows | `%LOCALAPPDATA%\mesu` |

use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// The variable that names the folder.
pub const VARIABLE: &str = "MESU_DATA";

/// No place for data is known: no variable is set, and there is no home folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{VARIABLE}: not set, and no home folder is known")]
pub struct NoDataFolder;

/// The folder of the data sets. Nothing is read or made: it may not be there.
///
/// # Errors
/// [`NoDataFolder`].
pub fn data_folder() -> Result<PathBuf, NoDataFolder> {
    let platform = if cfg!(windows) {
        Platform::Windows
    } else if cfg!(target_os = "macos") {
        Platform::Mac
    } else {
        Platform::Other
    };
    let home = std::env::home_dir();
    find(platform, &|name| std::env::var_os(name), home).ok_or(NoDataFolder)
}

#[derive(Clone, Copy)]
enum Platform {
    Windows,
    Mac,
    Other,
}

fn find(
    platform: Platform,
    variable: &dyn Fn(&str) -> Option<OsString>,
    home: Option<PathBuf>,
) -> Option<PathBuf> {
    let set = |name| variable(name).filter(|value| !value.is_empty());
    if let Some(folder) = set(VARIABLE) {
        return Some(folder.into());
    }
    let home = home.filter(|home| !home.as_os_str().is_empty());
    // A relative path would be another place in every folder.
    let absolute = |name| {
        set(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    let below = |path: &Path| home.as_ref().map(|home| home.join(path));
    let base = match platform {
        Platform::Windows => {
            absolute("LOCALAPPDATA").or_else(|| below(&Path::new("AppData").join("Local")))
        }
        Platform::Mac => below(&Path::new("Library").join("Application Support")),
        Platform::Other => {
            absolute("XDG_DATA_HOME").or_else(|| below(&Path::new(".local").join("share")))
        }
    };
    base.map(|base| base.join("mesu"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(platform: Platform, set: &[(&str, &str)], home: Option<&str>) -> Option<PathBuf> {
        let variable = |name: &str| {
            let found = set.iter().find(|(key, _)| *key == name);
            found.map(|(_, value)| OsString::from(value))
        };
        find(platform, &variable, home.map(PathBuf::from))
    }

    #[test]
    fn the_variable_comes_first() {
        for platform in [Platform::Windows, Platform::Mac, Platform::Other] {
            let set = [(VARIABLE, "here"), ("XDG_DATA_HOME", "/x")];
            assert_eq!(place(platform, &set, Some("/h")), Some("here".into()));
            assert_eq!(place(platform, &[], None), None);
            assert_eq!(place(platform, &[(VARIABLE, "")], Some("")), None);
        }
    }

    #[cfg(unix)]
    #[test]
    fn every_platform_has_its_own() {
        let xdg = [("XDG_DATA_HOME", "/x")];
        let relative = [("XDG_DATA_HOME", "x")];
        let local = [("LOCALAPPDATA", "/l")];
        for (platform, set, expected) in [
            (Platform::Other, &xdg[..], "/x/mesu"),
            (Platform::Other, &relative, "/h/.local/share/mesu"),
            (Platform::Other, &[], "/h/.local/share/mesu"),
            (Platform::Mac, &xdg, "/h/Library/Application Support/mesu"),
            (Platform::Windows, &local, "/l/mesu"),
            (Platform::Windows, &[], "/h/AppData/Local/mesu"),
        ] {
            assert_eq!(place(platform, set, Some("/h")), Some(expected.into()));
        }
    }
}
