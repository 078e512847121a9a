//! Small runs of the scenarios beside the permuted one.

use std::fs;
use std::path::{Path, PathBuf};

use mesu_data::format::npy::{Array, Elements};
use mesu_data::format::npz;

use super::{small_run, succeed};

/// A run on [`domain_data`], and its page.
pub(crate) fn domain_run(folder: &Path) -> PathBuf {
    succeed(folder, &domain(folder, &["--out", "domain"]));
    folder.join("domain/report.html")
}

/// A run on `digits` of two classes at a time, each task in three parts; and its page.
pub(crate) fn split_run(folder: &Path) -> PathBuf {
    succeed(folder, &split(&["--out", "split"]));
    folder.join("split/report.html")
}

/// The arguments of a run on [`domain_data`], which it writes, and `more`.
pub(crate) fn domain<'a>(folder: &Path, more: &[&'a str]) -> Vec<&'a str> {
    domain_data(&folder.join("animals.npz"));
    let run = [
        &["run", "permuted-digits", "--quiet"][..],
        &["--set", "name=animals", "--set", "data.source=animals.npz"],
        &["--set", "scenario=domain", "--set", "tasks=3"],
        &["--set", "network.hidden=[8]", "--set", "network.bias=true"],
        more,
    ];
    run.concat()
}

/// The arguments of a run on `digits` of two classes at a time, each task in three parts, and `more`.
pub(crate) fn split<'a>(more: &[&'a str]) -> Vec<&'a str> {
    let split = [
        &["--set", "scenario=split", "--set", "splits=3", "--set"][..],
        &["data.test_examples=80", "--quiet"],
        &["--set", "tasks=2", "--set", "data.train_examples=240"],
        more,
    ];
    small_run(&split.concat())
}

/// An archive of three domains of two classes with long names, unseen kinds, foreign things, and
/// coloured pictures.
fn domain_data(path: &Path) {
    let set = |count: usize, far: f32| {
        let row = |i: usize| {
            [
                (i % 2) as f32,
                (i % 3) as f32 / 4.0,
                (i % 5) as f32 / 5.0,
                far,
            ]
        };
        let features = Elements::F32((0..count).flat_map(row).collect());
        let counted = |of: fn(usize) -> u8| Array::list(Elements::U8((0..count).map(of).collect()));
        [
            Array::new(&[count, 4], features).unwrap(),
            counted(|i| (i % 2) as u8),
            counted(|i| (i / 2 % 3) as u8),
        ]
    };
    let text = |names: &[&str]| Elements::Text(names.iter().map(ToString::to_string).collect());
    let classes = Array::list(text(&["very_large_carnivores", "medium_sized_mammals"]));
    let domain_names = Array::list(text(&["photos", "line_drawings", "statues"]));
    let pixels = (0..60 * 48 * 48 * 3).map(|i| (i * 7 % 256) as u8).collect();
    let pictures = Array::new(&[60, 48, 48, 3], Elements::U8(pixels)).unwrap();
    let [train, test] = [set(240, 0.0), set(60, 0.0)];
    let [unseen, ood] = [set(40, 2.0), set(40, 9.0)];
    let arrays = [
        ("features_train", &train[0]),
        ("labels_train", &train[1]),
        ("domains_train", &train[2]),
        ("features_test", &test[0]),
        ("labels_test", &test[1]),
        ("domains_test", &test[2]),
        ("pictures_test", &pictures),
        ("features_unseen", &unseen[0]),
        ("features_ood", &ood[0]),
        ("classes", &classes),
        ("domain_names", &domain_names),
    ];
    npz::write(fs::File::create(path).unwrap(), &arrays).unwrap();
}
