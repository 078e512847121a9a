//! Small ONNX files, written field by field (protocol buffers, onnx.proto3).
#![allow(dead_code)]

/// A number in groups of seven bits, lowest first.
fn varint(mut value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
    bytes
}

fn number(field: u64, value: u64) -> Vec<u8> {
    [varint(field << 3), varint(value)].concat()
}

fn bytes(field: u64, content: &[u8]) -> Vec<u8> {
    [
        varint(field << 3 | 2),
        varint(content.len() as u64),
        content.to_vec(),
    ]
    .concat()
}

/// A node's attribute that is a list of whole numbers, or one.
pub(crate) fn attribute(name: &str, values: &[u64], list: bool) -> Vec<u8> {
    let (field, kind) = if list { (8, 7) } else { (3, 2) };
    let values: Vec<u8> = values
        .iter()
        .flat_map(|&value| number(field, value))
        .collect();
    [bytes(1, name.as_bytes()), values, number(20, kind)].concat()
}

pub(crate) fn node(
    operator: &str,
    inputs: &[&str],
    output: &str,
    attributes: &[Vec<u8>],
) -> Vec<u8> {
    let inputs: Vec<u8> = inputs
        .iter()
        .flat_map(|input| bytes(1, input.as_bytes()))
        .collect();
    let attributes: Vec<u8> = attributes
        .iter()
        .flat_map(|attribute| bytes(5, attribute))
        .collect();
    [
        inputs,
        bytes(2, output.as_bytes()),
        bytes(3, output.as_bytes()),
        bytes(4, operator.as_bytes()),
        attributes,
    ]
    .concat()
}

/// Weights of f32.
pub(crate) fn tensor(name: &str, dims: &[u64], values: &[f32]) -> Vec<u8> {
    let dims: Vec<u8> = dims.iter().flat_map(|&dim| number(1, dim)).collect();
    let raw: Vec<u8> = values
        .iter()
        .flat_map(|value| value.to_le_bytes())
        .collect();
    [
        dims,
        number(2, 1),
        bytes(8, name.as_bytes()),
        bytes(9, &raw),
    ]
    .concat()
}

/// An input or output of that ONNX type (1: f32); a dimension of 0 is free, and named n.
pub(crate) fn value(name: &str, kind: u64, dims: &[u64]) -> Vec<u8> {
    let dim = |&dim: &u64| match dim {
        0 => bytes(1, &bytes(2, b"n")),
        dim => bytes(1, &number(1, dim)),
    };
    let shape: Vec<u8> = dims.iter().flat_map(dim).collect();
    let kind = [number(1, kind), bytes(2, &shape)].concat();
    [bytes(1, name.as_bytes()), bytes(2, &bytes(1, &kind))].concat()
}

/// A model of the format's version 7 and operator set 13.
pub(crate) fn model(
    nodes: &[Vec<u8>],
    weights: &[Vec<u8>],
    inputs: &[Vec<u8>],
    outputs: &[Vec<u8>],
) -> Vec<u8> {
    let all = |field: u64, parts: &[Vec<u8>]| -> Vec<u8> {
        parts.iter().flat_map(|part| bytes(field, part)).collect()
    };
    let graph = [
        all(1, nodes),
        bytes(2, b"g"),
        all(5, weights),
        all(11, inputs),
        all(12, outputs),
    ]
    .concat();
    [number(1, 7), bytes(7, &graph), bytes(8, &number(2, 13))].concat()
}

/// `tiny.onnx`: images `[n, 3, 8, 8]`, and of them the means of
/// `relu(red)`, `relu(green - blue)`, `relu(-red + 1)` and `relu(red + green + blue)`.
pub(crate) fn tiny() -> Vec<u8> {
    #[rustfmt::skip]
    let weights = [
         1.0, 0.0,  0.0,
         0.0, 1.0, -1.0,
        -1.0, 0.0,  0.0,
         1.0, 1.0,  1.0,
    ];
    model(
        &[
            node("Conv", &["images", "w", "b"], "mixed", &[]),
            node("Relu", &["mixed"], "positive", &[]),
            node("GlobalAveragePool", &["positive"], "mean", &[]),
            node("Flatten", &["mean"], "features", &[]),
        ],
        &[
            tensor("w", &[4, 3, 1, 1], &weights),
            tensor("b", &[4], &[0.0, 0.0, 1.0, 0.0]),
        ],
        &[value("images", 1, &[0, 3, 8, 8])],
        &[value("features", 1, &[0, 4])],
    )
}
