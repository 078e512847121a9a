//! Learners saved and restored.

use super::task::Task;
use super::waiting::Waiting;
use super::{StreamLearner, shape};
use crate::drift::{Drift, DriftWatch, Lag, Strangers};
use crate::encoder::Encoder;
use crate::error::StreamError;
use crate::history::History;
use crate::members;
use crate::state::{self, Header, Notes, StateError};

/// Body of a state; the watch's [`Lag`] stands behind it, but for states from before that was watched.
type Body = (
    Encoder,
    Task,
    Vec<Vec<u8>>,
    DriftWatch,
    Strangers,
    Vec<Drift>,
    Waiting,
    [u64; 2],
    Vec<f64>,
    History,
);

impl StreamLearner {
    /// The learner as bytes that carry `notes`; see [`restore`](Self::restore). The same learner and notes
    /// give the same bytes.
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
        let body = (
            &self.encoder,
            &self.task,
            members,
            &self.watch,
            &self.strangers,
            &self.drifts,
            &self.waiting,
            [self.rows, self.labeled],
            &self.losses,
            &self.history,
        );
        let body = (body, self.watch.lag());
        state::write(&header, &body).ok_or(StreamError::Unsaved)
    }

    /// Reads what [`save`](Self::save) wrote: the learner, which goes on bit for bit like the one that was
    /// saved, and the notes.
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
        let damaged = |error| StateError::Damaged(format!("its body: {error}"));
        let (body, behind): (Body, _) = postcard::take_from_bytes(body).map_err(damaged)?;
        let lag: Lag = match behind {
            [] => None,
            lag => postcard::from_bytes(lag).map_err(damaged)?,
        };
        let (encoder, task, saved, watch, strangers, drifts, waiting, counts, losses, history) =
            body;
        let [rows, labeled] = counts;
        let sound = schema.check().is_ok() && settings.check().is_ok();
        if !(sound && encoder.is_of(&schema)) {
            return Err(unfit("its encoder"));
        }
        let count = settings.members.len();
        if !task.is_sound(&schema.task, count) {
            return Err(unfit("what it predicts"));
        }
        if !history.is_sound(&schema.task) {
            return Err(unfit("its history"));
        }
        if saved.len() != count || losses.len() != count {
            return Err(unfit("its number of members"));
        }
        let shape = shape(&encoder, task.outputs(), settings.seed);
        let mut members = Vec::new();
        for (member, bytes) in settings.members.iter().zip(&saved) {
            let restored = members::restore(member, shape, bytes);
            members.push(restored.ok_or_else(|| unfit(&member.name()))?);
        }
        let learner = Self {
            schema,
            settings,
            encoder,
            task,
            members,
            watch: watch.with_lag(lag),
            strangers,
            drifts,
            waiting,
            rows,
            labeled,
            losses,
            history,
            work: super::Work::default(),
            ahead: super::Ahead::default(),
        };
        Ok((learner, notes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learner::StreamSettings;
    use crate::schema::{Column, Kind, Schema, Target};

    /// States from before a lag was watched have nothing behind their body.
    #[test]
    fn a_state_without_a_lag_is_read() {
        let columns = ["x", "y"].map(|name| Column::new(name, Kind::Number));
        let schema = Schema::new(columns.into(), 1, Target::Value).unwrap();
        let learner = StreamLearner::new(schema, StreamSettings::default()).unwrap();
        let state = learner.save(&Notes::new()).unwrap();
        let (header, body) = state::read(&state).unwrap();
        let (body, behind): (Body, _) = postcard::take_from_bytes(body).unwrap();
        assert_eq!(behind, [0]);
        let former = state::write(&header, &body).unwrap();
        assert_eq!(former.len() + 1, state.len());
        let (restored, _) = StreamLearner::restore(&former).unwrap();
        assert_eq!(restored.save(&Notes::new()).unwrap(), state);
    }
}
