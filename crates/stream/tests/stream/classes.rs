//! Classes: new ones, one alone, a thousand, weighted.

use mesu_stream::{Notes, Row, Schema, StreamLearner, Target, Value};

use crate::made::{COLUMNS, Draws, accuracy, answer, class, learner, ordinary, row, small, text};

#[test]
fn what_follows_from_the_columns_is_learned() {
    let rows = ordinary(3_000, 1);
    let mut learner = learner(&COLUMNS, &rows, Default::default());
    learner.predict_then_learn_rows(&rows).unwrap();
    let (all, window) = (learner.measures(), learner.window());
    let (all, window) = (all.class().unwrap(), window.class().unwrap());
    assert_eq!((all.rows, window.rows), (3_000, 1_000));
    assert!(
        all.accuracy > 0.93 && window.accuracy > 0.97,
        "{all:?}, {window:?}"
    );
    assert!(window.log_loss < 0.15 && window.ece < 0.05, "{window:?}");
    assert!(
        window.kappa > 0.9 && window.balanced_accuracy > 0.9,
        "{window:?}"
    );
    let classes = learner.class_rates();
    assert_eq!(classes.iter().map(|class| class.rows).sum::<u64>(), 3_000);
    assert!(
        classes
            .iter()
            .all(|class| class.recall > 0.8 && class.precision > 0.8)
    );
}

#[test]
fn classes_that_come_later_are_learned() {
    let mut draws = Draws(1);
    let rows: Vec<Row> = (0..2_000u64)
        .map(|number| {
            // A new class every 100 rows, 10 in all.
            let class = (draws.next() * (1 + number / 100).min(10) as f64) as u64;
            let x = (class * 3 % 10) as f64 + 0.3 * draws.next();
            row(number, [text(x), text(format!("class {class}"))])
        })
        .collect();
    let mut learner = learner(&["x", "class"], &rows[..50], small());
    assert_eq!(learner.classes(), ["class 0"]);
    let outcomes = learner.predict_then_learn_rows(&rows).unwrap();
    assert_eq!(learner.classes().len(), 10);
    for outcome in &outcomes {
        let answer = answer(outcome);
        let sum: f32 = answer.probabilities.iter().sum::<f32>() + answer.unseen;
        assert!((sum - 1.0).abs() < 1e-5, "{outcome:?}");
        // The answer is from before the class was known.
        let known = answer.probabilities.len() as u32;
        assert!(class(outcome).unwrap() <= known && answer.class.unwrap() < known);
    }
    assert!(accuracy(&learner) > 0.9, "{}", accuracy(&learner));
}

#[test]
fn one_class_alone_is_no_fault() {
    let rows: Vec<Row> = (0..200u64)
        .map(|n| row(n, [text(n % 7), text("only")]))
        .collect();
    let mut learner = learner(&["x", "class"], &rows, Default::default());
    let outcomes = learner.predict_then_learn_rows(&rows).unwrap();
    assert!(answer(&outcomes[199]).probabilities[0] > 0.9);
    let measures = learner.measures();
    let measures = measures.class().unwrap();
    assert!(measures.accuracy == 1.0 && measures.kappa.is_nan());
}

#[test]
fn a_thousand_classes_are_no_fault() {
    let rows: Vec<Row> = (0..1_500u64)
        .map(|n| row(n, [text(n % 1_000), text(n % 1_000)]))
        .collect();
    let mut learner = learner(&["x", "class"], &rows[..10], small());
    let outcomes = learner.predict_then_learn_rows(&rows).unwrap();
    assert_eq!(learner.classes().len(), 1_000);
    assert!(
        outcomes
            .iter()
            .all(|outcome| outcome.loss.unwrap().is_finite())
    );
    let (restored, _) = StreamLearner::restore(&learner.save(&Notes::new()).unwrap()).unwrap();
    assert_eq!(restored.classes(), learner.classes());
}

#[test]
fn a_learner_may_know_no_class_at_first() {
    let mut schema = learner(&COLUMNS, &ordinary(10, 1), small())
        .schema()
        .clone();
    schema.task = Target::Class {
        classes: Vec::new(),
    };
    let mut learner = StreamLearner::new(schema, small()).unwrap();
    let outcomes = learner.predict_then_learn_rows(&ordinary(100, 1)).unwrap();
    let first = answer(&outcomes[0]);
    assert_eq!((first.class, first.unseen), (None, 1.0));
    // There was nothing to tell: it does not count.
    assert_eq!(outcomes[0].loss, None);
    assert_eq!(learner.measures().class().unwrap().rows, 99);
    assert_eq!(learner.classes().len(), 3);
}

#[test]
fn weighted_classes_are_told_more_often() {
    let mut draws = Draws(1);
    let rows: Vec<Row> = (0..2_000u64)
        .map(|number| {
            let x = draws.next();
            let class = if draws.next() < 0.3 * x {
                "rare"
            } else {
                "usual"
            };
            row(number, [text(x), text(class)])
        })
        .collect();
    let recall = |weight| {
        let mut settings = small();
        settings.class_weights = [("rare".to_owned(), weight)].into();
        let mut learner = learner(&["x", "class"], &rows, settings);
        learner.predict_then_learn_rows(&rows).unwrap();
        let classes = learner.class_rates();
        classes
            .iter()
            .find(|class| class.class == "rare")
            .unwrap()
            .recall
    };
    assert!(
        recall(8.0) > recall(1.0) + 0.3,
        "{}, {}",
        recall(8.0),
        recall(1.0)
    );
}

#[test]
fn weights_of_rows_count() {
    let mut rows = ordinary(400, 1);
    rows.iter_mut().for_each(|row| row.values.push(text(1)));
    let columns = [&COLUMNS[..], &["w"]].concat();
    let header = crate::made::header(&columns);
    let mut roles = mesu_stream::Roles::target("class");
    roles.weight = Some("w".to_owned());
    let schema = Schema::infer(&header, &roles, &rows).unwrap();
    let new = || StreamLearner::new(schema.clone(), small()).unwrap();
    let ones = new().predict_then_learn_rows(&rows).unwrap();
    let plain: Vec<Row> = ordinary(400, 1);
    let unweighted = learner(&COLUMNS, &plain, small())
        .predict_then_learn_rows(&plain)
        .unwrap();
    assert_eq!(ones, unweighted);
    rows.iter_mut()
        .step_by(2)
        .for_each(|row| row.values[4] = text(0.25));
    assert_ne!(ones, new().predict_then_learn_rows(&rows).unwrap());
    rows[7].values[4] = text(-1);
    let error = new()
        .predict_then_learn_rows(&rows)
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("row 8") && error.contains("\"w\""),
        "{error}"
    );
    rows[7].values[4] = Value::Missing;
    assert!(new().predict_then_learn_rows(&rows).is_ok());
}
