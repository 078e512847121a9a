//! States as their readers meet them: a page, their health, and what is refused.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::pages::{chromium, figures, is_drawn};
use crate::support::{fail, files, first_rows, small_data, small_run, stdout, succeed};

/// Members that learn fast, of which one sees hats.
const SMALL: [&str; 3] = ["--set", "members=values-1e3,linear-1e2", "--quiet"];

const SECTIONS: [&str; 6] = [
    "over-rows",
    "calibration",
    "columns",
    "rows",
    "numbers",
    "settings",
];

/// States of the first 3,000 rows of elec and of the hired bikes, in a folder of their own.
fn states() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, target) in [("elec", &["y"][..]), ("bike", &["cnt", "--regression"])] {
        let rows = format!("{name}.csv");
        fs::write(folder.path().join(&rows), first_rows(name, 3_000)).unwrap();
        let learn = [&["learn", &rows, "--target"], target, &SMALL].concat();
        succeed(folder.path(), &learn);
    }
    folder
}

fn page(folder: &Path, state: &str) -> PathBuf {
    let output = succeed(folder, &["report", state]);
    let page = PathBuf::from(stdout(&output).trim());
    assert_eq!(page, Path::new(state).with_extension("html"));
    folder.join(page)
}

fn parsed(folder: &Path, arguments: &[&str]) -> Value {
    serde_json::from_str(&stdout(&succeed(folder, arguments))).unwrap()
}

#[test]
fn a_state_has_a_page_with_every_section() {
    let folder = states();
    let folder = folder.path();
    let elec = fs::read_to_string(page(folder, "elec.mesu")).unwrap();
    let bike = fs::read_to_string(page(folder, "bike.mesu")).unwrap();
    for html in [&elec, &bike] {
        for id in SECTIONS {
            let heading = format!("<h2 id=\"{id}\">");
            assert_eq!(html.matches(&heading).count(), 1, "{id}");
            assert_eq!(html.matches(&format!("href=\"#{id}\"")).count(), 1, "{id}");
        }
        // Nothing comes from elsewhere.
        for outside in ["<script", "src=\"http", "href=\"http", "@import", "url("] {
            assert!(!html.contains(outside), "{outside}");
        }
        assert!(html.contains("prefers-color-scheme: dark") && html.contains("@media print"));
        // The surest, the least sure and the most surprising, ten each.
        let (_, rows) = html.split_once("<h2 id=\"rows\">").unwrap();
        let (rows, _) = rows.split_once("<h2 ").unwrap();
        assert_eq!(rows.matches("<tr>").count(), 3 * 11);
    }
    let ids = |html| {
        figures(html)
            .into_iter()
            .map(|(id, _)| id)
            .collect::<Vec<_>>()
    };
    let of_classes = [
        "accuracy",
        "log-loss",
        "uncertainty",
        "weights",
        "reliability",
        "total-uncertainty",
        "epistemic-uncertainty",
        "confusion",
    ];
    assert_eq!(ids(&elec), of_classes);
    let of_values = [
        "error",
        "r2",
        "nll",
        "weights",
        "coverage",
        "places",
        "deviations",
    ];
    assert_eq!(ids(&bike), of_values);
    assert!(elec.contains("<h2 id=\"classes\">") && !bike.contains("<h2 id=\"classes\">"));
    assert!(
        elec.contains(": y is predicted correctly in ")
            && bike.contains(": cnt is predicted within ")
    );
}

#[test]
fn the_page_its_figures_and_their_data_go_where_they_are_asked_to() {
    let folder = states();
    let folder = folder.path();
    let state = fs::read(folder.join("elec.mesu")).unwrap();
    let asked = [
        "report",
        "elec.mesu",
        "--out",
        "mine.html",
        "--svg",
        "out/svg",
        "--csv",
        "out/csv",
    ];
    let output = stdout(&succeed(folder, &asked));
    let listed: Vec<&str> = output.lines().collect();
    assert_eq!(listed[0], "mine.html");
    let written = files(&folder.join("out"));
    assert_eq!(written.len(), listed.len() - 1);
    let html = fs::read_to_string(folder.join("mine.html")).unwrap();
    for (id, _) in figures(&html) {
        let svg = &written[&folder.join(format!("out/svg/{id}.svg"))];
        assert!(svg.starts_with(b"<svg"), "{id}");
        let csv = &written[&folder.join(format!("out/csv/{id}.csv"))];
        assert!(
            csv.iter().filter(|byte| **byte == b'\n').count() > 1,
            "{id}"
        );
    }
    let columns = &written[&folder.join("out/csv/columns.csv")];
    assert_eq!(columns.iter().filter(|byte| **byte == b'\n').count(), 7);
    // Looked at, and no more; the same page again.
    assert!(fs::read(folder.join("elec.mesu")).unwrap() == state);
    assert_eq!(
        fs::read_to_string(page(folder, "elec.mesu")).unwrap().len(),
        {
            // Its name is that of the state, whatever the page is called.
            html.len()
        }
    );
}

#[test]
fn the_health_of_a_state_is_told() {
    let folder = states();
    let folder = folder.path();
    for state in ["elec.mesu", "bike.mesu"] {
        let text = stdout(&succeed(folder, &["doctor", state]));
        assert!(
            text.contains(&format!(": {state}\n3,000 rows, target ")),
            "{text}"
        );
        assert!(
            text.lines().all(|line| line.chars().count() <= 80),
            "{text}"
        );
        let json = parsed(folder, &["doctor", state, "--json"]);
        let verdict = match json["verdict"].as_str().unwrap() {
            "look-at-this" => "needs attention",
            verdict => verdict,
        };
        assert!(
            text.starts_with(&format!("{verdict}: ")),
            "{verdict}: {text}"
        );
        assert_eq!(json["networks"].as_array().unwrap().len(), 2);
        assert_eq!(json["networks"][0]["name"], "values-1e3");
    }
}

#[test]
fn what_is_wrong_with_columns_classes_and_rows_is_told_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let mut rows = "x,same,none,order,y\n".to_owned();
    for row in 1..=2_400_u32 {
        let x = row * 7 % 100;
        let class = match row {
            // As often as not, whatever x: nothing to learn it by.
            _ if row % 60 == 0 => "rare",
            _ if x < 50 => "low",
            _ => "high",
        };
        let y = if row > 2_390 { "" } else { class };
        rows += &format!("{x},7,,order {row},{y}\n");
    }
    fs::write(folder.join("rows.csv"), rows).unwrap();
    let learn = ["learn", "rows.csv", "--target", "y", "--id", "order"];
    succeed(folder, &[&learn[..], &SMALL].concat());
    let text = stdout(&succeed(folder, &["doctor", "rows.mesu"]));
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.starts_with("needs attention: rows.mesu\n"), "{text}");
    for words in [
        "needs attention: Column same is constant: all its values are the same. Nothing can be learned from it: leave \
         it out of a new state with --ignore same.",
        "needs attention: Column none is missing in 100.0 % of the rows.",
        "needs attention: Class rare came in 39 rows and was never predicted. To weigh it more, start again with --set \
         class_weights.rare=5.",
        "note: 10 rows wait for their labels. mesu learn --labels FILE",
    ] {
        assert!(flat.contains(words), "{words}: {text}");
    }
    let json = parsed(folder, &["doctor", "rows.mesu", "--json"]);
    let findings = json["findings"].as_array().unwrap();
    let kinds: Vec<&str> = findings
        .iter()
        .filter_map(|one| one["kind"].as_str())
        .collect();
    assert!(
        kinds.contains(&"constant") && kinds.contains(&"waiting"),
        "{kinds:?}"
    );
    assert!(
        findings
            .iter()
            .all(|one| !one["text"].as_str().unwrap().is_empty())
    );
    // The page says so at its top, and show beside each column.
    let html = fs::read_to_string(page(folder, "rows.mesu")).unwrap();
    let (head, _) = html.split_once("<main>").unwrap();
    assert!(
        head.contains("<p class=\"note\">Column same is constant"),
        "{head}"
    );
    assert!(!head.contains("wait for their labels."));
    let shown = parsed(folder, &["show", "rows.mesu", "--json"]);
    let columns = shown["columns"].as_array().unwrap();
    assert_eq!(columns[0]["name"], "x");
    assert!(columns[0]["importance"].as_f64() > columns[1]["importance"].as_f64());
    assert!(columns[0]["out_of_range"].as_f64().unwrap() < 0.001);
    let shown = stdout(&succeed(folder, &["show", "rows.mesu"]));
    assert!(
        shown.contains("outside") && shown.contains("! constant"),
        "{shown}"
    );
}

#[test]
fn what_is_no_state_is_refused_in_one_line() {
    let folder = states();
    let folder = folder.path();
    let state = fs::read(folder.join("elec.mesu")).unwrap();
    fs::write(folder.join("cut.mesu"), &state[..state.len() / 2]).unwrap();
    fs::write(folder.join("rows.mesu"), "a,b\n1,2\n").unwrap();
    let mut former = state.clone();
    former[8] = 1;
    fs::write(folder.join("former.mesu"), former).unwrap();
    fs::create_dir(folder.join("all")).unwrap();
    fs::copy(folder.join("elec.mesu"), folder.join("all/elec.mesu")).unwrap();
    fs::create_dir(folder.join("photos")).unwrap();
    for name in ["a.jpg", "b.jpg", "notes.txt", "cats"] {
        fs::write(folder.join("photos").join(name), "").unwrap();
    }
    fs::create_dir(folder.join("photos/dogs")).unwrap();
    for command in ["report", "doctor", "show"] {
        let line = fail(folder, &[command, "photos"]);
        let words = "photos: holds no run and no state: it has 4 files (.jpg, .txt) and 1 folder; ";
        assert!(line.contains(words), "{line}");
        let line = fail(folder, &[command, "all"]);
        let words = "all: a folder of states; name one of them, for example all/elec.mesu";
        assert!(line.contains(words), "{line}");
    }
    for command in ["report", "doctor"] {
        for (path, words) in [
            ("cut.mesu", "cut.mesu: a damaged state"),
            ("rows.mesu", "rows.mesu: not a state"),
            (
                "former.mesu",
                "former.mesu: a state of version 1; expected 2",
            ),
            ("gone.mesu", "gone.mesu: no such state"),
            (
                "all",
                "a folder of states; name one of them, for example all/elec.mesu",
            ),
        ] {
            let line = fail(folder, &[command, path]);
            assert!(line.contains(words), "{line}");
        }
    }
    for (arguments, words) in [
        (
            &["report", "elec.mesu", "bike.mesu"][..],
            "elec.mesu: a state beside other paths; expected one state alone",
        ),
        (
            &["report", "all", "elec.mesu"],
            "elec.mesu: a state beside other paths",
        ),
        (
            &["report", "elec.mesu", "--out", "no/such/page.html"],
            "no/such/page.html: can't be written",
        ),
        (
            &["doctor", "elec.mesu", "--task-length", "9"],
            "--task-length: elec.mesu is a state",
        ),
    ] {
        let line = fail(folder, arguments);
        assert!(line.contains(words), "{line}");
    }
    assert!(!folder.join("cut.html").exists() && !folder.join("no").exists());
    // A run is no state.
    let data = small_data();
    succeed(data.path(), &small_run(&["--quiet", "--out", "out"]));
    fs::copy(folder.join("elec.mesu"), data.path().join("elec.mesu")).unwrap();
    let line = fail(data.path(), &["report", "out", "elec.mesu"]);
    assert!(line.contains("expected one state alone, or runs"), "{line}");
}

#[test]
#[ignore = "needs chromium"]
fn every_figure_of_a_state_is_drawn_in_a_browser() {
    let browser = chromium();
    let folder = states();
    let pages = [("elec.mesu", 8), ("bike.mesu", 7)];
    for (state, least) in pages {
        is_drawn(browser, &page(folder.path(), state), least);
    }
}
