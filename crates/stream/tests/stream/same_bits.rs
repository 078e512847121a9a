//! The same bits for any number of threads, and however rows are cut into calls.

use mesu_stream::{Notes, Outcome, Row, StreamSettings, Value};

use crate::made::{COLUMNS, learner, ordinary, row, small, text};

/// Rows with everything that makes a call go in parts: classes that come later, labels that are missing, and
/// labels that come late.
fn eventful() -> Vec<Row> {
    let mut rows = ordinary(700, 3);
    for (i, row) in rows.iter_mut().enumerate() {
        row.values.insert(0, text(i));
        match i {
            300..350 if i % 3 == 0 => row.values[4] = text(format!("late {}", i % 7)),
            100.. if i % 10 == 0 => row.values[4] = Value::Missing,
            _ => {}
        }
    }
    for id in [100, 200, 110, 690, 690] {
        let values = [text(id), text(0.5), text(1), text("red"), text("cold")];
        rows.insert(id + 5, row(9_999, values));
    }
    rows
}

fn outcomes(settings: &StreamSettings, threads: usize, together: usize) -> (Vec<Outcome>, Vec<u8>) {
    let rows = eventful();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
    pool.build().unwrap().install(|| {
        let columns = ["id", "a", "b", "color", "class"];
        let mut schema = learner(&columns, &rows[..200], settings.clone())
            .schema()
            .clone();
        schema.columns[0].kind = mesu_stream::Kind::Id;
        schema.id = Some(0);
        let mut learner = mesu_stream::StreamLearner::new(schema, settings.clone()).unwrap();
        let mut outcomes = Vec::new();
        for rows in rows.chunks(together) {
            outcomes.extend(learner.predict_then_learn_rows(rows).unwrap());
        }
        (outcomes, learner.save(&Notes::new()).unwrap())
    })
}

#[test]
fn threads_and_calls_make_no_difference() {
    let settings = StreamSettings::default();
    let (one, state) = outcomes(&settings, 1, 1);
    assert_eq!(one.len(), 705);
    assert_eq!(
        one.iter()
            .filter(|outcome| outcome.label_of.is_some())
            .count(),
        4
    );
    for (threads, together) in [(1, 705), (2, 705), (4, 100), (3, 7)] {
        let (other, other_state) = outcomes(&settings, threads, together);
        assert!(one == other, "{threads} threads, {together} rows at a time");
        assert!(
            state == other_state,
            "{threads} threads, {together} rows at a time"
        );
    }
}

#[test]
fn a_row_alone_is_as_rows_together() {
    let rows = ordinary(300, 5);
    let mut one = learner(&COLUMNS, &rows, small());
    let mut all = learner(&COLUMNS, &rows, small());
    let each: Vec<_> = rows
        .iter()
        .map(|row| one.predict_then_learn(row).unwrap())
        .collect();
    assert_eq!(each, all.predict_then_learn_rows(&rows).unwrap());
}

#[test]
fn other_seeds_draw_other_numbers() {
    let rows = ordinary(50, 5);
    let mut settings = small();
    let mut first = learner(&COLUMNS, &rows, settings.clone());
    settings.seed = 2;
    let mut second = learner(&COLUMNS, &rows, settings);
    let [a, b] = [&mut first, &mut second].map(|l| l.predict_then_learn_rows(&rows).unwrap());
    assert_ne!(a, b);
}
