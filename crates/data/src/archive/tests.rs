use super::*;
use crate::format::npz;

fn list(values: Elements) -> Array {
    Array::list(values)
}

fn rows(width: usize, values: Elements) -> Array {
    Array::new(&[values.len() / width, width], values).unwrap()
}

/// What reading an archive of these arrays gives.
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
    // The picture goes with its features, colour by colour.
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
        "F/a.npz: labels of example 13 is 260; expected integers of 0 to 255, counted from 0"
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
    assert!(source(&arrays).unwrap_err().contains("no array features"));
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
