use std::fs;

use super::*;
use crate::sample;

fn report(sets: &[&[&str]]) -> Report {
    let runs = sets.iter().map(|sets| sample::run(sets, 4)).collect();
    Report::of(Group::all(runs), Vec::new())
}

fn ids(report: &Report) -> Vec<&str> {
    report
        .figures
        .iter()
        .map(|figure| figure.id.as_str())
        .collect()
}

#[test]
fn one_run_has_every_figure_once() {
    let report = report(&[&[]]);
    assert_eq!(
        ids(&report),
        [
            "accuracy",
            "matrix",
            "tasks",
            "transfer",
            "confusion",
            "ood",
            "bits-epistemic",
            "bits-total",
            "uncertainty-epistemic",
            "uncertainty-total",
            "ece",
            "brier",
            "nll",
            "reliability",
            "sigma-layer-1-weight",
            "seconds",
            "speed"
        ]
    );
    for figure in &report.figures {
        assert!(report.html.contains(&format!("id=\"{}\"", figure.id)));
        assert!(report.html.contains(svg(figure)), "{}", figure.id);
        assert!(figure.csv.lines().count() > 1, "{}", figure.id);
    }
    // Self-contained: nothing is fetched, nothing is run.
    for word in ["<script", "@import", "url(", "src=\"http", "href=\"http"] {
        assert!(!report.html.contains(word), "{word}");
    }
}

#[test]
fn groups_have_a_line_in_every_chart_and_maps_of_their_own() {
    let report = report(&[&[], &["seed=2"], &["learner.memory_window=1e15"]]);
    let ids = ids(&report);
    for id in [
        "accuracy-all-seen",
        "matrix-mesu-memory_window-300000",
        "matrix-mesu-memory_window-1e15",
        "ece-past",
        "reliability-past",
    ] {
        assert!(ids.contains(&id), "{ids:?}");
    }
    let maps = ids.iter().filter(|id| id.starts_with("matrix"));
    assert_eq!(maps.count(), 2);
    let ece = report
        .figures
        .iter()
        .find(|figure| figure.id == "ece-newest")
        .unwrap();
    assert!(
        ece.csv.contains("\"mesu, memory_window=300000\"")
            || ece.csv.contains("memory_window=1e15")
    );
    let mut unique = ids.clone();
    unique.sort_unstable();
    unique.dedup();
    assert_eq!(unique.len(), ids.len());
}

fn svg(figure: &Figure) -> &str {
    figure
        .svg()
        .unwrap_or_else(|| panic!("{} is a table", figure.id))
}

fn figure<'a>(report: &'a Report, id: &str) -> &'a Figure {
    let found = report.figures.iter().find(|figure| figure.id == id);
    found.unwrap_or_else(|| panic!("no {id} in {:?}", ids(report)))
}

#[test]
fn domains_have_their_names_and_a_third_population() {
    let one = report(&[sample::DOMAIN]);
    for name in ["photos", "line drawings", "toys", "statues"] {
        assert!(svg(figure(&one, "tasks")).contains(name), "{name}");
    }
    for id in ["bits-epistemic", "bits-total", "uncertainty-epistemic"] {
        let figure = figure(&one, id);
        for population in ["known", "unknown", "unseen"] {
            assert!(figure.csv.contains(&format!("\n{population},")), "{id}");
        }
    }
    assert!(
        figure(&one, "unseen")
            .csv
            .contains("epistemic uncertainty,1,0.7")
    );
    assert!(
        one.html
            .contains("From the test examples of all tasks so far")
    );
    assert!(one.html.contains(">unseen AUROC<"));
    // Of four tasks, windows of five and twenty are all of them.
    assert!(!one.html.contains("5 newest") && !one.html.contains("20 newest"));

    let other = [sample::DOMAIN, &["network.hidden=[7]"]].concat();
    let two = report(&[sample::DOMAIN, &other]);
    assert!(svg(figure(&two, "task-3")).contains("Accuracy on toys"));
    assert!(!ids(&two).contains(&"task-4"), "it was only just learned");
    let chart = svg(figure(&two, "ood-task-3"));
    assert!(chart.contains("Unknown inputs against toys"));
    let lines = |id| figure(&two, id).csv.lines().count();
    assert_eq!(lines("unseen-epistemic"), 1 + 2 * 4 + 2, "and chance");
    assert_eq!(lines("bits-epistemic-mesu-hidden-7"), 1 + 3 * 4);
    // More tasks than can be told apart.
    assert!(!ids(&report(&[&["tasks=13"]])).contains(&"tasks"));
}

#[test]
fn tasks_that_come_back_have_stages_and_in_the_end_nothing_unknown() {
    let runs = vec![sample::run(sample::SPLIT, 6)];
    let report = Report::of(Group::all(runs), Vec::new());
    let lines = |id| figure(&report, id).csv.lines().count();
    assert_eq!(lines("matrix"), 1 + 1 + 2 + 4 * 3);
    assert_eq!(lines("tasks"), 1 + 6 + 5 + 4);
    assert_eq!(lines("ood"), 1 + 2 * 2 + 2, "two stages, and chance");
    assert_eq!(
        lines("ood-tasks"),
        1 + 2 + 1 + 2,
        "of two tasks, and chance"
    );
    assert!(svg(figure(&report, "tasks")).contains("after stage"));
    assert!(
        figure(&report, "uncertainty-total")
            .csv
            .contains("\nunknown,")
    );
    assert!(report.html.contains("After stage 2. The less"));
    for text in [
        "6 of 6 stages, 2 for each of 3 tasks, one after another",
        "Unknown: classes that come later",
        ">mean OOD AUROC<",
        "AUROC, epistemic, mean",
    ] {
        assert!(report.html.contains(text), "{text}");
    }
    assert!(!report.html.contains(">OOD AUROC epistemic<"));
}

#[test]
fn what_was_not_tested_is_left_out() {
    for set in ["test_window=1", "test_window=2"] {
        let [one, two] = [&[][..], sample::SPLIT].map(|sets| report(&[&[sets, &[set]].concat()]));
        for report in [one, two] {
            assert!(report.html.contains("newest task"), "{set}");
            for figure in &report.figures {
                for text in [svg(figure), &figure.csv, &report.html] {
                    assert!(!text.contains("NaN"), "{}", figure.id);
                }
            }
        }
    }
    let whole = ["tasks=4", "test_window=2"];
    let report = report(&[&whole]);
    let lines = |id, word: &str| figure(&report, id).csv.matches(word).count();
    assert_eq!(lines("matrix", "\n"), 1 + 1 + 2 + 2 + 4);
    assert_eq!(lines("accuracy", "\nnewest task,"), 4);
    // Of two tasks all were tested, and after the last.
    assert_eq!(lines("accuracy", "\naverage,"), 3);
    assert_eq!(lines("transfer", "\nforgetting,"), 2);
    assert_eq!(lines("transfer", "\nlearning accuracy,"), 4);
    assert!(
        figure(&report, "matrix")
            .caption
            .contains("not tested then")
    );
    let note = "mesu: only the 2 newest tasks are tested, but all after the last";
    assert!(report.html.contains(note) && report.html.contains(">average<"));
    // Of a run that still goes on, the mean over all is not known.
    let going = Report::of(Group::all(vec![sample::run(&whole, 3)]), Vec::new());
    assert!(!going.html.contains(">average<") && !going.html.contains("NaN"));
}

#[test]
fn few_stages_are_a_table() {
    let runs = vec![sample::run(&[sample::DOMAIN, &["tasks=2"]].concat(), 2)];
    let mut report = Report::of(Group::all(runs), Vec::new());
    let table = figure(&report, "tasks").table().unwrap();
    let first = (
        "photos".to_owned(),
        vec!["91.0".to_owned(), "51.0".to_owned()],
    );
    assert_eq!(table.rows[0], first);
    assert!(!ids(&report).contains(&"matrix"), "the table says the same");
    let told = figure(&report, "ood").table().unwrap();
    assert_eq!(told.rows.len(), 2, "chance is no line");
    assert!(report.html.contains("<table class=\"small\">"));
    let folder = tempfile::tempdir().unwrap();
    let count = |files: Vec<PathBuf>| files.len();
    let drawings = report
        .figures
        .iter()
        .filter(|figure| figure.svg().is_some())
        .count();
    assert_eq!(count(report.write_svg(folder.path()).unwrap()), drawings);
    assert!(count(report.write_csv(folder.path()).unwrap()) > drawings);
    report = Report::of(Group::all(vec![sample::run(sample::DOMAIN, 3)]), Vec::new());
    assert!(figure(&report, "tasks").table().is_none());
    let map = svg(figure(&report, "matrix"));
    assert!(map.contains("line drawings"), "domains by name");
}

#[test]
fn weights_that_are_points_have_dashes() {
    let mut other = sample::run(&["network.hidden=[7]"], 3);
    sample::without_epistemic(&mut other);
    let one = report(&[&[]]);
    assert!(
        ids(&one).contains(&"uncertainty-epistemic") && !one.html.contains("A dash: a learner")
    );
    let points = Report::of(Group::all(vec![other.clone()]), Vec::new());
    for id in ["bits-epistemic", "uncertainty-epistemic"] {
        assert!(!ids(&points).contains(&id));
    }
    assert!(!figure(&points, "ood").csv.contains("epistemic"));
    assert!(!points.html.contains(">OOD AUROC epistemic<"));
    assert!(points.html.contains("<span>AUROC, aleatoric</span>"));
    let both = Report::of(Group::all(vec![sample::run(&[], 3), other]), Vec::new());
    assert!(both.html.contains("<td class=\"value\">–</td>"));
    assert!(!figure(&both, "ood-epistemic").csv.contains("hidden=[7]"));
}

#[test]
fn runs_of_earlier_versions_have_fewer_figures() {
    let mut run = sample::run(&[], 3);
    run.history.gallery = None;
    run.history.classes = None;
    for record in &mut run.history.stages {
        (record.snapshot, record.past, record.ood_auroc) = (None, None, None);
        record.uncertainty = None;
    }
    let report = Report::of(Group::all(vec![run]), Vec::new());
    assert_eq!(
        ids(&report),
        [
            "accuracy", "matrix", "tasks", "transfer", "ece", "brier", "nll", "seconds", "speed"
        ]
    );
}

#[test]
fn notes_of_earlier_versions_are_read() {
    // As written before tasks had means of uncertainties, pictures colours and a third list, and stages and
    // out-of-distribution inputs their names.
    let mut run = sample::run(&["tasks=2"], 2);
    let mut note: serde_json::Value = serde_json::from_str(&run.history.note()).unwrap();
    fn renamed(object: &mut serde_json::Value, from: &str, to: &str) {
        let object = object.as_object_mut().unwrap();
        let value = object.remove(from).unwrap();
        object.insert(to.to_owned(), value);
    }
    for stage in note["stages"].as_array_mut().unwrap() {
        stage
            .as_object_mut()
            .unwrap()
            .remove("uncertainty")
            .unwrap();
        renamed(&mut stage["snapshot"], "ood", "unknown");
    }
    renamed(&mut note, "stages", "tasks");
    renamed(&mut note["position"], "stage", "task");
    let note = note.as_object_mut().unwrap();
    note.remove("gallery").unwrap();
    let exhibit = serde_json::json!({
        "example": 4, "label": 3, "predicted": 5, "probability": 0.5, "total": 1.25,
        "epistemic": 0.25, "pixels": "00ff80c0",
    });
    let digits = serde_json::json!({
        "rows": 2, "columns": 2, "surest": [exhibit], "least_sure": [exhibit],
    });
    note.insert("digits".to_owned(), digits);
    let note = serde_json::to_string(note).unwrap();
    run.history = mesu_lab::record::history::History::parse(&note).unwrap();
    let report = Report::of(Group::all(vec![run]), Vec::new());
    let has = |id: &str| ids(&report).contains(&id);
    assert!(has("ood") && has("uncertainty-total") && !has("bits-total"));
    assert_eq!(report.html.matches("✗ 3 → 5").count(), 2);
    assert!(report.html.contains("alt=\"test example 4\""));
    assert!(!report.html.contains("<h3>Most surprising"));
}

#[test]
fn figures_and_data_are_exported() {
    let folder = tempfile::tempdir().unwrap();
    let report = report(&[&[]]);
    let out = folder.path().join("a/b");
    let svg = report.write_svg(&out).unwrap();
    let csv = report.write_csv(&out).unwrap();
    assert_eq!(svg.len(), report.figures.len());
    assert_eq!(csv.len(), svg.len() + report.tables.len());
    let text = fs::read_to_string(out.join("accuracy.svg")).unwrap();
    assert!(text.contains("fill=\"#FFFFFF\""));
    let text = fs::read_to_string(out.join("numbers.csv")).unwrap();
    assert!(text.starts_with("run,number,mean,std,key\n"), "{text}");
    let taken = folder.path().join("taken");
    fs::write(&taken, "").unwrap();
    assert!(report.write_svg(&taken).is_err());
}
