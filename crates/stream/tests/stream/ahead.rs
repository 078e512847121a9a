//! Rows predicted ahead of their labels: the answers, and what is learned, are those of one call.

use mesu_stream::{Notes, Roles, Row, Schema, StreamLearner, StreamSettings, Value};

use crate::made::{COLUMNS, Draws, header, learner, ordinary, row, small, text};

/// Predicts each row without its label, and then learns it; the other learner does both in one call.
fn both_ways(mut apart: StreamLearner, mut together: StreamLearner, rows: &[Row]) {
    for (i, row) in rows.iter().enumerate() {
        let mut asked = row.clone();
        *asked.values.last_mut().unwrap() = Value::Missing;
        let told = apart.predict_ahead(&asked).unwrap();
        match i % 7 {
            // Asked again, and asked for another.
            3 => assert_eq!(apart.predict_ahead(&asked).unwrap(), told),
            5 => drop(apart.predict_ahead(&rows[0]).unwrap()),
            _ => {}
        }
        let outcome = apart.predict_then_learn(row).unwrap();
        assert_eq!(
            outcome,
            together.predict_then_learn(row).unwrap(),
            "row {i}"
        );
        assert_eq!(outcome.answer, told, "row {i}");
    }
    let states = [apart, together].map(|learner| learner.save(&Notes::new()).unwrap());
    assert!(states[0] == states[1]);
}

/// Classes come one by one: members grow between prediction and learning.
#[test]
fn classes() {
    let mut rows = ordinary(400, 3);
    for (i, row) in rows.iter_mut().enumerate().skip(200) {
        row.values[3] = text(i % 9);
    }
    let of = |settings: StreamSettings| learner(&COLUMNS, &rows, settings);
    let settings = StreamSettings::default();
    both_ways(of(settings.clone()), of(settings), &rows);
    let mut settings = small();
    settings
        .members
        .push(mesu_stream::MemberSettings::LastLabel);
    both_ways(of(settings.clone()), of(settings), &rows[..150]);
}

#[test]
fn values() {
    let mut draws = Draws(4);
    let rows: Vec<Row> = (1..=300)
        .map(|number| {
            let x = draws.next();
            row(number, [text(x), Value::Number(3.0 * x + draws.next())])
        })
        .collect();
    let mut roles = Roles::target("y");
    roles.regression = true;
    let schema = Schema::infer(&header(&["x", "y"]), &roles, &rows).unwrap();
    let new = || StreamLearner::new(schema.clone(), StreamSettings::default()).unwrap();
    both_ways(new(), new(), &rows);
}

/// A row that comes without a label, or in between, is not the one that was asked for.
#[test]
fn what_comes_between_is_learned_as_ever() {
    let rows = ordinary(120, 8);
    let [mut apart, mut together] = [(); 2].map(|()| learner(&COLUMNS, &rows, small()));
    for pair in rows.chunks(2) {
        apart.predict_ahead(&pair[1]).unwrap();
        let mut unlabeled = pair[1].clone();
        unlabeled.values[3] = Value::Missing;
        let rows = [unlabeled, pair[0].clone(), pair[1].clone()];
        for row in &rows {
            let outcomes = [&mut apart, &mut together].map(|l| l.predict_then_learn(row).unwrap());
            assert_eq!(outcomes[0], outcomes[1]);
        }
        apart.predict_ahead(&pair[0]).unwrap();
        let outcomes =
            [&mut apart, &mut together].map(|l| l.predict_then_learn_rows(pair).unwrap());
        assert_eq!(outcomes[0], outcomes[1]);
    }
    let states = [apart, together].map(|learner| learner.save(&Notes::new()).unwrap());
    assert!(states[0] == states[1]);
}
