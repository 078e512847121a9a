//! Progress over rows: one line on a terminal, one now and then elsewhere; and alarms.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use mesu_stream::run::Event;
use mesu_stream::{Drift, Measures, Sign};

use super::line::{LINE_EVERY, joined, room};
use crate::output::{counted, grouped, message};

/// Time between two looks at the measures of the last rows on a terminal.
const LOOK: Duration = Duration::from_millis(100);

/// Most bad rows that are told one by one.
const MOST_BAD: u64 = 5;

/// Follows rows.
pub(crate) struct RowsScreen {
    bar: Option<ProgressBar>,
    quiet: bool,
    started: Instant,
    line: Instant,
    bad: u64,
    replaced: bool,
}

impl RowsScreen {
    pub(crate) fn new(quiet: bool) -> Self {
        let bar = (!quiet && std::io::stderr().is_terminal()).then(|| {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(10));
            let style = ProgressStyle::with_template("{wide_msg}");
            bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
        });
        let now = Instant::now();
        Self {
            bar,
            quiet,
            started: now,
            line: now,
            bad: 0,
            replaced: false,
        }
    }

    /// Shows `line` by itself.
    fn show(&self, line: &str) {
        match &self.bar {
            _ if self.quiet => {}
            Some(bar) => bar.suspend(|| message(line)),
            None => message(line),
        }
    }

    /// Removes the line.
    pub(crate) fn clear(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }

    pub(crate) fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Resumed { rows, last_id } => {
                let id = last_id.map_or(String::new(), |id| format!(", the last of them {id}"));
                self.show(&format!("resumed after {}{id}", counted(rows, "row")));
            }
            Event::Drift { drift, time } => {
                let time = time.map_or(String::new(), |time| format!(" ({time})"));
                self.show(&format!(
                    "drift at row {}{time}: {}",
                    drift.row,
                    drifted(drift)
                ));
            }
            Event::BadRow { reason, .. } => {
                self.bad += 1;
                if self.bad <= MOST_BAD {
                    self.show(&format!("left out: {reason}"));
                }
                if self.bad == MOST_BAD {
                    self.show("more of them are counted, and told at the end");
                }
            }
            // Told once: an id that is none would repeat it at every row.
            Event::Replaced { row, earlier } if !self.replaced => {
                self.replaced = true;
                self.show(&format!(
                    "note: row {row} has the id of row {earlier}, which still waits for its label, and takes its place; \
                     more of these are counted"
                ));
            }
            Event::Unused(columns) => {
                self.show(&format!("note: not looked at: {}", columns.join(", ")));
            }
            Event::Ids(columns) => {
                self.show(&format!(
                    "note: not learned from, text that differs in each row: {}",
                    columns.join(", ")
                ));
            }
            Event::Progress { progress, window } => {
                let every = if self.bar.is_some() { LOOK } else { LINE_EVERY };
                if self.quiet || self.line.elapsed() < every {
                    return;
                }
                self.line = Instant::now();
                let seconds = self.started.elapsed().as_secs_f64();
                let mut parts = vec![
                    counted(progress.rows, "row"),
                    format!("{} rows/s", grouped(progress.new_rows as f64 / seconds)),
                ];
                parts.extend(newest(&window()));
                if progress.drifts > 0 {
                    parts.push(counted(progress.drifts as u64, "drift"));
                }
                match &self.bar {
                    Some(bar) => bar.set_message(joined(&parts, room(0))),
                    None => message(&joined(&parts, usize::MAX)),
                }
            }
            _ => {}
        }
    }
}

/// The measure of the last rows that tells most.
fn newest(window: &Measures) -> Option<String> {
    match window {
        Measures::Class(measures) => (measures.rows > 0)
            .then(|| format!("{:.1} % right of the last 1,000", 100.0 * measures.accuracy)),
        Measures::Value(measures) => {
            (measures.rows > 0).then(|| format!("R2 {:.3} of the last 1,000", measures.r2))
        }
        _ => None,
    }
}

/// The sign, its rise, and how sure it is.
pub(crate) fn drifted(drift: &Drift) -> String {
    let sign = match drift.sign {
        Sign::Loss => "loss",
        Sign::Epistemic => "epistemic uncertainty",
        Sign::Lag => "lag behind a short memory",
        _ => "a measure",
    };
    let [before, after] = drift.means;
    // Never told surer than it is.
    let sure = (1e4 * drift.confidence).floor() / 1e2;
    format!("{sign} {before:.3} to {after:.3}, {sure:.2} % sure")
}
