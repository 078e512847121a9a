//! `mesu micro size`: memory of a network, and the chips that have it.

use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use mesu_micro::{Float, Memory, Three, Two, is_shape, synapses};
use serde_json::json;

use crate::arguments::SizeArguments;
use crate::output::{grouped, print};

/// Bytes that are left to the stack, the example and the rest of a program.
const BESIDE: usize = 3_072;
/// Chips and their RAM in KiB, the smallest first.
const CHIPS: [(&str, usize); 7] = [
    ("nRF51822 (micro:bit)", 16),
    ("STM32L072", 20),
    ("STM32F401", 64),
    ("nRF52832", 64),
    ("nRF52840", 256),
    ("RP2040", 264),
    ("RP2350", 520),
];

pub(crate) fn size(arguments: &SizeArguments) -> Result<ExitCode> {
    let samples = usize::from(arguments.samples);
    let widths = widths(&arguments.network)?;
    if !is_shape(&widths, samples) {
        bail!("{}: expected widths of 1 to 65535", arguments.network);
    }
    let formats = [
        ("f32", Memory::of::<Float>(&widths, samples)),
        ("three", Memory::of::<Three>(&widths, samples)),
        ("two", Memory::of::<Two>(&widths, samples)),
    ];
    if arguments.json {
        let of = |(name, memory): &(&str, Memory)| {
            let parts = json!({
                "ram_bytes": memory.total(),
                "synapses_bytes": memory.synapses,
                "chips": chips(memory),
            });
            ((*name).to_owned(), parts)
        };
        let formats: serde_json::Map<_, _> = formats.iter().map(of).collect();
        let all = json!({ "widths": widths, "samples": samples, "synapses": synapses(&widths), "formats": formats });
        let text = serde_json::to_string_pretty(&all).context("the sizes")?;
        print(&(text + "\n"))?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut text = format!(
        "{}: {} synapses, {samples} samples an update\n\n{:<8}{:>12}{:>12}  fits, with {} bytes beside it\n",
        arguments.network,
        grouped(synapses(&widths) as f64),
        "format",
        "RAM, bytes",
        "synapses",
        grouped(BESIDE as f64),
    );
    for (name, memory) in &formats {
        let (total, own) = (
            grouped(memory.total() as f64),
            grouped(memory.synapses as f64),
        );
        let chips = match &chips(memory)[..] {
            [] => "none of the chips known here".to_owned(),
            chips => chips.join(", "),
        };
        text += &format!("{name:<8}{total:>12}{own:>12}  {chips}\n");
    }
    print(&text)?;
    Ok(ExitCode::SUCCESS)
}

fn chips(memory: &Memory) -> Vec<&'static str> {
    let fits = |kilobytes: usize| memory.total() + BESIDE <= 1_024 * kilobytes;
    let chips = CHIPS.iter().filter(|(_, kilobytes)| fits(*kilobytes));
    chips.map(|(name, _)| *name).collect()
}

/// Widths of `784-50-10`.
fn widths(network: &str) -> Result<Vec<usize>> {
    let widths: Result<Vec<usize>, _> = network.split('-').map(str::parse).collect();
    match widths {
        Ok(widths) if widths.len() > 1 => Ok(widths),
        _ => bail!(
            "{network}: not a network; expected widths from the inputs to the outputs, as 784-50-10"
        ),
    }
}
