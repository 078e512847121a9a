use super::*;
use crate::answer::{Answer, ClassAnswer, ValueAnswer};

fn class(told: u32, total: f32) -> Answer {
    Answer {
        told: Told::Class(ClassAnswer {
            class: Some(told),
            probabilities: vec![0.5; 30],
            total,
            epistemic: total / 8.0,
            ..ClassAnswer::default()
        }),
        spread: 0.5,
        out_of_range: 0.0,
        stranger: false,
    }
}

fn value(mean: f64, deviation: f64) -> Answer {
    Answer {
        told: Told::Value(ValueAnswer {
            mean,
            total: deviation * deviation,
            aleatoric: 0.0,
            epistemic: 0.25,
        }),
        spread: 0.5,
        out_of_range: 0.0,
        stranger: true,
    }
}

fn scored(answer: &Answer, truth: Truth, rows: u64) -> Scored<'_> {
    Scored {
        answer,
        truth,
        loss: rows as f64,
        weights: &[0.25, 0.75],
        rows,
        row: rows,
        id: Some("id"),
        time: None,
    }
}

fn classes() -> History {
    let classes = Vec::new();
    History::new(&Target::Class { classes })
}

#[test]
fn stretches_merge_and_lose_nothing() {
    let mut history = classes();
    for rows in 1..=10_000_u64 {
        // Every fourth is wrong, and less sure.
        let wrong = rows % 4 == 0;
        let answer = class(0, if wrong { 1.0 } else { 0.5 });
        history.add(&scored(&answer, Truth::Class(u32::from(wrong)), rows));
        let points = history.trace(usize::MAX);
        if [400, 401, 800, 10_000].contains(&rows) {
            let labeled: u64 = points.iter().map(|point| point.labeled).sum();
            assert_eq!(labeled, rows);
            // 400 of one, 200 of two and one more, 400 of two, 313 of 32 and what is left.
            let count = [(400, 400), (401, 201), (800, 400), (10_000, 313)];
            assert!(count.contains(&(rows, points.len())), "{}", points.len());
        }
    }
    let points = history.trace(10);
    assert_eq!(points.len(), 10);
    assert!(points.windows(2).all(|pair| pair[0].rows < pair[1].rows));
    let all = history.trace(0);
    let [all] = &all[..] else { panic!("{all:?}") };
    assert_eq!((all.rows, all.labeled, all.loss), (10_000, 10_000, 5_000.5));
    assert_eq!(all.weights, [0.25, 0.75]);
    let TraceScore::Class {
        accuracy,
        right,
        wrong,
    } = &all.score
    else {
        panic!("{all:?}")
    };
    let [right, wrong] = [right, wrong].map(|one| one.as_ref().unwrap());
    assert!((accuracy - 0.75).abs() < 1e-12);
    assert_eq!(
        (right.total, wrong.total, wrong.epistemic),
        (0.5, 1.0, 0.125)
    );
}

#[test]
fn wrong_answers_that_were_less_sure_are_told_apart() {
    let mut history = classes();
    for rows in 1..=1_000 {
        let wrong = rows % 5 == 0;
        let answer = class(3, if wrong { 3.9 } else { 0.2 });
        let truth = if wrong { 25 } else { 3 };
        history.add(&scored(&answer, Truth::Class(truth), rows));
    }
    let classes = history.classes().unwrap();
    assert_eq!(classes.total().auroc(), Some(1.0));
    // Grown from 1/16 to 4.
    assert_eq!(classes.total().width(), 4.0 / 256.0);
    let sums = classes.total().counts().iter();
    let sums = sums.fold([0, 0], |sum, bin| [sum[0] + bin[0], sum[1] + bin[1]]);
    assert_eq!(sums, [800, 200]);
    let confusion = classes.confusion(30);
    assert_eq!(
        (confusion.len(), confusion[3][3], confusion[20][3]),
        (21, 800, 200)
    );
    assert_eq!(classes.confusion(4).len(), 4);
    // One bin of both is no better than chance.
    let mut histogram = Histogram::default();
    assert_eq!(histogram.auroc(), None);
    histogram.add(0.3, true);
    histogram.add(0.3, false);
    histogram.add(f64::NAN, true);
    histogram.add(f64::INFINITY, true);
    assert_eq!(histogram.auroc(), Some(0.5));
}

#[test]
fn densities_that_are_right_hold_what_they_say() {
    let mut history = History::new(&Target::Value);
    // Quantiles of a normal density around 3, of a deviation of 2, half of them told twice as wide.
    for i in 0..4_000_u64 {
        let p = (i as f64 + 0.5) / 4_000.0;
        let (mut low, mut high) = (-9.0, 9.0);
        for _ in 0..60 {
            let middle = 0.5 * (low + high);
            let below = 0.5 * libm::erfc(-middle / std::f64::consts::SQRT_2);
            (low, high) = if below < p {
                (middle, high)
            } else {
                (low, middle)
            };
        }
        let answer = value(3.0, 2.0);
        history.add(&scored(&answer, Truth::Value(3.0 + 2.0 * low), i + 1));
    }
    let values = history.values().unwrap();
    for probability in [0.5, 0.8, 0.9, 0.95, 1.0] {
        let found = values.coverage(probability);
        assert!((found - probability).abs() < 2e-3, "{probability}: {found}");
    }
    assert_eq!(values.places().iter().sum::<u64>(), 4_000);
    let [bin] = values.deviations()[..] else {
        panic!("{:?}", values.deviations())
    };
    assert_eq!((bin.rows, bin.deviation), (4_000, 2.0));
    assert!((bin.rmse - 2.0).abs() < 0.01, "{bin:?}");
    let point = &history.trace(1)[0];
    assert_eq!((point.epistemic, point.strangers), (0.25, 1.0));
    let TraceScore::Value {
        measures,
        deviation,
    } = &point.score
    else {
        panic!("{point:?}")
    };
    assert_eq!((measures.rows, *deviation), (4_000, 2.0));
    assert!((measures.coverage - 0.9).abs() < 2e-3, "{measures:?}");
    assert!(history.classes().is_none() && history.changes().is_empty());
}

#[test]
fn the_rows_that_stand_out_are_kept_behind_the_beginning() {
    let mut history = classes();
    for rows in 1..=5_000_u64 {
        let answer = class(0, ((rows * 997) % 5_000) as f32 / 5_000.0);
        history.add(&scored(&answer, Truth::Class(1), rows));
    }
    let [surest, least] = [history.surest(), history.least_sure()];
    assert_eq!((surest.len(), least.len()), (10, 10));
    assert!(surest.is_sorted_by(|a, b| a.total <= b.total) && surest[9].total < 0.003);
    assert!(least.is_sorted_by(|a, b| a.total >= b.total) && least[9].total > 0.997);
    let losses: Vec<u64> = history
        .most_surprising()
        .iter()
        .map(|row| row.row)
        .collect();
    assert_eq!(losses, (4_991..=5_000).rev().collect::<Vec<_>>());
    assert!(surest.iter().chain(least).all(|row| row.row > 100));
    assert_eq!(surest[0].id.as_deref(), Some("id"));
    let expected = NotedTold::Class {
        told: Some(0),
        probability: 0.5,
        truth: 1,
    };
    assert_eq!(surest[0].told, expected);
}

#[test]
fn its_size_has_a_bound() {
    let mut history = classes();
    for rows in 1..=200_000_u64 {
        let answer = class(rows as u32 % 300, (rows % 5) as f32);
        history.add(&scored(&answer, Truth::Class(rows as u32 % 299), rows));
        history.changed(rows);
    }
    assert_eq!(history.changes().len(), MOST_DRIFTS);
    let bytes = postcard::to_allocvec(&history).unwrap();
    assert!(bytes.len() < 60_000, "{}", bytes.len());
    let target = Target::Class {
        classes: Vec::new(),
    };
    assert!(history.is_sound(&target) && !history.is_sound(&Target::Value));
    assert!(postcard::from_bytes::<History>(&bytes).unwrap() == history);
}
