//! Rows of streams, tested and then learned one by one: log loss of a learner with its defaults beside SGD at
//! several rates, on the same encoding.
//!
//! `cargo bench -p mesu-bench --bench rows -- FOLDER [SETTINGS]`: the folder holds `*.csv.gz` with columns `n_*`
//! (numbers), `c_*` (categories) and `y`; the settings are a learner's, as JSON.

use std::collections::HashMap;
use std::io::Read;
use std::path::Path;

use mesu::{Generator, Learner, LearnerConfig, NetworkConfig, SgdConfig};
use rayon::prelude::*;

const ROWS: usize = 12_000;
const FLOOR: f64 = 1e-6;

struct Stream {
    name: String,
    width: usize,
    active: f64,
    classes: usize,
    x: Vec<f32>,
    y: Vec<u32>,
}

fn read(path: &Path) -> Stream {
    let mut text = String::new();
    let file = std::fs::File::open(path).expect("a file");
    flate2::read::GzDecoder::new(file)
        .read_to_string(&mut text)
        .expect("gzip");
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().expect("a header").split(',').collect();
    let rows: Vec<Vec<&str>> = lines.take(ROWS).map(|l| l.split(',').collect()).collect();
    // Columns: a number and, where one is missing, an indicator; each category an input.
    let mut places: Vec<(usize, Option<usize>, HashMap<&str, usize>)> = Vec::new();
    let mut width = 0;
    for (c, name) in header[..header.len() - 1].iter().enumerate() {
        let at = width;
        if name.starts_with("n_") {
            width += 1;
            let missing = rows.iter().any(|r| r[c].is_empty());
            let indicator = missing.then(|| {
                width += 1;
                width - 1
            });
            places.push((at, indicator, HashMap::new()));
        } else {
            let mut values = HashMap::new();
            for r in &rows {
                let next = at + values.len();
                values.entry(r[c]).or_insert(next);
            }
            width += values.len();
            places.push((at, None, values));
        }
    }
    let active = places.len() as f64;
    let mut x = vec![0.0f32; rows.len() * width];
    let mut running = vec![(0.0f64, 0.0f64, 0.0f64); places.len()];
    for (row, x) in rows.iter().zip(x.chunks_exact_mut(width)) {
        for (c, (at, indicator, values)) in places.iter().enumerate() {
            if !values.is_empty() {
                x[values[row[c]]] = 1.0;
            } else if let Ok(value) = row[c].parse::<f64>() {
                let (n, mean, sum) = &mut running[c];
                *n += 1.0;
                let delta = value - *mean;
                *mean += delta / *n;
                *sum += delta * (value - *mean);
                let sd = (*sum / *n).sqrt();
                x[*at] = if sd > 0.0 {
                    ((value - *mean) / sd).clamp(-5.0, 5.0) as f32
                } else {
                    0.0
                };
            } else if let Some(indicator) = indicator {
                x[*indicator] = 1.0;
            }
        }
    }
    let y: Vec<u32> = rows
        .iter()
        .map(|r| r[r.len() - 1].parse::<f64>().map_or(0, |y| y as u32))
        .collect();
    Stream {
        name: path
            .file_name()
            .unwrap()
            .to_string_lossy()
            .replace(".csv.gz", ""),
        classes: 1 + *y.iter().max().unwrap() as usize,
        width,
        active,
        x,
        y,
    }
}

fn life(stream: &Stream, network: &NetworkConfig, config: &LearnerConfig, seed: u64) -> (f64, f64) {
    let mut learner =
        Learner::new(stream.width, stream.classes, network, config, seed).expect("sound");
    let (mut loss, mut correct) = (0.0, 0);
    for (number, (x, y)) in stream
        .x
        .chunks_exact(stream.width)
        .zip(&stream.y)
        .enumerate()
    {
        let noise = Generator::named(seed, "test", &[number as u64]);
        let Ok(prediction) = learner.predict(x, noise) else {
            return (f64::NAN, 0.0);
        };
        loss -= f64::from(prediction.probabilities[*y as usize])
            .max(FLOOR)
            .ln();
        correct += usize::from(prediction.top(0).0 == *y);
        if learner.learn(x, &[*y]).is_err() {
            return (f64::NAN, 0.0);
        }
    }
    let n = stream.y.len() as f64;
    (loss / n, correct as f64 / n)
}

fn main() {
    let mut folder = "../shared/data/streams".to_owned();
    let mut given = Vec::new();
    let mut net = NetworkConfig::default();
    for a in std::env::args().skip(1) {
        if a.starts_with('{') {
            given.push(a)
        } else if let Some(n) = a.strip_prefix("net=") {
            net = serde_json::from_str(n).expect("network");
        } else if !a.starts_with("--") {
            folder = a
        }
    }
    if given.is_empty() {
        given.push(r#"{"kind":"mesu"}"#.into());
    }
    let mut paths: Vec<_> = std::fs::read_dir(&folder)
        .expect("folder")
        .filter_map(|e| Some(e.ok()?.path()))
        .filter(|p| {
            p.to_string_lossy().ends_with(".csv.gz") && !p.to_string_lossy().contains("regression")
        })
        .collect();
    paths.sort();
    let streams: Vec<Stream> = paths.par_iter().map(|p| read(p)).collect();
    let mut configs: Vec<(String, LearnerConfig)> = given
        .iter()
        .map(|g| (g.clone(), serde_json::from_str(g).expect("settings")))
        .collect();
    if std::env::var_os("NO_SGD").is_none() {
        for lr in [0.003, 0.01, 0.03, 0.1] {
            configs.push((format!("sgd {lr}"), SgdConfig::default().lr(lr).into()));
        }
    }
    print!("{:60}", "");
    for s in &streams {
        print!(" {:>12}", s.name);
    }
    println!("  mean");
    for (name, config) in &configs {
        let lives: Vec<(f64, f64)> = streams
            .par_iter()
            .map(|s| {
                let network = NetworkConfig {
                    active_inputs: Some(s.active),
                    ..net.clone()
                };
                life(s, &network, config, 1)
            })
            .collect();
        print!("{name:60}");
        for (l, a) in &lives {
            print!("  {l:.3} {a:.3}");
        }
        let n = lives.len() as f64;
        println!(
            "  {:.4} {:.4}",
            lives.iter().map(|l| l.0).sum::<f64>() / n,
            lives.iter().map(|l| l.1).sum::<f64>() / n
        );
    }
}
