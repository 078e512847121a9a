//! A network that turns images into features, ready to run.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use tract_onnx::prelude::{InferenceModelExt, IntoRunnable, Tensor, TypedRunnableModel, tvec};
use tract_onnx::tract_hir::infer::InferenceFact;

use super::engine::replace_depthwise;
use super::error::{BackboneError, no_model};
use super::model::{Model, f32_type};
use crate::preprocess::MAX_SIDE;
use crate::resize::CHANNELS;

/// A model optimised for inputs of one size; shared by threads.
#[derive(Clone)]
pub struct Backbone {
    file: String,
    plan: Arc<TypedRunnableModel>,
    digest: [u8; 32],
    batch: usize,
    size: [usize; 2],
    planar: bool,
    width: usize,
}

impl Backbone {
    /// Optimises `model` for images of `[height, width]`, and finds how many features it gives.
    ///
    /// # Errors
    /// [`BackboneError`]: a graph that can't be computed, or an output that is not features.
    pub fn new(model: Model, size: [usize; 2]) -> Result<Self, BackboneError> {
        let file = model.file.clone();
        let built = catch_unwind(AssertUnwindSafe(|| Self::build(model, size)));
        built.unwrap_or_else(|_| Err(no_model(&file, "its graph is inconsistent")))
    }

    fn build(model: Model, size: [usize; 2]) -> Result<Self, BackboneError> {
        if size.iter().any(|side| !(1..=MAX_SIDE).contains(side)) {
            let [height, width] = size;
            let what = format!("its images are {height} x {width}, expected 1 to {MAX_SIDE}");
            return Err(no_model(&model.file, what));
        }
        let Model {
            file,
            graph,
            digest,
            batch,
            planar,
            ..
        } = model;
        // One image at a time where the model leaves it free: larger batches run slower here.
        let batch = batch.unwrap_or(1);
        let [height, width] = size;
        let shape = if planar {
            [batch, CHANNELS, height, width]
        } else {
            [batch, height, width, CHANNELS]
        };
        let refused = |error| no_model(&file, format!("{error:#}"));
        let graph = graph
            .with_input_fact(0, InferenceFact::dt_shape(f32_type(), shape))
            .and_then(|graph| graph.into_typed()?.into_decluttered())
            .and_then(|mut graph| {
                replace_depthwise(&mut graph)?;
                graph.optimize()?;
                Ok(graph)
            })
            .map_err(refused)?;
        let fact = graph.output_fact(0).map_err(refused)?;
        let found = fact.shape.as_concrete().unwrap_or_default().to_vec();
        let features = match found[..] {
            [n, d] | [n, d, 1, 1] if n == batch && d > 0 && fact.datum_type == f32_type() => d,
            _ => {
                return Err(BackboneError::Output {
                    file,
                    found,
                    batch,
                    size,
                });
            }
        };
        Ok(Self {
            plan: graph.into_runnable().map_err(refused)?,
            file,
            digest,
            batch,
            size,
            planar,
            width: features,
        })
    }

    /// Features of an image, d.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Images it takes at once.
    pub fn batch(&self) -> usize {
        self.batch
    }

    /// Height and width of an image.
    pub fn size(&self) -> [usize; 2] {
        self.size
    }

    /// Returns whether an image is `[3][height][width]` rather than `[height][width][3]`.
    pub fn planar(&self) -> bool {
        self.planar
    }

    /// SHA-256 of the model's file.
    pub fn digest(&self) -> [u8; 32] {
        self.digest
    }

    /// Features `[n][width]` of `n` images, at most [`Backbone::batch`]; `input` is `[n][image]`.
    ///
    /// # Errors
    /// [`BackboneError::Failed`].
    ///
    /// # Panics
    /// If `input` is not whole images, or more than a batch.
    pub fn features(&self, input: &[f32]) -> Result<Vec<f32>, BackboneError> {
        let [height, width] = self.size;
        let image = CHANNELS * height * width;
        let count = input.len() / image;
        assert!(
            input.len() == count * image && count <= self.batch,
            "input is [n][image]"
        );
        let failed = |what: String| BackboneError::Failed {
            file: self.file.clone(),
            what,
        };
        // A batch of a fixed size is filled up with black; what comes of it is dropped.
        let filled;
        let data = if count == self.batch {
            input
        } else {
            filled = [input, &vec![0.0; (self.batch - count) * image]].concat();
            &filled
        };
        let shape = if self.planar {
            [self.batch, CHANNELS, height, width]
        } else {
            [self.batch, height, width, CHANNELS]
        };
        let run = || -> tract_onnx::prelude::TractResult<Vec<f32>> {
            let input = Tensor::from_shape(&shape, data)?;
            let output = self.plan.run(tvec!(input.into()))?;
            let features = output[0].to_plain_array_view::<f32>()?;
            Ok(features.iter().take(count * self.width).copied().collect())
        };
        match catch_unwind(AssertUnwindSafe(run)) {
            Ok(result) => result.map_err(|error| failed(format!("{error:#}"))),
            Err(_) => Err(failed("the engine stopped".to_owned())),
        }
    }
}
