//! Labels that come after their rows.

use mesu_stream::{Kind, Notes, Row, StreamLearner, StreamSettings, Value};

use crate::made::{COLUMNS, answer, class, learner, ordinary, small, text};

/// Rows with a label.
fn scored(learner: &StreamLearner) -> u64 {
    learner.measures().class().unwrap().rows
}

fn with_ids(rows: u64) -> Vec<Row> {
    let mut rows = ordinary(rows, 1);
    rows.iter_mut()
        .for_each(|row| row.values.insert(0, text(format!("order {}", row.number))));
    rows
}

fn of_ids(rows: &[Row], settings: StreamSettings) -> StreamLearner {
    let columns = [&["id"][..], &COLUMNS].concat();
    let mut schema = learner(&columns, rows, settings.clone()).schema().clone();
    schema.columns[0].kind = Kind::Id;
    schema.id = Some(0);
    StreamLearner::new(schema, settings).unwrap()
}

#[test]
fn late_labels_score_the_answer_that_was_given() {
    let rows = with_ids(600);
    let mut learner = of_ids(&rows, small());
    learner.predict_then_learn_rows(&rows[..500]).unwrap();
    let mut unlabeled = rows[500..].to_vec();
    unlabeled
        .iter_mut()
        .for_each(|row| row.values[4] = Value::Missing);
    let given = learner.predict_then_learn_rows(&unlabeled).unwrap();
    assert_eq!((scored(&learner), learner.waiting()), (500, (100, 0)));
    assert!(
        given
            .iter()
            .all(|outcome| outcome.truth.is_none() && outcome.loss.is_none())
    );

    let state = learner.save(&Notes::new()).unwrap();
    let (mut restored, _) = StreamLearner::restore(&state).unwrap();
    for learner in [&mut learner, &mut restored] {
        let class = &rows[520].values[4];
        let told = learner.learn_late("order 521", class).unwrap().unwrap();
        assert_eq!(
            (told.label_of, answer(&told)),
            (Some(521), answer(&given[20]))
        );
        let number = learner
            .classes()
            .iter()
            .position(|name| text(name) == *class)
            .unwrap();
        let expected = -f64::from(answer(&given[20]).probabilities[number]).ln();
        assert!((told.loss.unwrap() - expected).abs() < 1e-9);
        // A row brings the label of one that waits.
        let told = learner.predict_then_learn(&rows[530]).unwrap();
        assert_eq!((told.label_of, told.row), (Some(531), 531));
        assert_eq!((scored(learner), learner.waiting()), (502, (98, 0)));
        assert_eq!(
            learner.learn_late("order 531", &text("warm")).unwrap(),
            None
        );
        assert_eq!(learner.learn_late("order 9", &text("warm")).unwrap(), None);
    }
    let [a, b] = [&learner, &restored].map(|learner| learner.save(&Notes::new()).unwrap());
    assert!(a == b);
}

#[test]
fn a_late_label_may_be_a_new_class() {
    let rows = with_ids(200);
    let mut learner = of_ids(&rows, small());
    learner.predict_then_learn_rows(&rows).unwrap();
    let mut row = rows[7].clone();
    row.values[4] = Value::Missing;
    learner.predict_then_learn(&row).unwrap();
    let told = learner
        .learn_late("order 8", &text("new"))
        .unwrap()
        .unwrap();
    assert_eq!((class(&told), learner.classes().len()), (Some(3), 4));
    assert!(told.loss.unwrap() > 13.0);
}

#[test]
fn rows_that_wait_are_bounded() {
    let mut rows = with_ids(300);
    let mut settings = small();
    settings.waiting = 50;
    let mut learner = of_ids(&rows, settings);
    rows.iter_mut()
        .for_each(|row| row.values[4] = Value::Missing);
    learner.predict_then_learn_rows(&rows).unwrap();
    assert_eq!(learner.waiting(), (50, 250));
    assert_eq!(
        learner.learn_late("order 250", &text("warm")).unwrap(),
        None
    );
    assert!(
        learner
            .learn_late("order 251", &text("warm"))
            .unwrap()
            .is_some()
    );
}

/// The class follows the other way round from row 2,000 on, and every label comes 100 rows late.
#[test]
fn changes_are_seen_by_labels_that_come_late() {
    let mut rows = with_ids(4_000);
    for row in &mut rows[2_000..] {
        if row.values[4] != text("none") {
            let other = if row.values[4] == text("warm") {
                "cold"
            } else {
                "warm"
            };
            row.values[4] = text(other);
        } else {
            row.values[4] = text("warm");
        }
    }
    let mut learner = of_ids(&rows, StreamSettings::default());
    let mut found = Vec::new();
    for at in 0..rows.len() {
        let mut unlabeled = rows[at].clone();
        unlabeled.values[4] = Value::Missing;
        learner.predict_then_learn(&unlabeled).unwrap();
        if at >= 100 {
            let (id, label) = (format!("order {}", at - 99), &rows[at - 100].values[4]);
            let outcome = learner.learn_late(&id, label).unwrap().unwrap();
            found.extend(outcome.drift);
        }
    }
    let first = found.first().map(|drift| drift.row);
    assert!(
        first.is_some_and(|row| (2_000..2_500).contains(&row)),
        "{first:?}"
    );
    let members = learner.members();
    assert!(
        members.iter().all(|member| member.log_loss.is_finite()),
        "{members:?}"
    );
}
