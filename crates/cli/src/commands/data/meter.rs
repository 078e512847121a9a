//! Progress of a download: a bar on a terminal, a line now and then elsewhere.

use std::cell::Cell;
use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::output::message;

/// Time between two lines where there is no terminal.
const LINE_EVERY: Duration = Duration::from_secs(10);

/// Shows one file's progress.
pub(super) struct Meter {
    name: &'static str,
    quiet: bool,
    bar: Option<ProgressBar>,
    line: Cell<Instant>,
}

impl Meter {
    pub(super) fn new(name: &'static str, quiet: bool) -> Self {
        let terminal = !quiet && std::io::stderr().is_terminal();
        let bar = terminal.then(|| {
            let bar =
                ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr_with_hz(10));
            let style = ProgressStyle::with_template(
                "{bar:20} {msg}, {bytes} of {total_bytes}, {bytes_per_sec}, {eta} left",
            );
            bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
                .with_message(name)
        });
        Self {
            name,
            quiet,
            bar,
            line: Cell::new(Instant::now()),
        }
    }

    /// `bytes` of `total` are there.
    pub(super) fn show(&self, bytes: u64, total: u64) {
        match &self.bar {
            Some(bar) => {
                if bar.length() != Some(total) {
                    // What an earlier attempt brought says nothing of the speed.
                    bar.set_length(total);
                    bar.set_position(bytes);
                    bar.reset_eta();
                }
                bar.set_position(bytes);
            }
            None if !self.quiet && self.line.get().elapsed() >= LINE_EVERY => {
                self.line.set(Instant::now());
                let megabytes = |bytes: u64| bytes as f64 / 1e6;
                message(&format!(
                    "{}, {:.1} of {:.1} MB",
                    self.name,
                    megabytes(bytes),
                    megabytes(total)
                ));
            }
            None => {}
        }
    }

    /// Takes the bar away.
    pub(super) fn clear(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
