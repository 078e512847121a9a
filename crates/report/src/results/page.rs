//! RESULTS.md.

use std::fmt::Write as _;

use serde_json::Value;

use super::{CellRecord, Record};
use crate::repro::{Figure, Reached};
use mesu_lab::record::measures::{
    AVERAGE, MEASURES, Measure, NEWEST, PEAK_MEMORY, TEST_SECONDS, TRAIN_SECONDS, find,
};
use mesu_lab::record::unit::Unit;

const HEAD: &str = "\
# Results

Made by `mesu results results --out RESULTS.md` of the records in [results](results), which the command over
each table wrote (with `--record results`); nothing here is typed. Paper: Bonnet et al., Nature Communications
2025. The machine is shared and noisy: times are of runs beside other programs unless they say otherwise.
";

/// The page of `records`, each with its figure, of streams of rows, and of `mesu bench all --json`.
pub(super) fn page(
    records: &[(&Figure, Record)],
    streams: Option<String>,
    bench: Option<&Value>,
) -> String {
    let mut text = HEAD.to_owned();
    for (figure, record) in records {
        section(&mut text, figure, record);
    }
    text.extend(streams);
    if let Some(bench) = bench {
        speed(&mut text, bench);
    }
    text
}

fn section(text: &mut String, figure: &Figure, record: &Record) {
    let _ = writeln!(text, "\n## {}\n", figure.title);
    let plural = if record.seeds == 1 {
        ""
    } else {
        "s, mean ± standard deviation"
    };
    // A record of fewer seeds than the command would take now.
    let of_all = match figure.seeds.len() {
        all if all > record.seeds => format!(" (of the {all} that the command takes)"),
        _ => String::new(),
    };
    let _ = write!(
        text,
        "`mesu repro {}`: {} seed{plural}{of_all}; ",
        figure.name, record.seeds
    );
    let seconds = |measure: &Measure| -> f64 {
        let cells = record.cells.iter();
        let means = cells.filter_map(|cell| numbers(cell, measure)?.first());
        means.sum::<f64>() * record.seeds as f64
    };
    let (learning, testing) = (seconds(&TRAIN_SECONDS), seconds(&TEST_SECONDS));
    let _ = write!(
        text,
        "{} of learning and {} of testing, added up over its runs",
        minutes(learning),
        minutes(testing)
    );
    if let Some(wall) = record.wall_seconds {
        let _ = write!(text, ", {} on the clock", minutes(wall));
    }
    let peaks = record.cells.iter();
    let peaks = peaks.filter_map(|cell| numbers(cell, &PEAK_MEMORY)?.first());
    let peak = peaks.copied().fold(0.0, f64::max);
    if peak > 0.0 {
        let _ = write!(text, ", up to about {:.1} GB of memory", peak / 1e9);
    }
    let cpu = record.cpu.as_deref().unwrap_or("unknown processor");
    let _ = writeln!(text, "; {} cores of {cpu}.", record.cores);
    if !figure.note.is_empty() {
        let _ = writeln!(text, "{}", figure.note);
    }
    text.push_str("\n| cell | number | paper | ours | target | met |\n|---|---|---|---|---|---|\n");
    for row in &record.rows {
        reached(text, row);
    }
    if record.cells.len() > 1 {
        cells(text, &record.cells);
    }
}

fn reached(text: &mut String, row: &Reached) {
    let unit = unit(&row.at);
    let shown = |mean: Option<f64>, std| mean.map_or(String::new(), |mean| unit.text((mean, std)));
    let target = match (row.target, row.within) {
        (Some(target), _) if !row.over.is_empty() => {
            let from = match &row.over[..] {
                [one] => one.clone(),
                _ => "best of the others".to_owned(),
            };
            format!("{from} + {}", unit.text((target, None)))
        }
        (Some(target), _) => unit.text((target, None)),
        (None, Some(within)) => format!("within {}", unit.text((within, None))),
        (None, None) => String::new(),
    };
    let met = match row.met {
        None => "",
        Some(true) => "yes",
        Some(false) => "**no**",
    };
    let _ = writeln!(
        text,
        "| {} | {} | {} | {} | {target} | {met} |",
        row.cell,
        row.number,
        shown(row.paper.first().copied(), row.paper.get(1).copied()),
        shown(row.ours, row.std),
    );
}

fn cells(text: &mut String, cells: &[CellRecord]) {
    // A column without numbers says nothing, nor one that repeats another: of a single task all do, and
    // windows of more tasks than there are repeat the average. A mean of AUROCs is told where there is
    // nothing unknown in the end.
    let values =
        |measure: &Measure| -> Vec<_> { cells.iter().map(|cell| numbers(cell, measure)).collect() };
    let none = |measure: &Measure| values(measure).iter().all(Option::is_none);
    let (newest, average) = (values(&NEWEST), values(&AVERAGE));
    let says = |measure: &&Measure| {
        let values = values(measure);
        let zero = |value: &Option<&Vec<f64>>| value.is_none_or(|v| v.iter().all(|x| *x == 0.0));
        let again = match measure.window {
            Some(_) => values == average,
            None => **measure != NEWEST && values == newest,
        };
        !values.iter().all(zero) && !again
    };
    let columns = MEASURES.iter().filter(|measure| measure.in_results);
    let columns = columns.map(|measure| match measure.along {
        Some(along) if none(measure) => along,
        _ => measure,
    });
    let columns: Vec<&Measure> = columns.filter(says).collect();
    let heads: Vec<&str> = columns.iter().map(|measure| measure.name).collect();
    let _ = writeln!(text, "\n| cell | {} |", heads.join(" | "));
    let _ = writeln!(text, "|---{}|", "|---".repeat(columns.len()));
    for cell in cells {
        if let Some(error) = &cell.error {
            let _ = writeln!(text, "| {} | {error} |", cell.cell);
            continue;
        }
        let shown = columns.iter().map(|measure| match numbers(cell, measure) {
            // Weights that are points have no epistemic uncertainty; in older records, exactly chance.
            Some(values) if measure.epistemic && is_chance(values) => "–".to_owned(),
            None if measure.epistemic => "–".to_owned(),
            Some(values) if !values.is_empty() => {
                measure.unit.text((values[0], values.get(1).copied()))
            }
            _ => String::new(),
        });
        let shown: Vec<String> = shown.collect();
        let _ = writeln!(text, "| {} | {} |", cell.cell, shown.join(" | "));
    }
}

/// Returns whether an AUROC is exactly chance, without a spread.
fn is_chance(values: &[f64]) -> bool {
    values[..1.min(values.len())] == [0.5] && values[1..].iter().all(|std| *std == 0.0)
}

/// The mean of a cell by this measure and, of several seeds, its standard deviation.
fn numbers<'a>(cell: &'a CellRecord, measure: &Measure) -> Option<&'a Vec<f64>> {
    cell.numbers.get(&measure.key())
}

/// Unit of the number of this key.
fn unit(key: &str) -> Unit {
    find(key).map_or(Unit::Plain, |measure| measure.unit)
}

fn minutes(seconds: f64) -> String {
    match seconds {
        ..60.0 => format!("{seconds:.0} s"),
        ..7200.0 => format!("{:.0} min", seconds / 60.0),
        _ => format!("{:.1} h", seconds / 3600.0),
    }
}

/// The tables of `mesu bench all --json`.
fn speed(text: &mut String, bench: &Value) {
    let number = |value: &Value, key: &str| value[key].as_f64().unwrap_or_default();
    let count = |value: f64| Unit::Count.text((value, None));
    let machine = &bench["machine"];
    let _ = writeln!(
        text,
        "\n## Speed\n\n`mesu bench all --json > results/bench.json`: a stream, a batch or a limit on one core, \
         predictions on {}; {}, {}.\n",
        bench["predict"]["threads"],
        machine["cpu"].as_str().unwrap_or("unknown processor"),
        machine["simd"].as_str().unwrap_or_default(),
    );
    text.push_str("| bench | measured | bounded by | bound | share |\n|---|---|---|---|---|\n");
    for row in bench["roofline"]["table"].as_array().into_iter().flatten() {
        let _ = writeln!(
            text,
            "| {} | {} {} | {} | {} | {:.0} % |",
            row["bench"].as_str().unwrap_or_default(),
            count(number(row, "measured")),
            row["unit"].as_str().unwrap_or_default(),
            row["bounded_by"].as_str().unwrap_or_default(),
            count(number(row, "bound")),
            100.0 * number(row, "share"),
        );
    }
    text.push_str(
        "\n| products | GFLOP/s | of a fast matrix product on the same shapes |\n|---|---|---|\n",
    );
    let runs = bench["batch"]["runs"].as_array().into_iter().flatten();
    let batches = runs.map(|run| {
        (
            format!("batch {}, S = {}", text_of(bench, "batch"), run["samples"]),
            run,
        )
    });
    let predict = (
        format!("predict {}", text_of(bench, "predict")),
        &bench["predict"],
    );
    for (name, run) in batches.chain([predict]) {
        let (rate, share) = (number(run, "gflops"), 100.0 * number(run, "share"));
        let _ = writeln!(text, "| {name} | {rate:.0} | {share:.0} % |");
    }
    let cnn = &bench["cnn"];
    let _ = writeln!(
        text,
        "\n| {}, {} images a batch, {} threads | images/s | GFLOP/s | of a large matrix product |\n|---|---|---|---|",
        text_of(bench, "cnn"),
        cnn["batch_size"],
        cnn["threads"],
    );
    for run in cnn["runs"].as_array().into_iter().flatten() {
        let _ = writeln!(
            text,
            "| {}, S = {} | {} | {:.0} | {:.0} % |",
            run["estimator"].as_str().unwrap_or_default(),
            run["samples"],
            count(number(run, "images_per_second")),
            number(run, "gflops"),
            100.0 * number(run, "share"),
        );
    }
    text.push_str("\n| stream | ns per synapse and update |\n|---|---|\n");
    for stream in bench["stream"].as_array().into_iter().flatten() {
        let nanoseconds = number(stream, "nanoseconds_per_synapse");
        let _ = writeln!(
            text,
            "| {} | {nanoseconds:.3} |",
            stream["name"].as_str().unwrap_or_default()
        );
    }
}

fn text_of<'a>(bench: &'a Value, part: &str) -> &'a str {
    bench[part]["name"].as_str().unwrap_or_default()
}
