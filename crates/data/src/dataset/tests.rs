use super::*;

fn images(set: &Dataset) -> &[u8] {
    match set.values() {
        ExampleData::Pixels(bytes) => bytes,
        ExampleData::Features(_) => panic!("images"),
    }
}

fn small() -> Dataset {
    Dataset::new((0..18).collect(), vec![2, 0, 1], 2, 3, 3).unwrap()
}

#[test]
fn accessors_see_what_was_given() {
    let set = small();
    assert_eq!((set.len(), set.pixels(), set.classes()), (3, 6, 3));
    assert_eq!((set.rows(), set.columns()), (2, 3));
    assert_eq!((set.shape(), set.names()), ([1, 2, 3], None));
    assert_eq!(set.image(1).unwrap(), [6, 7, 8, 9, 10, 11]);
    assert_eq!((set.label(0), set.label(2)), (2, 1));
}

#[test]
fn truncated_keeps_the_first_and_the_classes() {
    let set = small().truncated(2).unwrap();
    assert_eq!((set.len(), set.classes()), (2, 3));
    assert_eq!(images(&set), (0..12).collect::<Vec<u8>>());
    assert_eq!(small().truncated(3).unwrap(), small());
}

#[test]
fn the_last_are_split_off() {
    let (first, last) = small().split_off(1).unwrap();
    assert_eq!(first, small().truncated(2).unwrap());
    assert_eq!((last.len(), last.classes()), (1, 3));
    assert_eq!(
        (last.image(0), last.label(0)),
        (small().image(2), small().label(2))
    );
    for count in [0, 3, 4] {
        let error = small().split_off(count).unwrap_err().to_string();
        assert!(error.ends_with("2 available"), "{error}");
    }
}

#[test]
fn truncated_to_more_says_what_is_there() {
    for asked in [0, 4] {
        let error = small().truncated(asked).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("{asked} examples asked for, 3 available")
        );
    }
}

#[test]
fn colors_are_planes_of_an_image() {
    let set = Dataset::planar((0..24).collect(), vec![0, 1], [3, 2, 2], 2).unwrap();
    assert_eq!((set.pixels(), set.channels()), (12, 3));
    assert_eq!(set.image(1).unwrap(), (12..24).collect::<Vec<u8>>());
    let error = Dataset::planar(vec![0; 23], vec![0, 1], [3, 2, 2], 2).unwrap_err();
    assert_eq!(
        error.to_string(),
        "2 labels need 2 images of 3 x 2 x 2 bytes, got 23 bytes"
    );
}

#[test]
fn names_belong_to_their_classes() {
    let names: Vec<String> = ["a", "b", "c"].map(String::from).into();
    let set = small().named(names.clone()).unwrap();
    assert_eq!(set.names(), Some(&names[..]));
    assert_eq!(set.clone().with_classes(3).unwrap(), set);
    assert_eq!(set.clone().with_classes(4).unwrap().names(), None);
    assert_eq!(set.clone().truncated(1).unwrap().names(), set.names());
    let relabelled = set.clone().with_labels(vec![0, 0, 1], 2).unwrap();
    assert_eq!(
        (relabelled.labels(), relabelled.names()),
        (&[0, 0, 1][..], None)
    );
    assert_eq!(images(&relabelled), images(&set));
    assert!(set.with_labels(vec![0], 2).is_err());
    assert_eq!(
        small().named(names[..2].to_vec()).unwrap_err().to_string(),
        "2 names for 3 classes"
    );
}

#[test]
fn misfits_are_refused() {
    let new = |bytes: usize, labels: &[u16], rows, columns, classes| {
        Dataset::new(vec![0; bytes], labels.to_vec(), rows, columns, classes).unwrap_err()
    };
    for (count, rows, columns, classes) in [(0, 2, 2, 1), (1, 0, 2, 1), (1, 2, 0, 1), (1, 2, 2, 0)]
    {
        let error = new(
            count * rows * columns,
            &vec![0; count],
            rows,
            columns,
            classes,
        );
        assert!(matches!(error, DatasetError::Empty { .. }), "{error}");
    }
    assert!(matches!(
        new(7, &[0, 0], 2, 2, 1),
        DatasetError::Length { bytes: 7, .. }
    ));
    assert!(matches!(
        new(8, &[0, 0], usize::MAX, 2, 1),
        DatasetError::Length { .. }
    ));
    assert_eq!(
        new(8, &[0, 5], 2, 2, 5).to_string(),
        "example 1 has label 5, expected 0..=4"
    );
}

#[test]
fn features_have_numbers_and_no_images() {
    let set = Dataset::features(vec![0.5, -1.0, 2.0, 3.0], vec![1, 0], 2, 2).unwrap();
    assert_eq!((set.shape(), set.pixels()), ([1, 1, 2], 2));
    assert_eq!(set.image(0), None);
    let error = Dataset::features(vec![0.5, 0.0, f32::NAN, 0.0], vec![1, 0], 2, 2);
    assert_eq!(
        error.unwrap_err().to_string(),
        "feature 0 of example 1 is not finite"
    );
}

#[test]
fn domains_go_with_their_examples() {
    let set = small().in_domains(vec![4, 0, 4]).unwrap();
    assert_eq!(
        set.select(&[2, 2, 1]).unwrap().domains(),
        Some(&[4, 4, 0][..])
    );
    assert_eq!(set.select(&[1]).unwrap().image(0), small().image(1));
    let (first, last) = set.clone().split_off(1).unwrap();
    assert_eq!(
        (first.domains(), last.domains()),
        (Some(&[4, 0][..]), Some(&[4][..]))
    );
    assert_eq!(set.clone().truncated(1).unwrap().domains(), Some(&[4][..]));
    assert_eq!(
        set.clone().with_classes(5).unwrap().domains(),
        set.domains()
    );
    assert!(matches!(set.select(&[]), Err(DatasetError::Empty { .. })));
    let error = small().in_domains(vec![0]).unwrap_err().to_string();
    assert_eq!(error, "1 domains for 3 examples");
}

#[test]
fn sets_side_by_side() {
    let names = |of: &str| of.split(' ').map(String::from).collect::<Vec<_>>();
    let (a, b) = (
        small().named(names("a b c")).unwrap(),
        small().named(names("d e f")).unwrap(),
    );
    let both = a.clone().concat_classes(b).unwrap();
    assert_eq!((both.len(), both.classes()), (6, 6));
    assert_eq!(both.labels(), [2, 0, 1, 5, 3, 4]);
    assert_eq!(both.names().unwrap()[4], "e");
    assert_eq!(both.image(4), small().image(1));
    assert_eq!(a.clone().concat_classes(small()).unwrap().names(), None);
    let other = Dataset::new(vec![0; 4], vec![0], 2, 2, 1).unwrap();
    assert!(matches!(
        a.concat_classes(other),
        Err(DatasetError::Shapes { .. })
    ));
    let many = || small().with_classes(40_000).unwrap();
    assert!(matches!(
        many().concat_classes(many()),
        Err(DatasetError::Labels { classes: 80_000 })
    ));
}
