//! Downloads from servers that behave, and from those that do not.

use std::fs;
use std::io::Write;
use std::net::TcpStream;
use std::path::PathBuf;

use tempfile::TempDir;

use super::*;
use server::{Request, Server, head, range, whole};

#[path = "../../../tests/cli/support/server.rs"]
mod server;

/// Longer than one read, and not of one byte.
fn body() -> Vec<u8> {
    (0..200_000_u32)
        .map(|i| (i.wrapping_mul(i) / 7) as u8)
        .collect()
}

fn published() -> Published {
    let md5 = format!("{:x}", md5::compute(body()));
    Published {
        name: "file.gz",
        bytes: body().len() as u64,
        md5: Box::leak(md5.into_boxed_str()),
    }
}

/// A place for `file.gz`, and `begun` as what an earlier attempt left of it.
struct Place {
    folder: TempDir,
    target: PathBuf,
    /// Long enough for a busy machine, where silence is not what is tested.
    patience: Duration,
}

impl Place {
    fn new(begun: &[u8]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("set").join("file.gz");
        if !begun.is_empty() {
            fs::create_dir(folder.path().join("set")).unwrap();
            fs::write(target.with_file_name("file.gz.part"), begun).unwrap();
        }
        let patience = Duration::from_secs(60);
        Self {
            folder,
            target,
            patience,
        }
    }

    fn part(&self) -> Option<Vec<u8>> {
        fs::read(self.target.with_file_name("file.gz.part")).ok()
    }

    fn is_empty(&self) -> bool {
        fs::read_dir(self.folder.path()).unwrap().count() == 0
    }

    fn get(&self, addresses: &[String], other: bool) -> Result<Fetched> {
        let readable = |_: &Path| Ok(());
        let options = Options {
            patience: self.patience,
            other: other.then_some(&readable as Readable<'_>),
            progress: &|bytes, total| assert!(bytes <= total, "{bytes} of {total}"),
        };
        fetch(
            &published(),
            &Origin::Addresses(addresses.to_vec()),
            &self.target,
            &options,
        )
    }

    fn succeed(&self, server: &Server) {
        let fetched = self.get(&[server.address("file.gz")], false);
        assert_eq!(fetched.unwrap(), Fetched::Published);
        assert_eq!(fs::read(&self.target).unwrap(), body());
        assert_eq!(self.part(), None);
    }

    fn fail(&self, server: &Server) -> String {
        let error = self.get(&[server.address("file.gz")], false).unwrap_err();
        assert!(!self.target.exists());
        let error = format!("{error:#}");
        assert!(error.contains(&server.address("file.gz")), "{error}");
        error
    }
}

fn ranges(server: &Server) -> Vec<Option<usize>> {
    server.asked().iter().map(|request| request.range).collect()
}

fn good() -> Server {
    Server::start(|request, stream| range(stream, request, &body(), usize::MAX))
}

#[test]
fn a_good_server_is_asked_once() {
    let server = good();
    Place::new(&[]).succeed(&server);
    assert_eq!(ranges(&server), [None]);
    assert!(server.asked()[0].line.starts_with("GET /file.gz HTTP"));
}

#[test]
fn a_connection_that_breaks_is_made_again() {
    let server = Server::start(|request, stream| range(stream, request, &body(), 60_000));
    Place::new(&[]).succeed(&server);
    let expected = [None, Some(60_000), Some(120_000), Some(180_000)];
    assert_eq!(ranges(&server), expected);
    // It never brings anything: no endless trying, and what there was is kept.
    let server = Server::start(|request, stream| {
        let most = if request.number == 0 { 1000 } else { 0 };
        range(stream, request, &body(), most)
    });
    let place = Place::new(&[]);
    let error = place.fail(&server);
    assert!(
        error.starts_with("file.gz: 1000 bytes of 200000 received: "),
        "{error}"
    );
    assert!(error.contains("run this again"), "{error}");
    assert_eq!(place.part().unwrap(), &body()[..1000]);
    // A byte a time would take all night.
    let server = Server::start(|request, stream| range(stream, request, &body(), 1));
    Place::new(&[]).fail(&server);
    assert_eq!(server.asked().len(), TRIES as usize + 1);
}

#[test]
fn what_is_there_is_not_asked_for_again() {
    let server = good();
    Place::new(&body()[..150_000]).succeed(&server);
    assert_eq!(ranges(&server), [Some(150_000)]);
    let server = good();
    Place::new(&body()).succeed(&server);
    assert_eq!(ranges(&server), []);
}

#[test]
fn a_wrong_beginning_is_dropped() {
    for (begun, asked) in [
        (vec![7; 1000], vec![Some(1000), None]),
        ([body(), vec![7]].concat(), vec![None]),
        (vec![7; body().len()], vec![None]),
    ] {
        let server = good();
        Place::new(&begun).succeed(&server);
        assert_eq!(ranges(&server), asked);
    }
}

#[test]
fn a_server_without_ranges_begins_anew() {
    let server = Server::start(|_, stream| whole(stream, &body()));
    Place::new(&body()[..1000]).succeed(&server);
    assert_eq!(ranges(&server), [Some(1000)]);
    // Or says that there is nothing from there on.
    let server = Server::start(|request, stream| match request.range {
        None => whole(stream, &body()),
        Some(_) => head(stream, "416 Range Not Satisfiable", "Content-Length: 0\r\n"),
    });
    Place::new(&body()[..1000]).succeed(&server);
    assert_eq!(ranges(&server), [Some(1000), None]);
}

#[test]
fn the_same_beginning_again_is_no_progress() {
    let server = Server::start(|_, stream| {
        head(stream, "200 OK", "Content-Length: 200000\r\n")?;
        stream.write_all(&body()[..1000])
    });
    let place = Place::new(&[]);
    let error = place.fail(&server);
    assert!(error.contains("1000 bytes of 200000 received"), "{error}");
    assert_eq!(server.asked().len(), 2);
    assert_eq!(place.part().unwrap(), &body()[..1000]);
}

#[test]
fn ranges_that_were_not_asked_for_are_refused() {
    for header in [
        "Content-Range: bytes 5-9/200000\r\n",
        "Content-Range: all\r\n",
        "",
    ] {
        let server = Server::start(move |_, stream| {
            let headers = format!("Content-Length: 5\r\n{header}");
            head(stream, "206 Partial Content", &headers)?;
            stream.write_all(b"12345")
        });
        let error = Place::new(&body()[..1000]).fail(&server);
        assert!(error.contains("1000"), "{error}");
        let error = Place::new(&[]).fail(&server);
        assert!(error.contains("status 206"), "{error}");
    }
}

#[test]
fn refusals_leave_nothing() {
    for status in [
        "404 Not Found",
        "500 Internal Server Error",
        "204 No Content",
    ] {
        let server = Server::start(move |_, stream| head(stream, status, "Content-Length: 0\r\n"));
        let place = Place::new(&[]);
        let error = place.fail(&server);
        let words = format!("status {status}, expected 200 OK; run this again");
        assert!(error.contains(&words), "{error}");
        assert!(place.is_empty());
    }
    let server = Server::start(|_, stream| stream.write_all(b"\x00\xff not HTTP \r\n\r\n"));
    let place = Place::new(&[]);
    place.fail(&server);
    assert!(place.is_empty());
    // Nobody listens.
    let place = Place::new(&[]);
    let error = place.get(&["http://127.0.0.1:1/x".to_owned()], false);
    assert!(error.unwrap_err().to_string().contains("127.0.0.1:1/x: "));
    assert!(place.is_empty());
}

/// Says nothing more, until the client hangs up.
fn silence(stream: &TcpStream) -> std::io::Result<()> {
    stream.peek(&mut [0]).map(|_| ())
}

#[test]
fn a_silent_server_is_given_up_and_what_it_gave_is_kept() {
    let server = Server::start(|_, stream| silence(stream));
    let mut place = Place::new(&[]);
    place.patience = Duration::from_millis(200);
    let error = place.fail(&server);
    assert!(error.contains("timeout"), "{error}");
    assert!(place.is_empty());
    // In the middle of the file, over and over.
    let server = Server::start(|request, stream| {
        let most = if request.number == 0 { 70_000 } else { 0 };
        range(stream, request, &body(), most)?;
        silence(stream)
    });
    let mut place = Place::new(&[]);
    place.patience = Duration::from_secs(3);
    let error = place.fail(&server);
    assert!(error.contains("70000 bytes of 200000 received"), "{error}");
    assert_eq!(place.part().unwrap(), &body()[..70_000]);
    place.patience = Duration::from_secs(60);
    place.succeed(&good());
}

#[test]
fn lies_about_the_length_are_seen() {
    // Another file's length is refused before a byte of it.
    for length in [199_999, 200_001, 1_u64 << 40] {
        let server = Server::start(move |_, stream| {
            head(stream, "200 OK", &format!("Content-Length: {length}\r\n"))
        });
        let place = Place::new(&[]);
        let error = place.fail(&server);
        let words = format!("has {length} bytes, the published file 200000");
        assert!(error.contains(&words), "{error}");
        assert!(place.is_empty());
    }
    // No length, and no end.
    let server = Server::start(|_, stream| {
        head(stream, "200 OK", "")?;
        loop {
            stream.write_all(&[1; 4096])?;
        }
    });
    let place = Place::new(&[]);
    let error = place.fail(&server);
    assert!(error.contains("goes on after 200000 bytes"), "{error}");
    assert!(place.is_empty());
    // No length, and an end too early; the rest comes when it is asked for.
    let server = Server::start(|request, stream| match request.range {
        None => {
            head(stream, "200 OK", "")?;
            stream.write_all(&body()[..1000])
        }
        Some(_) => range(stream, request, &body(), usize::MAX),
    });
    Place::new(&[]).succeed(&server);
    assert_eq!(ranges(&server), [None, Some(1000)]);
}

#[test]
fn wrong_bytes_are_told_by_their_sum_and_removed() {
    let wrong = vec![3; body().len()];
    let sum = format!("{:x}", md5::compute(&wrong));
    let server = Server::start(move |_, stream| whole(stream, &wrong));
    let place = Place::new(&[]);
    let error = place.fail(&server);
    for words in [&sum, published().md5, "--any-checksum"] {
        assert!(error.contains(words), "{error}");
    }
    assert!(place.is_empty());
}

#[test]
fn the_next_address_is_tried() {
    let missing = Server::start(|_, stream| head(stream, "404 Not Found", ""));
    let wrong = Server::start(|_, stream| whole(stream, &vec![3; body().len()]));
    let server = good();
    let addresses = [&missing, &wrong, &server].map(|server| server.address("file.gz"));
    let place = Place::new(&[]);
    place.get(&addresses, false).unwrap();
    assert_eq!(fs::read(&place.target).unwrap(), body());
    assert_eq!(ranges(&server), [None]);
}

#[test]
fn redirections_are_followed_but_not_for_ever() {
    let server = Server::start(|request, stream| match request.number {
        0 => head(
            stream,
            "302 Found",
            "Location: /other\r\nContent-Length: 0\r\n",
        ),
        _ => whole(stream, &body()),
    });
    Place::new(&[]).succeed(&server);
    assert!(server.asked()[1].line.starts_with("GET /other "));
    let server = Server::start(|_, stream| {
        head(
            stream,
            "302 Found",
            "Location: /other\r\nContent-Length: 0\r\n",
        )
    });
    Place::new(&[]).fail(&server);
}

#[test]
fn other_files_are_taken_if_asked_and_never_gone_on_with() {
    let server = Server::start(|request: &Request, stream| {
        range(stream, request, b"another file", usize::MAX)
    });
    let place = Place::new(b"old");
    let addresses = [server.address("file.gz")];
    assert_eq!(place.get(&addresses, true).unwrap(), Fetched::Other);
    assert_eq!(fs::read(&place.target).unwrap(), b"another file");
    assert_eq!((ranges(&server), place.part()), (vec![None], None));
    // Interrupted, nothing of it is kept.
    let server = Server::start(|request, stream| match request.number {
        0 => range(stream, request, b"another file", 5),
        _ => head(stream, "404 Not Found", ""),
    });
    let place = Place::new(&[]);
    assert!(place.get(&[server.address("x")], true).is_err());
    assert!(place.is_empty());
}
