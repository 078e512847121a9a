//! Speed, printed: `cargo test --release -p mesu-rows --test rows -- --ignored --nocapture rows_per_second`.

use std::fmt::Write;
use std::time::Instant;

use mesu_rows::{Options, Row, Rows, Source};

use crate::open_with;

#[test]
#[ignore = "prints rows per second, which are those of a release build alone"]
fn rows_per_second() {
    const ROWS: u64 = 500_000;
    let columns: Vec<String> = (0..9).map(|column| format!("column{column}")).collect();
    let (mut csv, mut quoted, mut json) = (columns.join(",") + "\n", String::new(), String::new());
    let mut state = 1_u64;
    for _ in 0..ROWS {
        let (mut plain, mut quotes) = (String::new(), String::new());
        json.push('{');
        for column in &columns {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            let number = (state >> 40) as f64 / 1e4;
            write!(plain, "{number},").unwrap();
            write!(quotes, "\"{number}\",").unwrap();
            write!(json, "\"{column}\":{number},").unwrap();
        }
        for (text, row) in [(&mut csv, plain), (&mut quoted, quotes)] {
            text.push_str(row.trim_end_matches(','));
            text.push('\n');
        }
        json.pop();
        json.push_str("}\n");
    }
    let quoted = columns.join(",") + "\n" + &quoted;
    for (name, text) in [
        ("CSV", csv),
        ("CSV, all in quotes", quoted),
        ("JSON lines", json),
    ] {
        let bytes = text.len() as f64;
        let mut rows = open_with(text, &Options::default()).unwrap();
        let mut row = Row::default();
        let started = Instant::now();
        while rows.read(&mut row).unwrap() {}
        let seconds = started.elapsed().as_secs_f64();
        assert_eq!(rows.place().rows, ROWS);
        let (rate, megabytes) = (ROWS as f64 / seconds, bytes / 1e6 / seconds);
        eprintln!("{name}: {rate:.0} rows/s of 9 columns, {megabytes:.0} MB/s");
    }
}

/// Bytes over and over, a number of times.
struct Repeated {
    bytes: Vec<u8>,
    at: usize,
    left: u32,
}

impl std::io::Read for Repeated {
    fn read(&mut self, to: &mut [u8]) -> std::io::Result<usize> {
        if self.at == self.bytes.len() && self.left > 0 {
            (self.at, self.left) = (0, self.left - 1);
        }
        let count = to.len().min(self.bytes.len() - self.at);
        to[..count].copy_from_slice(&self.bytes[self.at..self.at + count]);
        self.at += count;
        Ok(count)
    }
}

#[cfg(target_os = "linux")]
#[test]
#[ignore = "prints the peak memory of its process: run alone"]
fn peak_memory() {
    let rows = "0.123456,red,17,-3.25,,true,2026-01-02,\"a, b\",9\n".repeat(1000);
    let header = "a,b,c,d,e,f,g,h,i\n".as_bytes();
    let repeated = Repeated {
        bytes: rows.into_bytes(),
        at: 0,
        left: 9_999,
    };
    let source = Source::reader("x", std::io::Read::chain(header, repeated));
    let mut rows = Rows::open(source, &Options::default()).unwrap();
    let mut row = Row::default();
    while rows.read(&mut row).unwrap() {}
    assert_eq!(rows.place().rows, 10_000_000);
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let peak = status.lines().find(|line| line.starts_with("VmHWM"));
    eprintln!("after 10,000,000 rows: {}", peak.unwrap());
}
