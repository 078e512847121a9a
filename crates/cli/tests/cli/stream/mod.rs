//! Streams of rows: learned, predicted, shown, and killed.

mod broken_off;
mod late;
mod learned;
mod refused;
mod states;

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;

use crate::support::{first_rows, stdout, succeed};

/// Members that learn fast.
const SMALL: [&str; 2] = ["--set", "members=values-1e3,linear-1e2"];

/// The first rows of the embedded stream, as CSV.
fn elec(rows: usize) -> String {
    first_rows("elec", rows)
}

/// The same rows as JSON lines of numbers, and classes as text.
fn json_lines(csv: &str) -> String {
    let mut lines = csv.lines();
    let names: Vec<&str> = lines.next().unwrap().split(',').collect();
    let mut text = String::new();
    for line in lines {
        let values = names.iter().zip(line.split(','));
        let values = values.map(|(name, value)| match *name {
            "y" => format!("\"y\":\"{value}\""),
            name => format!("\"{name}\":{value}"),
        });
        text += &format!("{{{}}}\n", values.collect::<Vec<_>>().join(","));
    }
    text
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

fn write(folder: &Path, name: &str, text: &str) {
    fs::write(folder.join(name), text).unwrap();
}

/// `learn` with [`SMALL`] and `more`.
fn learn<'a>(rows: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    [&["learn", rows], &SMALL[..], more].concat()
}

fn parsed(output: &Output) -> Value {
    serde_json::from_str(&stdout(output)).unwrap()
}

/// Runs `command` with `text` on its standard input.
fn piped(command: &mut Command, text: &str) -> Output {
    let mut child = spawn(command);
    // A program that has ended does not read the rest.
    let _ = child.stdin.take().unwrap().write_all(text.as_bytes());
    child.wait_with_output().unwrap()
}

fn spawn(command: &mut Command) -> Child {
    let command = command.stdin(Stdio::piped()).stdout(Stdio::piped());
    command.stderr(Stdio::piped()).spawn().unwrap()
}

/// A state of `elec`'s first rows in `s.mesu`, from `good.csv`.
fn with_state() -> tempfile::TempDir {
    let folder = folder();
    write(folder.path(), "good.csv", &elec(1_200));
    let more = ["--target", "y", "--state", "s.mesu", "--quiet"];
    succeed(folder.path(), &learn("good.csv", &more));
    folder
}
