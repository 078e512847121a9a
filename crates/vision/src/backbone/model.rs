//! An ONNX file, looked at before anything of it is run.
//!
//! A backbone has one input of four dimensions, images `[n, 3, height, width]` or
//! `[n, height, width, 3]` of f32, with `n`, `height` and `width` fixed or free; its first
//! output is what is taken for the features, `[n, d]` or `[n, d, 1, 1]`.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Read;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use sha2::{Digest, Sha256};
use tract_onnx::pb::{GraphProto, ModelProto, attribute_proto, tensor_proto};
use tract_onnx::prelude::{Framework, InferenceModel};
use tract_onnx::tract_hir::infer::Factoid;

use super::error::{BackboneError, no_model};
use crate::resize::CHANNELS;

/// The largest file that is read: the format itself ends at 2 GiB.
pub const MAX_FILE_BYTES: u64 = 1 << 31;

/// A model that is a backbone, as far as its input tells.
pub struct Model {
    pub(super) file: String,
    pub(super) graph: InferenceModel,
    /// SHA-256 of the file.
    pub(super) digest: [u8; 32],
    /// Images it takes at once, if that is fixed.
    pub(super) batch: Option<usize>,
    /// Height and width, where they are fixed.
    pub(super) size: [Option<usize>; 2],
    /// Colours before rows and columns: `[n, 3, height, width]`.
    pub(super) planar: bool,
}

impl Model {
    /// Reads the file at `path`.
    ///
    /// # Errors
    /// [`BackboneError`]: no ONNX, cut short, with an operator that is not supported, or
    /// with another input than images.
    pub fn read(path: &Path) -> Result<Self, BackboneError> {
        let file = path.display().to_string();
        let mut bytes = Vec::new();
        File::open(path)
            .and_then(|content| content.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes))
            .map_err(|cause| BackboneError::Unreadable {
                file: file.clone(),
                cause,
            })?;
        Self::parse(&bytes, &file)
    }

    /// Reads the content of an ONNX file, called `file` in errors.
    ///
    /// # Errors
    /// As [`Model::read`].
    pub fn parse(bytes: &[u8], file: &str) -> Result<Self, BackboneError> {
        // What the checks below let through and the engine does not expect ends here.
        let parsed = catch_unwind(AssertUnwindSafe(|| parse(bytes, file)));
        parsed.unwrap_or_else(|_| Err(no_model(file, "its graph is inconsistent")))
    }

    /// Height and width of its input, where they are fixed.
    pub fn size(&self) -> [Option<usize>; 2] {
        self.size
    }
}

fn parse(mut bytes: &[u8], file: &str) -> Result<Model, BackboneError> {
    let digest = Sha256::digest(bytes).into();
    if bytes.len() as u64 > MAX_FILE_BYTES {
        return Err(no_model(file, "more than 2 GiB"));
    }
    let onnx = tract_onnx::onnx();
    let proto = onnx
        .proto_model_for_read(&mut bytes)
        .map_err(|error| no_model(file, format!("{}, is it cut short?", error.root_cause())))?;
    let known = |operator: &str| onnx.op_register.0.contains_key(operator);
    check(&proto, &known, file)?;
    let graph = onnx
        .model_for_proto_model(&proto)
        .map_err(|error| no_model(file, format!("{error:#}")))?;
    let [input] = graph
        .input_outlets()
        .map_err(|error| no_model(file, error))?
    else {
        return Err(BackboneError::Inputs {
            file: file.to_owned(),
            found: graph.inputs.len(),
        });
    };
    let fact = graph
        .outlet_fact(*input)
        .map_err(|error| no_model(file, error))?;
    let wrong = || BackboneError::Input {
        file: file.to_owned(),
        found: fact.format_dt_shape(),
    };
    let is_f32 = fact
        .datum_type
        .concretize()
        .is_none_or(|kind| kind == f32_type());
    if fact.shape.is_open() || !is_f32 {
        return Err(wrong());
    }
    let dims: Vec<Option<usize>> = fact
        .shape
        .dims()
        .map(|dim| {
            dim.concretize()
                .and_then(|dim| usize::try_from(dim.to_i64().ok()?).ok())
        })
        .collect();
    let channels = Some(CHANNELS);
    let (planar, size) = match dims[..] {
        [_, second, height, width] if second == channels => (true, [height, width]),
        [_, height, width, fourth] if fourth == channels => (false, [height, width]),
        [_, None, height, width] => (true, [height, width]),
        _ => return Err(wrong()),
    };
    if dims.contains(&Some(0)) {
        return Err(wrong());
    }
    Ok(Model {
        file: file.to_owned(),
        digest,
        batch: dims[0],
        size,
        planar,
        graph,
    })
}

pub(super) fn f32_type() -> tract_onnx::prelude::DatumType {
    <f32 as tract_onnx::prelude::Datum>::datum_type()
}

/// Checks what the engine would find out late, or not at all.
fn check(
    proto: &ModelProto,
    known: &impl Fn(&str) -> bool,
    file: &str,
) -> Result<(), BackboneError> {
    let graph = proto
        .graph
        .as_ref()
        .filter(|graph| !graph.node.is_empty())
        .ok_or_else(|| no_model(file, "it holds no graph, is it cut short?"))?;
    let mut unknown = BTreeSet::new();
    operators(graph, known, &mut unknown);
    if !unknown.is_empty() {
        return Err(BackboneError::Operators {
            file: file.to_owned(),
            operators: unknown.into_iter().collect(),
        });
    }
    let external = tensor_proto::DataLocation::External as i32;
    if graph
        .initializer
        .iter()
        .any(|tensor| tensor.data_location == Some(external))
    {
        return Err(BackboneError::ExternalWeights {
            file: file.to_owned(),
        });
    }
    let names: BTreeSet<&str> = (graph.node.iter().flat_map(|node| &node.output))
        .chain(graph.input.iter().map(|input| &input.name))
        .chain(graph.initializer.iter().map(|tensor| &tensor.name))
        .map(String::as_str)
        .collect();
    if graph.output.is_empty() {
        return Err(no_model(file, "it has no output"));
    }
    match graph
        .output
        .iter()
        .find(|output| !names.contains(output.name.as_str()))
    {
        Some(output) => Err(no_model(
            file,
            format!("nothing computes its output {:?}", output.name),
        )),
        None => Ok(()),
    }
}

/// Adds to `unknown` the operators of `graph`, and of graphs in it, that are not `known`.
fn operators(graph: &GraphProto, known: &impl Fn(&str) -> bool, unknown: &mut BTreeSet<String>) {
    for node in &graph.node {
        if !known(&node.op_type) {
            unknown.insert(
                node.op_type
                    .chars()
                    .filter(|letter| !letter.is_control())
                    .take(40)
                    .collect(),
            );
        }
        for attribute in &node.attribute {
            if attribute.r#type == attribute_proto::AttributeType::Graph as i32
                && let Some(inner) = &attribute.g
            {
                operators(inner, known, unknown);
            }
        }
    }
}
