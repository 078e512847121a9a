//! Columns of all kinds, and values that are not what theirs hold.

use mesu_stream::{Kind, Notes, Roles, Row, RowError, Schema, SchemaError, StreamError, Value};

use crate::made::{COLUMNS, accuracy, header, learner, ordinary, row, small, text};

fn kinds(columns: &[&[&str]]) -> Vec<Kind> {
    let rows = columns[0].len();
    let names: Vec<String> = (0..columns.len())
        .map(|i| i.to_string())
        .chain(["y".into()])
        .collect();
    let values = |i: usize| {
        let fields = columns.iter().map(|column| match column[i] {
            "" => Value::Missing,
            field => text(field),
        });
        fields.chain([text("y")]).collect::<Vec<_>>()
    };
    let rows: Vec<Row> = (0..rows).map(|i| row(i as u64 + 1, values(i))).collect();
    let schema = Schema::infer(&names, &Roles::target("y"), &rows).unwrap();
    schema.columns[..columns.len()]
        .iter()
        .map(|column| column.kind)
        .collect()
}

#[test]
fn kinds_are_told_by_the_first_rows() {
    let found = kinds(&[
        &["1", "-2.5", "1e3", ""],
        &["true", "False", "", "true"],
        &["2024-01-31", "2024-02-01", "2024-02-02T10:30", ""],
        &["red", "1", "blue", "red"],
        &["", "", "", ""],
        &["2024-01-31", "never", "2024-02-02", ""],
    ]);
    use Kind::{Boolean, Category, Date, Number};
    assert_eq!(found, [Number, Boolean, Date, Category, Category, Category]);
    let names: Vec<String> = (0..60).map(|i| format!("user {i}")).collect();
    let names: Vec<&str> = names.iter().map(|name| &name[..]).collect();
    assert_eq!(kinds(&[&names]), [Kind::Id]);
}

#[test]
fn a_column_is_told_out_of_range_and_by_its_importance() {
    let mut rows = ordinary(2_000, 1);
    // Numbers far from all before, now and then, and categories that come once each.
    for (at, row) in rows.iter_mut().enumerate().skip(1_000) {
        if at % 100 == 0 {
            row.values[1] = Value::Number(1e6 * at as f64);
            row.values[2] = text(format!("color {at}"));
        }
    }
    let mut learner = learner(&COLUMNS, &rows[..1_000], small());
    learner.predict_then_learn_rows(&rows).unwrap();
    let columns = learner.columns();
    let [a, b, color] = &columns[..] else {
        panic!("{columns:?}")
    };
    assert!(a.out_of_range <= 5.0 / 2_000.0, "{a:?}");
    // Ten beyond all before, far away as deviations were then; and the first few, of which nothing was known.
    assert!(
        (10.0 / 2_000.0..=15.0 / 2_000.0).contains(&b.out_of_range),
        "{b:?}"
    );
    // Three colors, of which none was known at first, and ten more.
    assert_eq!(color.out_of_range, 13.0 / 2_000.0);
    assert!(color.categories.is_some_and(|known| known >= 4) && b.categories.is_none());
    assert!(!a.is_constant() && !color.is_constant());
    assert!(a.importance > b.importance, "{a:?}, {b:?}");
    assert!(columns.iter().all(|column| column.importance.is_finite()));
}

#[test]
fn parts_of_columns_that_are_not_there_are_refused() {
    let (names, rows) = (header(&COLUMNS), ordinary(5, 1));
    let infer = |roles: &Roles| Schema::infer(&names, roles, &rows).unwrap_err();
    let error = infer(&Roles::target("classes"));
    assert!(matches!(&error, SchemaError::NoName { name, .. } if name == "classes"));
    assert!(error.to_string().contains("a, b, color, class"), "{error}");
    let mut roles = Roles::target("class");
    roles.weight = Some("class".to_owned());
    assert!(matches!(infer(&roles), SchemaError::TwoRoles { .. }));
    let none = Schema::infer(&names, &Roles::target("class"), &[]);
    assert_eq!(none, Err(SchemaError::NoRows));
}

#[test]
fn a_value_of_another_kind_is_told_by_row_and_column() {
    let rows = ordinary(300, 1);
    let mut learner = learner(&COLUMNS, &rows, small());
    learner.predict_then_learn_rows(&rows[..200]).unwrap();
    let before = learner.save(&Notes::new()).unwrap();
    for (value, found, expected) in [
        (text("much"), "\"much\"", "a number"),
        (text("NaN"), "NaN", "a finite number"),
        (text("1e400"), "inf", "a finite number"),
        (Value::Number(f64::INFINITY), "inf", "a finite number"),
        (text("1e200"), "1e200", "a magnitude of at most 1e100"),
    ] {
        let mut bad = rows[200..].to_vec();
        bad[50].values[1] = value;
        let Err(StreamError::Row { index, error }) = learner.predict_then_learn_rows(&bad) else {
            panic!("learned {found}");
        };
        let column = "b".to_owned();
        let (row, found) = (251, found.to_owned());
        let value = RowError::Value {
            row,
            column,
            found,
            expected,
        };
        assert_eq!((index, error), (50, value));
        assert!(learner.predict(&bad[50]).is_err());
    }
    let mut bad = rows[200..].to_vec();
    bad[3].values.pop();
    let error = learner
        .predict_then_learn_rows(&bad)
        .unwrap_err()
        .to_string();
    assert_eq!(error, "row 204 has 3 values; expected 4, one a column");
    // Nothing of it was learned.
    assert!(learner.save(&Notes::new()).unwrap() == before);
}

#[test]
fn columns_that_say_nothing_are_no_fault() {
    let mut rows = ordinary(500, 1);
    for row in &mut rows {
        row.values.insert(0, text("same"));
        row.values.insert(0, text(3.5));
        row.values.insert(0, Value::Missing);
    }
    // One that was always missing, and one that never changed, do so late.
    rows[400].values[0] = text("at last");
    rows[401].values[1] = text(1e9);
    let columns = [&["never", "constant", "same"][..], &COLUMNS].concat();
    let mut learner = learner(&columns, &rows[..300], small());
    let outcomes = learner.predict_then_learn_rows(&rows).unwrap();
    assert!(
        outcomes
            .iter()
            .all(|outcome| outcome.loss.unwrap().is_finite())
    );
    assert!(outcomes[401].answer.out_of_range > 0.0);
    assert!(accuracy(&learner) > 0.8);
}

#[test]
fn a_million_categories_take_no_more_memory() {
    let rows = |from: u64, to: u64| -> Vec<Row> {
        (from..to)
            .map(|n| row(n, [text(n * 7_919), text(n % 2)]))
            .collect()
    };
    let mut schema = learner(&["x", "class"], &rows(0, 40), small())
        .schema()
        .clone();
    schema.columns[0].kind = Kind::Category;
    schema.columns[0].distinct = 1_000;
    let mut learner = mesu_stream::StreamLearner::new(schema, small()).unwrap();
    assert!(learner.inputs() <= 65);
    learner.predict_then_learn_rows(&rows(0, 2_000)).unwrap();
    let size = learner.save(&Notes::new()).unwrap().len();
    let mut encoder = mesu_stream::Encoder::new(learner.schema(), 1);
    for row in rows(0, 200_000) {
        encoder.learn_one(learner.schema(), &row).unwrap();
    }
    learner
        .predict_then_learn_rows(&rows(200_000, 202_000))
        .unwrap();
    assert!(learner.save(&Notes::new()).unwrap().len() < size + 1_000);
}

#[test]
fn whole_numbers_of_which_there_are_few_have_inputs_of_their_own() {
    let names = header(&["hour", "class"]);
    let rows: Vec<Row> = (0..480u64)
        .map(|n| row(n, [text(n % 24), text("y")]))
        .collect();
    let schema = Schema::infer(&names, &Roles::target("class"), &rows).unwrap();
    let mut encoder = mesu_stream::Encoder::new(&schema, 1);
    rows.iter()
        .for_each(|row| encoder.learn_one(&schema, row).unwrap());
    assert_eq!(encoder.width(), encoder.values() + 1 + 24 + 6);
    let steps = |hour: f64| {
        let row = row(1, [Value::Number(hour), text("y")]);
        let inputs = encoder.transform_one(&schema, &row).unwrap();
        let steps = inputs[encoder.values()..].to_vec();
        assert_eq!(steps.iter().sum::<f32>(), 1.0);
        steps.iter().position(|x| *x == 1.0).unwrap()
    };
    let all: std::collections::BTreeSet<usize> =
        (0..24).map(|hour| steps(f64::from(hour))).collect();
    assert_eq!(all.len(), 24);
    assert!(!all.contains(&steps(24.0)));
}

#[test]
fn inputs_are_scaled_by_the_rows_before() {
    let names = header(&["x", "class"]);
    let rows: Vec<Row> = (1..=100u64)
        .map(|n| row(n, [text(n * 10), text("y")]))
        .collect();
    let schema = Schema::infer(&names, &Roles::target("class"), &rows).unwrap();
    let mut encoder = mesu_stream::Encoder::new(&schema, 1);
    let inputs = |encoder: &mesu_stream::Encoder, row| encoder.transform_one(&schema, row).unwrap();
    assert_eq!(inputs(&encoder, &rows[0])[..2], [0.0, 0.0]);
    for row in &rows {
        encoder.learn_one(&schema, row).unwrap();
    }
    // Mean 505, deviation 10 sqrt((100^2 - 1) / 12).
    let deviation = 10.0 * (9_999.0f64 / 12.0).sqrt();
    let at = inputs(&encoder, &rows[99]);
    assert!(
        (f64::from(at[1]) - 495.0 / deviation).abs() < 1e-6,
        "{at:?}"
    );
    assert!(
        (at[2..].iter().sum::<f32>() - 1.0).abs() < 1e-6 && at[9] > 0.9,
        "{at:?}"
    );
    let (far, missing) = (
        row(101, [text(1e9), text("y")]),
        row(102, [Value::Missing, text("y")]),
    );
    let far = inputs(&encoder, &far);
    assert_eq!((far[1], far[9]), (5.0, 1.0));
    let missing = inputs(&encoder, &missing);
    assert!(missing[0] == 1.0 && missing[1..].iter().all(|x| *x == 0.0));
}

/// Unix times differ by seconds: what is rounded to 32 bits is their distance from the mean, not they.
#[test]
fn an_offset_far_above_the_differences_costs_nothing() {
    let encoded = |offset: f64| {
        let made = |n: u64| row(n, [text(offset + (n * 37 % 101) as f64), text("y")]);
        let rows: Vec<Row> = (1..=500).map(made).collect();
        let schema =
            Schema::infer(&header(&["x", "class"]), &Roles::target("class"), &rows).unwrap();
        let mut encoder = mesu_stream::Encoder::new(&schema, 1);
        let learned = rows.iter().map(|row| {
            encoder.learn_one(&schema, row).unwrap();
            encoder.transform_one(&schema, row).unwrap()
        });
        learned.collect::<Vec<_>>()
    };
    for (near, far) in encoded(0.0).iter().zip(encoded(1.7e9)) {
        let same = near.iter().zip(&far).all(|(a, b)| (a - b).abs() < 1e-4);
        assert!(same, "{near:?}, {far:?}");
    }
}

#[test]
fn dates_and_truth_values_are_learned_from() {
    let made = |n: u64| {
        let (day, hour) = (1 + n / 24 % 28, n * 7 % 24);
        let (open, date) = (
            n.is_multiple_of(3),
            format!("2024-03-{day:02} {hour:02}:00"),
        );
        let class = if open && (6..18).contains(&hour) {
            "day"
        } else {
            "night"
        };
        let open = if n.is_multiple_of(50) {
            Value::Missing
        } else {
            Value::Boolean(open)
        };
        row(n, [text(date), open, text(class)])
    };
    let rows: Vec<Row> = (0..3_000).map(made).collect();
    let mut learner = learner(&["when", "open", "class"], &rows, Default::default());
    let kinds: Vec<Kind> = learner.columns().iter().map(|column| column.kind).collect();
    assert_eq!(kinds, [Kind::Date, Kind::Boolean]);
    learner.predict_then_learn_rows(&rows).unwrap();
    assert!(accuracy(&learner) > 0.9, "{}", accuracy(&learner));
    let mut bad = rows[..2].to_vec();
    bad[1].values[0] = text("yesterday");
    let error = learner
        .predict_then_learn_rows(&bad)
        .unwrap_err()
        .to_string();
    assert!(
        error.starts_with("row 1, column \"when\": \"yesterday\"; expected a date"),
        "{error}"
    );
}

#[test]
fn words_for_missing_values_leave_numbers_numbers() {
    let numbers: Vec<String> = (0..200).map(|i| format!("{}.5", i * i)).collect();
    let column = |word: &'static str| -> Vec<&str> {
        let each = numbers.iter().enumerate();
        each.map(|(i, n)| if i == 100 { word } else { n.as_str() })
            .collect()
    };
    for word in ["NA", "n/a", "null", "None", "?", " NA ", "oops", "1,5"] {
        assert_eq!(kinds(&[&column(word)]), [Kind::Number], "{word}");
    }
    let names: Vec<String> = (0..200).map(|i| format!("user {i}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    // Among names, such a word is one.
    assert_eq!(
        kinds(&[&names, &["NA", "DE", "FR", "NA"].repeat(50)]),
        [Kind::Id, Kind::Category]
    );

    // The word is a missing value; another word is refused, with its row.
    let rows: Vec<Row> = (1..=300)
        .map(|n| {
            row(
                n,
                [
                    text(format!("{}.25", n * n % 101)),
                    text(if n * n % 101 < 50 { "low" } else { "high" }),
                ],
            )
        })
        .collect();
    let mut learner = learner(&["x", "class"], &rows, small());
    learner.predict_then_learn_rows(&rows).unwrap();
    learner
        .predict_then_learn(&row(301, [text("NA"), text("low")]))
        .unwrap();
    assert!(learner.columns()[0].missing > 0.0);
    let refused = learner.predict_then_learn(&row(302, [text("oops"), text("low")]));
    assert!(matches!(refused, Err(StreamError::Row { .. })));
}

#[test]
fn a_learner_of_nothing_is_refused() {
    let rows: Vec<Row> = (1..=60)
        .map(|n| row(n, [text(format!("user {n}")), text("y")]))
        .collect();
    let names = header(&["user", "class"]);
    let schema = Schema::infer(&names, &Roles::target("class"), &rows).unwrap();
    let refused = mesu_stream::StreamLearner::new(schema, small())
        .err()
        .unwrap();
    assert!(refused.to_string().contains("each row: user"), "{refused}");
}
