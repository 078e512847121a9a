//! Made rows.

use mesu_stream::{
    MemberSettings, Outcome, Roles, Row, Schema, StreamLearner, StreamSettings, Value,
};

/// Uniform numbers of 0 to 1 (SplitMix64).
pub(crate) struct Draws(pub(crate) u64);

impl Draws {
    pub(crate) fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let x = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((x ^ (x >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }
}

pub(crate) fn text(value: impl ToString) -> Value {
    Value::Text(value.to_string())
}

pub(crate) fn row(number: u64, values: impl Into<Vec<Value>>) -> Row {
    Row {
        number,
        values: values.into(),
    }
}

pub(crate) fn header(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// Rows of two numbers, a category and a class that follows from them; some numbers are missing.
pub(crate) fn ordinary(rows: u64, seed: u64) -> Vec<Row> {
    let mut draws = Draws(seed);
    let made = (1..=rows).map(|number| {
        let (a, b) = (draws.next(), 100.0 * draws.next());
        let color = ["red", "green", "blue"][(3.0 * draws.next()) as usize];
        let class = match (a > 0.5, color) {
            (true, "red") => "warm",
            (true, _) => "cold",
            _ => "none",
        };
        let b = if draws.next() < 0.1 {
            Value::Missing
        } else {
            text(b)
        };
        row(number, [text(a), b, text(color), text(class)])
    });
    made.collect()
}

pub(crate) const COLUMNS: [&str; 4] = ["a", "b", "color", "class"];

/// A learner of rows of these columns, the last of which is the class.
pub(crate) fn learner(columns: &[&str], rows: &[Row], settings: StreamSettings) -> StreamLearner {
    let roles = Roles::target(*columns.last().unwrap());
    let schema = Schema::infer(&header(columns), &roles, rows).unwrap();
    StreamLearner::new(schema, settings).unwrap()
}

/// Settings with few and small members, for tests of what is not about them.
pub(crate) fn small() -> StreamSettings {
    let members = ["values-1e3", "linear-1e2", "neighbors"];
    let mut settings = StreamSettings::default();
    settings.members = members
        .map(|name| MemberSettings::named(name).unwrap())
        .into();
    settings
}

pub(crate) fn answer(outcome: &Outcome) -> &mesu_stream::ClassAnswer {
    outcome.answer.class().unwrap()
}

/// Share of right answers among the last 1,000.
pub(crate) fn accuracy(learner: &StreamLearner) -> f64 {
    learner.window().class().unwrap().accuracy
}

/// Number of the class of a row.
pub(crate) fn class(outcome: &Outcome) -> Option<u32> {
    match outcome.truth {
        Some(mesu_stream::Truth::Class(class)) => Some(class),
        _ => None,
    }
}
