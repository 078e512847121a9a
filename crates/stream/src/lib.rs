//! Learning from users' own rows as they come: each row is predicted, and then learned.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod answer;
mod drift;
mod encoder;
mod error;
mod labels;
mod learner;
mod members;
mod metric;
mod mixer;
mod random;
pub mod run;
mod schema;
mod state;

pub use answer::{Answer, ClassAnswer, Outcome, Told, Truth, ValueAnswer};
pub use drift::{Drift, Sign};
pub use encoder::{Encoder, Summary};
pub use error::{RowError, StreamError};
pub use learner::{ColumnReport, MemberReport, StreamLearner, StreamSettings};
pub use members::{MemberSettings, NetworkSettings};
pub use mesu_rows::{Row, Value};
pub use metric::{ClassMeasures, ClassRates, Measures, ValueMeasures, WINDOW};
pub use schema::{Column, INFERRED_FROM, Kind, Roles, Schema, SchemaError, Target};
pub use state::{Notes, StateError};
