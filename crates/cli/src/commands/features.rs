//! `mesu features`: photographs to features.

use std::io::IsTerminal;
use std::panic;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use mesu_datasets::{BenchmarkSet, data_folder};
use mesu_store::folder_of;
use mesu_vision::archive::{arrays, try_out, write};
use mesu_vision::thumbnail::SIDE;
use mesu_vision::{Backbone, Cache, Listing, Model, Options, Preprocess, extract};
use serde_json::json;

use crate::arguments::FeaturesArguments;
use crate::hints;
use crate::output::{grouped, message, print, span};

/// Time between two lines where there is no terminal.
const LINE_EVERY: Duration = Duration::from_secs(10);
/// The cache's folder, beside the output.
const CACHE: &str = ".mesu-cache";

pub(crate) fn features(arguments: &FeaturesArguments) -> Result<ExitCode> {
    let out = &arguments.out;
    // What can be known before the work begins.
    if out.is_dir() {
        bail!("{}: is a folder; name a file with --out", out.display());
    }
    if !folder_of(out).is_dir() {
        bail!(
            "{}: its folder is not there; make it, or choose another --out",
            out.display()
        );
    }
    try_out(out)?;
    let asked = arguments.preprocess.as_deref();
    let (preprocess, origin) = Preprocess::find(asked, &arguments.backbone)?;
    let listing = list(arguments)?;
    let (prepare, backbone) = silently(|| {
        let model = Model::read(&arguments.backbone)?;
        let prepare = preprocess.for_model(model.size(), &origin)?;
        let backbone = Backbone::new(model, prepare.size())?;
        Ok::<_, anyhow::Error>((prepare, backbone))
    })?;
    let cache = match &arguments.cache {
        _ if arguments.no_cache => None,
        Some(folder) => Some(folder.clone()),
        None => Some(folder_of(out).join(CACHE)),
    };
    let cache = cache
        .map(|folder| {
            Cache::open(
                &folder,
                backbone.digest(),
                &prepare.description(),
                backbone.width(),
            )
        })
        .transpose()?;
    let screen = (!arguments.quiet).then(|| Screen::new(listing.images.len()));
    let started = Instant::now();
    let features = silently(|| {
        let options = Options {
            skip_bad: arguments.skip_bad,
            pictures: (!arguments.no_pictures).then_some(SIDE),
            cache: cache.as_ref(),
            progress: &|done| {
                if let Some(screen) = &screen {
                    screen.report(done);
                }
            },
        };
        extract(&listing, &prepare, &backbone, options)
    });
    if let Some(screen) = &screen {
        screen.clear();
    }
    let features = features?;
    let seconds = started.elapsed().as_secs_f64();
    let (count, cached) = (features.of.len(), features.cached);
    let unusable = listing.unusable.iter().map(|bad| hints::advised(bad));
    let bad = features.skipped.iter().map(|bad| hints::advised(bad));
    let skipped: Vec<String> = unusable.chain(bad).collect();
    let lost = features.lost_classes(&listing);
    let (classes, domains) = (listing.classes.len() - lost.len(), listing.domains.len());
    write(out, &arrays(&listing, &features))?;
    for line in &skipped {
        message(&format!("left out: {line}"));
    }
    for class in lost {
        let name = &listing.classes[class];
        message(&format!(
            "left out: class {name}: none of its images can be used"
        ));
    }
    for (domain, classes) in listing.gaps() {
        message(&format!("domain {domain} has no {}", classes.join(", ")));
    }
    if arguments.json {
        let summary = json!({
            "out": out.display().to_string(),
            "images": count,
            "features": backbone.width(),
            "classes": classes,
            "domains": domains,
            "from_cache": cached,
            "skipped": skipped,
            "seconds": seconds,
        });
        print(&format!("{summary:#}\n"))?;
    } else {
        let mut text = format!(
            "{}: {} images, {} features each, {classes} classes",
            out.display(),
            grouped(count as f64),
            backbone.width(),
        );
        if domains > 0 {
            text += &format!(", {domains} domains");
        }
        if cached > 0 {
            text += &format!("; {} were known", grouped(cached as f64));
        }
        if !skipped.is_empty() {
            text += &format!("; {} left out", skipped.len());
        }
        print(&(text + "\n"))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn list(arguments: &FeaturesArguments) -> Result<Listing> {
    let images = &arguments.images;
    let set = images.to_str().and_then(BenchmarkSet::named);
    if let (Some(set), false) = (set, images.exists()) {
        if arguments.csv.is_some() || arguments.domains {
            bail!(
                "{}: a data set has classes of its own; leave --csv and --domains out, or give a folder",
                set.name()
            );
        }
        return Ok(Listing::from_splits(&set.splits(&data_folder()?)?));
    }
    let is_csv = |path: &Path| {
        path.extension()
            .is_some_and(|ending| ending.eq_ignore_ascii_case("csv"))
    };
    let csv: Option<(&PathBuf, &Path)> = match &arguments.csv {
        Some(csv) => Some((csv, images)),
        None if images.is_file() && is_csv(images) => Some((images, folder_of(images))),
        None => None,
    };
    Ok(match csv {
        Some((csv, _)) if arguments.domains => bail!(
            "--domains and {}: both say what the domains are; give one of them \
             (the third column of a CSV names them)",
            csv.display()
        ),
        Some((csv, folder)) => Listing::from_csv(csv, folder)?,
        None if arguments.domains => Listing::from_domains(images, arguments.skip_bad)?,
        None => {
            let listing = Listing::from_folder(images, arguments.skip_bad)?;
            if let Some(names) = listing.alike_inside() {
                message(&format!(
                    "{}: every class holds folders of the same names and nothing else ({}); \
                     if these are the classes, say --domains",
                    images.display(),
                    names.join(", ")
                ));
            }
            listing
        }
    })
}

/// Without the lines that a panic prints: the engine's become errors.
fn silently<T>(work: impl FnOnce() -> T) -> T {
    let hook = panic::take_hook();
    panic::set_hook(Box::new(|_| {}));
    let result = work();
    panic::set_hook(hook);
    result
}

/// A bar on a terminal, a line now and then elsewhere.
struct Screen {
    bar: Option<ProgressBar>,
    images: usize,
    started: Instant,
    line: Mutex<Instant>,
}

impl Screen {
    fn new(images: usize) -> Self {
        let bar = std::io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::with_draw_target(
                Some(images as u64),
                ProgressDrawTarget::stderr_with_hz(10),
            );
            let style = ProgressStyle::with_template("{bar:20} {msg}");
            bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
        });
        Self {
            bar,
            images,
            started: Instant::now(),
            line: Mutex::new(Instant::now()),
        }
    }

    /// `image 1,280/10,000, 74 images/s, 2 min 3 s left`
    fn report(&self, done: usize) {
        let rate = done as f64 / self.started.elapsed().as_secs_f64().max(1e-3);
        let left =
            Duration::from_secs_f64((self.images - done.min(self.images)) as f64 / rate.max(1e-3));
        let text = format!(
            "image {}/{}, {} images/s, {} left",
            grouped(done as f64),
            grouped(self.images as f64),
            grouped(rate),
            span(left)
        );
        match &self.bar {
            Some(bar) => {
                bar.set_position(done as u64);
                bar.set_message(text);
            }
            None => {
                if let Ok(mut line) = self.line.lock()
                    && line.elapsed() >= LINE_EVERY
                {
                    *line = Instant::now();
                    message(&text);
                }
            }
        }
    }

    fn clear(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
