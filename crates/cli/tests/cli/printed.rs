//! Printed text, whole: snapshots of what each command prints. `INSTA_UPDATE=always cargo test -p mesu-cli
//! --test cli printed` writes them anew; read the difference before committing it.

use std::fs;
use std::path::Path;

use crate::support::{fail, first_rows, mesu, small_data, small_run, stdout, succeed};

/// The help of `command` on a terminal of 80 columns.
fn help(command: &[&str]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let mut help = mesu(folder.path(), &[command, &["--help"]].concat());
    let output = help.env("COLUMNS", "80").output().unwrap();
    assert!(output.status.success(), "{command:?}");
    stdout(&output)
}

/// `text` with the numbers that depend on the machine replaced: those in lines that begin with one of
/// `names`, up to the next two spaces.
fn without_machine(text: &str, names: &[&str]) -> String {
    let line = |line: &str| match names.iter().find(|name| line.starts_with(**name)) {
        None => line.to_owned(),
        Some(name) => {
            let rest = line[name.len()..].trim_start();
            let (_, meaning) = rest.split_once("  ").unwrap_or((rest, ""));
            format!("{name}  [machine]  {meaning}")
                .trim_end()
                .to_owned()
        }
    };
    text.lines().map(|one| line(one) + "\n").collect()
}

#[test]
fn help_of_every_command() {
    let commands: [&[&str]; 22] = [
        &[],
        &["list"],
        &["run"],
        &["learn"],
        &["predict"],
        &["show"],
        &["settings"],
        &["describe"],
        &["report"],
        &["repro"],
        &["results"],
        &["doctor"],
        &["data"],
        &["data", "get"],
        &["data", "list"],
        &["bench"],
        &["bench", "stream"],
        &["bench", "batch"],
        &["bench", "cnn"],
        &["bench", "predict"],
        &["bench", "roofline"],
        &["bench", "all"],
    ];
    let mut all = String::new();
    for command in commands {
        let text = help(command);
        assert!(text.contains("Example"), "{text}");
        let wide = text.lines().find(|line| line.chars().count() > 84);
        assert_eq!(wide, None, "{command:?}");
        all += &format!("$ mesu {} --help\n{text}\n", command.join(" "));
    }
    // The command is there in every build, its engine in some.
    insta::assert_snapshot!(all.replace(" (not in this build)", ""));
}

#[test]
fn table_of_a_run() {
    let folder = small_data();
    let run = small_run(&["--set", "data.ood=digits", "--quiet", "--out", "out"]);
    let table = stdout(&succeed(folder.path(), &run));
    insta::assert_snapshot!(without_machine(&table, &["updates/s", "peak memory"]));
    let text = stdout(&succeed(folder.path(), &["doctor", "out"]));
    insta::assert_snapshot!("doctor", text);
}

#[test]
fn tables_of_a_state() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    fs::write(folder.join("rows.csv"), first_rows("elec", 1_500)).unwrap();
    let members = "members=values-1e3,linear-1e2";
    let learn = [
        "learn", "rows.csv", "--target", "y", "--set", members, "--quiet",
    ];
    succeed(folder, &learn);
    let print = |command| stdout(&succeed(folder, &[command, "rows.mesu"]));
    insta::assert_snapshot!("state", print("show") + "\n" + &print("doctor"));
}

#[test]
fn table_of_a_comparison() {
    let folder = small_data();
    let compare = "compare=mesu,foovb,bbb,sgd,adam,streaming-ewc";
    let run = small_run(&[
        "--set", compare, "--seeds", "1,2", "--quiet", "--out", "out",
    ]);
    let table = stdout(&succeed(folder.path(), &run));
    // The speed is the last column.
    let heading = table
        .lines()
        .find(|line| line.ends_with("updates/s"))
        .unwrap();
    let before = heading.len() - "updates/s".len();
    // From the heading to the next empty line.
    let mut within = false;
    let mut line = |line: &str| {
        within = line == heading || within && !line.is_empty();
        match within && line != heading {
            true => line
                .chars()
                .take(before)
                .collect::<String>()
                .trim_end()
                .to_owned(),
            false => line.to_owned(),
        }
    };
    let table: String = table.lines().map(|one| line(one) + "\n").collect();
    assert!(
        table.lines().all(|line| line.chars().count() <= 80),
        "{table}"
    );
    insta::assert_snapshot!(table);
}

#[test]
fn list_and_describe() {
    let folder = tempfile::tempdir().unwrap();
    let list = stdout(&succeed(folder.path(), &["list"]));
    let line = |line: &str| {
        let Some((name, time)) = line.split_once("about ") else {
            return line.to_owned();
        };
        let (_, description) = time.split_once("  ").unwrap();
        format!("{name}about [time]  {}", description.trim_start())
    };
    let list: String = list.lines().map(|one| line(one) + "\n").collect();
    insta::assert_snapshot!("list", list);
    let layers =
        "network.layers=['conv 8 5x5 stride 2', 'relu', 'max-pool 2', 'flatten', 'linear 64']";
    let describe = ["describe", "permuted-digits", "--set", layers];
    insta::assert_snapshot!("describe", stdout(&succeed(folder.path(), &describe)));
}

#[test]
fn a_preset_is_shown_as_its_file() {
    let folder = tempfile::tempdir().unwrap();
    let experiments = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../experiments");
    for preset in ["permuted-digits", "photographs"] {
        let text = fs::read_to_string(experiments.join(format!("{preset}.toml"))).unwrap();
        assert_eq!(stdout(&succeed(folder.path(), &["show", preset])), text);
    }
}

#[test]
fn settings() {
    let folder = tempfile::tempdir().unwrap();
    let all = stdout(&succeed(folder.path(), &["settings"]));
    assert!(all.lines().all(|line| line.chars().count() <= 80), "{all}");
    insta::assert_snapshot!("settings", all);
    let one = |key| stdout(&succeed(folder.path(), &["settings", key]));
    insta::assert_snapshot!(
        "setting",
        one("memory_window") + &one("data.ood") + &one("domains")
    );
    let schema: serde_json::Value =
        serde_json::from_str(&stdout(&succeed(folder.path(), &["settings", "--json"]))).unwrap();
    assert_eq!(schema["properties"]["tasks"]["minimum"], 1);
}

#[test]
fn errors() {
    let folder = small_data();
    fs::write(folder.path().join("bad.toml"), "tasks = 2\n[data\n").unwrap();
    fs::write(folder.path().join("rows.csv"), "a,b\n1,2\n").unwrap();
    fs::write(folder.path().join("array.npy"), b"\x93NUMPY\x01\0").unwrap();
    fs::write(folder.path().join("photo.jpg"), b"\xff\xd8\xff\xe0").unwrap();
    let set = |set: &'static str| ["run", "permuted-digits", "--set", set];
    let cases: [&[&str]; 26] = [
        &["run", "permuted-digit"],
        &["run", "bad.toml"],
        &["run", "rows.csv"],
        &["run", "array.npy"],
        &["run", "photo.jpg"],
        &["run", "digits"],
        &["run", "photographs"],
        &["show", "permuted"],
        &set("learner.memory_windw=3"),
        &set("learner.memory_window=0.5"),
        &set("learner.lr=3"),
        &set("learner.kind=sgdx"),
        &set("tasks=0"),
        &set("tasks=many"),
        &set("tasks"),
        &set("network.hidden=[0]"),
        &set("data.standardise=some"),
        &set("data.source=nowhere"),
        &set("data.source=rows.csv"),
        &set("data.source=array.npy"),
        &set("data.source=photo.jpg"),
        &set("data.batch_size=70000"),
        &["settings", "memory_windw"],
        &[
            "run",
            "permuted-digits",
            "--set",
            "scenario=split",
            "--set",
            "network.heads=1",
        ],
        &["report", "digits"],
        &["doctor", "digits"],
    ];
    let mut text = String::new();
    for case in cases {
        text += &format!("$ mesu {}\n{}\n", case.join(" "), fail(folder.path(), case));
    }
    insta::assert_snapshot!(text);
}
