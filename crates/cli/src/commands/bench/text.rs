//! Results of benchmarks, in lines for people.

use std::fmt::Write as _;

use mesu_bench::{BASELINES, Batch, Cnn, Measured, Predict, Rates, Roofline, Stream};
use mesu_lab::record::Machine;

use crate::output::grouped;

pub(super) fn stream(stream: &Stream) -> String {
    let median = stream.updates_per_second;
    let rounds = &stream.updates_per_second_rounds;
    let fold = |of: fn(f64, f64) -> f64| rounds.iter().copied().fold(median, of);
    format!(
        "{} updates/s, {:.3} ns per synapse\n  \
         {}, {} samples, one core; median of {} rounds, {} to {}\n",
        grouped(median),
        stream.nanoseconds_per_synapse,
        stream.name,
        stream.samples,
        rounds.len(),
        grouped(fold(f64::min)),
        grouped(fold(f64::max)),
    )
}

pub(super) fn batch(batch: &Batch) -> String {
    let mut lines = String::new();
    for run in &batch.runs {
        lines += &rates(&run.rates, "a GEMM on the same shapes");
        let _ = writeln!(
            lines,
            "  {}, {} per batch, S={}, learning on one core",
            batch.name, batch.batch_size, run.samples,
        );
    }
    lines
}

pub(super) fn predict(predict: &Predict) -> String {
    let rate = rates(&predict.rates, "a GEMM on the same shapes");
    format!(
        "{rate}  {}, {} samples, probabilities and entropies of {} images, {} threads\n",
        predict.name, predict.samples, predict.images, predict.threads,
    )
}

pub(super) fn cnn(cnn: &Cnn) -> String {
    let mut lines = String::new();
    for run in &cnn.runs {
        lines += &rates(&run.rates, "a large GEMM");
        let estimator = serde_json::to_value(run.estimator).unwrap_or_default();
        let _ = writeln!(
            lines,
            "  {}, {} per batch, {}, S={}, {} threads",
            cnn.name,
            cnn.batch_size,
            estimator.as_str().unwrap_or_default(),
            run.samples,
            cnn.threads,
        );
    }
    lines
}

pub(super) fn roofline(roofline: &Roofline) -> String {
    let mut lines = format!("one core, {}\n", roofline.simd);
    for level in &roofline.limits.bandwidth {
        let _ = writeln!(
            lines,
            "  {:<16} {:>7.1} GB/s     read and written, two arrays of {} KiB",
            level.name,
            level.gigabytes_per_second,
            grouped(level.measured_bytes as f64 / 2048.0),
        );
    }
    let _ = writeln!(
        lines,
        "  {:<16} {:>7.1} GFLOP/s  fused, in registers\n  {:<16} {:>7.2} /ns\n",
        "multiply-adds",
        roofline.limits.gflops,
        "normals",
        roofline.limits.normals_per_second / 1e9,
    );
    let _ = writeln!(
        lines,
        "{:<28} {:<14} {:>9} {:>10}  {:<9} {:>5}",
        "bench", "bounded by", "bound", "measured", "", "share"
    );
    for row in &roofline.table {
        let _ = writeln!(
            lines,
            "{:<28} {:<14} {:>9} {:>10}  {:<9} {:>3.0} %",
            row.bench,
            row.bounded_by,
            grouped(row.bound),
            grouped(row.measured),
            row.unit,
            100.0 * row.share,
        );
    }
    lines.push_str(
        "The bound is the largest of the times that each resource takes on its own, as if all\n\
         overlapped perfectly.\n",
    );
    lines
}

pub(super) fn all(machine: &Machine, measured: &Measured, cnn: &Cnn) -> String {
    let mut lines = format!(
        "mesu {} on {}, {} cores, {}",
        machine.version,
        machine.cpu.as_deref().unwrap_or(&machine.platform),
        machine.cores,
        machine.simd,
    );
    if let Some(bytes) = machine.memory_bytes {
        let gibibytes = bytes as f64 / f64::from(1 << 30);
        let _ = write!(lines, ", {gibibytes:.0} GiB");
    }
    lines.push_str("\n\nstream\n");
    measured.stream.iter().for_each(|one| lines += &stream(one));
    for (part, text) in [
        ("batch", batch(&measured.batch)),
        ("predict", predict(&measured.predict)),
        ("cnn", self::cnn(cnn)),
        ("roofline", roofline(&measured.roofline)),
    ] {
        let _ = write!(lines, "\n{part}\n{text}");
    }
    lines + &without_baselines("all")
}

/// A rate beside that of `gemm`, where one was measured, in a line.
fn rates(rates: &Rates, gemm: &str) -> String {
    let mut line = format!(
        "{:>9} images/s  {:5.1} GFLOP/s",
        grouped(rates.images_per_second),
        rates.gflops,
    );
    if let (Some(share), Some(theirs)) = (rates.share, rates.gemm_gflops) {
        let _ = write!(
            line,
            ", {:.0} % of the {theirs:.1} of {gemm}",
            100.0 * share
        );
    }
    line + "\n"
}

/// Command that compares with the matrix products of another library, where none is built in.
pub(super) fn without_baselines(benchmark: &str) -> String {
    match BASELINES {
        true => String::new(),
        false => format!(
            "\nTo compare with the matrix products of another library:\n  \
             cargo run --release -p mesu-cli --features baselines -- bench {benchmark}\n"
        ),
    }
}
