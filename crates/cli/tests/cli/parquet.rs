//! Predictions as Parquet.

use std::path::Path;

use mesu_rows::{Options, Row, Rows, Source, Value};

use crate::support::{fail, succeed};

fn read(path: &Path) -> (Vec<String>, Vec<Row>) {
    let mut rows = Rows::open(Source::path(path).unwrap(), &Options::default()).unwrap();
    let (mut all, mut row) = (Vec::new(), Row::default());
    while rows.read(&mut row).unwrap() {
        all.push(row.clone());
    }
    (rows.columns().to_vec(), all)
}

#[test]
fn parquet_holds_the_predictions_of_csv() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let bike = mesu_datasets::EmbeddedStream::named("bike").unwrap();
    std::fs::write(folder.join("bike.csv.gz"), bike.bytes).unwrap();
    let learn = [
        "learn",
        "bike.csv.gz",
        "--target",
        "cnt",
        "--regression",
        "--set",
        "members=linear-1e2",
    ];
    succeed(folder, &[&learn[..], &["--quiet"]].concat());
    for out in ["p.csv", "p.parquet"] {
        succeed(
            folder,
            &[
                "predict",
                "bike.mesu",
                "bike.csv.gz",
                "--output",
                out,
                "--quiet",
            ],
        );
    }
    let (csv, parquet) = (read(&folder.join("p.csv")), read(&folder.join("p.parquet")));
    assert_eq!(csv.0, parquet.0);
    assert_eq!((csv.1.len(), parquet.1.len()), (17_379, 17_379));
    for (text, typed) in csv.1.iter().zip(&parquet.1) {
        for (text, typed) in text.values.iter().zip(&typed.values) {
            match (text, typed) {
                (Value::Text(text), Value::Number(number)) => {
                    assert_eq!(text.parse::<f64>().unwrap(), *number);
                }
                (Value::Text(text), Value::Boolean(truth)) => assert_eq!(*text, truth.to_string()),
                (text, typed) => assert_eq!(text, typed),
            }
        }
    }
    // A state goes on in its file, which Parquet does not allow.
    let refused = fail(
        folder,
        &[
            "learn",
            "bike",
            "--state",
            "b.mesu",
            "--predictions",
            "q.parquet",
        ],
    );
    assert!(refused.contains(".csv, .tsv or .jsonl"), "{refused}");
}
