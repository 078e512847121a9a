//! Values to be predicted.

use mesu_stream::{Notes, Roles, Row, Schema, StreamError, StreamLearner, StreamSettings, Value};

use crate::made::{Draws, header, row, text};

/// Rows of two numbers, a category and a value that follows from them, but for noise of deviation 5.
fn rows(count: u64) -> Vec<Row> {
    let mut draws = Draws(1);
    let made = (1..=count).map(|number| {
        let (a, b) = (draws.next(), draws.next());
        let kind = if draws.next() < 0.5 { "up" } else { "down" };
        let sign = if kind == "up" { 1.0 } else { -1.0 };
        let noise: f64 = (0..12).map(|_| draws.next() - 0.5).sum();
        let y = 1_000.0 + 100.0 * sign * a + 50.0 * (6.0 * b).sin() + 5.0 * noise;
        row(number, [text(a), text(b), text(kind), text(y)])
    });
    made.collect()
}

fn learner(rows: &[Row]) -> StreamLearner {
    let mut roles = Roles::target("y");
    roles.regression = true;
    let schema = Schema::infer(&header(&["a", "b", "kind", "y"]), &roles, rows).unwrap();
    StreamLearner::new(schema, StreamSettings::default()).unwrap()
}

#[test]
fn values_are_learned_with_their_noise() {
    let rows = rows(4_000);
    let mut learner = learner(&rows);
    let outcomes = learner.predict_then_learn_rows(&rows).unwrap();
    let window = learner.window();
    let window = window.value().unwrap();
    assert!(window.r2 > 0.97 && window.rmse < 9.0, "{window:?}");
    assert!((0.85..0.97).contains(&window.coverage), "{window:?}");
    // That of the noise alone is ln(5 sqrt(2 pi e)) = 3.03.
    assert!(window.nll < 3.6 && window.crps < 5.0, "{window:?}");
    let answer = outcomes[3_999].answer.value().unwrap();
    assert!((answer.total - answer.aleatoric - answer.epistemic).abs() < 1e-9);
    let (low, high) = answer.interval();
    assert!(low < answer.mean && answer.mean < high && answer.epistemic >= 0.0);
}

#[test]
fn a_learner_of_values_goes_on_bit_for_bit() {
    let rows = rows(800);
    let mut whole = learner(&rows);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(3);
    pool.build()
        .unwrap()
        .install(|| whole.predict_then_learn_rows(&rows[..500]).unwrap());
    let state = whole.save(&Notes::new()).unwrap();
    let (mut restored, _) = StreamLearner::restore(&state).unwrap();
    let all = whole.predict_then_learn_rows(&rows[500..]).unwrap();
    let each = rows[500..]
        .iter()
        .map(|row| restored.predict_then_learn(row).unwrap());
    assert_eq!(all, each.collect::<Vec<_>>());
    assert!(whole.save(&Notes::new()).unwrap() == restored.save(&Notes::new()).unwrap());
}

#[test]
fn a_target_that_is_no_number_is_told() {
    let mut rows = rows(100);
    let mut learner = learner(&rows[..50]);
    rows[70].values[3] = text("many");
    let error = learner.predict_then_learn_rows(&rows).unwrap_err();
    assert!(matches!(error, StreamError::Row { index: 70, .. }));
    assert_eq!(
        error.to_string(),
        "row 71, column \"y\": \"many\"; expected a number"
    );
    rows[70].values[3] = Value::Missing;
    assert!(learner.predict_then_learn_rows(&rows).is_ok());
    let roles = Roles {
        regression: true,
        ..Roles::target("kind")
    };
    let refused = Schema::infer(&header(&["a", "b", "kind", "y"]), &roles, &rows);
    assert!(
        refused
            .unwrap_err()
            .to_string()
            .contains("row 1, column \"kind\"")
    );
}
