//! Labels that come after their rows: a row waits under its id, and is learned with the answer that was given then.
//!
//! ```sh
//! cargo run -p mesu-stream --example late_labels
//! ```

#![allow(clippy::print_stdout)]

use mesu_stream::{Roles, Row, Schema, StreamLearner, StreamSettings, Value};

/// Row of an order: its id, its amount, and whether it was paid, which is known later.
fn order(number: u64, paid: Option<bool>) -> Row {
    let amount = (number * 37 % 100) as f64;
    let paid = paid.map_or(Value::Missing, |paid| Value::Text(name(paid)));
    Row {
        number,
        values: vec![Value::Text(id(number)), Value::Number(amount), paid],
    }
}

fn id(number: u64) -> String {
    format!("order-{number}")
}

fn name(paid: bool) -> String {
    if paid { "paid" } else { "open" }.to_owned()
}

/// Large orders are seldom paid.
fn paid(number: u64) -> bool {
    number * 37 % 100 < 60
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let header = ["id", "amount", "paid"].map(str::to_owned);
    let mut roles = Roles::target("paid");
    roles.id = Some("id".to_owned());
    let known: Vec<Row> = (1..=100).map(|n| order(n, Some(paid(n)))).collect();
    let schema = Schema::infer(&header, &roles, &known)?;
    let mut learner = StreamLearner::new(schema, StreamSettings::default())?;
    learner.predict_then_learn_rows(&known)?;

    // Each label comes twenty rows after its row.
    for number in 101..=600 {
        learner.predict_then_learn(&order(number, None))?;
        let then = number - 20;
        if then > 100 {
            learner.learn_late(&id(then), &Value::Text(name(paid(then))))?;
        }
    }
    let (waiting, _) = learner.waiting();
    println!("{waiting} rows wait for their labels");
    println!("{:#?}", learner.window());
    Ok(())
}
