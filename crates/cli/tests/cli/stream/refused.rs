//! Rows, columns, files and disks that do not fit.

use std::fs;

use super::{elec, parsed, with_state, write};
use crate::support::{fail, mesu, succeed};

#[test]
fn bad_rows_are_told_with_their_places_and_the_state_is_kept() {
    let folder = with_state();
    let folder = folder.path();
    let before = fs::read(folder.join("s.mesu")).unwrap();
    let header = "n_period,n_nswprice,n_nswdemand,n_vicprice,n_vicdemand,n_transfer,y";
    let good = "0.5,0.05,0.4,0.003,0.4,0.4,1";
    let cases: [(&str, &[u8], &[&str]); 9] = [
        ("width", b"0.5,0.1,1", &["row 3", "3 values; expected 7"]),
        ("again", header.as_bytes(), &["row 3", "the header again"]),
        (
            "text",
            b"0.5,0.05,much,0.003,0.4,0.4,1",
            &["row 3", "n_nswdemand", "\"much\""],
        ),
        (
            "nan",
            b"0.5,0.05,NaN,0.003,0.4,0.4,1",
            &["row 3", "n_nswdemand", "a finite number"],
        ),
        (
            "huge",
            b"0.5,0.05,1e400,0.003,0.4,0.4,1",
            &["row 3", "n_nswdemand", "finite"],
        ),
        (
            "utf8",
            b"0.5,0.05,0.4,0.003,0.4,0.4,\xff",
            &["row 3", "0xff", "UTF-8"],
        ),
        (
            "quote",
            b"0.5,\"0.05\"x,0.4,0.003,0.4,0.4,1",
            &["row 3", "quote"],
        ),
        ("empty", b"", &[]),
        ("bom", b"", &[]),
    ];
    for (name, line, words) in cases {
        let file = format!("{name}.csv");
        let mut bytes = format!("{header}\n{good}\n{good}\n").into_bytes();
        if name == "bom" {
            bytes.splice(0..0, *b"\xef\xbb\xbf");
        }
        bytes.extend(line);
        bytes.extend(format!("\n{good}\n").bytes());
        fs::write(folder.join(&file), bytes).unwrap();
        fs::write(folder.join("s.mesu"), &before).unwrap();
        let stop = ["learn", &file, "--state", "s.mesu", "--quiet"];
        if words.is_empty() {
            succeed(folder, &stop);
            continue;
        }
        let told = fail(folder, &stop);
        for word in words.iter().chain(&["--on-bad-row"]) {
            assert!(told.contains(word), "{name}: {word:?} is not in {told}");
        }
        let shown = parsed(&succeed(folder, &["show", "s.mesu", "--json"]));
        assert_eq!(shown["rows"], 1_202, "{name}");
        let skip = [&stop[..], &["--resume", "--on-bad-row", "skip", "--json"]].concat();
        let summary = parsed(&succeed(folder, &skip));
        assert_eq!(
            (&summary["rows"], &summary["bad_rows"]),
            (&1_203.into(), &1.into()),
            "{name}"
        );
        assert_eq!(summary["first_bad_rows"][0]["row"], 3, "{name}");
    }
}

#[test]
fn sources_and_columns_that_do_not_fit_are_refused() {
    let folder = with_state();
    let folder = folder.path();
    let before = fs::read(folder.join("s.mesu")).unwrap();
    write(folder, "empty.csv", "");
    write(folder, "header.csv", "a,b,y\n");
    write(folder, "other.csv", "a,b,y\n1,2,x\n");
    write(folder, "price.csv", "id,size,price\na,1,10\nb,2,much\n");
    write(folder, "words.csv", "size,price\n1,some\n2,much\n3,all\n");
    let to = ["--state", "s.mesu"];
    let new = ["--state", "new.mesu"];
    let cases: [(&[&str], &[&str], &[&str]); 19] = [
        (&["empty.csv"], &to, &["empty.csv: empty"]),
        (&["header.csv"], &to, &["no column n_period"]),
        (
            &["header.csv", "--target", "y"],
            &new,
            &["header.csv: a header alone"],
        ),
        (
            &["other.csv"],
            &to,
            &["other.csv: no column n_period", "choose another --state"],
        ),
        (
            &["gone.csv"],
            &to,
            &["gone.csv: can't be opened", "check the path"],
        ),
        (
            &["elect"],
            &new,
            &["elect: can't be opened", "did you mean the stream elec?"],
        ),
        (&["good.csv"], &new, &["no target is named", "--target y"]),
        (
            &["good.csv", "--target", "n_transfr"],
            &new,
            &["no column \"n_transfr\"", "did you mean n_transfer?"],
        ),
        (
            &["good.csv", "--target", "n_period"],
            &to,
            &["its target is y; asked for n_period"],
        ),
        (
            &["good.csv", "--regression"],
            &to,
            &["what it predicts is a class"],
        ),
        (
            &["good.csv", "--set", "seed=2"],
            &to,
            &["its setting is another seed"],
        ),
        (
            &["good.csv", "--set", "sed=2"],
            &new,
            &["sed: unknown setting; expected one of", "drift_chance"],
        ),
        (
            &["good.csv", "--set", "members=forest"],
            &new,
            &["members: found \"forest\"", "neighbors"],
        ),
        (
            &["good.csv", "--target", "y", "--id", "y"],
            &new,
            &["\"y\" is given two parts"],
        ),
        (
            &["good.csv", "--target", "y", "--predictions", "p.txt"],
            &new,
            &["p.txt", ".csv, .tsv or .jsonl"],
        ),
        (
            &["words.csv", "--target", "price", "--regression"],
            &new,
            &["row 1, column \"price\"", "some"],
        ),
        (
            &["price.csv", "--target", "price", "--regression"],
            &new,
            &["row 2, column \"price\"", "much"],
        ),
        (
            &["good.csv"],
            &to,
            &["has learned 1200 rows of good.csv already"],
        ),
        (
            &["other.csv", "--target", "y"],
            &["--state", "no/such.mesu"],
            &["no/such.mesu", "check the path"],
        ),
    ];
    for (rows, state, words) in cases {
        let line = fail(folder, &[&["learn"], rows, state, &["--quiet"]].concat());
        for word in words {
            assert!(line.contains(word), "{rows:?}: {word:?} is not in {line}");
        }
    }
    assert!(before == fs::read(folder.join("s.mesu")).unwrap());
    let output = mesu(folder, &["learn"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn damaged_states_are_refused_and_left() {
    let folder = with_state();
    let folder = folder.path();
    let state = fs::read(folder.join("s.mesu")).unwrap();
    let mut flipped = state.clone();
    flipped[state.len() / 2] ^= 1;
    let mut later = state.clone();
    later[8] = 77;
    let cases: [(&str, &[u8], &str); 4] = [
        ("cut", &state[..state.len() / 3], "a damaged state"),
        ("flipped", &flipped, "a damaged state"),
        ("later", &later, "version 77"),
        ("foreign", b"a,b,y\n1,2,x\n", "not a state"),
    ];
    for (name, bytes, words) in cases {
        let file = format!("{name}.mesu");
        fs::write(folder.join(&file), bytes).unwrap();
        for command in [
            &["learn", "good.csv", "--resume", "--state", &file, "--quiet"][..],
            &["predict", &file, "good.csv"],
            &["show", &file],
        ] {
            let line = fail(folder, command);
            assert!(line.contains(&file) && line.contains(words), "{line}");
        }
        assert!(fs::read(folder.join(&file)).unwrap() == bytes);
    }
    let line = fail(folder, &["predict", "gone.mesu", "good.csv"]);
    assert!(
        line.contains("gone.mesu: no such state; mesu learn"),
        "{line}"
    );
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_leaves_the_state_as_it_was() {
    let folder = with_state();
    let folder = folder.path();
    let before = fs::read(folder.join("s.mesu")).unwrap();
    write(folder, "more.csv", &elec(1_100));
    std::os::unix::fs::symlink("/dev/full", folder.join("full.csv")).unwrap();
    let more = [
        "learn",
        "more.csv",
        "--state",
        "s.mesu",
        "--predictions",
        "full.csv",
        "--quiet",
    ];
    let line = fail(folder, &more);
    assert!(line.contains("full.csv: no space left"), "{line}");
    assert!(before == fs::read(folder.join("s.mesu")).unwrap());
}
