//! A member of a mixture: what it is asked for.

use mesu::{ConfigError, LearnError, Learner, Target};

use super::opinions::Opinions;

/// Label of a row, to be learned.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Lesson {
    /// Class, below the number of outputs; or a value.
    pub(crate) target: Target,
    /// Factor of the loss.
    pub(crate) weight: f32,
}

/// A member: it sees nothing but its own past, so that members can learn side by side.
pub(crate) trait Member: Send + Sync {
    /// Adds the prediction of a row's inputs to `opinions`.
    fn predict(&self, inputs: &[f32], opinions: &mut Opinions) -> Result<(), LearnError>;

    /// Learns a row, and adds the prediction from before it to `opinions`.
    fn learn(
        &mut self,
        inputs: &[f32],
        lesson: Lesson,
        opinions: &mut Opinions,
    ) -> Result<(), LearnError>;

    /// Adds the prediction of a row's inputs to `opinions` that [`learn`](Self::learn) will give of them, and
    /// keeps what that needs.
    fn predict_ahead(&mut self, inputs: &[f32], opinions: &mut Opinions) -> Result<(), LearnError> {
        self.predict(inputs, opinions)
    }

    /// Learns the row that was [predicted ahead](Self::predict_ahead) the last, with this opinion.
    fn learn_ahead(
        &mut self,
        inputs: &[f32],
        lesson: Lesson,
        opinion: &[f32],
    ) -> Result<(), LearnError>;

    /// Makes room for so many outputs in all.
    fn grow(&mut self, outputs: usize) -> Result<(), ConfigError>;

    /// Learner of a network; `None` of another member.
    fn network(&self) -> Option<&Learner> {
        None
    }

    /// State, for [`restore`].
    fn save(&self) -> Result<Vec<u8>, LearnError>;
}

/// Outputs of a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outputs {
    /// One of so many classes.
    Classes(usize),
    /// A value.
    Value,
}

/// Shape of the rows and answers that a member is for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shape {
    /// Inputs without hats, and in all.
    pub(crate) inputs: (usize, usize),
    /// About how many of them are not zero.
    pub(crate) active: (f64, f64),
    pub(crate) outputs: Outputs,
    pub(crate) seed: u64,
}

/// Bytes of a member's own state.
pub(super) fn to_bytes<T: serde::Serialize>(state: &T) -> Vec<u8> {
    // Fails for types that do not know their length: none of ours.
    postcard::to_allocvec(state).unwrap_or_default()
}
