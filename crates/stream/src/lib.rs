//! Learning from users' own rows as they come: each row is predicted, and then learned.
//!
//! ```
//! use mesu_stream::{Notes, Roles, Row, Schema, StreamLearner, StreamSettings, Value};
//!
//! let row = |number: u64, x: f64, class: &str| Row {
//!     number,
//!     values: vec![Value::Number(x), Value::Text(class.to_owned())],
//! };
//! let rows: Vec<Row> = (1..=400)
//!     .map(|n| row(n, (n * 7 % 10) as f64, if n * 7 % 10 < 5 { "low" } else { "high" }))
//!     .collect();
//! let header = ["x".to_owned(), "class".to_owned()];
//! let schema = Schema::infer(&header, &Roles::target("class"), &rows)?;
//! let mut learner = StreamLearner::new(schema, StreamSettings::default())?;
//! for outcome in learner.predict_then_learn_rows(&rows)? {
//!     // The answer is from before the row was learned.
//!     let class = outcome.answer.class().and_then(|answer| answer.class);
//!     println!("{}: {:?}", outcome.row, class.map(|class| &learner.classes()[class as usize]));
//! }
//! let window = learner.window();
//! assert!(window.class().is_some_and(|window| window.accuracy > 0.9));
//!
//! // Tomorrow it goes on where it was.
//! let state = learner.save(&Notes::new())?;
//! let (learner, _) = StreamLearner::restore(&state)?;
//! assert_eq!(learner.rows(), 400);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! A [`Schema`] says what the columns hold, an [`Encoder`] turns rows into inputs, scaled by the rows before,
//! and every member ([`MemberSettings`]) of a mixture predicts and learns them by itself, side by side with
//! the others. Their answers are mixed by weights that are learned row by row, so that the memory that fits
//! the stream counts most. Drift is told, and so are rows unlike those before; labels may come late. A
//! [`History`] keeps how the answers fared, in a size that does not grow with the rows.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod answer;
mod drift;
mod encoder;
mod error;
mod history;
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
pub use history::{
    CONFUSED, ClassHistory, DeviationBin, Histogram, History, NotedRow, NotedTold, TracePoint,
    TraceScore, Uncertainty, ValueHistory,
};
pub use learner::{ColumnReport, Finding, MemberReport, StreamLearner, StreamSettings};
pub use members::{MemberSettings, NetworkSettings};
pub use mesu_rows::{Row, Value};
pub use metric::{
    ClassMeasures, ClassRates, MeasureUnit, Measures, NamedMeasure, ValueMeasures, WINDOW,
};
pub use schema::{Column, INFERRED_FROM, Kind, Roles, Scale, Schema, SchemaError, Target};
pub use state::{Notes, StateError};
