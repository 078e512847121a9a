//! A stream in twenty lines: each row of a table is predicted, and then learned.
//!
//! ```sh
//! cargo run --release -p mesu-stream --example rows -- data/streams/elec.csv.gz y
//! ```

#![allow(clippy::print_stdout)]

use mesu_rows::{Options, Rows, Source};
use mesu_stream::{INFERRED_FROM, Roles, Row, Schema, StreamLearner, StreamSettings};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let path = arguments
        .next()
        .unwrap_or("data/streams/elec.csv.gz".to_owned());
    let roles = Roles::target(arguments.next().unwrap_or("y".to_owned()));
    let mut rows = Rows::open(Source::path(&path)?, &Options::default())?;
    // What the columns hold is told by the first rows, which are learned like all others.
    let (mut first, mut row) = (Vec::new(), Row::default());
    while first.len() < INFERRED_FROM && rows.read(&mut row)? {
        first.push(row.clone());
    }
    let schema = Schema::infer(rows.columns(), &roles, &first)?;
    let mut learner = StreamLearner::new(schema, StreamSettings::default())?;
    learner.predict_then_learn_rows(&first)?;
    while rows.read(&mut row)? {
        let outcome = learner.predict_then_learn(&row)?;
        if let Some(drift) = outcome.drift {
            println!(
                "row {}: the stream has changed ({:?})",
                drift.row, drift.sign
            );
        }
    }
    println!("{:#?}", learner.measures());
    Ok(())
}
