//! Running the real binary on small data, and looking at what it leaves.
#![allow(dead_code)]

pub(crate) mod pages;
pub(crate) mod scenarios;
pub(crate) mod server;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use safetensors::SafeTensors;
use serde_json::Value;
use tempfile::TempDir;

/// The binary, in `folder`.
pub(crate) fn mesu(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mesu"));
    command
        .current_dir(folder)
        .args(arguments)
        .stdin(Stdio::null());
    command.env_remove("RAYON_NUM_THREADS");
    command
}

/// Its output, after checking that it succeeded.
pub(crate) fn succeed(folder: &Path, arguments: &[&str]) -> Output {
    let output = mesu(folder, arguments).output().unwrap();
    assert!(
        output.status.success(),
        "{arguments:?}: {}",
        stderr(&output)
    );
    output
}

/// Its one line on stderr, after checking that it is the only output and the exit code 1.
pub(crate) fn fail(folder: &Path, arguments: &[&str]) -> String {
    let output = mesu(folder, arguments).output().unwrap();
    let line = stderr(&output);
    assert_eq!(output.status.code(), Some(1), "{arguments:?}: {line}");
    assert!(output.stdout.is_empty(), "{arguments:?}");
    assert!(
        line.starts_with("error: ") && line.ends_with('\n'),
        "{line}"
    );
    assert_eq!(line.matches('\n').count(), 1, "{line}");
    // A key may be told again in the advice.
    let sentence = |part: &&str| part.len() > 20 && part.contains(' ');
    for part in line.split(": ").filter(sentence) {
        assert_eq!(line.matches(part).count(), 1, "said twice: {line}");
    }
    line
}

pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// Settings that make a run on [`small_data`] short.
pub(crate) const SMALL: [&str; 10] = [
    "--set",
    "data.source=digits",
    "--set",
    "data.train_examples=600",
    "--set",
    "data.test_examples=200",
    "--set",
    "network.hidden=[16]",
    "--set",
    "tasks=3",
];

/// `run permuted-digits`, [`SMALL`], `more`.
pub(crate) fn small_run<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&["run", "permuted-digits"], &SMALL[..], more].concat()
}

/// A folder with the data set `digits`: 600 + 200 images of 8 x 8 pixels in four classes,
/// each a bright quarter in noise.
pub(crate) fn small_data() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    write_data(&folder.path().join("digits"), 600, 200);
    folder
}

fn write_data(folder: &Path, train: u32, test: u32) {
    fs::create_dir_all(folder).unwrap();
    let mut noise = 1_u32;
    for (name, count) in [("train", train), ("t10k", test)] {
        let mut images = idx_header(0x803, &[count, 8, 8]);
        let mut labels = idx_header(0x801, &[count]);
        for example in 0..count {
            let label = (example * 7 + example / 5) % 4;
            labels.push(label as u8);
            for pixel in 0..64 {
                noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let quarter = pixel / 32 * 2 + pixel % 8 / 4;
                images.push((noise >> 25) as u8 + if quarter == label { 24 } else { 0 });
            }
        }
        fs::write(folder.join(format!("{name}-images-idx3-ubyte")), images).unwrap();
        fs::write(folder.join(format!("{name}-labels-idx1-ubyte")), labels).unwrap();
    }
}

/// Magic number and sizes, big-endian.
pub(crate) fn idx_header(magic: u32, sizes: &[u32]) -> Vec<u8> {
    [&[magic], sizes]
        .concat()
        .iter()
        .flat_map(|word| word.to_be_bytes())
        .collect()
}

/// The files in `folder` and their content, those of its folders too; locks are left out.
pub(crate) fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if !path.ends_with(".lock") {
            let content = fs::read(&path).unwrap();
            found.insert(path, content);
        }
    }
    found
}

pub(crate) fn json(path: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

/// `value` without what depends on the machine.
pub(crate) fn without_times(mut value: Value) -> Value {
    match &mut value {
        Value::Object(map) => {
            map.retain(|key, _| {
                !(key.ends_with("seconds")
                    || key == "updates_per_second"
                    || key == "peak_memory_bytes")
            });
            for inner in map.values_mut() {
                *inner = without_times(inner.take());
            }
        }
        Value::Array(list) => {
            for inner in list {
                *inner = without_times(inner.take());
            }
        }
        _ => {}
    }
    value
}

/// Panics unless two run directories (or folders of them) hold the same, times aside.
pub(crate) fn assert_same_runs(left: &Path, right: &Path) {
    let (left_files, right_files) = (files(left), files(right));
    let names = |files: &BTreeMap<PathBuf, Vec<u8>>, folder: &Path| -> Vec<PathBuf> {
        let relative = |path: &PathBuf| path.strip_prefix(folder).unwrap().to_owned();
        files.keys().map(relative).collect()
    };
    assert_eq!(names(&left_files, left), names(&right_files, right));
    for ((path, left), right) in left_files.iter().zip(right_files.values()) {
        let same = match path.extension().and_then(|extension| extension.to_str()) {
            Some("json" | "jsonl") => json_lines(left) == json_lines(right),
            Some("html") => without_machine(left) == without_machine(right),
            Some("safetensors") => checkpoint(left) == checkpoint(right),
            _ => left == right,
        };
        assert!(same, "{} differs", path.display());
    }
}

/// A report without what depends on the machine, which its comments enclose.
fn without_machine(html: &[u8]) -> String {
    let html = String::from_utf8(html.to_vec()).unwrap();
    let mut parts = html.split("<!-- machine -->");
    let mut kept = parts.next().unwrap().to_owned();
    for part in parts {
        kept.push_str(part.split_once("<!-- /machine -->").unwrap().1);
    }
    kept
}

fn json_lines(bytes: &[u8]) -> Vec<String> {
    let values = serde_json::Deserializer::from_slice(bytes).into_iter::<Value>();
    values
        .map(|value| without_times(value.unwrap()).to_string())
        .collect()
}

/// The tensors, and the metadata but for times and what depends on them.
#[derive(PartialEq)]
struct Checkpoint {
    /// Name, shape, bytes.
    tensors: Vec<(String, Vec<usize>, Vec<u8>)>,
    metadata: Value,
}

fn checkpoint(bytes: &[u8]) -> Checkpoint {
    let file = SafeTensors::deserialize(bytes).unwrap();
    let mut tensors: Vec<_> = file
        .tensors()
        .into_iter()
        .map(|(name, view)| (name, view.shape().to_vec(), view.data().to_vec()))
        .collect();
    tensors.sort();
    assert!(tensors.len() >= 3, "mu of two layers, and the noise");
    let (_, header) = SafeTensors::read_metadata(bytes).unwrap();
    let metadata = header.metadata().clone().unwrap();
    // The description, whose notes are JSON in a text.
    let mut metadata: Value = serde_json::from_str(&metadata["mesu"]).unwrap();
    metadata
        .as_object_mut()
        .unwrap()
        .remove("checksum")
        .unwrap();
    let note = metadata["notes"]["run"].take();
    metadata["notes"]["run"] = serde_json::from_str(note.as_str().unwrap()).unwrap();
    Checkpoint {
        tensors,
        metadata: without_times(metadata),
    }
}

/// The first rows of a stream inside the program, as CSV.
pub(crate) fn first_rows(stream: &str, rows: usize) -> String {
    let stream = mesu_datasets::EmbeddedStream::named(stream).unwrap();
    let mut text = String::new();
    let mut unpacked = flate2::read::GzDecoder::new(stream.bytes);
    std::io::Read::read_to_string(&mut unpacked, &mut text).unwrap();
    text.split_inclusive('\n').take(rows + 1).collect()
}
