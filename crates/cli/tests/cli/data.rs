//! `mesu data` as its users call it, with servers on this machine only.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::Output;

use crate::support::server::{Server, head, range, whole};
use crate::support::{idx_header, stderr, stdout};
use tempfile::TempDir;

const ARCHIVE: &str = "cifar-10-binary.tar.gz";

/// A CIFAR-10 of two training images and a test image, by the system of this crate's own
/// tests: 512 bytes of header, the content, zeros.
fn archive() -> Vec<u8> {
    let record = |label: u8| [vec![label], vec![label * 20; 3072]].concat();
    let files = [
        (
            "cifar-10-batches-bin/data_batch_1.bin",
            [record(3), record(9)].concat(),
        ),
        ("cifar-10-batches-bin/test_batch.bin", record(1)),
    ];
    let mut tar = Vec::new();
    for (path, content) in files {
        let mut header = [0_u8; 512];
        header[..path.len()].copy_from_slice(path.as_bytes());
        header[124..135].copy_from_slice(format!("{:011o}", content.len()).as_bytes());
        header[148..156].fill(b' ');
        header[156] = b'0';
        let sum: u32 = header.iter().map(|&byte| u32::from(byte)).sum();
        header[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
        tar.extend(header);
        tar.extend(&content);
        tar.resize(tar.len().next_multiple_of(512), 0);
    }
    tar.extend([0; 1024]);
    gzip(&tar)
}

/// In stored blocks, without compression (RFC 1952, RFC 1951).
fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    let mut blocks = bytes.chunks(0xffff).peekable();
    while let Some(block) = blocks.next() {
        let length = block.len() as u16;
        packed.push(u8::from(blocks.peek().is_none()));
        packed.extend(length.to_le_bytes());
        packed.extend((!length).to_le_bytes());
        packed.extend(block);
    }
    let crc = bytes.iter().fold(u32::MAX, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| {
            (crc >> 1) ^ (0xedb8_8320 * (crc & 1))
        })
    });
    packed.extend((!crc).to_le_bytes());
    packed.extend((bytes.len() as u32).to_le_bytes());
    packed
}

/// `mesu data` with a data folder of its own and without the machine's proxies.
struct Data {
    folder: TempDir,
    variables: Vec<(&'static str, String)>,
}

impl Data {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            variables: Vec::new(),
        }
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let mut command =
            crate::support::mesu(self.folder.path(), &[&["data"], arguments].concat());
        for name in ["http_proxy", "https_proxy", "all_proxy", "no_proxy"] {
            command.env_remove(name).env_remove(name.to_uppercase());
        }
        command.env_remove("SSL_CERT_FILE").env("MESU_DATA", "data");
        command
            .envs(self.variables.iter().cloned())
            .output()
            .unwrap()
    }

    fn succeed(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert!(
            output.status.success(),
            "{arguments:?}: {}",
            stderr(&output)
        );
        stdout(&output)
    }

    /// Its one line.
    fn fail(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let line = stderr(&output);
        assert_eq!(output.status.code(), Some(1), "{line}");
        assert!(output.stdout.is_empty());
        assert!(
            line.starts_with("error: ") && line.matches('\n').count() == 1,
            "{line}"
        );
        line
    }

    fn path(&self, below: &str) -> std::path::PathBuf {
        self.folder.path().join("data").join(below)
    }

    fn write(&self, below: &str, bytes: &[u8]) {
        let path = self.path(below);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    /// Nothing is there, nor half of it.
    fn assert_empty(&self) {
        let folder = self.folder.path().join("data");
        assert!(!folder.exists() || fs::read_dir(folder).unwrap().count() == 0);
    }
}

#[test]
fn what_is_there_is_listed() {
    let data = Data::new();
    let list = data.succeed(&["list"]);
    let lines: Vec<&str> = list.lines().collect();
    assert_eq!(lines[0], "data");
    assert_eq!(lines[1], "mnist          missing   mesu data get mnist");
    assert_eq!(lines.len(), 5);

    data.write(&format!("cifar10/{ARCHIVE}"), &archive());
    let record = [vec![3, 100], vec![0; 3072]].concat();
    data.write("cifar100/cifar-100-binary/test.bin", &record);
    data.write(
        "mnist/t10k-images-idx3-ubyte",
        &[&idx_header(0x803, &[1, 2, 2])[..], &[0; 4]].concat(),
    );
    data.write(
        "mnist/t10k-labels-idx1-ubyte",
        &[&idx_header(0x801, &[1])[..], &[5]].concat(),
    );
    let list = data.succeed(&["list"]);
    let lines: Vec<&str> = list.lines().collect();
    let folder = Path::new("data").join("cifar10");
    assert_eq!(
        lines[3],
        format!(
            "cifar10        partial   2 of 50,000 + 1 of 10,000 images  {}",
            folder.display()
        )
    );
    assert!(
        lines[1].starts_with("mnist          partial   0 of 60,000 + 1 of 10,000"),
        "{list}"
    );
    assert!(
        lines[4].starts_with("cifar100       damaged   data"),
        "{list}"
    );
    assert!(
        lines[4].contains("test.bin: record 0 has fine label 100"),
        "{list}"
    );
}

#[test]
fn files_and_folders_are_copied_once_they_are_good() {
    let data = Data::new();
    let other = data.folder.path().join("downloads");
    fs::create_dir(&other).unwrap();
    fs::write(other.join(ARCHIVE), archive()).unwrap();
    for from in ["downloads".to_owned(), format!("downloads/{ARCHIVE}")] {
        let line = data.fail(&["get", "cifar10", "--from", &from]);
        for words in [
            "MD5 ",
            "expected c32a1d4ab5d03f1284b67883e8d87530",
            "--any-checksum",
        ] {
            assert!(line.contains(words), "{line}");
        }
        data.assert_empty();
        let text = data.succeed(&["get", "cifar10", "--from", &from, "--any-checksum"]);
        assert!(
            text.starts_with("cifar10        partial   2 of 50,000"),
            "{text}"
        );
        let placed = fs::read(data.path(&format!("cifar10/{ARCHIVE}"))).unwrap();
        assert_eq!(placed, archive());
        assert_eq!(fs::read_dir(data.path("cifar10")).unwrap().count(), 1);
        // There already, and not the published one: it is kept, whoever asks.
        let line = data.fail(&["get", "cifar10"]);
        assert!(
            line.contains("there already, but not the published file"),
            "{line}"
        );
        let output = data.run(&["get", "cifar10", "--any-checksum", "--from", "nowhere"]);
        assert!(output.status.success());
        assert!(stderr(&output).ends_with("already there, --from nowhere not used\n"));
        fs::remove_dir_all(data.path("cifar10")).unwrap();
    }
    // What can't be read is not taken, whatever the flag.
    fs::write(other.join(ARCHIVE), &archive()[..5000]).unwrap();
    let line = data.fail(&["get", "cifar10", "--from", "downloads", "--any-checksum"]);
    assert!(
        line.contains("; not taken") && line.contains("corrupt gzip"),
        "{line}"
    );
    data.assert_empty();
    let line = data.fail(&["get", "mnist", "--from", "downloads"]);
    assert!(
        line.contains("no train-images-idx3-ubyte.gz there, nor in mnist/"),
        "{line}"
    );
    let line = data.fail(&["get", "mnist", "--from", "nowhere"]);
    assert!(
        line.contains("--from nowhere: no such file or folder"),
        "{line}"
    );
    data.assert_empty();
}

#[test]
fn files_that_do_not_belong_together_are_taken_away_again() {
    let data = Data::new();
    let other = data.folder.path().join("downloads");
    fs::create_dir(&other).unwrap();
    let write = |name: &str, head: Vec<u8>, body: &[u8]| {
        let bytes = gzip(&[&head[..], body].concat());
        fs::write(other.join(format!("{name}-ubyte.gz")), bytes).unwrap();
    };
    let get = ["get", "mnist", "--from", "downloads", "--any-checksum"];
    for part in ["train", "t10k"] {
        let images = format!("{part}-images-idx3");
        write(&images, idx_header(0x803, &[2, 2, 2]), &[0; 8]);
        write(
            &format!("{part}-labels-idx1"),
            idx_header(0x801, &[2]),
            &[5, 9],
        );
    }
    // A label too many.
    write("train-labels-idx1", idx_header(0x801, &[3]), &[5, 9, 1]);
    let output = data.run(&get);
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty());
    let last = stderr(&output);
    let last = last.lines().last().unwrap();
    assert!(
        last.starts_with("error: ") && last.contains("taken away again"),
        "{last}"
    );
    data.assert_empty();
    write("train-labels-idx1", idx_header(0x801, &[2]), &[5, 9]);
    let text = data.succeed(&get);
    assert!(
        text.starts_with("mnist          partial   2 of 60,000"),
        "{text}"
    );
}

#[test]
fn what_is_unpacked_is_not_fetched() {
    let data = Data::new();
    let record = [vec![3], vec![0; 3072]].concat();
    let get = ["get", "cifar10", "--from", "http://127.0.0.1:1/"];
    data.write("cifar10/cifar-10-batches-bin/test_batch.bin", &record);
    let line = data.fail(&get);
    assert!(
        line.contains("127.0.0.1:1/"),
        "half of it is no set: {line}"
    );
    data.write(
        "cifar10/cifar-10-batches-bin/data_batch_1.bin",
        &[&record[..], &record].concat(),
    );
    let output = data.run(&get);
    assert!(output.status.success());
    assert!(
        stderr(&output).contains("already there, unpacked"),
        "{output:?}"
    );
    assert!(stdout(&output).starts_with("cifar10        partial   2 of 50,000 + 1 of 10,000"));
}

#[cfg(unix)]
#[test]
fn devices_are_no_files() {
    let data = Data::new();
    let get = ["get", "cifar10", "--any-checksum", "--from", "/dev/zero"];
    let line = data.fail(&get);
    assert!(line.contains("neither a file nor a folder"), "{line}");
    data.assert_empty();
}

#[test]
fn servers_are_asked_for_what_is_missing() {
    let files = |request: &crate::support::server::Request| {
        let images = request.line.contains("images");
        let (magic, sizes): (u32, &[u32]) = match images {
            true => (0x803, &[3, 2, 2]),
            false => (0x801, &[3]),
        };
        let count: u32 = sizes.iter().product();
        let body: Vec<u8> = (0..count as u8).collect();
        gzip(&[idx_header(magic, sizes), body].concat())
    };
    let server = Server::start(move |request, stream| whole(stream, &files(request)));
    let data = Data::new();
    let base = server.address("mirror/");
    let text = data.succeed(&[
        "get",
        "fashion-mnist",
        "--any-checksum",
        "--quiet",
        "--from",
        &base,
    ]);
    assert!(
        text.starts_with("fashion-mnist  partial   3 of 60,000 + 3 of 10,000"),
        "{text}"
    );
    let asked = server.asked();
    assert_eq!(asked.len(), 4);
    assert!(
        asked[3]
            .line
            .starts_with("GET /mirror/t10k-labels-idx1-ubyte.gz ")
    );
    // One is lost, and it alone is fetched again.
    fs::remove_file(data.path("fashion-mnist/t10k-images-idx3-ubyte.gz")).unwrap();
    data.succeed(&["get", "fashion-mnist", "--any-checksum", "--from", &base]);
    assert_eq!(server.asked().len(), 5);
}

#[test]
fn servers_that_fail_leave_nothing() {
    let refusing = Server::start(|_, stream| head(stream, "404 Not Found", ""));
    let silent = Server::start(|_, stream| stream.peek(&mut [0]).map(|_| ()));
    let wrong = Server::start(|_, stream| whole(stream, b"<html>log in first</html>"));
    let data = Data::new();
    for (server, timeout, words) in [
        (&refusing, "60", "status 404 Not Found, expected 200 OK"),
        (&silent, "1", "timeout"),
        (&wrong, "60", "has 25 bytes, the published file 170052171"),
    ] {
        let address = server.address(ARCHIVE);
        let line = data.fail(&["get", "cifar10", "--timeout", timeout, "--from", &address]);
        assert!(line.contains(&address) && line.contains(words), "{line}");
        data.assert_empty();
    }
    let address = wrong.address(ARCHIVE);
    let line = data.fail(&["get", "cifar10", "--any-checksum", "--from", &address]);
    assert!(
        line.contains("; not taken") && line.contains("corrupt gzip"),
        "{line}"
    );
    data.assert_empty();
}

#[test]
fn an_interrupted_download_is_kept_for_the_next() {
    // As long as the published one is said to be, and broken off.
    let server = Server::start(|request, stream| {
        let headers = match request.range {
            None => "Content-Length: 170052171\r\n".to_owned(),
            Some(start) => format!(
                "Content-Length: {}\r\nContent-Range: bytes {start}-170052170/170052171\r\n",
                170_052_171 - start
            ),
        };
        let status = match request.range {
            None => "200 OK",
            Some(_) => "206 Partial Content",
        };
        head(stream, status, &headers)?;
        stream.write_all(if request.number % 2 == 0 { b"abc" } else { b"" })
    });
    let data = Data::new();
    for bytes in [3, 6] {
        let line = data.fail(&["get", "cifar10", "--from", &server.address("")]);
        let words = format!("{ARCHIVE}: {bytes} bytes of 170052171 received: ");
        assert!(
            line.contains(&words) && line.contains("run this again"),
            "{line}"
        );
        let part = data.path(&format!("cifar10/{ARCHIVE}.part"));
        assert_eq!(fs::read(part).unwrap().len(), bytes);
    }
    let ranges: Vec<_> = server.asked().iter().map(|request| request.range).collect();
    assert_eq!(ranges, [None, Some(3), Some(3), Some(6)]);
    // It is no data yet.
    assert!(data.succeed(&["list"]).contains("cifar10        missing"));
}

#[test]
fn proxies_are_honoured() {
    // It promises a way to the host, and plays the host.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let proxy = format!("http://{}", listener.local_addr().unwrap());
    let asked = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
        let mut read = || {
            let first = lines.next().unwrap().unwrap();
            while !lines.next().unwrap().unwrap().is_empty() {}
            first
        };
        let connect = read();
        write!(stream, "HTTP/1.1 200 OK\r\n\r\n").unwrap();
        let get = read();
        whole(&mut stream, &archive()).unwrap();
        (connect, get)
    });
    let mut data = Data::new();
    data.variables = vec![("HTTP_PROXY", proxy)];
    let get = |address: &str| {
        let address = format!("{address}{ARCHIVE}");
        data.run(&["get", "cifar10", "--any-checksum", "--from", &address])
    };
    let output = get("http://data.invalid/");
    assert!(output.status.success(), "{}", stderr(&output));
    let (connect, line) = asked.join().unwrap();
    assert!(connect.starts_with("CONNECT data.invalid:80 "), "{connect}");
    assert!(line.starts_with(&format!("GET /{ARCHIVE} ")), "{line}");

    // A proxy that is not there, and an exception from it.
    let server = Server::start(|request, stream| range(stream, request, &archive(), usize::MAX));
    let mut data = Data::new();
    data.variables = vec![("http_proxy", "http://127.0.0.1:1".to_owned())];
    let arguments = [
        "get",
        "cifar10",
        "--any-checksum",
        "--from",
        &server.address(ARCHIVE),
    ];
    data.fail(&arguments);
    data.variables
        .push(("NO_PROXY", "localhost, 127.0.0.1".to_owned()));
    data.succeed(&arguments);
    assert_eq!(server.asked().len(), 1);
}

#[test]
fn unknown_sets_and_missing_homes_are_named() {
    let mut data = Data::new();
    let output = data.run(&["get", "imagenet"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        stderr(&output).contains("fashion-mnist"),
        "{}",
        stderr(&output)
    );
    data.variables = vec![
        ("MESU_DATA", String::new()),
        ("XDG_DATA_HOME", data.folder.path().display().to_string()),
    ];
    if cfg!(all(unix, not(target_os = "macos"))) {
        let list = data.succeed(&["list"]);
        let folder = data.folder.path().join("mesu");
        assert_eq!(list.lines().next().unwrap(), folder.display().to_string());
        assert!(!folder.exists());
    }
}

#[cfg(unix)]
#[test]
fn a_place_that_cannot_be_written_is_named() {
    let data = Data::new();
    let other = data.folder.path().join(ARCHIVE);
    fs::write(&other, archive()).unwrap();
    // A file where the set's folder would be: not even root can write there.
    data.write("cifar10", b"");
    let line = data.fail(&["get", "cifar10", "--any-checksum", "--from", ARCHIVE]);
    assert!(
        line.contains("cifar-10-binary.tar.gz.part: can't be written"),
        "{line}"
    );
}
