//! Pages as their readers meet them: in a browser, and on a phone.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::{stderr, stdout};

/// The ids of all figures in `html`, and what is inside each.
pub(crate) fn figures(html: &str) -> Vec<(String, String)> {
    html.split("<figure id=\"")
        .skip(1)
        .map(|part| {
            let (id, rest) = part.split_once('"').unwrap();
            let (inside, _) = rest.split_once("</figure>").unwrap();
            (id.to_owned(), inside.to_owned())
        })
        .collect()
}

/// Returns whether a figure shows data: lines, bands, bars or cells, beside the words and axes.
fn has_marks(figure: &str) -> bool {
    let lines = figure.matches("<polyline").count();
    let picture = figure.contains("<image");
    figure.contains("<svg") && figure.contains("<text") && (picture || lines >= 2)
}

/// The browser of this machine.
pub(crate) fn chromium() -> &'static str {
    let names = ["chromium", "chromium-browser", "google-chrome"];
    let works = |name: &&str| {
        let version = Command::new(name).arg("--version").output();
        version.is_ok_and(|output| output.status.success())
    };
    let found = names.into_iter().find(works);
    found.expect("chromium, chromium-browser or google-chrome on PATH")
}

/// The page `path` as the browser makes it of the file, at `width` pixels; and what it logged.
pub(crate) fn open(browser: &str, path: &Path, width: u32) -> (String, Vec<String>) {
    let home = tempfile::tempdir().unwrap();
    let output = Command::new(browser)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--dump-dom"])
        .args(["--enable-logging=stderr", "--virtual-time-budget=2000"])
        .arg(format!("--user-data-dir={}", home.path().display()))
        .arg(format!("--window-size={width},900"))
        .arg(format!("file://{}", path.display()))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    // What pages log; the browser has complaints of its own about the machine.
    let logged = stderr(&output);
    let logged = logged.lines().filter(|line| line.contains("CONSOLE"));
    (stdout(&output), logged.map(str::to_owned).collect())
}

/// `html` with a script that writes into the page's title: how much wider than the window the
/// page is, and how many pictures could not be shown.
fn measured(html: &str) -> String {
    let script = "<script>addEventListener('load', () => { const root = document.documentElement; \
                  const broken = [...document.images].filter(i => i.naturalWidth == 0).length; \
                  const flat = [...document.querySelectorAll('figure svg')]\
                  .filter(s => s.getBoundingClientRect().height < 100).length; \
                  document.title = `over ${root.scrollWidth - root.clientWidth}, broken ${broken}, \
                  flat ${flat}`; });</script></body>";
    html.replace("</body>", script)
}

/// Checks that the browser draws every figure of the page, at least so many, that nothing logs an error, and
/// that nothing is wider than a window or a phone.
pub(crate) fn is_drawn(browser: &str, page: &Path, least: usize) {
    let folder = page.parent().unwrap();
    let html = fs::read_to_string(page).unwrap();
    let (dom, logged) = open(browser, page, 1280);
    assert!(logged.is_empty(), "{}: {logged:?}", page.display());
    let drawn = figures(&dom);
    assert!(
        drawn.len() >= least,
        "{}: {} figures",
        page.display(),
        drawn.len()
    );
    assert_eq!(drawn.len(), figures(&html).len());
    for (id, figure) in &drawn {
        assert!(has_marks(figure), "{}: {id}: {figure}", page.display());
    }
    // Headless windows are no narrower than 500 pixels: the phone is a frame in one.
    let copy = folder.join("measured.html");
    fs::write(&copy, measured(&html)).unwrap();
    let (dom, logged) = open(browser, &copy, 1280);
    assert!(logged.is_empty(), "{logged:?}");
    assert!(
        dom.contains("<title>over 0, broken 0, flat 0</title>"),
        "{}",
        title(&dom)
    );
    let frame = folder.join("frame.html");
    let script = "<iframe id=f src=measured.html style='width:390px;height:800px'></iframe>\
                  <script>f.onload = () => { const root = f.contentDocument.documentElement; \
                  document.title = `over ${root.scrollWidth - root.clientWidth}`; }</script>";
    fs::write(&frame, script).unwrap();
    let dom = open_with(browser, &frame);
    assert!(
        dom.contains("<title>over 0</title>"),
        "{}: {}",
        page.display(),
        title(&dom)
    );
}

/// As [`open`], with frames of the same folder that can be looked into.
fn open_with(browser: &str, path: &Path) -> String {
    let output = Command::new(browser)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--dump-dom"])
        .args([
            "--allow-file-access-from-files",
            "--virtual-time-budget=2000",
        ])
        .arg(format!("file://{}", path.display()))
        .output()
        .unwrap();
    stdout(&output)
}

fn title(dom: &str) -> &str {
    let (_, rest) = dom.split_once("<title>").unwrap_or(("", "no title"));
    rest.split_once('<').map_or(rest, |(title, _)| title)
}
