//! Puts our depthwise convolution in the place of the engine's.

use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::*;
use tract_onnx::tract_core::ops::binary::TypedBinOp;
use tract_onnx::tract_core::ops::cnn::{Conv, KernelFormat};
use tract_onnx::tract_core::ops::nn::DataFormat;

use super::depthwise::{Clip, Geometry, depthwise};

/// Operator of [`depthwise`]: inputs image `[n, c, h, w]` or `[c, h, w]`, weights, bias.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Depthwise {
    geometry: Geometry,
    shape: TVec<usize>,
    /// Bits of [`Clip`]: floats have no equality of the kind an operator needs.
    clip: [u32; 2],
}

impl Op for Depthwise {
    fn name(&self) -> StaticName {
        "MesuDepthwise".into()
    }

    op_as_typed_op!();
}

impl EvalOp for Depthwise {
    op_out_of_plan!();

    fn eval(&self, _ctx: &EvalContext, inputs: TVec<TValue>) -> TractResult<TVec<TValue>> {
        let [image, weights, bias] = &*inputs else {
            bail!("three inputs");
        };
        let mut output = Tensor::zero::<f32>(&self.shape)?;
        let (image, weights, bias) = (
            image.try_as_plain_ram()?,
            weights.try_as_plain_ram()?,
            bias.try_as_plain_ram()?,
        );
        let (image, weights, bias) = (
            image.as_slice::<f32>()?,
            weights.as_slice::<f32>()?,
            bias.as_slice::<f32>()?,
        );
        let count = self.shape.iter().product::<usize>()
            / (self.geometry.channels * self.geometry.output[0] * self.geometry.output[1]);
        {
            let mut plain = output.try_as_plain_ram_mut()?;
            let output = plain.as_slice_mut::<f32>()?;
            let each = output.len() / count;
            let clip = self.clip.map(f32::from_bits);
            for (image, output) in image
                .chunks_exact(image.len() / count)
                .zip(output.chunks_exact_mut(each))
            {
                depthwise(&self.geometry, image, weights, bias, clip, output);
            }
        }
        Ok(tvec!(output.into_tvalue()))
    }
}

impl TypedOp for Depthwise {
    fn output_facts(&self, _inputs: &[&TypedFact]) -> TractResult<TVec<TypedFact>> {
        Ok(tvec!(f32::fact(&self.shape)))
    }

    as_op!();
}

/// Replaces what it can; the rest stays as it is.
pub(super) fn replace_depthwise(model: &mut TypedModel) -> TractResult<()> {
    Rewriter::<()>::default()
        .with_rule_for("mesu-depthwise", replaced)
        .rewrite(&(), model)
}

fn replaced(
    _: &(),
    model: &TypedModel,
    node: &TypedNode,
    name: &str,
    conv: &Conv,
) -> TractResult<Option<TypedModelPatch>> {
    let &[image, weights, bias] = &*node.inputs else {
        return Ok(None);
    };
    let spec = &conv.pool_spec;
    let fact = model.outlet_fact(image)?;
    let planar = matches!(spec.data_format, DataFormat::NCHW | DataFormat::CHW);
    let channels = conv.group;
    let each = channels > 1 && spec.input_channels == channels && spec.output_channels == channels;
    let plain = conv.q_params.is_none() && fact.datum_type == f32::datum_type() && spec.rank() == 2;
    let (Some(shape), true) = (fact.shape.as_concrete(), planar && each && plain) else {
        return Ok(None);
    };
    let (Some(weights), Some(bias)) = (
        &model.outlet_fact(weights)?.konst,
        &model.outlet_fact(bias)?.konst,
    ) else {
        return Ok(None);
    };
    let [.., height, width] = *shape else {
        return Ok(None);
    };
    let kernel = [spec.kernel_shape[0], spec.kernel_shape[1]];
    // With one input and one output channel per group both formats hold [c][u][v].
    let in_order = matches!(conv.kernel_fmt, KernelFormat::OIHW);
    if !in_order || weights.len() != channels * kernel[0] * kernel[1] {
        return Ok(None);
    }
    let bias = match bias.len() {
        n if n == channels => bias.clone().into_tensor().into_shape(&[channels])?,
        1 => bias
            .clone()
            .into_tensor()
            .into_shape(&[1])?
            .broadcast_to_shape(&[channels])?,
        _ => return Ok(None),
    };
    let padding = spec.computed_padding(&[height, width]);
    let geometry = Geometry {
        channels,
        input: [height, width],
        output: [padding[0].convoluted, padding[1].convoluted],
        kernel,
        stride: [spec.stride(0), spec.stride(1)],
        dilation: [spec.dilation(0), spec.dilation(1)],
        before: [padding[0].pad_before, padding[1].pad_before],
    };
    if geometry.output.contains(&0) {
        return Ok(None);
    }
    let mut output: TVec<usize> = shape.into();
    let rank = output.len();
    output[rank - 2..].copy_from_slice(&geometry.output);
    let (clip, last) = clip_after(model, node);
    let mut patch = TypedModelPatch::default();
    let tap = patch.tap_model(model, image)?;
    let weights = patch.add_const(format!("{name}.weights"), weights.clone())?;
    let bias = patch.add_const(format!("{name}.bias"), bias)?;
    let op = Depthwise {
        geometry,
        shape: output,
        clip: clip.map(f32::to_bits),
    };
    let wire = patch.wire_node(name, op, &[tap, weights, bias])?;
    patch.shunt_outside(model, last.into(), wire[0])?;
    Ok(Some(patch))
}

/// The bounds that the network puts its outputs in next, and the last node that does so:
/// nothing else may see what comes before.
fn clip_after(model: &TypedModel, node: &TypedNode) -> (Clip, usize) {
    let mut clip = [f32::NEG_INFINITY, f32::INFINITY];
    let mut last = node.id;
    // ReLU is a maximum, ReLU6 a maximum and a minimum.
    for (bound, name) in ["Max", "Min"].into_iter().enumerate() {
        match bound_after(model, last, name) {
            Some((value, next)) => (clip[bound], last) = (value, next),
            None => break,
        }
    }
    (clip, last)
}

/// The number with which the only user of `node` takes the maximum or minimum, and that user.
fn bound_after(model: &TypedModel, node: usize, name: &str) -> Option<(f32, usize)> {
    let [next] = &*model.node(node).outputs[0].successors else {
        return None;
    };
    if model.output_outlets().ok()?.contains(&node.into()) {
        return None;
    }
    let user = model.node(next.node);
    if user.op_as::<TypedBinOp>()?.0.name() != name {
        return None;
    }
    let bound = model
        .outlet_fact(*user.inputs.get(1 - next.slot)?)
        .ok()?
        .konst
        .clone()?;
    let same = model.outlet_fact(node.into()).ok()?.shape == user.outputs[0].fact.shape;
    if bound.len() != 1 || bound.datum_type() != f32::datum_type() || !same {
        return None;
    }
    let value = *bound
        .try_as_plain_ram()
        .ok()?
        .as_slice::<f32>()
        .ok()?
        .first()?;
    (!value.is_nan()).then_some((value, next.node))
}
