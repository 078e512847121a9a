//! Each parser as a function of bytes that must return, whatever the bytes are. A panic, an abort or
//! memory beyond all measure is a finding.
//!
//! `cargo test -p mesu-fuzz-targets` replays the corpus in `fuzz/corpus/TARGET`; `cargo fuzz run TARGET` in
//! `fuzz/` looks for more.

use std::io::Cursor;

use mesu_data::format::cifar::{self, Kind};
use mesu_data::format::npy::Array;
use mesu_data::format::npz::Npz;
use mesu_data::format::{FileKind, idx};
use mesu_rows::{Options, Row, Rows, Source};

/// A parser, by the name of its corpus.
pub type Target = (&'static str, fn(&[u8]));

/// All parsers that are built.
pub const TARGETS: &[Target] = &[
    ("idx", idx),
    ("npy", npy),
    ("npz", npz),
    ("cifar_archive", cifar_archive),
    ("cifar_records", cifar_records),
    ("file_kind", file_kind),
    ("checkpoint", checkpoint),
    ("experiment", experiment),
    ("rows", rows),
    ("rows_npz", rows_npz),
    #[cfg(feature = "vision")]
    ("preprocess", preprocess),
    #[cfg(feature = "vision")]
    ("listing", listing),
    #[cfg(feature = "vision")]
    ("picture", picture),
];

/// IDX images and labels, plain or in gzip; a data set of both.
pub fn idx(bytes: &[u8]) {
    if let Ok(images) = idx::parse_images(bytes, "x") {
        assert_eq!(
            images.bytes.len(),
            images.count * images.rows * images.columns
        );
    }
    let _ = idx::parse_labels(bytes, "x");
    // Images and labels one behind the other, cut at the place that the first byte tells.
    if let Some((cut, rest)) = bytes.split_first() {
        let (images, labels) = rest.split_at(usize::from(*cut).min(rest.len()));
        let _ = mesu_data::splits::pair::parse(("x", images), ("y", labels));
    }
}

/// One array.
pub fn npy(bytes: &[u8]) {
    if let Ok(array) = Array::read(bytes, "x") {
        let mut written = Vec::new();
        let _ = array.write(&mut written);
    }
}

/// An archive of arrays, and the examples in it.
pub fn npz(bytes: &[u8]) {
    if let Ok(mut archive) = Npz::read(Cursor::new(bytes), "x") {
        for name in archive.names().to_vec() {
            let _ = archive.array(&name);
        }
    }
    if let Ok(splits) = mesu_data::archive::parse(Cursor::new(bytes), "x", 0.2) {
        let labels = splits.train().labels();
        assert!(
            labels
                .iter()
                .all(|label| usize::from(*label) < splits.classes())
        );
    }
}

/// The archives of CIFAR-10 and CIFAR-100.
pub fn cifar_archive(bytes: &[u8]) {
    for kind in [Kind::Cifar10, Kind::Cifar100] {
        let _ = cifar::parse_archive(kind, bytes, "x");
    }
}

/// Records of CIFAR-100, and its names of classes.
pub fn cifar_records(bytes: &[u8]) {
    let Ok(folder) = tempfile::tempdir() else {
        return;
    };
    for file in ["train.bin", "fine_label_names.txt"] {
        let _ = std::fs::write(folder.path().join(file), bytes);
    }
    let _ = cifar::read(Kind::Cifar100, folder.path());
}

/// Telling what a file is.
pub fn file_kind(bytes: &[u8]) {
    for ending in [None, Some("csv"), Some("npz")] {
        assert!(!FileKind::of(bytes, ending).to_string().is_empty());
    }
}

/// A learner's checkpoint.
pub fn checkpoint(bytes: &[u8]) {
    if let Ok((learner, _)) = mesu::Learner::restore(bytes)
        && let Ok(saved) = learner.save(&[])
    {
        assert!(mesu::Learner::restore(&saved).is_ok());
    }
}

/// An experiment in TOML.
pub fn experiment(bytes: &[u8]) {
    if let Ok(text) = std::str::from_utf8(bytes) {
        let _ = mesu_lab::Experiment::from_toml(text, "x");
    }
}

/// A stream of rows: CSV or JSON lines, plain or packed.
pub fn rows(bytes: &[u8]) {
    let stream = |bytes: &[u8]| Source::reader("x", Cursor::new(bytes.to_vec()));
    read_twice(|| stream(bytes));
}

/// An archive of arrays as rows.
pub fn rows_npz(bytes: &[u8]) {
    let Ok(folder) = tempfile::tempdir() else {
        return;
    };
    let path = folder.path().join("rows.npz");
    if std::fs::write(&path, bytes).is_ok() {
        read_twice(|| Source::path(&path).expect("the file was written"));
    }
}

/// Reads at most 10,000 rows of a source, and skips to the place behind them.
fn read_twice(source: impl Fn() -> Source) {
    let Ok(mut rows) = Rows::open(source(), &Options::default()) else {
        return;
    };
    let mut row = Row::default();
    while rows.place().rows < 10_000 {
        match rows.read(&mut row) {
            Ok(true) => assert_eq!(row.values.len(), rows.columns().len()),
            Err(error) if error.is_of_row() => (),
            Ok(false) | Err(_) => break,
        }
    }
    let mut again = Rows::open(source(), &Options::default()).expect("it was opened before");
    again.skip_to(&rows.place()).expect("the rows are the same");
}

/// A description of how images are prepared.
#[cfg(feature = "vision")]
pub fn preprocess(bytes: &[u8]) {
    if let Ok(settings) = mesu_vision::Preprocess::parse(bytes, "x") {
        let _ = settings.for_model([None, None], "x");
    }
}

/// A CSV of images.
#[cfg(feature = "vision")]
pub fn listing(bytes: &[u8]) {
    let folder = std::path::Path::new(".");
    let _ = mesu_vision::Listing::parse_csv(bytes, folder, folder);
}

/// The content of an image's file.
#[cfg(feature = "vision")]
pub fn picture(bytes: &[u8]) {
    if let Ok(picture) = mesu_vision::decode::decode(bytes) {
        assert_eq!(picture.pixels.len(), picture.width * picture.height * 3);
    }
}
