//! Arrays, honest and hostile.

use half::f16;
use proptest::prelude::*;

use super::header::MAGIC;
use super::limits::CHUNK;
use super::*;

fn read(bytes: &[u8]) -> Result<Array, NpyError> {
    Array::read(bytes, "x")
}

/// A file of version 1 with that dictionary and those data.
fn file(dictionary: &str, data: &[u8]) -> Vec<u8> {
    let mut bytes = MAGIC.to_vec();
    bytes.extend([1, 0]);
    bytes.extend((dictionary.len() as u16).to_le_bytes());
    bytes.extend(dictionary.as_bytes());
    bytes.extend(data);
    bytes
}

fn of(descr: &str, order: &str, shape: &str, data: &[u8]) -> Vec<u8> {
    file(
        &format!("{{'descr': '{descr}', 'fortran_order': {order}, 'shape': {shape}, }}"),
        data,
    )
}

fn written(array: &Array) -> Vec<u8> {
    let mut bytes = Vec::new();
    array.write(&mut bytes).unwrap();
    bytes
}

#[test]
fn both_byte_orders_and_both_index_orders_are_read() {
    let little: Vec<u8> = (0_u16..6).flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = (0_u16..6).flat_map(u16::to_be_bytes).collect();
    let array = |values| Array::new(&[2, 3], Elements::U16(values)).unwrap();
    let rows = array(vec![0, 1, 2, 3, 4, 5]);
    let columns = array(vec![0, 2, 4, 1, 3, 5]);
    for (descr, data) in [("<u2", &little), (">u2", &big)] {
        assert_eq!(read(&of(descr, "False", "(2, 3)", data)).unwrap(), rows);
        assert_eq!(read(&of(descr, "True", "(2, 3)", data)).unwrap(), columns);
    }
    // The element at [i, j, k] of shape [2, 3, 4] is the (i + 2 j + 6 k)th.
    let data: Vec<u8> = (0..24).collect();
    let cube = read(&of("|u1", "True", "(2, 3, 4)", &data)).unwrap();
    let Elements::U8(values) = cube.elements() else {
        panic!()
    };
    for (at, &value) in values.iter().enumerate() {
        assert_eq!(
            usize::from(value),
            at / 12 + 2 * (at / 4 % 3) + 6 * (at % 4)
        );
    }
}

#[test]
fn scalars_and_empty_arrays_are_read() {
    let scalar = read(&of("<f8", "False", "()", &1.5_f64.to_le_bytes())).unwrap();
    assert_eq!(scalar, Array::new(&[], Elements::F64(vec![1.5])).unwrap());
    for order in ["False", "True"] {
        let empty = read(&of("<f4", order, "(0, 1280)", &[])).unwrap();
        assert_eq!(empty.shape(), [0, 1280]);
        assert!(empty.elements().is_empty());
    }
}

#[test]
fn text_is_read_up_to_its_nuls() {
    let codes = |text: &str, big: bool| -> Vec<u8> {
        let code = |letter: char| u32::from(letter);
        text.chars()
            .flat_map(|letter| {
                if big {
                    code(letter).to_be_bytes()
                } else {
                    code(letter).to_le_bytes()
                }
            })
            .collect()
    };
    let expected = Array::list(Elements::Text(vec![
        "Bär".to_owned(),
        "a\0b".to_owned(),
        String::new(),
    ]));
    for (descr, big) in [("<U4", false), (">U4", true)] {
        let data = codes("Bär\0a\0b\0\0\0\0\0", big);
        assert_eq!(read(&of(descr, "False", "(3,)", &data)).unwrap(), expected);
    }
    let error = read(&of("<U1", "False", "(2,)", &[65, 0, 0, 0, 0, 0xd8, 0, 0])).unwrap_err();
    assert_eq!(
        error.to_string(),
        "x: element 1 holds 0xd800, which is no character"
    );
}

#[test]
fn later_versions_have_longer_headers() {
    let text = "{'descr': '|i1', 'fortran_order': False, 'shape': (2,)}";
    for major in [2, 3] {
        let mut bytes = MAGIC.to_vec();
        bytes.extend([major, 0]);
        bytes.extend((text.len() as u32).to_le_bytes());
        bytes.extend(text.as_bytes());
        bytes.extend([1, 255]);
        assert_eq!(
            read(&bytes).unwrap(),
            Array::list(Elements::I8(vec![1, -1]))
        );
        bytes[8..12].copy_from_slice(&u32::MAX.to_le_bytes());
        let error = read(&bytes).unwrap_err();
        assert!(
            error.to_string().contains("header: 4294967295 bytes long"),
            "{error}"
        );
    }
    let mut bytes = of("|i1", "False", "(2,)", &[1, 2]);
    bytes[6] = 4;
    let error = read(&bytes).unwrap_err();
    assert!(
        matches!(error, NpyError::Version { major: 4, .. }),
        "{error}"
    );
}

#[test]
fn every_truncation_and_addition_is_named() {
    let whole = written(&Array::new(&[2, 2], Elements::F32(vec![1.0; 4])).unwrap());
    for length in 0..whole.len() {
        let error = read(&whole[..length]).unwrap_err();
        let named = match length {
            0..6 => matches!(error, NpyError::Magic { .. }),
            _ => matches!(error, NpyError::Truncated { got, .. } if got == length as u64),
        };
        assert!(named, "{length}: {error}");
    }
    let error = read(&[&whole[..], &[0]].concat()).unwrap_err();
    let NpyError::Trailing { expected, .. } = error else {
        panic!("{error}");
    };
    assert_eq!(expected, whole.len() as u64);
}

#[test]
fn headers_that_announce_too_much_are_refused() {
    for (descr, shape) in [
        ("<f4", "(18446744073709551615,)"),
        ("<f8", "(4294967296, 4294967296)"),
        ("<f8", "(2305843009213693952, 8)"),
        ("|u1", "(4294967297,)"),
        ("<f4", "(1073741825,)"),
        ("<U1000000", "(1000000,)"),
        ("<U4294967295", "(1,)"),
        ("<U1", "(16777217,)"),
        ("<f4", "(9223372036854775808, 2, 0)"),
    ] {
        let error = read(&of(descr, "False", shape, &[0; 64])).unwrap_err();
        assert!(
            matches!(error, NpyError::TooLarge { .. }),
            "{shape}: {error}"
        );
    }
    // Allowed, but there is nothing of it: found out without 4 GiB of memory.
    for shape in ["(1073741824,)", "(4096, 4096, 64)"] {
        let error = read(&of("<f4", "True", shape, &[0; 64])).unwrap_err();
        assert!(matches!(error, NpyError::Truncated { .. }), "{error}");
    }
}

#[test]
fn memory_follows_the_bytes_that_arrive() {
    let data = vec![0; 4 * CHUNK];
    let exact = read(&of("<f4", "False", &format!("({},)", CHUNK), &data)).unwrap();
    assert_eq!(exact.elements().capacity(), CHUNK);
}

#[test]
fn a_shape_must_fit_its_elements() {
    assert!(Array::new(&[2, 3], Elements::U8(vec![0; 5])).is_none());
    assert!(Array::new(&[usize::MAX, 2], Elements::U8(vec![0; 6])).is_none());
    assert!(Array::new(&[], Elements::U8(vec![0])).is_some());
}

fn any_values(count: usize) -> impl Strategy<Value = Elements> {
    use prop::collection::vec;
    prop_oneof![
        vec(any::<bool>(), count).prop_map(Elements::Bool),
        vec(any::<i8>(), count).prop_map(Elements::I8),
        vec(any::<i16>(), count).prop_map(Elements::I16),
        vec(any::<i32>(), count).prop_map(Elements::I32),
        vec(any::<i64>(), count).prop_map(Elements::I64),
        vec(any::<u8>(), count).prop_map(Elements::U8),
        vec(any::<u16>(), count).prop_map(Elements::U16),
        vec(any::<u32>(), count).prop_map(Elements::U32),
        vec(any::<u64>(), count).prop_map(Elements::U64),
        vec(
            any::<u16>()
                .prop_map(f16::from_bits)
                .prop_filter("equal to itself", |x| !x.is_nan()),
            count
        )
        .prop_map(Elements::F16),
        vec(
            prop::num::f32::ANY.prop_filter("equal to itself", |x| !x.is_nan()),
            count
        )
        .prop_map(Elements::F32),
        vec(
            prop::num::f64::ANY.prop_filter("equal to itself", |x| !x.is_nan()),
            count
        )
        .prop_map(Elements::F64),
        vec("[a-zé猫😀 ]{0,9}", count).prop_map(Elements::Text),
    ]
}

fn any_array() -> impl Strategy<Value = Array> {
    prop::collection::vec(0_usize..5, 0..4).prop_flat_map(|shape| {
        any_values(shape.iter().product())
            .prop_map(move |values| Array::new(&shape, values).unwrap())
    })
}

proptest! {
    #[test]
    fn any_array_goes_round(array in any_array()) {
        let bytes = written(&array);
        prop_assert_eq!(read(&bytes).unwrap(), array.clone());
        prop_assert_eq!(bytes.len() as u64 % 64, array.bytes() % 64);
    }

    #[test]
    fn changed_bytes_never_panic(array in any_array(), at in 0_usize..200, value: u8, cut in 0_usize..400) {
        let mut bytes = written(&array);
        let at = at % bytes.len();
        bytes[at] = value;
        bytes.truncate(cut.max(1));
        if let Ok(found) = read(&bytes) {
            prop_assert_eq!(found.elements().len(), found.shape().iter().product::<usize>());
        }
    }

    #[test]
    fn random_dictionaries_never_panic(text in "[{}()'\":,<>|=a-z0-9TF ]{0,80}") {
        let _ = read(&file(&text, &[0; 8]));
    }
}
