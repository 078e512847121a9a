//! The section on streams of rows.

use std::fmt::Write as _;

use serde::Deserialize;

/// Streams learned by mesu and its peers, as `benches/peers/streams.py` recorded them.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Streams {
    cpu: Option<String>,
    /// Versions of the peers' packages.
    packages: std::collections::BTreeMap<String, String>,
    /// Time that a peer had for a stream.
    seconds: f64,
    streams: Vec<Stream>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stream {
    stream: String,
    /// All rows with the defaults, and with a single member.
    mesu: Numbers,
    one: Numbers,
    peers: Vec<Peer>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Peer {
    peer: String,
    #[serde(flatten)]
    numbers: Numbers,
    /// The same rows.
    mesu: Numbers,
}

/// Numbers of a learner of classes, or of values.
#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Numbers {
    rows: u64,
    rows_per_second: f64,
    accuracy: Option<f64>,
    log_loss: Option<f64>,
    ece: Option<f64>,
    r2: Option<f64>,
    mae: Option<f64>,
    #[serde(rename = "coverage.90")]
    coverage: Option<f64>,
    peak_memory_bytes: Option<f64>,
}

impl Streams {
    pub(super) fn section(&self) -> String {
        let mut text = "\n## Streams of rows\n\n".to_owned();
        let versions = self.packages.iter();
        let versions: Vec<String> = versions.map(|(name, v)| format!("{name} {v}")).collect();
        let cpu = self.cpu.as_deref().unwrap_or("unknown processor");
        let _ = writeln!(
            text,
            "`python benches/peers/streams.py ../shared/data/streams --mesu target/release/mesu --record \
             results/streams.json`: every row predicted, then learned, once; all with their defaults, each peer for \
             {:.0} s a stream ({}) on {cpu}. Two rows of numbers are of the same first rows.",
            self.seconds,
            versions.join(", ")
        );
        self.classes(&mut text);
        self.values(&mut text);
        self.peers(&mut text);
        text
    }

    fn classes(&self, text: &mut String) {
        text.push_str(
            "\n| stream | rows | accuracy | log loss | ECE | rows/s | memory | one member: accuracy | rows/s |\n\
             |---|---|---|---|---|---|---|---|---|\n",
        );
        let classes: Vec<&Stream> = self.streams.iter().filter(|s| !s.is_of_values()).collect();
        for Stream {
            stream, mesu, one, ..
        } in &classes
        {
            let _ = writeln!(
                text,
                "| {stream} | {} | {} | {} | {} | {:.0} | {} | {} | {:.0} |",
                mesu.rows,
                decimals(mesu.accuracy),
                decimals(mesu.log_loss),
                decimals(mesu.ece),
                mesu.rows_per_second,
                mesu.peak_memory_bytes
                    .map_or(DASH.to_owned(), |bytes| format!("{:.0} MB", bytes / 1e6)),
                decimals(one.accuracy),
                one.rows_per_second,
            );
        }
        let mean = |number: fn(&Numbers) -> Option<f64>| {
            let numbers: Option<Vec<f64>> = classes.iter().map(|s| number(&s.mesu)).collect();
            decimals(numbers.map(|all| all.iter().sum::<f64>() / all.len() as f64))
        };
        let _ = writeln!(
            text,
            "| mean | | {} | {} | {} | | | | |",
            mean(|n| n.accuracy),
            mean(|n| n.log_loss),
            mean(|n| n.ece),
        );
    }

    fn values(&self, text: &mut String) {
        for Stream { stream, mesu, .. } in self.streams.iter().filter(|s| s.is_of_values()) {
            let _ = writeln!(
                text,
                "\nValues, {stream}, {} rows: R2 {}, MAE {:.2}, {} of the values in their 90 % intervals, {:.0} rows/s.",
                mesu.rows,
                decimals(mesu.r2),
                mesu.mae.unwrap_or(f64::NAN),
                decimals(mesu.coverage),
                mesu.rows_per_second,
            );
        }
    }

    /// Peers, each beside mesu on the rows that the peer got through.
    fn peers(&self, text: &mut String) {
        text.push_str(
            "\n| stream | peer | first rows | accuracy or R2 | mesu's | log loss or MAE | mesu's | rows/s | mesu's |\n\
             |---|---|---|---|---|---|---|---|---|\n",
        );
        for Stream { stream, peers, .. } in &self.streams {
            for Peer {
                peer,
                numbers,
                mesu,
            } in peers
            {
                let _ = writeln!(
                    text,
                    "| {stream} | {peer} | {} | {} | {} | {} | {} | {:.0} | {:.0} |",
                    numbers.rows,
                    decimals(numbers.accuracy.or(numbers.r2)),
                    decimals(mesu.accuracy.or(mesu.r2)),
                    decimals(numbers.log_loss.or(numbers.mae)),
                    decimals(mesu.log_loss.or(mesu.mae)),
                    numbers.rows_per_second,
                    mesu.rows_per_second,
                );
            }
        }
    }
}

impl Stream {
    fn is_of_values(&self) -> bool {
        self.mesu.r2.is_some()
    }
}

const DASH: &str = "–";

/// Three decimals; an R2 or an error that says that a learner has diverged is not a number to compare.
fn decimals(number: Option<f64>) -> String {
    match number {
        None => DASH.to_owned(),
        Some(number) if !(-1.0..1e6).contains(&number) => "diverged".to_owned(),
        Some(number) if number >= 100.0 => format!("{number:.1}"),
        Some(number) => format!("{number:.3}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_becomes_a_section() {
        let record = r#"{"cpu": "a processor", "packages": {"river": "0.26.1"}, "seconds": 60, "streams": [
            {"stream": "elec", "mesu": {"rows": 10, "rows_per_second": 40000, "accuracy": 0.9, "log_loss": 0.2, "ece": 0.004,
              "peak_memory_bytes": 12e6},
             "one": {"rows": 10, "rows_per_second": 120000, "accuracy": 0.8, "log_loss": 0.3, "ece": 0.01},
             "peers": [{"peer": "river ARF", "rows": 5, "rows_per_second": 1000, "accuracy": 0.7, "log_loss": 0.4,
               "mesu": {"rows": 5, "rows_per_second": 30000, "accuracy": 0.95, "log_loss": 0.1, "ece": 0.1}}]},
            {"stream": "bike", "mesu": {"rows": 9, "rows_per_second": 20000, "r2": 0.946, "mae": 28.5, "coverage.90": 0.9},
             "one": {"rows": 9, "rows_per_second": 1, "r2": 0.9, "mae": 30},
             "peers": [{"peer": "river LinearRegression", "rows": 9, "rows_per_second": 5, "r2": -3e14, "mae": 2e8,
               "mesu": {"rows": 9, "rows_per_second": 20000, "r2": 0.946, "mae": 28.5}}]}]}"#;
        let streams: Streams = serde_json::from_str(record).unwrap();
        let text = streams.section();
        for part in [
            "each peer for 60 s a stream (river 0.26.1) on a processor",
            "| elec | 10 | 0.900 | 0.200 | 0.004 | 40000 | 12 MB | 0.800 | 120000 |",
            "| mean | | 0.900 | 0.200 | 0.004 | | | | |",
            "R2 0.946, MAE 28.50, 0.900 of the values",
            "| elec | river ARF | 5 | 0.700 | 0.950 | 0.400 | 0.100 | 1000 | 30000 |",
            "| bike | river LinearRegression | 9 | diverged | 0.946 | diverged | 28.500 | 5 | 20000 |",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
    }
}
