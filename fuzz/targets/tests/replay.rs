//! Every input of the corpus, through the function that is fuzzed, within bounds of memory and time.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use mesu_fuzz_targets::TARGETS;

/// Set in the process whose memory is limited.
const LIMITED: &str = "MESU_FUZZ_REPLAY_LIMITED";
/// Address space of that process, in KiB: an allocation beyond it aborts.
const KIBIBYTES: &str = "1500000";
/// Time for one input, on a machine that does other things too.
const AT_MOST: Duration = Duration::from_secs(30);

fn corpus(target: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../corpus")
        .join(target);
    let entries = fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

#[test]
fn the_corpus_is_replayed() {
    if cfg!(unix) && std::env::var_os(LIMITED).is_none() {
        let status = Command::new("sh")
            .args(["-c", &format!("ulimit -v {KIBIBYTES}; exec \"$@\""), "sh"])
            .arg(std::env::current_exe().unwrap())
            .args(["--exact", "the_corpus_is_replayed", "--nocapture"])
            .env(LIMITED, "1")
            .status()
            .unwrap();
        assert!(status.success(), "{status}");
        return;
    }
    for (name, target) in TARGETS {
        let files = corpus(name);
        assert!(files.len() >= 3, "{name}: a corpus of {}", files.len());
        for file in files {
            eprintln!("{}", file.display());
            let bytes = fs::read(&file).unwrap();
            let started = Instant::now();
            target(&bytes);
            // Cut short, an input must be as harmless.
            for at in [bytes.len() / 3, bytes.len() * 2 / 3] {
                target(&bytes[..at]);
            }
            let took = started.elapsed();
            assert!(took < AT_MOST, "{}: {took:?}", file.display());
        }
    }
}

/// The checkpoints among the seeds can't be written by a script: they need a learner.
#[test]
#[ignore = "writes fuzz/corpus/checkpoint"]
fn checkpoints_are_written() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpus/checkpoint");
    fs::create_dir_all(&folder).unwrap();
    let network = mesu::NetworkConfig {
        hidden: vec![2],
        ..Default::default()
    };
    for (name, config) in [
        ("mesu", mesu::MesuConfig::default().into()),
        ("sgd", mesu::SgdConfig::default().into()),
        ("replay", mesu::ReplayConfig::default().into()),
    ] {
        let config: mesu::LearnerConfig = config;
        let mut learner = mesu::Learner::new(3, 2, &network, &config, 1).unwrap();
        learner.learn(&[0.5, -0.5, 1.0], &[1]).unwrap();
        let saved = learner.save(&[("note", "text")]).unwrap();
        fs::write(folder.join(name), &saved).unwrap();
        // Damaged in the header, in the planes and at the end.
        for (place, at) in [("header", 40), ("plane", saved.len() - 9)] {
            let mut damaged = saved.clone();
            damaged[at] ^= 0x55;
            fs::write(folder.join(format!("{name}-{place}")), &damaged).unwrap();
        }
        fs::write(
            folder.join(format!("{name}-cut")),
            &saved[..saved.len() / 2],
        )
        .unwrap();
    }
}
