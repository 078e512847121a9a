//! Advice for data that can't be used.

use std::error::Error;
use std::io::{self, ErrorKind};
use std::path::Path;

use mesu_data::format::FileKind;
use mesu_data::{
    CifarError, DatasetError, IdxError, NpyError, NpzError, ScenarioError, SplitsError,
    StandardizerError,
};
use mesu_datasets::NoDataFolder;

use super::{AGAIN, UNREADABLE};

/// Setting that names the data, where one does.
pub(super) type Key = Option<&'static str>;

pub(super) fn of(error: &(dyn Error + 'static)) -> Option<String> {
    if let Some(error) = error.downcast_ref() {
        return splits(error, None);
    }
    if let Some(error) = error.downcast_ref() {
        return cifar(error).map(str::to_owned);
    }
    if let Some(error) = error.downcast_ref() {
        return idx(error).map(str::to_owned);
    }
    if let Some(error) = error.downcast_ref() {
        return npz(error, None);
    }
    if let Some(error) = error.downcast_ref() {
        return scenario(error).map(str::to_owned);
    }
    if let Some(error) = error.downcast_ref() {
        return standardizer(error).map(str::to_owned);
    }
    if let Some(error) = error.downcast_ref::<NoDataFolder>() {
        return Some(no_folder(*error));
    }
    error.downcast_ref().and_then(dataset)
}

pub(super) fn no_folder(_: NoDataFolder) -> String {
    "set it to the folder of the data sets".to_owned()
}

pub(super) fn splits(error: &SplitsError, key: Key) -> Option<String> {
    let hint = match error {
        SplitsError::Idx(error) => idx(error)?,
        SplitsError::Cifar(error) => cifar(error)?,
        SplitsError::Npz(error) => return npz(error, key),
        SplitsError::Absent { set, .. } => {
            return Some(format!(
                "get it with: mesu data get {set}, or set MESU_DATA to the folder that has {set}"
            ));
        }
        SplitsError::NoFolder { .. } => "data sets by name: mesu data list",
        SplitsError::OtherKind { path, found } => return other_kind(path, *found, key),
        SplitsError::NoArray { .. } => match key {
            Some("data.ood") => "save it with numpy.savez(\"mine.npz\", X=features)",
            _ => "save it with numpy.savez(\"mine.npz\", X=features, y=labels)",
        },
        SplitsError::Missing { .. } => "put the file there under one of these names",
        SplitsError::Count { .. } => "give two files of one set",
        SplitsError::StrayLabel { .. } => {
            "repair that label, or number the classes from 0 without gaps"
        }
        SplitsError::Pixels { .. } => "give sets of one size",
        SplitsError::TestLabel { .. } => "give two sets of the same classes",
        SplitsError::Dataset { error, .. } => return dataset(error),
        _ => return None,
    };
    Some(hint.to_owned())
}

/// Advice for a file of a kind that is not read as data.
fn other_kind(path: &Path, found: FileKind, key: Key) -> Option<String> {
    let arrays = match key {
        Some("data.ood") => "numpy.savez(\"mine.npz\", X=features)",
        _ => "numpy.savez(\"mine.npz\", X=features, y=labels)",
    };
    Some(match found {
        FileKind::Png | FileKind::Jpeg => {
            "turn photographs into an archive with: mesu features".to_owned()
        }
        found if is_image(found) => {
            "convert it to PNG or JPEG, and turn photographs into an archive with: mesu features"
                .to_owned()
        }
        FileKind::Npy | FileKind::Csv => format!("save the table with {arrays}"),
        FileKind::Parquet
        | FileKind::Hdf5
        | FileKind::Pickle
        | FileKind::Json
        | FileKind::JsonLines
        | FileKind::Text => format!("save its numbers with {arrays}"),
        FileKind::Toml => format!("an experiment is run by: mesu run {}", path.display()),
        FileKind::Idx => "give the folder that holds it".to_owned(),
        FileKind::Zip | FileKind::Gzip => "unpack it, and give the folder".to_owned(),
        FileKind::Empty => AGAIN.to_owned(),
        _ => return None,
    })
}

/// Tells whether a file is an image of a kind that is not read.
pub(super) fn is_image(found: FileKind) -> bool {
    matches!(
        found,
        FileKind::Heic
            | FileKind::WebP
            | FileKind::Avif
            | FileKind::Gif
            | FileKind::Tiff
            | FileKind::Bmp
    )
}

fn npz(error: &NpzError, key: Key) -> Option<String> {
    let hint = match error {
        NpzError::Io { file, cause, .. } if cause.kind() == ErrorKind::NotFound => {
            return Some(absent(file, key));
        }
        NpzError::Io { .. } => UNREADABLE,
        NpzError::Archive { .. } => "get the file again, or save it with numpy.savez",
        NpzError::Missing { .. } => "name one of these",
        NpzError::Bomb { .. } => "save it anew with numpy.savez",
        NpzError::Array(error) => npy(error)?,
        _ => return None,
    };
    Some(hint.to_owned())
}

/// Advice for an archive that is not there.
fn absent(file: &str, key: Key) -> String {
    let make = match Path::new(file).file_name().and_then(|name| name.to_str()) {
        // Made by nobody's photographs: the preset's own comments say where they are from.
        Some("animals_features.npz") => {
            return "put them there (mesu show animals says where they are from), or run animals-cifar"
                .to_owned();
        }
        Some(name) => {
            format!("make it with: mesu features PHOTOS --backbone NET.onnx --out {name}")
        }
        None => "make it with: mesu features".to_owned(),
    };
    match key {
        Some(key) => format!("{make}, or choose another with --set {key}=FILE"),
        None => make,
    }
}

fn npy(error: &NpyError) -> Option<&'static str> {
    Some(match error {
        NpyError::Unreadable { cause, .. } => unreadable_or_damaged(cause),
        NpyError::Magic { .. } => "give an array that numpy saved",
        NpyError::Version { .. } => "save it with numpy.save",
        NpyError::Header { .. } => "save it anew with numpy.save",
        NpyError::Object { .. } => "convert it with .astype and save it anew",
        NpyError::Dtype { .. } => "convert it with .astype",
        NpyError::TooLarge { .. } => "split the array",
        NpyError::Truncated { .. } | NpyError::Trailing { .. } => AGAIN,
        NpyError::Character { .. } => "save it anew as text",
        _ => return None,
    })
}

fn unreadable_or_damaged(cause: &io::Error) -> &'static str {
    match cause.kind() {
        ErrorKind::NotFound | ErrorKind::PermissionDenied => UNREADABLE,
        _ => "check the path, or get the file again",
    }
}

fn idx(error: &IdxError) -> Option<&'static str> {
    Some(match error {
        IdxError::Unreadable { .. } => UNREADABLE,
        IdxError::Magic { kind, got, .. } => match got {
            0x801 | 0x803 if kind.contains("images") => "give the images file",
            0x801 | 0x803 => "give the labels file",
            _ => "give an IDX file of unsigned bytes, plain or in gzip",
        },
        IdxError::TooLarge { .. } => "get the file again, or split it",
        IdxError::Gzip { .. }
        | IdxError::ZeroDimension { .. }
        | IdxError::Truncated { .. }
        | IdxError::Trailing { .. } => AGAIN,
        _ => return None,
    })
}

fn cifar(error: &CifarError) -> Option<&'static str> {
    Some(match error {
        CifarError::NotThere { .. } => "give the archive, or the folder that holds it",
        CifarError::Unreadable { .. } => UNREADABLE,
        CifarError::Gzip { .. } | CifarError::Tar { .. } | CifarError::Twice { .. } => {
            "get the archive again"
        }
        CifarError::Hostile { .. } => "don't use it",
        CifarError::TooLarge { .. } | CifarError::NoImages { .. } => "get the published files",
        CifarError::RecordSize { .. }
        | CifarError::Truncated { .. }
        | CifarError::Label { .. }
        | CifarError::Names { .. } => AGAIN,
        _ => return None,
    })
}

fn dataset(error: &DatasetError) -> Option<String> {
    let hint = match error {
        DatasetError::Empty { .. } => "give at least one of each",
        DatasetError::TooMany { .. } => "split the set",
        DatasetError::Length { .. } => "give one label per image",
        DatasetError::LabelOutOfRange { .. } => "repair or drop that label",
        DatasetError::Names { .. } => "give one name per class",
        DatasetError::Domains { .. } => "give one per example",
        DatasetError::NotFinite { .. } => "repair or drop that example",
        DatasetError::Shapes { .. } => "give sets of one shape, all images or all features",
        DatasetError::Labels { .. } => "give fewer sets at once",
        DatasetError::NotEnough { available, .. } => {
            return Some(format!("ask for 1 to {available}"));
        }
        _ => return None,
    };
    Some(hint.to_owned())
}

pub(super) fn scenario(error: &ScenarioError) -> Option<&'static str> {
    Some(match error {
        ScenarioError::NoDomains { .. } => {
            "set tasks=1, or give an array `domains` (`mesu features --domains` writes one), or the \
             species of every domain in [domains.species]"
        }
        ScenarioError::EmptyTask { .. } => "give some, or fewer tasks",
        ScenarioError::Classes { .. } => "give a number of tasks that divides them",
        _ => return None,
    })
}

pub(super) fn standardizer(error: &StandardizerError) -> Option<&'static str> {
    Some(match error {
        StandardizerError::Constant { .. } | StandardizerError::NoneVaries { .. } => {
            "give examples that differ"
        }
        StandardizerError::Images => "set it to true or false",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn missing(file: &str, key: Key) -> String {
        let cause = ErrorKind::NotFound.into();
        let what = "cannot be read";
        let file = file.to_owned();
        npz(&NpzError::Io { file, what, cause }, key).unwrap()
    }

    #[test]
    fn a_missing_archive_is_made_or_another_is_chosen_where_it_was_asked_for() {
        assert_eq!(
            missing("x/photos.npz", Some("data.source")),
            "make it with: mesu features PHOTOS --backbone NET.onnx --out photos.npz, or choose \
             another with --set data.source=FILE"
        );
        let ood = missing("other.npz", Some("data.ood"));
        assert!(
            ood.ends_with("or choose another with --set data.ood=FILE"),
            "{ood}"
        );
        assert!(!ood.contains("data.source"), "{ood}");
        assert!(!missing("x.npz", None).contains("--set"));
        assert!(
            missing("d/animals_features.npz", Some("data.source")).contains("mesu show animals")
        );
    }

    #[test]
    fn files_of_other_kinds_are_converted() {
        let hint = |found, key| other_kind(Path::new("x"), found, key).unwrap();
        let key = Some("data.source");
        for found in [FileKind::Heic, FileKind::WebP, FileKind::Tiff] {
            assert!(hint(found, key).starts_with("convert it to PNG or JPEG"));
        }
        assert!(hint(FileKind::Csv, key).contains("y=labels"));
        assert!(!hint(FileKind::Csv, Some("data.ood")).contains("y=labels"));
        assert_eq!(
            hint(FileKind::Toml, key),
            "an experiment is run by: mesu run x"
        );
        assert_eq!(other_kind(Path::new("x"), FileKind::Unknown, key), None);
    }

    #[test]
    fn the_other_idx_file_is_asked_for() {
        let magic = |kind, expected, got| {
            let file = "x".to_owned();
            idx(&IdxError::Magic {
                file,
                kind,
                expected,
                got,
            })
        };
        let [images, labels] = ["IDX images of bytes", "IDX labels of bytes"];
        assert_eq!(magic(images, 0x803, 0x801), Some("give the images file"));
        assert_eq!(magic(labels, 0x801, 0x803), Some("give the labels file"));
        assert!(
            magic(labels, 0x801, 7)
                .unwrap()
                .starts_with("give an IDX file")
        );
    }
}
