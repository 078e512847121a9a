//! A server of one's own on this machine, as badly behaved as a test wants it.
#![allow(dead_code)]

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// A server that lives as long as the test's process.
pub(crate) struct Server {
    port: u16,
    asked: Arc<Mutex<Vec<Request>>>,
}

/// What was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Request {
    /// `GET /file HTTP/1.1`
    pub(crate) line: String,
    /// The first byte of the range, if one was asked for.
    pub(crate) range: Option<usize>,
    /// How many were asked before.
    pub(crate) number: usize,
}

impl Server {
    /// Answers every request by `answer`, each on a thread of its own, and then hangs up.
    pub(crate) fn start(
        answer: impl Fn(&Request, &mut TcpStream) -> std::io::Result<()> + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (answer, log) = (Arc::new(answer), Arc::clone(&asked));
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (Ok(mut stream), answer, log) = (stream, Arc::clone(&answer), Arc::clone(&log))
                else {
                    continue;
                };
                thread::spawn(move || {
                    let Some(request) = read(&stream, &log) else {
                        return;
                    };
                    // A client that hangs up is what some tests are about.
                    let _ = answer(&request, &mut stream);
                });
            }
        });
        Self { port, asked }
    }

    pub(crate) fn address(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}/{path}", self.port)
    }

    pub(crate) fn asked(&self) -> Vec<Request> {
        self.asked.lock().unwrap().clone()
    }
}

fn read(stream: &TcpStream, log: &Mutex<Vec<Request>>) -> Option<Request> {
    let mut lines = BufReader::new(stream).lines();
    let line = lines.next()?.ok()?;
    let mut range = None;
    for header in lines {
        let header = header.ok()?.to_ascii_lowercase();
        if header.is_empty() {
            break;
        }
        if let Some(first) = header.strip_prefix("range: bytes=") {
            range = first.trim_end_matches('-').parse().ok();
        }
    }
    let mut log = log.lock().unwrap();
    let number = log.len();
    let request = Request {
        line,
        range,
        number,
    };
    log.push(request.clone());
    Some(request)
}

/// A status line, and headers as they are given.
pub(crate) fn head(stream: &mut TcpStream, status: &str, headers: &str) -> std::io::Result<()> {
    write!(
        stream,
        "HTTP/1.1 {status}\r\nConnection: close\r\n{headers}\r\n"
    )
}

/// The whole file, whatever range was asked for.
pub(crate) fn whole(stream: &mut TcpStream, body: &[u8]) -> std::io::Result<()> {
    head(
        stream,
        "200 OK",
        &format!("Content-Length: {}\r\n", body.len()),
    )?;
    stream.write_all(body)
}

/// The range that was asked for, but at most `most` bytes of it before hanging up.
pub(crate) fn range(
    stream: &mut TcpStream,
    request: &Request,
    body: &[u8],
    most: usize,
) -> std::io::Result<()> {
    let start = request.range.unwrap_or(0);
    let rest = &body[start..];
    let status = match request.range {
        None => "200 OK",
        Some(_) => "206 Partial Content",
    };
    let headers = format!(
        "Content-Length: {}\r\nContent-Range: bytes {start}-{}/{}\r\n",
        rest.len(),
        body.len() - 1,
        body.len()
    );
    head(stream, status, &headers)?;
    stream.write_all(&rest[..most.min(rest.len())])
}
