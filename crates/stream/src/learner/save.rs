//! Learners saved and restored.

use super::waiting::Waiting;
use super::{StreamLearner, shape};
use crate::drift::{Drift, DriftWatch, Strangers};
use crate::encoder::Encoder;
use crate::error::StreamError;
use crate::labels::Labels;
use crate::members;
use crate::metric::ClassScores;
use crate::mixer::Mixer;
use crate::state::{self, Header, Notes, StateError};

/// Body of a state.
type Body = (
    Encoder,
    Labels,
    [u64; 3],
    Vec<Vec<u8>>,
    Mixer,
    ClassScores,
    DriftWatch,
    Strangers,
    Vec<Drift>,
    Waiting,
);

impl StreamLearner {
    /// The learner as bytes that carry `notes`; see [`restore`](Self::restore). The same learner and notes give the same
    /// bytes.
    ///
    /// # Errors
    /// [`StreamError::Member`] of a member that can't be restored.
    pub fn save(&self, notes: &Notes) -> Result<Vec<u8>, StreamError> {
        let mut members = Vec::new();
        for (number, member) in self.members.iter().enumerate() {
            let saved = member.save();
            members.push(saved.map_err(|error| self.failed(number, error))?);
        }
        let header = Header {
            schema: self.schema.clone(),
            settings: self.settings.clone(),
            notes: notes.clone(),
        };
        let counts = [self.known as u64, self.outputs as u64, self.rows];
        let body = (
            &self.encoder,
            &self.labels,
            counts,
            members,
            &self.mixer,
            &self.scores,
            &self.watch,
            &self.strangers,
            &self.drifts,
            &self.waiting,
        );
        state::write(&header, &body).ok_or(StreamError::Unsaved)
    }

    /// Reads what [`save`](Self::save) wrote: the learner, which goes on bit for bit like the one that was saved, and the
    /// notes.
    ///
    /// # Errors
    /// [`StateError`] for anything else.
    pub fn restore(bytes: &[u8]) -> Result<(Self, Notes), StateError> {
        let (header, body) = state::read(bytes)?;
        let Header {
            schema,
            settings,
            notes,
        } = header;
        let unfit = |what: &str| StateError::Damaged(format!("{what} does not fit the others"));
        let body: Body = postcard::from_bytes(body)
            .map_err(|error| StateError::Damaged(format!("its body: {error}")))?;
        let (encoder, labels, counts, saved, mixer, scores, watch, strangers, drifts, waiting) =
            body;
        let [known, outputs, rows] = counts;
        let (known, outputs) = (known as usize, outputs as usize);
        let sound = schema.check().is_ok() && settings.check().is_ok();
        if !(sound && encoder.is_of(&schema)) {
            return Err(unfit("its encoder"));
        }
        if !(known <= labels.len() && labels.len() <= outputs && 2 <= outputs) {
            return Err(unfit("its number of classes"));
        }
        let count = settings.members.len();
        if saved.len() != count || mixer.weights().len() != count {
            return Err(unfit("its number of members"));
        }
        let shape = shape(&encoder, outputs, settings.seed);
        let mut members = Vec::new();
        for (member, bytes) in settings.members.iter().zip(&saved) {
            let restored = members::restore(member, shape, bytes);
            members.push(restored.ok_or_else(|| unfit(&member.name()))?);
        }
        let learner = Self {
            schema,
            settings,
            encoder,
            labels,
            known,
            outputs,
            members,
            mixer,
            scores,
            watch,
            strangers,
            drifts,
            waiting,
            rows,
            work: super::Work::default(),
        };
        Ok((learner, notes))
    }
}
