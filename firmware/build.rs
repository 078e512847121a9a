//! The chip's memory, for the linker, and the learner whose budget is measured.
//!
//! | variable | what | without it |
//! |---|---|---|
//! | `MESU_BOARD` | a file of memory/ | the board that .cargo/config.toml runs |
//! | `MESU_NETWORK` | widths | 784-50-10 |
//! | `MESU_FORMAT` | f32, three, two; or sgd-f32, sgd-int8 of one hidden layer | three |

use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() {
    let out = PathBuf::from(env::var("OUT_DIR").expect("cargo names a folder"));
    memory(&out);
    learner(&out);
}

fn memory(out: &Path) {
    let target = env::var("TARGET").expect("cargo names the target");
    let usual = match target.split('-').next() {
        Some("thumbv6m") => "microbit",
        Some("riscv32imac") => "virt",
        _ => "mps2",
    };
    let board = variable("MESU_BOARD", usual);
    let from = PathBuf::from("memory").join(board).with_extension("x");
    fs::copy(&from, out.join("memory.x")).expect("MESU_BOARD names a file of memory/");
    println!("cargo:rerun-if-changed={}", from.display());
    println!("cargo:rustc-link-search={}", out.display());
    if target.starts_with("riscv") {
        println!("cargo:rustc-link-arg-bins=-Tmemory.x");
    }
    println!("cargo:rustc-link-arg-bins=-Tlink.x");
}

fn learner(out: &Path) {
    let network = variable("MESU_NETWORK", "784-50-10");
    let widths: Vec<usize> = network
        .split('-')
        .map(|width| width.parse().expect("MESU_NETWORK: widths like 784-50-10"))
        .collect();
    let (inputs, outputs) = (widths[0], widths[widths.len() - 1]);
    let list = network.replace('-', ", ");
    let shape =
        format!("mesu_micro::shape! {{ pub(crate) struct Network: [{list}], samples 2; }}\n");
    let learner = |format| {
        format!(
            "{shape}pub(crate) type Learner = mesu_micro::Classifier<Network, mesu_micro::{format}>;"
        )
    };
    let code = match variable("MESU_FORMAT", "three").as_str() {
        "f32" => learner("Float"),
        "three" => learner("Three"),
        "two" => learner("Two"),
        "sgd-f32" => format!("pub(crate) type Learner = crate::sgd::FloatSgd<{list}>;"),
        "sgd-int8" => format!("pub(crate) type Learner = crate::sgd::ByteSgd<{list}>;"),
        other => panic!("MESU_FORMAT {other}: f32, three, two, sgd-f32 or sgd-int8"),
    };
    let code = format!(
        "pub(crate) const INPUTS: usize = {inputs};\npub(crate) const OUTPUTS: usize = {outputs};\n{code}\n"
    );
    fs::write(out.join("learner.rs"), code).expect("the folder can be written");
}

fn variable(name: &str, usual: &str) -> String {
    println!("cargo:rerun-if-env-changed={name}");
    env::var(name).unwrap_or_else(|_| usual.into())
}
