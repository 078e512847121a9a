//! Every benchmark of digits beside what bounds it on this machine.
//!
//! The bound of a benchmark is the largest of the least times that its resources take, each on its own:
//! a true roofline, which supposes perfect overlap and is never reached.

use std::collections::BTreeMap;
use std::time::Duration;

use mesu_lab::record::Machine;
use serde::Serialize;

use crate::batch::Batch;
use crate::digits::Digits;
use crate::error::BenchError;
use crate::limits::Limits;
use crate::predict::Predict;
use crate::stream::{Stream, StreamLength};
use crate::timing::Effort;
use crate::work::Work;

/// Widths of the one hidden layer in the streams: in L2, and beyond.
const STREAMS: [usize; 3] = [50, 512, 1024];
/// Draws of the network per update of a stream.
const SAMPLES: usize = 10;

/// Results of every benchmark of digits, and the roofline over them.
#[derive(Clone, Debug, PartialEq)]
pub struct Measured {
    /// Results of networks of growing width.
    pub stream: Vec<Stream>,
    /// Learning in batches.
    pub batch: Batch,
    /// Predicting.
    pub predict: Predict,
    /// Their bounds.
    pub roofline: Roofline,
}

/// Bounds of benchmarks on a machine.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Roofline {
    /// `roofline`.
    pub bench: &'static str,
    /// Instruction set of the kernels.
    pub simd: String,
    /// Limits of one core.
    pub limits: LimitRates,
    /// For each benchmark.
    pub table: Vec<Row>,
}

/// Limits as they are told.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LimitRates {
    /// From the first cache to the memory.
    pub bandwidth: Vec<Bandwidth>,
    /// 10^9 floating-point operations/s of fused multiply-adds.
    pub gflops: f64,
    /// Numbers drawn from N(0, 1).
    pub normals_per_second: f64,
}

/// Bandwidth of a cache level or the memory.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Bandwidth {
    /// `L1`, `L2`, `L3` or `memory`.
    pub name: &'static str,
    /// Both arrays together.
    pub measured_bytes: u64,
    /// 10^9 bytes/s, read and written.
    pub gigabytes_per_second: f64,
}

/// A benchmark and its bound.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Row {
    /// Its name and network.
    pub bench: String,
    /// Unit of the rates.
    pub unit: &'static str,
    /// Cores it runs on.
    pub cores: usize,
    /// The resource of the least rate.
    pub bounded_by: String,
    /// The rate that this resource allows.
    pub bound: f64,
    /// The rate that each resource allows.
    pub bounds: BTreeMap<String, f64>,
    /// The rate that was reached.
    pub measured: f64,
    /// `measured` over `bound`.
    pub share: f64,
}

impl Measured {
    /// Measures the limits of one core, then every benchmark of digits. `announce` is told what is
    /// measured next.
    ///
    /// # Errors
    /// As [`Digits::load`], [`Stream::measure`], [`Batch::measure`] and [`Predict::measure`].
    pub fn new(
        machine: &Machine,
        effort: Effort,
        length: StreamLength,
        announce: &dyn Fn(&str),
    ) -> Result<Self, BenchError> {
        let digits = Digits::load()?;
        announce("the machine's limits");
        let limits = Limits::measure(machine, effort);
        let mut streams = Vec::new();
        for hidden in STREAMS {
            announce(&format!("stream, {hidden} neurons"));
            streams.push(Stream::measure(&digits, &[hidden], SAMPLES, length)?);
        }
        announce("batch");
        let batch = Batch::measure(&digits, effort)?;
        announce("predict");
        let predict = Predict::measure(&digits, effort)?;
        let roofline = Roofline::new(&machine.simd, &limits, &streams, &batch, &predict);
        Ok(Self {
            stream: streams,
            batch,
            predict,
            roofline,
        })
    }
}

impl Roofline {
    /// Bounds by `limits` of what was measured.
    fn new(
        simd: &str,
        limits: &Limits,
        streams: &[Stream],
        batch: &Batch,
        predict: &Predict,
    ) -> Self {
        let mut table = Vec::new();
        for stream in streams {
            table.push(Row {
                bench: format!("stream {}", stream.name),
                unit: "updates/s",
                ..Row::new(
                    &Work::stream(&stream.network, stream.samples),
                    (limits, 1),
                    stream.updates_per_second,
                )
            });
        }
        for run in &batch.runs {
            let work = Work::batch(&batch.network, batch.batch_size, run.samples);
            table.push(Row {
                bench: format!("batch {}, S={}", batch.name, run.samples),
                ..Row::new(&work, (limits, 1), run.rates.images_per_second)
            });
        }
        let work = Work::predict(&predict.network, predict.samples);
        let rate = predict.rates.images_per_second;
        table.push(Row {
            bench: format!("predict {}", predict.name),
            ..Row::new(&work, (limits, predict.threads), rate)
        });
        Self {
            bench: "roofline",
            simd: simd.to_owned(),
            limits: LimitRates::from(limits),
            table,
        }
    }
}

impl Row {
    /// `work` at the rate `measured`, in images/s, against its bound on so many cores.
    fn new(work: &Work, (limits, cores): (&Limits, usize), measured: f64) -> Self {
        let bound = work.bound(limits, cores);
        let bounds = bound.rates.iter();
        Self {
            bench: String::new(),
            unit: "images/s",
            cores,
            bounded_by: bound.resource().to_string(),
            bound: bound.rate(),
            bounds: bounds.map(|(of, rate)| (of.to_string(), *rate)).collect(),
            measured,
            share: measured / bound.rate(),
        }
    }
}

impl From<&Limits> for LimitRates {
    fn from(limits: &Limits) -> Self {
        let bandwidth = limits.levels.iter().map(|level| Bandwidth {
            name: level.name,
            measured_bytes: level.measured_bytes,
            gigabytes_per_second: level.bytes_per_second / 1e9,
        });
        Self {
            bandwidth: bandwidth.collect(),
            gflops: limits.flops_per_second() / 1e9,
            normals_per_second: limits.normals_per_second,
        }
    }
}

impl StreamLength {
    /// As long as the roofline's rows are measured for.
    pub const ROOFLINE: Self = Self::full(Duration::from_secs(5));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::Level;

    #[test]
    fn a_row_tells_the_tightest_bound_and_the_share_of_it() {
        let level = |name, holds_bytes, bytes_per_second| Level {
            name,
            holds_bytes,
            measured_bytes: 0,
            bytes_per_second,
        };
        let limits = Limits {
            levels: vec![level("L1", 1 << 15, 4e11), level("memory", u64::MAX, 1e10)],
            multiplies_per_second: 4e9,
            normals_per_second: 2e9,
        };
        let work = Work {
            multiplies: 100.0,
            bytes: 1_000.0,
            normals: 10.0,
            resident_bytes: 1 << 20,
        };
        // Two cores: 80 million/s by the multiplications, 20 by the memory, 400 by the normals.
        let row = Row::new(&work, (&limits, 2), 5e6);
        assert_eq!((&row.bounded_by[..], row.bound), ("memory bandwidth", 2e7));
        assert_eq!(row.share, 0.25);
        let bounds = row.bounds.iter().map(|(of, rate)| (&of[..], *rate));
        assert_eq!(
            bounds.collect::<Vec<_>>(),
            [
                ("memory bandwidth", 2e7),
                ("multiply-adds", 8e7),
                ("normals", 4e8)
            ]
        );
    }
}
