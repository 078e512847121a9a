//! Sets as they should be, and what the tests make them of.

mod hostile;

use std::io::Write;
use std::path::Path;

use flate2::{Compression, write::GzEncoder};
use tar::{EntryType, Header};

use super::error::Name;
use super::*;

/// A record whose image tells channel, place and `number`.
fn record(labels: &[u8], number: usize) -> Vec<u8> {
    let pixel = |at: usize| (at / 1024 * 64 + at % 61 + number) as u8;
    labels.iter().copied().chain((0..3072).map(pixel)).collect()
}

fn gz(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// An entry of a tar archive, with a path that no honest writer accepts if need be.
fn entry(path: &str, kind: EntryType, announced: u64, content: &[u8]) -> Vec<u8> {
    let mut header = Header::new_ustar();
    header.as_mut_bytes()[..path.len()].copy_from_slice(path.as_bytes());
    header.set_entry_type(kind);
    header.set_size(announced);
    header.set_mode(0o644);
    header.set_cksum();
    let mut bytes = header.as_bytes().to_vec();
    bytes.extend(content);
    bytes.resize(bytes.len().next_multiple_of(512), 0);
    bytes
}

fn file(path: &str, content: &[u8]) -> Vec<u8> {
    entry(path, EntryType::Regular, content.len() as u64, content)
}

fn archive(entries: &[Vec<u8>]) -> Vec<u8> {
    [&entries.concat()[..], &[0; 1024]].concat()
}

fn unfold(kind: Kind, packed: &[u8]) -> Result<Cifar, CifarError> {
    let name = Name {
        file: "x.tar.gz".to_owned(),
        packed: true,
    };
    archive::unfold(kind, packed, &name)
}

fn lines(prefix: &str, count: usize) -> String {
    (0..count).map(|i| format!("{prefix}{i}\n")).collect()
}

/// Ten's batches out of order, two of five of them.
fn ten() -> Vec<Vec<u8>> {
    let folder = "cifar-10-batches-bin";
    let records = |range: std::ops::Range<usize>| -> Vec<u8> {
        range.flat_map(|i| record(&[(i % 10) as u8], i)).collect()
    };
    vec![
        entry(&format!("{folder}/"), EntryType::Directory, 0, &[]),
        file(&format!("{folder}/test_batch.bin"), &records(7..9)),
        file(&format!("{folder}/data_batch_3.bin"), &records(3..5)),
        file(&format!("{folder}/readme.html"), b"<html>"),
        file(&format!("{folder}/data_batch_1.bin"), &records(0..3)),
        file(
            &format!("{folder}/batches.meta.txt"),
            (lines("class", 10) + "\n").as_bytes(),
        ),
    ]
}

fn hundred() -> Vec<Vec<u8>> {
    let records = |labels: &[[u8; 2]]| -> Vec<u8> {
        let numbered = labels.iter().enumerate();
        numbered.flat_map(|(i, pair)| record(pair, i)).collect()
    };
    vec![
        file(
            "./cifar-100-binary/train.bin",
            &records(&[[19, 99], [0, 1], [3, 50]]),
        ),
        file("./cifar-100-binary/test.bin", &records(&[[4, 0]])),
        file(
            "cifar-100-binary/fine_label_names.txt",
            lines("fine", 100).as_bytes(),
        ),
        file(
            "cifar-100-binary/coarse_label_names.txt",
            lines("coarse", 20).as_bytes(),
        ),
    ]
}

#[test]
fn ten_is_read_in_the_order_of_its_batches() {
    let set = unfold(Kind::Cifar10, &gz(&archive(&ten()))).unwrap();
    let (train, test) = (set.train.unwrap(), set.test.unwrap());
    assert_eq!(
        (train.labels(), test.labels()),
        (&[0, 1, 2, 3, 4][..], &[7, 8][..])
    );
    assert_eq!((train.shape(), train.classes()), ([3, 32, 32], 10));
    assert_eq!(train.names().unwrap()[9], "class9");
    for index in 0..5 {
        assert_eq!(train.image(index).unwrap(), &record(&[], index));
    }
    // The second row of the blue plane begins here.
    assert_eq!(test.image(0).unwrap()[2 * 1024 + 32], record(&[], 7)[2080]);
    assert!(set.coarse.is_none());
}

#[test]
fn hundred_has_fine_and_coarse_labels() {
    let set = unfold(Kind::Cifar100, &gz(&archive(&hundred()))).unwrap();
    let (train, coarse) = (set.train.unwrap(), set.coarse.unwrap());
    assert_eq!(
        (train.labels(), &coarse.train[..]),
        (&[99, 1, 50][..], &[19, 0, 3][..])
    );
    assert_eq!(
        (set.test.unwrap().labels(), &coarse.test[..]),
        (&[0][..], &[4][..])
    );
    assert_eq!(
        (train.classes(), train.names().unwrap()[99].as_str()),
        (100, "fine99")
    );
    assert_eq!(train.image(2).unwrap(), &record(&[], 2));
    let superclasses = train.with_labels(coarse.train, COARSE_CLASSES).unwrap();
    assert_eq!(
        superclasses.named(coarse.names.unwrap()).unwrap().classes(),
        20
    );
}

#[test]
fn partial_sets_are_read_as_they_are() {
    let only = |at: usize| unfold(Kind::Cifar100, &gz(&archive(&hundred()[at..=at])));
    let train = only(0).unwrap();
    assert_eq!((train.train.unwrap().len(), train.test), (3, None));
    let test = only(1).unwrap();
    assert_eq!((test.train, test.coarse.unwrap().names), (None, None));
    assert_eq!(test.test.unwrap().names(), None);
    let error = only(2).unwrap_err();
    assert_eq!(
        error.to_string(),
        "x.tar.gz: holds none of train.bin and test.bin"
    );
}

/// Writes every file of `entries` into `folder`.
fn unpack(entries: &[Vec<u8>], folder: &Path) {
    let bytes = archive(entries);
    tar::Archive::new(&bytes[..]).unpack(folder).unwrap();
}

#[test]
fn archive_and_folder_give_the_same() {
    let place = tempfile::tempdir().unwrap();
    for (kind, entries) in [(Kind::Cifar10, ten()), (Kind::Cifar100, hundred())] {
        assert!(!is_at(kind, place.path()));
        let error = read(kind, place.path()).unwrap_err().to_string();
        assert!(
            error.contains(kind.archive()) && error.contains(kind.folder()),
            "{error}"
        );
        unpack(&entries, place.path());
        let unpacked = read(kind, place.path()).unwrap();
        assert_eq!(
            read(kind, &place.path().join(kind.folder())).unwrap(),
            unpacked
        );
        let path = place.path().join(kind.archive());
        std::fs::write(&path, gz(&archive(&entries))).unwrap();
        assert_eq!(read(kind, &path).unwrap(), unpacked);
        std::fs::remove_dir_all(place.path().join(kind.folder())).unwrap();
        assert_eq!(read(kind, place.path()).unwrap(), unpacked);
    }
}
