//! Reports as their readers meet them: in a browser, on a phone, and as files.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::pages::{chromium, figures, is_drawn, open};
use crate::support::scenarios::{domain_run, split_run};
use crate::support::{fail, files, small_data, small_run, stderr, stdout, succeed};

/// A run with unknown images, so that it has every figure.
fn run(folder: &Path, more: &[&str]) {
    let ood = ["--set", "data.ood=digits", "--quiet"];
    succeed(folder, &small_run(&[&ood[..], more].concat()));
}

#[test]
fn domains_and_split_classes_have_pages_of_their_own() {
    let folder = small_data();
    let domain = fs::read_to_string(domain_run(folder.path())).unwrap();
    for text in [
        "line drawings",
        "Known: the test examples of all tasks so far",
        "epistemic uncertainty, unseen",
        "very large carnivores",
        "<h3>Most surprising</h3>",
    ] {
        assert!(domain.contains(text), "{text}");
    }
    assert_eq!(domain.matches("alt=\"test example").count(), 3 * 12);
    let split = fs::read_to_string(split_run(folder.path())).unwrap();
    let ids = |html| figures(html).into_iter().map(|(id, _)| id);
    let own = ["tasks", "unseen", "bits-total"];
    let has = |html, id: &str| ids(html).any(|other| other == id);
    assert_eq!(own.map(|id| has(&domain, id)), [true; 3]);
    assert_eq!(own.map(|id| has(&split, id)), [true, false, true]);
    assert!(split.contains("6 of 6 stages, 3 for each of 2 tasks"));

    let summary = crate::support::json(&folder.path().join("split/summary.json"));
    assert!(summary["ood_auroc"].is_null() && summary["tasks"] == 2);
    assert!(summary["mean_ood_auroc"]["epistemic"].is_f64());
    let csv = fs::read_to_string(folder.path().join("split/accuracy.csv")).unwrap();
    assert_eq!(csv.lines().count(), 1 + 6);
}

#[test]
#[ignore = "needs chromium"]
fn every_figure_is_drawn_in_a_browser_and_nothing_logs_an_error() {
    let browser = chromium();
    let folder = small_data();
    run(folder.path(), &["--seeds", "1,2", "--out", "seeds"]);
    run(
        folder.path(),
        &["--set", "learner.memory_window=2000", "--out", "short"],
    );
    let compared = folder.path().join("compared.html");
    succeed(
        folder.path(),
        &["report", "seeds", "short", "--out", "compared.html"],
    );

    // What is logged is heard.
    let shouting = folder.path().join("shouting.html");
    fs::write(&shouting, "<script>console.error('boo')</script>").unwrap();
    assert_eq!(open(browser, &shouting, 400).1.len(), 1);

    let domain = domain_run(folder.path());
    let split = split_run(folder.path());

    let run_page = folder.path().join("short/report.html");
    let seeds_page = folder.path().join("seeds/report.html");
    for (page, least) in [
        (&run_page, 16),
        (&seeds_page, 16),
        (&compared, 30),
        (&domain, 17),
        (&split, 16),
    ] {
        is_drawn(browser, page, least);
    }
}

#[test]
fn reports_and_exports_go_where_they_are_asked_to() {
    let folder = small_data();
    run(folder.path(), &["--out", "one"]);
    run(
        folder.path(),
        &["--set", "network.hidden=[24]", "--out", "two"],
    );
    let page = folder.path().join("one/report.html");
    let made_by_run = fs::read(&page).unwrap();

    // Of one folder, beside its runs: what the run itself had written.
    fs::remove_file(&page).unwrap();
    let output = succeed(folder.path(), &["report", "one"]);
    assert_eq!(stdout(&output), "one/report.html\n");
    assert_eq!(stderr(&output), "");
    assert!(fs::read(&page).unwrap() == made_by_run);

    // Of several, here; with figures and their data. A run given twice counts once.
    let all = [
        "report", "one", "two", "one", "--svg", "out/svg", "--csv", "out/csv",
    ];
    let output = succeed(folder.path(), &all);
    let listed: Vec<PathBuf> = stdout(&output).lines().map(PathBuf::from).collect();
    assert_eq!(listed[0], Path::new("report.html"));
    let html = fs::read_to_string(folder.path().join("report.html")).unwrap();
    assert!(html.contains("mesu, hidden=[16]") && html.contains("mesu, hidden=[24]"));
    let written = files(&folder.path().join("out"));
    assert_eq!(written.len(), listed.len() - 1);
    for (id, _) in figures(&html) {
        let svg = &written[&folder.path().join(format!("out/svg/{id}.svg"))];
        assert!(svg.starts_with(b"<svg"), "{id}");
        let csv = &written[&folder.path().join(format!("out/csv/{id}.csv"))];
        assert!(
            csv.iter().filter(|byte| **byte == b'\n').count() > 1,
            "{id}"
        );
    }
    let csv = String::from_utf8(
        written[&folder.path().join("out/csv/matrix-mesu-hidden-16.csv")].clone(),
    );
    assert_eq!(csv.unwrap().lines().count(), 1 + 6);
}

#[test]
fn what_is_no_run_is_refused_in_one_line() {
    let folder = small_data();
    run(folder.path(), &["--set", "tasks=1", "--out", "runs/done"]);
    fs::create_dir(folder.path().join("empty")).unwrap();
    fs::create_dir_all(folder.path().join("runs/new")).unwrap();
    let config = folder.path().join("runs/done/config.toml");
    fs::copy(&config, folder.path().join("runs/new/config.toml")).unwrap();

    for (arguments, words) in [
        (&["report", "nowhere"][..], "nowhere: no such folder"),
        (
            &["report", "empty"],
            "empty: holds no run and no state: it is empty; give a folder that `mesu run` made",
        ),
        (
            &["show", "runs"],
            "runs: a folder of a run, or of several; mesu doctor and mesu report take it",
        ),
        (
            &["show", "empty"],
            "empty: holds no run and no state: it is empty; name a preset, or a state",
        ),
        (
            &["report", "runs/new"],
            "runs/new: no task of it is finished yet",
        ),
        (
            &["report", "runs/done/config.toml"],
            "config.toml: is a file",
        ),
        (
            &["report", "runs/done", "--out", "no/where.html"],
            "no/where.html: can't be written",
        ),
        (
            &["report", "runs/done", "--svg", "runs/done/config.toml"],
            "can't be made a folder",
        ),
    ] {
        let output = crate::support::mesu(folder.path(), arguments)
            .output()
            .unwrap();
        let line = stderr(&output);
        assert_eq!(output.status.code(), Some(1), "{line}");
        assert!(
            line.starts_with("error: ") && line.matches('\n').count() == 1,
            "{line}"
        );
        assert!(line.contains(words), "{line}");
    }
    // Among others, a run that has only begun is left out.
    let output = succeed(folder.path(), &["report", "runs"]);
    assert_eq!(
        stderr(&output),
        "runs/new: left out, no task of it is finished yet\n"
    );

    let checkpoint = folder.path().join("runs/done/checkpoint.safetensors");
    let mut bytes = fs::read(&checkpoint).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&checkpoint, bytes).unwrap();
    let line = fail(folder.path(), &["report", "runs/done"]);
    assert!(line.contains("damaged"), "{line}");
}
