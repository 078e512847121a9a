//! Streams that change, and rows from elsewhere.

use mesu_stream::{Row, Sign, StreamSettings, Value};

use crate::made::{COLUMNS, accuracy, learner, ordinary, row, text};

/// Rows whose classes change names after `change`.
fn swapped(rows: u64, change: u64) -> Vec<Row> {
    let mut rows = ordinary(rows, 1);
    for row in rows.iter_mut().filter(|row| row.number > change) {
        let Value::Text(class) = &row.values[3] else {
            continue;
        };
        row.values[3] = text(match &class[..] {
            "warm" => "none",
            "none" => "cold",
            _ => "warm",
        });
    }
    rows
}

#[test]
fn a_change_is_told_soon_and_forgotten() {
    let rows = swapped(4_000, 2_000);
    let mut learner = learner(&COLUMNS, &rows, StreamSettings::default());
    learner.predict_then_learn_rows(&rows).unwrap();
    let drifts = learner.drifts();
    assert_eq!(drifts.len(), 1, "{drifts:?}");
    let first = drifts[0];
    assert!((2_000..2_200).contains(&first.row), "{drifts:?}");
    assert!(
        first.means[1] > first.means[0] && first.confidence > 0.99,
        "{first:?}"
    );
    assert!(matches!(first.sign, Sign::Loss | Sign::Epistemic));
    assert!(accuracy(&learner) > 0.9, "{}", accuracy(&learner));
}

#[test]
fn no_change_gives_no_alarm() {
    let rows = ordinary(4_000, 1);
    let mut learner = learner(&COLUMNS, &rows, StreamSettings::default());
    learner.predict_then_learn_rows(&rows).unwrap();
    assert_eq!(learner.drifts(), []);
}

#[test]
fn rows_from_elsewhere_are_marked() {
    let rows = ordinary(3_000, 1);
    let mut learner = learner(&COLUMNS, &rows, StreamSettings::default());
    learner.predict_then_learn_rows(&rows).unwrap();
    let marked = |row: &Row| learner.predict(row).unwrap().stranger;
    let known = ordinary(1_000, 2).iter().filter(|row| marked(row)).count();
    let far = (0..100u64).map(|n| row(n, [text(9 + n), text(500), text("red"), Value::Missing]));
    let far = far.filter(marked).count();
    assert!(
        known < 20 && far > 90,
        "{known} of 1000 known, {far} of 100 far"
    );
}
