//! gzip and Zstandard, told by content.

use std::io::Write;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use mesu_rows::{Options, Rows, Source};
use ruzstd::encoding::{CompressionLevel, compress_to_vec};

use crate::{all, open, texts};

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(text).unwrap();
    packed.finish().unwrap()
}

#[test]
fn packed_rows_are_those_of_the_file() {
    let plain: String = "\u{feff}a;b\n".to_owned()
        + &(0..20_000)
            .map(|n| format!("{n};{}\n", n % 13))
            .collect::<String>();
    let expected = all(open(&plain).unwrap()).unwrap();
    assert_eq!(expected.len(), 20_000);
    let zstd = compress_to_vec(plain.as_bytes(), CompressionLevel::Fastest);
    assert!(zstd.len() < plain.len() / 2);
    for packed in [gzip(plain.as_bytes()), zstd] {
        assert_eq!(all(open(packed).unwrap()).unwrap(), expected);
    }
}

#[test]
fn parts_packed_one_behind_the_other_are_one_file() {
    let mut packed = gzip(b"a,b\n1,2\n");
    packed.extend(gzip(b"3,4\n"));
    assert_eq!(all(open(packed).unwrap()).unwrap(), texts("1 2/3 4"));
    // By the zstd program: frames with and without a checksum, behind frames without data.
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/files/frames.csv.zst");
    let rows = Rows::open(Source::path(&path).unwrap(), &Options::default()).unwrap();
    assert_eq!(all(rows).unwrap(), texts("1 2/3 4"));
}

#[test]
fn a_changed_frame_of_zstandard_is_told() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/files/frames.csv.zst");
    let sound = std::fs::read(path).unwrap();
    let at = sound
        .windows(7)
        .position(|part| part == b"a,b\n1,2")
        .unwrap();
    let mut changed = sound.clone();
    changed[at + 4] = b'7';
    let error = all(open(&changed).unwrap()).unwrap_err().to_string();
    assert!(error.contains("differs from its checksum"), "{error}");
    for end in 1..sound.len() {
        // Cut anywhere, it is an error or fewer rows: nothing panics, nothing is made up.
        if let Ok(rows) = open(&sound[..end]).and_then(all) {
            assert_eq!(rows, texts("1 2"), "{end}");
        }
    }
}

#[test]
fn names_do_not_matter() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rows.csv");
    std::fs::write(&path, gzip(b"{\"a\": \"1\", \"b\": \"2\"}\n")).unwrap();
    let rows = Rows::open(Source::path(&path).unwrap(), &Options::default()).unwrap();
    assert_eq!(all(rows).unwrap(), texts("1 2"));
}
