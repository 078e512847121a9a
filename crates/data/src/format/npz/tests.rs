//! Archives, honest and hostile.

use super::super::npy::Elements;
use super::*;
use proptest::prelude::*;
use std::io::Cursor;

fn features() -> Array {
    Array::new(&[2, 3], Elements::F32(vec![0.0, 0.5, 1.0, 1.5, 2.0, 2.5])).unwrap()
}

fn names() -> Array {
    Array::list(Elements::Text(vec![
        "Größe".to_owned(),
        String::new(),
        "猫 2".to_owned(),
    ]))
}

fn small() -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    write(&mut file, &[("features", &features()), ("names", &names())]).unwrap();
    file.into_inner()
}

fn open(bytes: &[u8]) -> Result<Npz<Cursor<&[u8]>>, NpzError> {
    Npz::read(Cursor::new(bytes), "x.npz")
}

/// An archive of one member `a.npy`, as it is.
fn archive_of(content: &[u8], method: CompressionMethod) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(method);
    archive.start_file("a.npy", options).unwrap();
    archive.write_all(content).unwrap();
    archive.finish().unwrap().into_inner()
}

#[test]
fn what_is_written_is_read() {
    let bytes = small();
    assert_eq!(bytes, small(), "no time in it");
    let mut npz = open(&bytes).unwrap();
    assert_eq!(npz.names(), ["features", "names"]);
    assert_eq!(npz.array("names").unwrap(), names());
    assert_eq!(npz.array("features").unwrap(), features());
    let stored = archive_of(&bytes_of(&features()), CompressionMethod::Stored);
    assert_eq!(open(&stored).unwrap().array("a").unwrap(), features());
}

fn bytes_of(array: &Array) -> Vec<u8> {
    let mut bytes = Vec::new();
    array.write(&mut bytes).unwrap();
    bytes
}

#[test]
fn a_missing_array_names_those_there() {
    let bytes = small();
    let error = open(&bytes).unwrap().array("labels").unwrap_err();
    assert_eq!(
        error.to_string(),
        "x.npz: holds no array labels, but features, names"
    );
}

#[test]
fn what_is_no_archive_is_refused() {
    for bytes in [&b""[..], b"hello", &[0; 1000], &small()[1..40]] {
        let error = open(bytes).map(|_| ()).unwrap_err();
        assert!(
            error.to_string().starts_with("x.npz: no readable NPZ"),
            "{error}"
        );
    }
    let folder = tempfile::tempdir().unwrap();
    let error = Npz::open(&folder.path().join("none.npz"))
        .map(|_| ())
        .unwrap_err();
    assert!(matches!(error, NpzError::Io { .. }), "{error}");
}

#[test]
fn a_bomb_is_not_unfolded() {
    let array = Array::new(&[1 << 27], Elements::U8(vec![0; 1 << 27])).unwrap();
    let error = open(&archive_of(&bytes_of(&array), CompressionMethod::Deflated))
        .unwrap()
        .array("a")
        .unwrap_err();
    assert!(matches!(error, NpzError::Bomb { .. }), "{error}");
    // Zeros of a reasonable number are no bomb.
    let array = Array::new(&[1 << 20], Elements::U8(vec![0; 1 << 20])).unwrap();
    let bytes = archive_of(&bytes_of(&array), CompressionMethod::Deflated);
    assert_eq!(open(&bytes).unwrap().array("a").unwrap(), array);
}

#[test]
fn a_directory_that_lies_about_sizes_is_refused() {
    let content = bytes_of(&Array::list(Elements::U8(vec![0; 1 << 20])));
    let honest = archive_of(&content, CompressionMethod::Deflated);
    let size = (content.len() as u32).to_le_bytes();
    for lie in [
        0,
        200,
        content.len() as u32 - 1,
        content.len() as u32 + 1,
        u32::MAX - 1,
    ] {
        let mut bytes = honest.clone();
        let places: Vec<usize> = (0..bytes.len() - 4)
            .filter(|&at| bytes[at..at + 4] == size)
            .collect();
        assert_eq!(
            places.len(),
            2,
            "in the member's header and in the directory"
        );
        for at in places {
            bytes[at..at + 4].copy_from_slice(&lie.to_le_bytes());
        }
        let result = open(&bytes).and_then(|mut npz| npz.array("a"));
        // More room than is used does no harm.
        if lie > content.len() as u32 && result.is_ok() {
            continue;
        }
        assert!(result.is_err(), "{lie}");
    }
}

#[test]
fn a_flipped_bit_never_passes_for_another_array() {
    let whole = small();
    for at in 0..whole.len() {
        for bit in [1, 16, 128] {
            let mut bytes = whole.clone();
            bytes[at] ^= bit;
            let Ok(mut npz) = open(&bytes) else { continue };
            for (name, expected) in [("features", features()), ("names", names())] {
                if let Ok(array) = npz.array(name) {
                    assert_eq!(array, expected, "byte {at}");
                }
            }
        }
    }
}

#[test]
fn every_truncation_is_refused() {
    let whole = small();
    for length in 0..whole.len() {
        assert!(open(&whole[..length]).is_err(), "{length}");
    }
}

/// Runs where `MESU_NPZ` names an archive, for example one that numpy saved.
#[test]
fn an_archive_of_yours_is_read() {
    let Some(path) = std::env::var_os("MESU_NPZ") else {
        return;
    };
    let mut npz = Npz::open(Path::new(&path)).unwrap();
    for name in npz.names().to_vec() {
        let array = npz.array(&name).unwrap();
        eprintln!("{name}: {:?} {:?}", array.elements().kind(), array.shape());
    }
}

proptest! {
    #[test]
    fn random_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..300), at in 0_usize..1000) {
        let _ = open(&bytes).map(|_| ());
        let mut file = small();
        let at = at % file.len();
        file.splice(at.., bytes);
        if let Ok(mut npz) = open(&file) {
            for name in npz.names().to_vec() {
                let _ = npz.array(&name);
            }
        }
    }
}
