use super::error::IdxError;
use super::layout::*;
use super::parse::*;
use flate2::{Compression, write::GzEncoder};
use proptest::prelude::*;
use std::io::Write;

fn images_file(dimensions: [u32; 3], body: &[u8]) -> Vec<u8> {
    let header = [IMAGES_MAGIC, dimensions[0], dimensions[1], dimensions[2]];
    let mut file: Vec<u8> = header.iter().flat_map(|word| word.to_be_bytes()).collect();
    file.extend(body);
    file
}

fn small() -> Vec<u8> {
    images_file([2, 2, 3], &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])
}

fn gz(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn images(file: &[u8]) -> Result<Images, IdxError> {
    parse_images(file, "x")
}

#[test]
fn plain_and_gzip_give_the_same() {
    let plain = images(&small()).unwrap();
    assert_eq!((plain.count, plain.rows, plain.columns), (2, 2, 3));
    assert_eq!(plain.bytes, (1..=12).collect::<Vec<u8>>());
    assert_eq!(images(&gz(&small())).unwrap(), plain);
    // Two members in a row are one stream (RFC 1952).
    let halves = [gz(&small()[..9]), gz(&small()[9..])].concat();
    assert_eq!(images(&halves).unwrap(), plain);
    let labels = [0, 0, 8, 1, 0, 0, 0, 3, 7, 8, 9];
    assert_eq!(parse_labels(&labels[..], "y").unwrap(), [7, 8, 9]);
}

#[test]
fn every_truncation_is_named() {
    let plain = small();
    for length in 0..plain.len() {
        let error = images(&plain[..length]).unwrap_err();
        let IdxError::Truncated { got, expected, .. } = error else {
            panic!("{length}: {error}");
        };
        assert_eq!(got, length as u64);
        assert_eq!(expected, if length < 16 { 16 } else { 28 });
    }
    let packed = gz(&plain);
    for length in 2..packed.len() {
        let error = images(&packed[..length]).unwrap_err();
        assert!(matches!(error, IdxError::Gzip { .. }), "{length}: {error}");
    }
}

#[test]
fn what_follows_the_end_is_refused() {
    let long = [small(), vec![0]].concat();
    for file in [long.clone(), gz(&long), [gz(&small()), gz(&[0])].concat()] {
        let error = images(&file).unwrap_err();
        assert!(
            matches!(error, IdxError::Trailing { expected: 28, .. }),
            "{error}"
        );
    }
    let error = images(&[gz(&small()), vec![1, 2, 3]].concat()).unwrap_err();
    assert!(matches!(error, IdxError::Gzip { at: 28, .. }), "{error}");
}

#[test]
fn wrong_headers_say_what_to_do() {
    let mut wrong = small();
    wrong[3] = 1;
    assert_eq!(
        images(&wrong).unwrap_err().to_string(),
        "x: starts with 0x00000801, expected 0x00000803 (IDX images of bytes); \
         it is a labels file"
    );
    for (at, name) in ["count", "rows", "columns"].into_iter().enumerate() {
        let mut dimensions = [2, 2, 3];
        dimensions[at] = 0;
        let error = images(&images_file(dimensions, &[0; 12])).unwrap_err();
        assert!(matches!(error, IdxError::ZeroDimension { dimension, .. } if dimension == name));
    }
    for dimensions in [
        [u32::MAX; 3],
        [1 << 31, 1, 2],
        [1, 65_536, 65_536],
        [1 << 31, 1 << 31, 4],
    ] {
        let error = images(&images_file(dimensions, &[0; 12])).unwrap_err();
        assert!(matches!(error, IdxError::TooLarge { .. }), "{error}");
        assert!(error.to_string().contains("2147483648 bytes"), "{error}");
    }
}

#[test]
fn memory_follows_the_bytes_that_arrive() {
    // The header promises 2 GiB; the file holds 100,000 bytes of them.
    let body = vec![0; 100_000];
    let mut input = Input::new(&body[..], "x", false);
    let mut bytes = Vec::new();
    let error = input.read_to(1 << 17, &mut bytes, MAX_BYTES).unwrap_err();
    assert!(matches!(error, IdxError::Truncated { got: 100_000, .. }));
    assert!(bytes.capacity() <= 1 << 18, "{}", bytes.capacity());
    let hostile = images_file([1 << 31, 1, 1], &body);
    assert!(matches!(
        images(&hostile).unwrap_err(),
        IdxError::Truncated { got: 100_016, .. }
    ));
    let whole = images(&images_file([1000, 10, 10], &body)).unwrap();
    assert_eq!(whole.bytes.capacity(), 100_000);
}

#[test]
fn a_bomb_is_not_unfolded() {
    // 64 MiB of zeros behind a header of four pixels, in 64 kB.
    let bomb = gz(&images_file([1, 2, 2], &vec![0; 64 << 20]));
    let mut rest = &bomb[..];
    let error = parse_images(&mut rest, "x").unwrap_err();
    assert!(matches!(error, IdxError::Trailing { expected: 20, .. }));
    assert!(
        rest.len() > bomb.len() / 2,
        "{} of {}",
        rest.len(),
        bomb.len()
    );
}

#[test]
fn missing_files_and_folders_are_named() {
    let folder = tempfile::tempdir().unwrap();
    for path in [folder.path().join("none"), folder.path().to_owned()] {
        let error = read_images(&path).unwrap_err();
        assert!(matches!(error, IdxError::Unreadable { .. }));
        assert!(error.to_string().starts_with(&path.display().to_string()));
    }
    let path = folder.path().join("images");
    std::fs::write(&path, gz(&small())).unwrap();
    assert_eq!(read_images(&path).unwrap(), images(&small()).unwrap());
}

proptest! {
    #[test]
    fn random_bytes_are_refused_or_consistent(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(images(&bytes).is_err() || bytes.starts_with(&[0, 0, 8, 3]));
        let _ = images(&[&[0x1f, 0x8b, 8][..], &bytes].concat());
        if let Ok(found) = images(&[&[0, 0, 8, 3][..], &bytes].concat()) {
            prop_assert_eq!(found.bytes.len(), found.count * found.rows * found.columns);
        }
    }

    #[test]
    fn one_flipped_byte_of_gzip_never_passes_for_another(at in 0_usize..10_000, flip in 1_u8..) {
        let mut file = gz(&small());
        let at = at % file.len();
        file[at] ^= flip;
        // Some header bits (time, system, text flag) mean nothing to the content.
        if let Ok(found) = images(&file) {
            prop_assert_eq!(found, images(&small()).unwrap());
        }
    }

    #[test]
    fn any_shape_goes_round(count in 1_u32..5, rows in 1_u32..40, columns in 1_u32..40, packed: bool) {
        let body: Vec<u8> = (0..count * rows * columns).map(|i| (i % 256) as u8).collect();
        let plain = images_file([count, rows, columns], &body);
        let found = images(&if packed { gz(&plain) } else { plain }).unwrap();
        prop_assert_eq!(
            (found.count, found.rows, found.columns, found.bytes),
            (count as usize, rows as usize, columns as usize, body)
        );
    }

    #[test]
    fn mutated_headers_never_panic(at in 0_usize..16, value: u8, cut in 0_usize..29) {
        let mut file = small();
        file[at] = value;
        if let Ok(found) = images(&file[..cut.min(28)]) {
            prop_assert_eq!(found.bytes.len(), 12);
        }
    }
}
