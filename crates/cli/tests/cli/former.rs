//! A run of a former version, whose files leave out what there was not then, goes on as it began.

use std::fs;
use std::path::Path;

use crate::support::{stdout, succeed, without_times};

/// The folder `former`: a run of checkpoint format 2 that was killed after one of two tasks (`run`), its data, and
/// what the version that began it wrote when nobody killed it (`whole`).
const FORMER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cli/former");

fn copied(folder: &Path) {
    for part in ["data", "run"] {
        fs::create_dir(folder.join(part)).unwrap();
        for entry in fs::read_dir(Path::new(FORMER).join(part)).unwrap() {
            let entry = entry.unwrap();
            let to = folder.join(part).join(entry.file_name());
            fs::copy(entry.path(), to).unwrap();
        }
    }
}

fn metrics(path: &Path) -> Vec<serde_json::Value> {
    let text = fs::read_to_string(path).unwrap();
    let lines = text.lines();
    lines
        .map(|line| without_times(serde_json::from_str(line).unwrap()))
        .collect()
}

#[test]
fn a_run_of_a_former_version_ends_where_that_version_ended() {
    let folder = tempfile::tempdir().unwrap();
    let (path, whole) = (folder.path(), Path::new(FORMER).join("whole"));
    copied(path);
    let doctor = stdout(&succeed(path, &["doctor", "run"]));
    let words = doctor.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("memory: 300,000 updates"), "{doctor}");
    succeed(path, &["report", "run"]);
    let run = ["run", "run/config.toml", "--out", "run", "--resume"];
    succeed(path, &run);
    let text = |folder: &Path| fs::read_to_string(folder.join("accuracy.csv")).unwrap();
    assert_eq!(text(&path.join("run")), text(&whole));
    let file = "metrics.jsonl";
    assert_eq!(
        metrics(&path.join("run").join(file)),
        metrics(&whole.join(file))
    );
}
