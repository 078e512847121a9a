use std::fs::File;

use super::*;
use crate::format::npy::Array;
use crate::format::npz;

fn list(values: Elements) -> Array {
    Array::list(values)
}

fn rows(width: usize, values: Elements) -> Array {
    Array::new(&[values.len() / width, width], values).unwrap()
}

/// Reads an archive of these arrays.
fn source(arrays: &[(&str, Array)]) -> Result<DataSplits, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.npz");
    let arrays: Vec<(&str, &Array)> = arrays.iter().map(|(name, array)| (*name, array)).collect();
    npz::write(File::create(&path).unwrap(), &arrays).unwrap();
    let folder = folder.path().display().to_string();
    read(&path, 0.25).map_err(|error| error.to_string().replace(&folder, "F"))
}

fn one_set() -> Vec<(&'static str, Array)> {
    let labels: Vec<i64> = (0..16).map(|i| i % 2).collect();
    let domains: Vec<i64> = (0..16).map(|i| i / 8).collect();
    let text = |names: [&str; 2]| list(Elements::Text(names.map(String::from).into()));
    vec![
        (
            "features",
            rows(3, Elements::F32((0..48).map(|i| i as f32).collect())),
        ),
        ("labels", list(Elements::I64(labels))),
        ("classes", text(["cat", "dog"])),
        ("domains", list(Elements::I64(domains))),
        ("domain_names", text(["photo", "drawing"])),
        (
            "pictures",
            Array::new(&[16, 1, 2, 3], Elements::U8((0..96).collect())).unwrap(),
        ),
    ]
}

#[test]
fn one_set_is_cut_within_each_class_and_domain() {
    let source = source(&one_set()).unwrap();
    assert_eq!((source.train().len(), source.test().len()), (12, 4));
    assert_eq!((source.pixels(), source.classes()), (3, 2));
    assert_eq!(source.domain_names(), ["photo", "drawing"]);
    assert_eq!(source.train().names().unwrap(), ["cat", "dog"]);
    let test = source.test();
    let mut groups: Vec<(u32, u8)> = (0..4)
        .map(|i| (test.label(i), test.domains().unwrap()[i]))
        .collect();
    groups.sort_unstable();
    assert_eq!(groups, [(0, 0), (0, 1), (1, 0), (1, 1)]);
    // The picture goes with its features, color by color.
    let crate::dataset::ExampleData::Features(numbers) = test.values() else {
        panic!("features")
    };
    let example = numbers[0] as u8 / 3;
    let (shape, bytes) = test.picture(0).unwrap();
    let pixel = |i: u8| 6 * example + i;
    assert_eq!(shape, [3, 1, 2]);
    assert_eq!(bytes, [0, 3, 1, 4, 2, 5].map(pixel));
}

#[test]
fn sets_with_endings_and_strangers() {
    let features = |n: usize| rows(2, Elements::F16(vec![half::f16::from_f32(0.5); 2 * n]));
    let labels = |of: &[u8]| list(Elements::U8(of.to_vec()));
    let arrays = [
        ("X_train", features(3)),
        ("y_train", labels(&[0, 1, 2])),
        ("X_test", features(2)),
        ("y_test", labels(&[2, 0])),
        ("domain_test", labels(&[0, 1])),
        ("X_unseen", features(4)),
        ("X_ood", rows(2, Elements::I16(vec![3; 10]))),
    ];
    let source = source(&arrays).unwrap();
    assert_eq!((source.train().len(), source.test().len()), (3, 2));
    assert_eq!(source.train().domains(), None);
    assert_eq!(source.test().domains(), Some(&[0, 1][..]));
    assert_eq!(source.unseen().unwrap().len(), 4);
    assert_eq!(source.ood().unwrap().len(), 5);
}

#[test]
fn arrays_that_do_not_belong_together_are_refused() {
    let with = |name: &'static str, array: Array| {
        let mut arrays = one_set();
        arrays.retain(|(there, _)| *there != name);
        arrays.push((name, array));
        source(&arrays).unwrap_err()
    };
    let short = list(Elements::I64(vec![0; 15]));
    assert_eq!(
        with("labels", short.clone()),
        "F/a.npz: labels of shape [15]; expected [16], one for each row of features"
    );
    assert!(with("domains", short).contains("domains of shape [15]"));
    let large = list(Elements::I64((0..16).map(|i| i * 20).collect()));
    assert_eq!(
        with("labels", large),
        "F/a.npz: labels of example 15 is 300; expected labels of the 2 names in classes, counted from 0"
    );
    let floats = list(Elements::F32(vec![0.0; 16]));
    assert!(with("labels", floats.clone()).contains("labels is not of integers"));
    assert!(with("features", floats).contains("features of shape [16]; expected a table"));
    let text = rows(3, Elements::Text(vec!["a".to_owned(); 48]));
    assert!(with("features", text).contains("features is not of numbers"));
    let broken = rows(3, Elements::F64(vec![f64::INFINITY; 48]));
    assert!(with("features", broken).contains("feature 0 of example 0 is not finite"));
    let numbers = list(Elements::U8(vec![1, 2]));
    assert!(with("classes", numbers).contains("classes is not text"));
    let flat = rows(3, Elements::U8(vec![0; 48]));
    assert!(with("pictures", flat).contains("pictures of shape [16, 3]; expected bytes"));
    let few = Array::new(&[15, 1, 1, 3], Elements::U8(vec![0; 45])).unwrap();
    let text = with("pictures", few);
    assert!(
        text.contains("pictures of shape [15, 1, 1, 3]; expected 16 pictures, one each"),
        "{text}"
    );
    let flat = Array::new(&[16, 0, 9, 3], Elements::U8(Vec::new())).unwrap();
    assert!(with("pictures", flat).contains("expected 16 pictures"));
    let mut arrays = one_set();
    arrays.remove(0);
    assert!(
        source(&arrays)
            .unwrap_err()
            .contains("holds no array features or X or x, but labels,")
    );
    let one = [
        ("features", rows(3, Elements::F32(vec![0.5; 3]))),
        ("labels", list(Elements::U8(vec![0]))),
    ];
    assert!(
        source(&one)
            .unwrap_err()
            .contains("one example; expected two or more")
    );
}

#[test]
fn labels_far_apart_are_refused_as_in_idx() {
    let features = |n: usize| rows(1, Elements::F32((0..n).map(|i| i as f32).collect()));
    let labels = |of: &[i64]| list(Elements::I64(of.to_vec()));
    let text = source(&[("X", features(6)), ("y", labels(&[0, 7, 200, 0, 7, 200]))]).unwrap_err();
    assert!(
        text.starts_with("F/a.npz, array y: example 2 has label 200, but only 3 different labels"),
        "{text}"
    );
    // Names say that there are so many.
    let names = (0..201).map(|i| format!("class {i}")).collect();
    let arrays = [
        ("X", features(6)),
        ("y", labels(&[0, 7, 200, 0, 7, 200])),
        ("classes", list(Elements::Text(names))),
    ];
    let named = source(&arrays).unwrap();
    assert_eq!(named.classes(), 201);
    assert_eq!(named.classes_without_examples().len(), 198);
    let gaps = source(&[("X", features(4)), ("y", labels(&[1, 2, 1, 2]))]).unwrap();
    assert_eq!(gaps.classes_without_examples(), [0]);
    // The test set need not hold every class.
    let arrays = [
        ("x_train", features(40)),
        ("y_train", labels(&(0..40).collect::<Vec<_>>())),
        ("x_test", features(2)),
        ("y_test", labels(&[0, 39])),
    ];
    assert_eq!(source(&arrays).unwrap().classes(), 40);
}

#[test]
fn many_classes_and_columns_of_labels() {
    let count = 1200;
    let features = rows(1, Elements::F32((0..count).map(|i| i as f32).collect()));
    let labels = (0..count as i64).map(|i| i % 600).collect();
    let column = Array::new(&[count, 1], Elements::I64(labels)).unwrap();
    let splits = source(&[("X", features), ("y", column)]).unwrap();
    assert_eq!((splits.classes(), splits.test().len()), (600, 600));
    assert_eq!(splits.train().labels().iter().max(), Some(&599));
}

#[test]
fn labels_may_be_names() {
    let features = |n: usize| rows(1, Elements::F32((0..n).map(|i| i as f32).collect()));
    let text = |names: &[&str]| {
        list(Elements::Text(
            names.iter().map(ToString::to_string).collect(),
        ))
    };
    let mut arrays = vec![
        ("X_train", features(3)),
        ("y_train", text(&["dog", "cat", "dog"])),
        ("X_test", features(1)),
        ("y_test", text(&["dog"])),
    ];
    let splits = source(&arrays).unwrap();
    assert_eq!(splits.train().names().unwrap(), ["cat", "dog"]);
    assert_eq!(splits.train().labels(), [1, 0, 1]);
    assert_eq!(splits.test().labels(), [1]);
    arrays[3].1 = text(&["fox"]);
    let error = source(&arrays).unwrap_err();
    assert!(error.contains("y_test of example 0 is \"fox\""), "{error}");
}

#[test]
fn images_keep_their_shape() {
    let image = |shape: &[usize]| {
        let bytes = (0..24).collect();
        let labels = list(Elements::U8(vec![0, 1, 0, 1]));
        let images = Array::new(shape, Elements::U8(bytes)).unwrap();
        source(&[("X", images), ("y", labels)])
    };
    let interleaved = image(&[4, 2, 1, 3]).unwrap();
    assert_eq!(interleaved.train().shape(), [3, 2, 1]);
    let first = interleaved.train().image(0).unwrap()[0];
    let rest: Vec<u8> = interleaved
        .train()
        .image(0)
        .unwrap()
        .iter()
        .map(|x| x - first)
        .collect();
    assert_eq!(rest, [0, 3, 1, 4, 2, 5]);
    assert_eq!(image(&[4, 3, 2, 1]).unwrap().train().shape(), [3, 2, 1]);
    assert_eq!(image(&[4, 2, 3]).unwrap().train().shape(), [1, 2, 3]);
    assert!(image(&[4, 6]).unwrap().train().image(0).is_none());
    assert!(image(&[2, 2, 6, 1]).unwrap_err().contains("y of shape [4]"));
    let floats = Array::new(&[4, 3, 2, 1], Elements::F32(vec![0.5; 24])).unwrap();
    let labels = list(Elements::U8(vec![0, 1, 0, 1]));
    let splits = source(&[("X", floats), ("y", labels)]).unwrap();
    assert_eq!(splits.train().shape(), [3, 2, 1]);
    assert!(splits.train().image(0).is_none());
    let odd = Array::new(&[4, 2, 3, 1, 1], Elements::U8(vec![0; 24])).unwrap();
    let text = source(&[("X", odd)]).unwrap_err();
    assert!(
        text.contains("X of shape [4, 2, 3, 1, 1]; expected a table"),
        "{text}"
    );
}

#[test]
fn other_files_say_what_they_are() {
    let folder = tempfile::tempdir().unwrap();
    for (name, content, words) in [
        ("a.npz", &b"a,b\n1,2\n"[..], "is a text file"),
        ("b.npz", b"\x93NUMPY\x01\0", "is a single NPY array"),
        ("c.npz", b"\x89PNG\r\n\x1a\n", "is a PNG image"),
    ] {
        let path = folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        let text = read(&path, 0.25).unwrap_err().to_string();
        assert!(
            text.contains(words) && text.contains("NPZ archive"),
            "{text}"
        );
    }
    for (name, content, words) in [
        ("a.csv", &b"a,b\n1,2\n"[..], "is a CSV table"),
        ("a.jsonl", b"{}\n", "is a file of JSON lines"),
        ("a.parquet", b"PAR1", "is a Parquet table"),
        ("a.jpg", b"\xff\xd8\xff\xe0", "is a JPEG image"),
    ] {
        let path = folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        let text = DataSplits::from_idx_folder(&path).unwrap_err().to_string();
        assert!(
            text.contains(words) && text.contains("a folder of IDX files"),
            "{text}"
        );
    }
}

#[test]
fn values_stand_in_the_place_of_labels() {
    let features = Elements::F32((0..30).map(|i| i as f32).collect());
    let targets = Elements::F64((0..10).map(|i| f64::from(i) / 4.0).collect());
    let arrays = |targets| [("X", rows(3, features.clone())), ("y", list(targets))];
    let read = |arrays: &[(&str, Array)]| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.npz");
        let arrays: Vec<(&str, &Array)> = arrays.iter().map(|(name, a)| (*name, a)).collect();
        npz::write(File::create(&path).unwrap(), &arrays).unwrap();
        read_values(&path, 0.2).map_err(|error| error.to_string())
    };
    let source = read(&arrays(targets)).unwrap();
    assert_eq!((source.train().len(), source.test().len()), (8, 2));
    for set in [source.train(), source.test()] {
        let crate::dataset::ExampleData::Features(numbers) = set.values() else {
            panic!("features")
        };
        let expected: Vec<f32> = numbers.chunks(3).map(|x| x[0] / 12.0).collect();
        assert_eq!(set.targets(), Some(&expected[..]));
        assert_eq!((set.classes(), set.label(0)), (1, 0));
    }
    let checksum = source.train().checksum();
    let others = Elements::F64((0..10).map(f64::from).collect());
    assert_ne!(read(&arrays(others)).unwrap().train().checksum(), checksum);
    let mut bad: Vec<f64> = (0..10).map(f64::from).collect();
    bad[3] = f64::NAN;
    let error = read(&arrays(Elements::F64(bad))).unwrap_err();
    assert!(
        error.contains("value to predict of example 3 is not finite"),
        "{error}"
    );
    let error = read(&arrays(Elements::F64(vec![1.0; 9]))).unwrap_err();
    assert!(error.contains("y of shape [9]"), "{error}");
    let text = Elements::Text(vec!["a".to_owned(); 10]);
    let error = read(&arrays(text)).unwrap_err();
    assert!(error.contains("y is not of numbers"), "{error}");
    let error = read(&arrays(Elements::F64(Vec::new()))[..1]).unwrap_err();
    assert!(
        error.contains("targets, values or y") || error.contains("targets"),
        "{error}"
    );
}
