//! Folders and CSV files, with all that people put there.

use std::fs;

use mesu_data::DataSplits;

use super::*;

fn folder(files: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for file in files {
        let path = folder.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        if file.ends_with('/') {
            fs::create_dir(path).unwrap();
        } else {
            fs::write(path, "").unwrap();
        }
    }
    folder
}

fn names(listing: &Listing) -> Vec<(&str, &str)> {
    let images = listing.images.iter();
    images
        .map(|image| (image.name.as_str(), listing.classes[image.label].as_str()))
        .collect()
}

#[test]
fn folders_are_classes() {
    let folder = folder(&[
        "löwe/b 2.png",
        "löwe/a.png",
        "ant/deep/er/x.jpg",
        ".hidden/x",
        "ant/.DS_Store",
        "ant/Thumbs.db",
    ]);
    let listing = Listing::from_folder(folder.path(), false).unwrap();
    assert_eq!(
        names(&listing),
        [
            ("ant/deep/er/x.jpg", "ant"),
            ("löwe/a.png", "löwe"),
            ("löwe/b 2.png", "löwe")
        ]
    );
    assert_eq!(listing.classes, ["ant", "löwe"]);
    assert!(listing.domains.is_empty() && listing.unusable.is_empty());
}

#[test]
fn domains_taken_for_classes_are_noticed() {
    let files = ["day/ant/1.png", "day/löwe/2.png", "night/ant/3.png"];
    let inside = |more: &[&str]| {
        let folder = folder(&[&files[..], more].concat());
        let listing = Listing::from_folder(folder.path(), false).unwrap();
        let names = listing.alike_inside();
        names.map(|names| names.join(" "))
    };
    assert_eq!(inside(&[]), None);
    assert_eq!(inside(&["night/löwe/4.png"]).unwrap(), "ant löwe");
    assert_eq!(inside(&["night/löwe/4.png", "day/5.png"]), None);
    let one = folder(&["day/ant/1.png"]);
    let listing = Listing::from_folder(one.path(), false).unwrap();
    assert_eq!(listing.alike_inside(), None);
}

#[test]
fn what_can_not_be_used_is_named_or_skipped() {
    for (files, words) in [
        (&["cat/1.png", "dog/"][..], "dog: a class without any image"),
        (
            &["cat/1.png", "notes.txt"],
            "notes.txt: lies beside the folders",
        ),
    ] {
        let folder = folder(files);
        let message = Listing::from_folder(folder.path(), false)
            .unwrap_err()
            .to_string();
        assert!(
            message.contains(words) && !message.contains("--"),
            "{message}"
        );
        let listing = Listing::from_folder(folder.path(), true).unwrap();
        assert_eq!(listing.classes, ["cat"]);
        assert!(listing.unusable[0].to_string().contains(words));
    }
    let empty = folder(&[]);
    for skip_bad in [false, true] {
        let error = Listing::from_folder(empty.path(), skip_bad).unwrap_err();
        assert!(matches!(error, ListingError::Nothing { .. }), "{error}");
        let error = Listing::from_folder(&empty.path().join("none"), skip_bad).unwrap_err();
        assert!(matches!(error, ListingError::Unreadable { .. }), "{error}");
    }
}

#[test]
fn folders_of_folders_are_domains_and_classes() {
    let folder = folder(&[
        "tag 2/löwe/b 2.png",
        "tag 2/löwe/alt/er.png",
        "tag 2/ant/x.jpg",
        "Nacht/löwe/ü.png",
        ".git/x/y",
        "Nacht/.DS_Store",
        "Nacht/löwe/.thumbs/1.png",
    ]);
    let listing = Listing::from_domains(folder.path(), false).unwrap();
    assert_eq!(
        names(&listing),
        [
            ("Nacht/löwe/ü.png", "löwe"),
            ("tag 2/ant/x.jpg", "ant"),
            ("tag 2/löwe/alt/er.png", "löwe"),
            ("tag 2/löwe/b 2.png", "löwe")
        ]
    );
    assert_eq!(listing.classes, ["ant", "löwe"]);
    assert_eq!(listing.domains, ["Nacht", "tag 2"]);
    let domains: Vec<_> = listing.images.iter().map(|image| image.domain).collect();
    assert_eq!(domains, [Some(0), Some(1), Some(1), Some(1)]);
    assert_eq!(listing.gaps(), [("Nacht", vec!["ant"])]);
    assert!(listing.unusable.is_empty());
}

#[test]
fn what_is_out_of_place_among_domains_is_named_or_skipped() {
    for (files, words) in [
        (
            &["day/cat/1.png", "night/cat/"][..],
            "cat: a class without any image",
        ),
        (
            &["day/cat/1.png", "night/"],
            "night: a domain without the folder of any class",
        ),
        (
            &["day/cat/1.png", "notes.txt"],
            "notes.txt: lies beside the folders of the domains",
        ),
        (
            &["day/cat/1.png", "day/2.png"],
            "2.png: lies in a domain beside the folders of its classes",
        ),
    ] {
        let folder = folder(files);
        let error = Listing::from_domains(folder.path(), false).unwrap_err();
        let message = error.to_string();
        assert!(
            message.contains(words) && !message.contains("--"),
            "{message}"
        );
        let listing = Listing::from_domains(folder.path(), true).unwrap();
        assert_eq!(
            (listing.classes.len(), &listing.domains[..]),
            (1, &["day".to_owned()][..])
        );
        assert_eq!(listing.unusable.len(), 1);
        assert!(listing.unusable[0].to_string().contains(words));
        assert!(listing.gaps().is_empty());
    }
    // Folders of classes only: it is said which levels are expected, then nothing is left.
    let flat = folder(&["cat/1.png", "cat/2.png", "dog/2.png"]);
    let error = Listing::from_domains(flat.path(), false).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("cat: a domain without the folder of any class"),
        "{error}"
    );
    let error = Listing::from_domains(flat.path(), true).unwrap_err();
    assert!(matches!(error, ListingError::Nothing { .. }), "{error}");
}

#[cfg(unix)]
#[test]
fn a_link_back_is_no_endless_walk() {
    let folder = folder(&["cat/1.png"]);
    std::os::unix::fs::symlink(folder.path(), folder.path().join("cat/back")).unwrap();
    assert!(Listing::from_folder(folder.path(), false).is_err());
    assert_eq!(
        Listing::from_folder(folder.path(), true)
            .unwrap()
            .images
            .len(),
        1
    );
}

#[test]
fn a_csv_names_paths_labels_and_domains() {
    let folder = folder(&[]);
    let csv = folder.path().join("list.csv");
    fs::write(
        &csv,
        "\u{feff}path,label,domain\na b.png, 10 ,sketch\n\"c,d.png\",9,photo\nä.png,10,photo\n",
    )
    .unwrap();
    let listing = Listing::from_csv(&csv, Path::new("root")).unwrap();
    assert_eq!(listing.classes, ["9", "10"]);
    assert_eq!(listing.domains, ["photo", "sketch"]);
    assert_eq!(
        names(&listing),
        [("a b.png", "10"), ("c,d.png", "9"), ("ä.png", "10")]
    );
    let first = Content::File(Path::new("root/a b.png").to_owned());
    assert_eq!(listing.images[0].content, first);
    assert_eq!(listing.images[0].domain, Some(1));

    for (text, words) in [
        ("a.png,cat\nb.png\n", "line 2: 1 columns"),
        ("a.png,cat\nb.png,dog,photo\n", "line 2: 3 columns"),
        ("a,b,c,d\n", "line 1: 4 columns"),
        ("a.png,cat\n\n,cat\n", "line 3: no path"),
        ("a.png,\n", "line 1: no label"),
        (
            "Path,class,domain\n",
            "line 1: Path,class,domain as names of columns; expected path,label",
        ),
        ("label,path\n", "line 1: label,path as names"),
        ("path,label\n", "holds no image"),
        ("", "holds no image"),
    ] {
        fs::write(&csv, text).unwrap();
        let message = Listing::from_csv(&csv, folder.path())
            .unwrap_err()
            .to_string();
        assert!(message.contains(words), "{text:?}: {message}");
    }
    fs::write(&csv, b"a.png,cat\nb\xff.png,cat\n").unwrap();
    let message = Listing::from_csv(&csv, folder.path())
        .unwrap_err()
        .to_string();
    assert!(message.contains("line 2: not UTF-8"), "{message}");
}

#[test]
fn a_data_set_is_listed_with_its_test_images() {
    let set = |labels: Vec<u16>| {
        let bytes = (0..labels.len() as u8 * 12).collect();
        let set = Dataset::planar(bytes, labels, [3, 2, 2], 2).unwrap();
        set.named(vec!["cat".to_owned(), "dog".to_owned()]).unwrap()
    };
    let source = DataSplits::new(set(vec![0, 1, 1]), set(vec![1, 0]), None).unwrap();
    let listing = Listing::from_splits(&source);
    assert_eq!(listing.classes, ["cat", "dog"]);
    let seen: Vec<_> = listing
        .images
        .iter()
        .map(|image| (&image.name[..], image.label, image.tested))
        .collect();
    let expected = [
        ("train/0", 0, false),
        ("train/1", 1, false),
        ("train/2", 1, false),
        ("test/0", 1, true),
        ("test/1", 0, true),
    ];
    assert_eq!(seen, expected);
}
