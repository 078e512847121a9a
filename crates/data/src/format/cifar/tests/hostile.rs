//! Damaged files, and files made to do damage.

use proptest::prelude::*;
use tar::EntryType;

use super::*;

#[test]
fn damaged_records_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("train.bin");
    let good = [record(&[0, 0], 0), record(&[19, 99], 1)].concat();
    let mut labels = [good.clone(), good.clone()];
    labels[0][3074] = 20;
    labels[1][1] = 100;
    let whole = "expected a multiple of 3074";
    for (content, words) in [
        (&good[..6147], ["train.bin: 6147 bytes", whole]),
        (&[], ["train.bin: 0 bytes", whole]),
        (
            &labels[0],
            ["record 1 has coarse label 20", "expected 0..=19"],
        ),
        (
            &labels[1],
            ["record 0 has fine label 100", "expected 0..=99"],
        ),
    ] {
        std::fs::write(&path, content).unwrap();
        let error = read(Kind::Cifar100, folder.path()).unwrap_err().to_string();
        assert!(error.starts_with(&path.display().to_string()), "{error}");
        assert!(words.iter().all(|word| error.contains(word)), "{error}");
        let error = unfold(
            Kind::Cifar100,
            &gz(&archive(&[file("a/train.bin", content)])),
        );
        let error = error.unwrap_err().to_string();
        assert!(error.starts_with("x.tar.gz: a/train.bin: "), "{error}");
        assert!(
            words[1..].iter().all(|word| error.contains(word)),
            "{error}"
        );
    }
    let ten = file("data_batch_2.bin", &record(&[10], 0));
    assert_eq!(
        unfold(Kind::Cifar10, &gz(&archive(&[ten])))
            .unwrap_err()
            .to_string(),
        "x.tar.gz: data_batch_2.bin: record 0 has label 10, expected 0..=9"
    );
    for (text, count) in [
        (lines("a", 19), 19),
        (lines("a", 21), 21),
        ("\u{fffd}".into(), 1),
    ] {
        let entry = file("coarse_label_names.txt", text.as_bytes());
        let error = unfold(Kind::Cifar100, &gz(&archive(&[entry]))).unwrap_err();
        assert!(
            matches!(error, CifarError::Names { names, .. } if names == count),
            "{error}"
        );
    }
}

#[test]
fn entries_that_climb_out_are_refused() {
    let good = hundred();
    for (path, kind, words) in [
        ("../train.bin", EntryType::Regular, "a path that climbs out"),
        (
            "a/../../train.bin",
            EntryType::Regular,
            "a path that climbs out",
        ),
        (
            "a\\..\\train.bin",
            EntryType::Regular,
            "a path that climbs out",
        ),
        ("/etc/train.bin", EntryType::Regular, "an absolute path"),
        ("C:\\train.bin", EntryType::Regular, "an absolute path"),
        ("cifar-100-binary/test.bin", EntryType::Symlink, "a link"),
        ("other", EntryType::Link, "a link"),
        ("other", EntryType::Fifo, "a special file"),
        ("other", EntryType::Block, "a special file"),
        ("other", EntryType::GNULongName, "a special file"),
        ("other", EntryType::GNUSparse, "a special file"),
    ] {
        let hostile = entry(path, kind, 0, &[]);
        for entries in [
            vec![hostile.clone(), good[0].clone()],
            vec![good[0].clone(), hostile],
        ] {
            let error = unfold(Kind::Cifar100, &gz(&archive(&entries))).unwrap_err();
            assert!(
                matches!(error, CifarError::Hostile { .. }),
                "{path}: {error}"
            );
            assert!(error.to_string().contains(words), "{error}");
        }
    }
    let twice = [good[0].clone(), good[0].clone()];
    let error = unfold(Kind::Cifar100, &gz(&archive(&twice))).unwrap_err();
    assert!(matches!(error, CifarError::Twice { .. }), "{error}");
    let times = entry("x", EntryType::XHeader, 13, b"13 mtime=1.5\n");
    let entries = [vec![times], good].concat();
    assert!(unfold(Kind::Cifar100, &gz(&archive(&entries))).is_ok());
}

#[test]
fn what_is_announced_is_bounded_and_what_arrives_counts() {
    // A terabyte is announced, for a file that matters and for one that does not.
    for path in ["train.bin", "readme.html"] {
        let bomb = entry(path, EntryType::Regular, 3074 << 28, &[0; 512]);
        let error = unfold(Kind::Cifar100, &gz(&bomb)).unwrap_err();
        assert!(matches!(error, CifarError::TooLarge { .. }), "{error}");
    }
    // Together too much, each of them not.
    let half = MAX_BYTES / 3074 / 2 * 3074;
    let short = entry("train.bin", EntryType::Regular, half, &record(&[0, 0], 0));
    let error = unfold(Kind::Cifar100, &gz(&short)).unwrap_err();
    let CifarError::Truncated {
        index,
        expected,
        got,
        ..
    } = error
    else {
        panic!("{error}");
    };
    assert_eq!((index, expected, got), (1, half, 3584));
    let mut parts = parts::Parts::new(Kind::Cifar10);
    let name = Name {
        file: "x".to_owned(),
        packed: true,
    };
    parts.announce(half, &name).unwrap();
    parts.announce(half, &name).unwrap();
    assert!(parts.announce(2 * 3074, &name).is_err());
    assert!(parts.announce(u64::MAX, &name).is_err());
    // The archive ends, and 64 MiB of zeros follow in 64 kB.
    let bomb = gz(&[archive(&hundred()), vec![0; 64 << 20]].concat());
    let mut rest = &bomb[..];
    let name = Name {
        file: "x".to_owned(),
        packed: true,
    };
    let error = archive::unfold(Kind::Cifar100, &mut rest, &name).unwrap_err();
    assert!(matches!(error, CifarError::Tar { .. }), "{error}");
    assert!(
        rest.len() > bomb.len() / 2,
        "{} of {}",
        rest.len(),
        bomb.len()
    );
}

#[test]
fn every_truncation_is_an_error() {
    let packed = gz(&archive(&hundred()));
    let steps = (0..packed.len()).step_by(7);
    for length in steps.chain(packed.len() - 20..packed.len()) {
        let error = unfold(Kind::Cifar100, &packed[..length]).unwrap_err();
        assert!(
            matches!(error, CifarError::Gzip { .. }),
            "{length}: {error}"
        );
    }
    // Cut before it was packed: some files are missing, or one is short.
    let plain = archive(&hundred()[..1]);
    for length in [1, 511, 512, 513, 3000, 9000, 9734 - 1] {
        let error = unfold(Kind::Cifar100, &gz(&plain[..length])).unwrap_err();
        assert!(
            matches!(error, CifarError::Truncated { .. } | CifarError::Tar { .. }),
            "{length}: {error}"
        );
    }
    let error = unfold(Kind::Cifar100, b"<html>not found</html>").unwrap_err();
    assert!(error.to_string().contains("corrupt gzip stream"), "{error}");
}

#[cfg(unix)]
#[test]
fn a_file_that_cannot_be_read_is_named() {
    // A folder in the place of a file is none; a link that leads nowhere neither.
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("train.bin")).unwrap();
    std::os::unix::fs::symlink("nowhere", folder.path().join("test.bin")).unwrap();
    let error = read(Kind::Cifar100, folder.path()).unwrap_err();
    assert!(matches!(error, CifarError::NotThere { .. }), "{error}");
}

proptest! {
    #[test]
    fn one_flipped_bit_of_gzip_never_passes_for_another(at: prop::sample::Index, bit in 0..8) {
        let whole = gz(&archive(&hundred()));
        let mut packed = whole.clone();
        packed[at.index(whole.len())] ^= 1_u8 << bit;
        // Some header bits (time, system) mean nothing to the content.
        match unfold(Kind::Cifar100, &packed) {
            Ok(set) => prop_assert_eq!(set, unfold(Kind::Cifar100, &whole).unwrap()),
            Err(error) => prop_assert!(error.to_string().starts_with("x.tar.gz"), "{}", error),
        }
    }

    #[test]
    fn mutated_archives_never_panic(
        at: prop::sample::Index, value: u8, cut: prop::sample::Index, ten_too: bool,
    ) {
        let (kind, entries) = if ten_too {
            (Kind::Cifar10, ten())
        } else {
            (Kind::Cifar100, hundred())
        };
        let mut plain = archive(&entries);
        let length = plain.len();
        plain[at.index(length)] = value;
        if let Ok(set) = unfold(kind, &gz(&plain[..cut.index(length) + 1])) {
            let train = set.train.map_or(0, |train| train.len());
            prop_assert!(train <= 5);
        }
    }

    #[test]
    fn random_headers_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..700)) {
        let _ = unfold(Kind::Cifar10, &bytes);
        let _ = unfold(Kind::Cifar10, &gz(&bytes));
    }
}
