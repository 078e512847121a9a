//! Domains, of folders and of CSV files.

use std::fs;

use super::*;
use crate::support::{fail, stderr, stdout, succeed};

#[test]
fn a_csv_gives_labels_and_domains() {
    let folder = small();
    let list = "path,label,domain\ndog/ü.png,hund,nacht\n\"große katze/2 b.png\",katze,tag\n";
    fs::write(folder.path().join("photos/list.csv"), list).unwrap();
    for images in [&["--csv", "photos/list.csv"][..], &[]] {
        let mut arguments = command(images);
        if images.is_empty() {
            arguments[1] = "photos/list.csv";
        }
        let output = succeed(folder.path(), &arguments);
        assert!(stdout(&output).contains("2 images, 4 features each, 2 classes, 2 domains"));
        assert_eq!(values(folder.path(), "classes"), texts(&["hund", "katze"]));
        assert_eq!(values(folder.path(), "domains"), Elements::I64(vec![0, 1]));
        assert_eq!(
            values(folder.path(), "domain_names"),
            texts(&["nacht", "tag"])
        );
    }
}

#[test]
fn folders_of_domains_become_domains() {
    let folder = small();
    let at = |name: &str| folder.path().join("photos").join(name);
    fs::create_dir(at("Tag und Nacht")).unwrap();
    for class in ["große katze", "dog"] {
        fs::rename(at(class), at("Tag und Nacht").join(class)).unwrap();
    }
    png(&at("ölbild/dog/1.png"), [0, 0, 255], 9, 9);
    png(&at("ölbild/große katze/2.png"), [0, 255, 0], 9, 9);
    let output = succeed(folder.path(), &command(&["--quiet"]));
    let line = stderr(&output);
    assert!(line.contains("photos: every class holds folders of the same names and nothing else (dog, große katze)"), "{line}");
    fs::remove_dir_all(at("ölbild/große katze")).unwrap();
    let output = succeed(folder.path(), &command(&["--domains", "--quiet"]));
    assert!(stdout(&output).contains("4 images, 4 features each, 2 classes, 2 domains"));
    assert_eq!(stderr(&output), "domain ölbild has no große katze\n");
    let domains = values(folder.path(), "domains");
    assert_eq!(domains, Elements::I64(vec![0, 0, 0, 1]));
    let names = texts(&["Tag und Nacht", "ölbild"]);
    assert_eq!(values(folder.path(), "domain_names"), names);
    assert_eq!(
        values(folder.path(), "labels"),
        Elements::I64(vec![0, 1, 1, 0])
    );

    fs::write(folder.path().join("list.csv"), "dog/1.png,dog,day\n").unwrap();
    let line = fail(folder.path(), &command(&["--domains", "--csv", "list.csv"]));
    assert!(line.contains("--domains and list.csv: both say"), "{line}");
    fs::create_dir(at("ölbild/empty")).unwrap();
    let line = fail(folder.path(), &command(&["--domains"]));
    assert!(line.contains("empty: a class without any image"), "{line}");
    let output = succeed(folder.path(), &command(&["--domains", "--skip-bad"]));
    assert!(stdout(&output).contains("4 images") && stdout(&output).ends_with("; 1 left out\n"));
}
