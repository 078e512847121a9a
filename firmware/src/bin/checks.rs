//! The same bits on every chip: learns and predicts as the host's tests do, and prints the checksums.
#![no_std]
#![no_main]

#[path = "../../../crates/micro/tests/checksum/mod.rs"]
mod checksum;

use checksum::CHECKS;
use mesu_firmware::host::{self, Digits, print};

mesu_firmware::programme!(main);

fn main() -> bool {
    let mut all = true;
    // Floats take minutes where each product and sum of two is some hundred instructions.
    let spared = host::argument().is_some_and(|argument| argument.starts_with("compact"));
    for check in CHECKS {
        if spared && check.name == "f32" {
            continue;
        }
        let found = (check.run)();
        let same = found == Some(check.pinned);
        let [state, predictions] = found.unwrap_or_default().map(|sum| Digits::of(sum, 16, 16));
        let told = if same { "same\n" } else { "DIFFERENT\n" };
        print(&[
            check.name,
            " ",
            state.as_str(),
            " ",
            predictions.as_str(),
            " ",
            told,
        ]);
        all &= same;
    }
    all
}
