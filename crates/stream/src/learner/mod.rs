//! A learner of rows: an encoder, members that learn what it makes of them, and their mixture.

mod ahead;
mod answers;
mod columns;
mod health;
mod late;
mod rows;
mod save;
mod settings;
mod task;
mod waiting;
mod work;

use mesu::metric::ReliabilityBin;
use mesu_rows::Row;

pub use self::columns::ColumnReport;
pub use self::health::Finding;
pub use self::settings::StreamSettings;
use self::task::{Mixing, Task};
use self::waiting::Waiting;
use self::work::{Ahead, Work};
use crate::answer::{Answer, Outcome};
use crate::drift::{Drift, DriftWatch, Strangers};
use crate::encoder::Encoder;
use crate::error::StreamError;
use crate::history::History;
use crate::members::{self, Member, MemberSettings, Opinions, Outputs, Shape};
use crate::metric::{ClassRates, Measures};
use crate::schema::Schema;

/// A learner of rows as they come: each is predicted, and then learned.
///
/// The same rows and settings give the same answers, bit for bit, for any number of threads, and however the
/// rows are cut into calls.
pub struct StreamLearner {
    schema: Schema,
    settings: StreamSettings,
    encoder: Encoder,
    task: Task,
    members: Vec<Box<dyn Member>>,
    watch: DriftWatch,
    strangers: Strangers,
    drifts: Vec<Drift>,
    waiting: Waiting,
    rows: u64,
    /// Rows that came with a label, and the sums of the members' losses of them.
    labeled: u64,
    losses: Vec<f64>,
    history: History,
    work: Work,
    ahead: Ahead,
}

/// A member, and how it fares.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
#[non_exhaustive]
pub struct MemberReport {
    /// Short name.
    pub name: String,
    /// Weight in the mixture.
    pub weight: f64,
    /// Mean loss by itself of rows that came with a label, nats.
    pub log_loss: f64,
}

impl StreamLearner {
    /// A learner that has seen nothing.
    ///
    /// # Errors
    /// [`StreamError`] for a schema or a setting that can't be used.
    pub fn new(schema: Schema, settings: StreamSettings) -> Result<Self, StreamError> {
        schema.check_for_learner()?;
        settings.check()?;
        let encoder = Encoder::new(&schema, settings.seed);
        let task = Task::new(&schema.task, &settings);
        let shape = shape(&encoder, task.outputs(), settings.seed);
        let mut members = Vec::new();
        for (number, member) in settings.members.iter().enumerate() {
            let shape = Shape {
                seed: shape.seed.wrapping_add(1_000_003 * number as u64),
                ..shape
            };
            let made = members::new(member, shape);
            let member = || member.name();
            members.push(made.map_err(|error| StreamError::Config {
                member: member(),
                error,
            })?);
        }
        Ok(Self::of(schema, settings, encoder, task, members))
    }

    fn of(
        schema: Schema,
        settings: StreamSettings,
        encoder: Encoder,
        task: Task,
        members: Vec<Box<dyn Member>>,
    ) -> Self {
        Self {
            task,
            work: Work::default(),
            ahead: Ahead::default(),
            losses: vec![0.0; members.len()],
            members,
            encoder,
            watch: DriftWatch::new(settings.drift_chance),
            strangers: Strangers::new(settings.stranger_deviations),
            drifts: Vec::new(),
            waiting: Waiting::default(),
            history: History::new(&schema.task),
            rows: 0,
            labeled: 0,
            schema,
            settings,
        }
    }

    /// A learner whose only member is a network that has learned elsewhere, with rows of this schema: of one head, of an input
    /// for each number, and of an output for each class. `name` is the member's.
    ///
    /// # Errors
    /// [`StreamError`] for a schema that can't be used, and a network of other inputs or outputs.
    pub fn trained(
        schema: Schema,
        name: &str,
        network: mesu::Learner,
    ) -> Result<Self, StreamError> {
        schema.check_for_learner()?;
        let settings = StreamSettings {
            members: vec![MemberSettings::Trained {
                name: name.to_owned(),
            }],
            ..StreamSettings::default()
        };
        let encoder = Encoder::new(&schema, settings.seed);
        let task = Task::new(&schema.task, &settings);
        let expected = (encoder.width(), task.outputs());
        let found = network.network();
        let found = (found.inputs(), found.output_size(), network.heads());
        let shape = shape(&encoder, expected.1, settings.seed);
        let member = members::trained(network, shape);
        let member = member.ok_or(StreamError::Network {
            inputs: found.0,
            outputs: found.1,
            heads: found.2,
            expected_inputs: expected.0,
            expected_outputs: match expected.1 {
                Outputs::Classes(classes) => classes,
                Outputs::Value => 1,
            },
        })?;
        Ok(Self::of(schema, settings, encoder, task, vec![member]))
    }

    /// Predicts a row; learns nothing. The target, if it is there, is not looked at.
    ///
    /// # Errors
    /// [`StreamError`] for a row that is not what the schema says.
    pub fn predict(&self, row: &Row) -> Result<Answer, StreamError> {
        let refused = |error| StreamError::Row { index: 0, error };
        let mut fields = Vec::with_capacity(self.encoder.columns());
        self.encoder
            .read(&self.schema, row, &mut fields)
            .map_err(refused)?;
        let mut inputs = vec![0.0; self.encoder.width()];
        let out_of_range = self.encoder.write(&fields, &mut inputs);
        let mut opinions = vec![Opinions::default(); self.members.len()];
        for (number, (member, opinions)) in self.members.iter().zip(&mut opinions).enumerate() {
            let predicted = member.predict(&inputs, opinions);
            predicted.map_err(|error| self.failed(number, error))?;
        }
        let outputs = self.task.class_outputs();
        let mut mixing = Mixing::default();
        Ok(self.answer(&opinions, 0, outputs, out_of_range, &mut mixing))
    }

    /// Predicts a row, and then learns it if its label is there.
    ///
    /// # Errors
    /// [`StreamError`] for a row that is not what the schema says; the learner is then as before.
    pub fn predict_then_learn(&mut self, row: &Row) -> Result<Outcome, StreamError> {
        let mut outcomes = self.predict_then_learn_rows(std::slice::from_ref(row))?;
        Ok(outcomes.remove(0))
    }

    fn failed(&self, member: usize, error: mesu::LearnError) -> StreamError {
        let member = self.settings.members[member].name();
        StreamError::Member { member, error }
    }

    /// Columns and their parts.
    #[must_use]
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// Settings.
    #[must_use]
    pub fn settings(&self) -> &StreamSettings {
        &self.settings
    }

    /// Names of the classes that came or were known from the start, by their numbers; none of a value.
    #[must_use]
    pub fn classes(&self) -> &[String] {
        match &self.task {
            Task::Classes(classes) => &classes.labels.names()[..classes.known],
            Task::Values(_) => &[],
        }
    }

    /// Number of inputs that a row is turned into.
    #[must_use]
    pub fn inputs(&self) -> usize {
        self.encoder.width()
    }

    /// Number of rows that it was given to learn, those without a label included.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Number of rows whose label came.
    #[must_use]
    pub fn labeled(&self) -> u64 {
        self.labeled
    }

    /// Changes of the stream that were told, the last 1,000.
    #[must_use]
    pub fn drifts(&self) -> &[Drift] {
        &self.drifts
    }

    /// Number of rows that wait for their labels, and of those that were given up.
    #[must_use]
    pub fn waiting(&self) -> (usize, u64) {
        (self.waiting.len(), self.waiting.given_up())
    }

    /// Measures of all answers to rows with a label.
    #[must_use]
    pub fn measures(&self) -> Measures {
        self.task.measures()
    }

    /// Measures of the answers to the last 1,000 rows with a label.
    #[must_use]
    pub fn window(&self) -> Measures {
        self.task.window()
    }

    /// History of the answers.
    #[must_use]
    pub fn history(&self) -> &History {
        &self.history
    }

    /// Confidence against accuracy of all answers, 15 bins of equal width from 0 on; none of a value.
    #[must_use]
    pub fn reliability(&self) -> Vec<ReliabilityBin> {
        match &self.task {
            Task::Classes(classes) => classes.scores.reliability(),
            Task::Values(_) => Vec::new(),
        }
    }

    /// Calibration error of the last 1,000 rows with a label that chance alone would make, on average, if
    /// every confidence were right; `None` of a value.
    #[must_use]
    pub fn chance_calibration(&self) -> Option<f64> {
        match &self.task {
            Task::Classes(classes) => Some(classes.scores.chance_of_window()),
            Task::Values(_) => None,
        }
    }

    /// Learners of the members that are networks, with their names.
    pub fn networks(&self) -> impl Iterator<Item = (String, &mesu::Learner)> {
        let members = self.settings.members.iter().zip(&self.members);
        members.filter_map(|(settings, member)| Some((settings.name(), member.network()?)))
    }

    /// Recall and precision of every class; none of a value.
    #[must_use]
    pub fn class_rates(&self) -> Vec<ClassRates> {
        match &self.task {
            Task::Classes(classes) => classes.scores.classes(self.classes()),
            Task::Values(_) => Vec::new(),
        }
    }

    /// Members with their weights and losses.
    #[must_use]
    pub fn members(&self) -> Vec<MemberReport> {
        let members = self.settings.members.iter();
        let members = members.zip(self.task.weights()).zip(&self.losses);
        let report = |((member, weight), loss): ((&MemberSettings, &f64), &f64)| MemberReport {
            name: member.name(),
            weight: *weight,
            log_loss: loss / self.labeled as f64,
        };
        members.map(report).collect()
    }
}

/// Shape of the members' rows.
fn shape(encoder: &Encoder, outputs: Outputs, seed: u64) -> Shape {
    Shape {
        inputs: (encoder.values(), encoder.width()),
        active: encoder.active(),
        outputs,
        seed,
    }
}
