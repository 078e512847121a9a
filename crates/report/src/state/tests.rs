use mesu_stream::{MemberSettings, Notes, Roles, Row, Schema, StreamSettings, Value};

use super::*;

/// A learner of rows whose class follows from a number, or whose value is it.
fn learner(rows: u64, regression: bool) -> StreamLearner {
    let row = |number: u64| {
        let x = (number * 7 % 100) as f64;
        let y = match regression {
            true => Value::Number(3.0 * x),
            false => Value::Text(if x < 50.0 { "<low>" } else { "high" }.to_owned()),
        };
        let color = Value::Text(["red", "blue"][number as usize % 2].to_owned());
        Row {
            number,
            values: vec![Value::Number(x), color, Value::Number(1.0), y],
        }
    };
    let rows: Vec<Row> = (1..=rows).map(row).collect();
    let header = ["x", "color", "same", "y"].map(str::to_owned);
    let mut roles = Roles::target("y");
    roles.regression = regression;
    let schema = Schema::infer(&header, &roles, &rows).unwrap();
    let mut settings = StreamSettings::default();
    settings.members = ["values-1e3", "linear-1e2"]
        .iter()
        .filter_map(|name| MemberSettings::named(name))
        .collect();
    let mut learner = StreamLearner::new(schema, settings).unwrap();
    learner.predict_then_learn_rows(&rows).unwrap();
    learner
}

fn report(rows: u64, regression: bool) -> StateReport {
    StateReport::of(&learner(rows, regression), &Bookmark::default(), "mine")
}

#[test]
fn classes_have_every_section_and_figure() {
    let report = report(3_000, false);
    let ids: Vec<&str> = report.figures.iter().map(|figure| &*figure.id).collect();
    let expected = [
        "accuracy",
        "log-loss",
        "uncertainty",
        "weights",
        "reliability",
        "total-uncertainty",
        "epistemic-uncertainty",
        "confusion",
    ];
    assert_eq!(ids, expected);
    let html = report.html();
    for text in [
        "<title>mine: y is predicted correctly in ",
        // A wide table has a shadow at the edge beyond which it goes on.
        "100% no-repeat local",
        "<h2 id=\"over-rows\">Over rows: ",
        "<h2 id=\"columns\">x has the firmest weights of 3 columns</h2>",
        "&#60;low&#62;",
        "surest answers were wrong",
        "Column same is constant",
        "mixing_rate&#34;: 0.02",
    ] {
        assert!(html.contains(text), "{text}");
    }
    assert!(!html.contains("<low>") && html.ends_with("</html>\n"));
    let names: Vec<&str> = report.tables.iter().map(|(name, _)| &**name).collect();
    assert_eq!(names[..2], ["classes.csv", "columns.csv"]);
}

#[test]
fn values_have_figures_of_their_own() {
    let report = report(2_000, true);
    let ids: Vec<&str> = report.figures.iter().map(|figure| &*figure.id).collect();
    let expected = [
        "error",
        "r2",
        "nll",
        "weights",
        "coverage",
        "places",
        "deviations",
    ];
    assert_eq!(ids, expected);
    let html = report.html();
    assert!(html.contains("mine: y is predicted within ") && !html.contains("id=\"classes\""));
}

#[test]
fn a_state_that_has_learned_nothing_has_a_page() {
    let learner = learner(1, false);
    let fresh = StreamLearner::new(learner.schema().clone(), learner.settings().clone()).unwrap();
    for learner in [fresh, learner] {
        let report = StateReport::of(&learner, &Bookmark::default(), "new");
        assert!(report.html().contains("<h2 id=\"columns\">"));
        // The page is the same for the same state.
        let state = learner.save(&Notes::new()).unwrap();
        let (again, _) = StreamLearner::restore(&state).unwrap();
        let again = StateReport::of(&again, &Bookmark::default(), "new");
        assert_eq!(again.html(), report.html());
    }
}
