//! Experiments as TOML text: every setting in its place, with a comment or without.

use std::fmt::Write as _;

use mesu::LearnerKind;
use toml::{Table, Value};

use super::list::SETTINGS;
use super::lookup::find;
use super::setting::{SECTIONS, Setting};

/// Column of comments.
const COLUMN: usize = 26;

/// Widest line.
const WIDTH: usize = 108;

/// A setting's value in `table`.
fn value<'a>(table: &'a Table, setting: &Setting) -> Option<&'a Value> {
    match setting.place() {
        ("", key) => table.get(key),
        (section, key) => table.get(section)?.get(key),
    }
}

/// `table`, an experiment whose learner is of this kind, as text that holds every setting: those without a
/// value as comments.
#[must_use]
pub fn whole(table: &Table, kind: LearnerKind) -> String {
    let mut text = String::new();
    for section in SECTIONS {
        if !section.is_empty() {
            let _ = writeln!(text, "\n[{section}]");
        }
        let own = SETTINGS
            .iter()
            .filter(|setting| setting.place().0 == section);
        for setting in own.filter(|setting| setting.applies_to(kind)) {
            let key = setting.place().1;
            let _ = match value(table, setting) {
                Some(value) => writeln!(text, "{key} = {value}"),
                None => writeln!(
                    text,
                    "# {key} =  # not set, for example {}",
                    setting.example
                ),
            };
        }
    }
    text
}

/// The settings of `table`, a preset that gives a value to everything that has no example, each with its
/// comment; then the sections `learners` likewise.
#[must_use]
pub fn commented(table: &Table, kind: LearnerKind) -> String {
    let mut text = String::new();
    for section in SECTIONS {
        let own = SETTINGS
            .iter()
            .filter(|setting| setting.place().0 == section);
        let own: Vec<&Setting> = own.filter(|setting| setting.applies_to(kind)).collect();
        let given = section.is_empty() || own.iter().any(|setting| value(table, setting).is_some());
        match (section, given) {
            ("", _) => {}
            (_, true) => {
                let _ = writeln!(text, "\n[{section}]");
            }
            (_, false) => {
                let _ = writeln!(text, "\n# [{section}]");
            }
        }
        for setting in own {
            let key = setting.place().1;
            match value(table, setting) {
                Some(value) => line(&mut text, &format!("{key} = {value}"), &setting.comment()),
                None => line(
                    &mut text,
                    &format!("# {key} = {}", setting.example),
                    &setting.comment(),
                ),
            }
        }
    }
    let learners = table.get("learners").and_then(Value::as_table);
    for (name, section) in learners.into_iter().flatten() {
        let _ = writeln!(text, "\n[learners.{name}]");
        for (key, value) in section.as_table().into_iter().flatten() {
            let comment = find(&format!("learner.{key}")).map(Setting::comment);
            line(
                &mut text,
                &format!("{key} = {value}"),
                &comment.unwrap_or_default(),
            );
        }
    }
    text
}

/// Writes `code` and `comment`, which is broken at spaces.
fn line(text: &mut String, code: &str, comment: &str) {
    let mut lead = format!("{code:<width$}# ", width = COLUMN);
    if code.chars().count() >= COLUMN {
        lead = format!("{code} # ");
    }
    for part in wrapped(
        comment,
        WIDTH - COLUMN - 2,
        WIDTH.saturating_sub(lead.chars().count()),
    ) {
        let _ = writeln!(text, "{}", format!("{lead}{part}").trim_end());
        lead = format!("{:COLUMN$}# ", "");
    }
}

/// `text` in lines of at most `width` columns, the first of at most `first`.
pub fn wrapped(text: &str, width: usize, first: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let room = if lines.len() == 1 { first } else { width };
        let used = lines.last().map_or(0, |line| line.chars().count());
        if used > 0 && used + 1 + word.chars().count() > room {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines
}
