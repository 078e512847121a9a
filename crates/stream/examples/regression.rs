//! Values with intervals: bikes hired in an hour.
//!
//! ```sh
//! cargo run --release -p mesu-stream --example regression -- data/streams/bike.csv.gz cnt
//! ```

#![allow(clippy::print_stdout)]

use mesu_rows::{Options, Rows, Source};
use mesu_stream::{INFERRED_FROM, Roles, Row, Schema, StreamLearner, StreamSettings};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let path = arguments
        .next()
        .unwrap_or("data/streams/bike.csv.gz".to_owned());
    let mut roles = Roles::target(arguments.next().unwrap_or("cnt".to_owned()));
    roles.regression = true;
    let mut rows = Rows::open(Source::path(&path)?, &Options::default())?;
    let (mut first, mut row) = (Vec::new(), Row::default());
    while first.len() < INFERRED_FROM && rows.read(&mut row)? {
        first.push(row.clone());
    }
    let schema = Schema::infer(rows.columns(), &roles, &first)?;
    let mut learner = StreamLearner::new(schema, StreamSettings::default())?;
    learner.predict_then_learn_rows(&first)?;
    while rows.read(&mut row)? {
        let outcome = learner.predict_then_learn(&row)?;
        if let (Some(value), 0) = (outcome.answer.value(), row.number % 1_000) {
            let (low, high) = value.interval();
            println!(
                "row {}: {:.0}, 90 % in {low:.0} to {high:.0}",
                row.number, value.mean
            );
        }
    }
    println!("{:#?}", learner.measures());
    Ok(())
}
