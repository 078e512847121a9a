//! Writing, and going on in a file.

use std::fs;
use std::io;

use mesu_rows::{Format, ValueRef, WriteError, Writer};

use crate::random::Memory;

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn line(format: Format, values: &[ValueRef<'_>]) -> String {
    let memory = Memory::default();
    let columns: Vec<String> = (0..values.len()).map(|place| format!("c{place}")).collect();
    let mut writer = Writer::to("memory", memory.clone(), &columns, format).unwrap();
    writer.write(values).unwrap();
    writer.flush().unwrap();
    let text = String::from_utf8(memory.0.lock().unwrap().clone()).unwrap();
    text.lines().last().unwrap().to_owned()
}

#[test]
fn numbers_have_the_fewest_digits() {
    for (number, text) in [
        (0.1, "0.1"),
        (-0.0, "-0"),
        (3.0, "3"),
        (1.0 / 3.0, "0.3333333333333333"),
        (1e300, "1e300"),
        (1.5e-300, "1.5e-300"),
        (5e-324, "5e-324"),
        (123_456_789_012.0, "123456789012"),
    ] {
        assert_eq!(line(Format::Csv, &[number.into()]), text);
        assert_eq!(
            line(Format::JsonLines, &[number.into()]),
            format!("{{\"c0\":{text}}}")
        );
        assert_eq!(text.parse::<f64>().unwrap().to_bits(), number.to_bits());
    }
    let strange = [
        f64::NAN.into(),
        f64::INFINITY.into(),
        f64::NEG_INFINITY.into(),
    ];
    assert_eq!(line(Format::Csv, &strange), "NaN,inf,-inf");
    assert_eq!(
        line(Format::JsonLines, &strange),
        "{\"c0\":null,\"c1\":null,\"c2\":null}"
    );
}

#[test]
fn each_kind_of_value_is_written() {
    let none: Option<f64> = None;
    let values = [
        "a,\"b\"".into(),
        true.into(),
        none.into(),
        Some(0.5).into(),
        "c\td".into(),
    ];
    assert_eq!(line(Format::Csv, &values), "\"a,\"\"b\"\"\",true,,0.5,c\td");
    assert_eq!(
        line(Format::Tsv, &values),
        "\"a,\"\"b\"\"\"\ttrue\t\t0.5\t\"c\td\""
    );
    assert_eq!(
        line(Format::JsonLines, &values),
        r#"{"c0":"a,\"b\"","c1":true,"c2":null,"c3":0.5,"c4":"c\td"}"#
    );
    // A row without content is still a row.
    assert_eq!(line(Format::Csv, &[ValueRef::Missing]), "\"\"");
}

#[test]
fn a_file_is_cut_back_and_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["p.csv", "p.tsv", "p.jsonl"] {
        let path = folder.path().join(name);
        let columns = names(&["id", "p"]);
        let write = |writer: &mut Writer, from: u32, to: u32| {
            for row in from..to {
                writer.write(&[f64::from(row).into(), 0.5.into()]).unwrap();
            }
            writer.synchronize().unwrap();
        };
        let mut writer = Writer::create(&path, &columns, None).unwrap();
        write(&mut writer, 0, 10);
        let whole = fs::read(&path).unwrap();
        assert_eq!(writer.bytes_written(), whole.len() as u64);
        // Killed behind every row, with a row and a half more in the file.
        for kept in 0..10 {
            let mut writer = Writer::create(&path, &columns, None).unwrap();
            write(&mut writer, 0, kept);
            let bytes = writer.bytes_written();
            write(&mut writer, kept, kept + 1);
            drop(writer);
            let mut longer = fs::read(&path).unwrap();
            longer.extend(b"{\"id\":99");
            fs::write(&path, longer).unwrap();
            let mut writer = Writer::append_at(&path, bytes, &columns, None).unwrap();
            assert_eq!(writer.bytes_written(), bytes);
            write(&mut writer, kept, 10);
            assert_eq!(fs::read(&path).unwrap(), whole, "{name}, {kept}");
        }
        // A state of the very beginning needs no file.
        fs::remove_file(&path).unwrap();
        let mut writer = Writer::append_at(&path, 0, &columns, None).unwrap();
        write(&mut writer, 0, 10);
        assert_eq!(fs::read(&path).unwrap(), whole);
    }
}

#[test]
fn a_file_that_is_not_the_one_left_is_refused_and_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("p.csv");
    let columns = names(&["id", "p"]);
    let text = "id,p\n1,0.5\n2,0.25\n";
    fs::write(&path, text).unwrap();
    let refusal = |bytes: u64, columns: &[String]| {
        let error = Writer::append_at(&path, bytes, columns, None)
            .err()
            .unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
        error
    };
    assert!(matches!(
        refusal(100, &columns),
        WriteError::Shorter {
            found: 18,
            expected: 100,
            ..
        }
    ));
    for bytes in [1, 3, 7, 12] {
        let error = refusal(bytes, &columns);
        assert!(
            error
                .to_string()
                .contains(&format!("byte {bytes} within a row")),
            "{error}"
        );
    }
    let error = refusal(11, &names(&["id", "q"]));
    assert!(
        error.to_string().ends_with("expected the rows of id, q"),
        "{error}"
    );
    Writer::append_at(&path, 11, &columns, None).unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "id,p\n1,0.5\n");
    assert!(matches!(
        Writer::append_at(&folder.path().join("gone.csv"), 11, &columns, None),
        Err(WriteError::Unwritten { .. })
    ));
}

#[test]
fn what_can_not_be_written_is_told() {
    struct Failing(io::ErrorKind);
    impl io::Write for Failing {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(self.0.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let columns = names(&["a"]);
    let failing = |kind| {
        let mut writer = Writer::to("out", Failing(kind), &columns, Format::Csv).unwrap();
        writer.write(&[1.0.into()]).unwrap();
        writer.flush().unwrap_err()
    };
    assert!(matches!(
        failing(io::ErrorKind::BrokenPipe),
        WriteError::Closed { .. }
    ));
    assert!(matches!(
        failing(io::ErrorKind::StorageFull),
        WriteError::Full { .. }
    ));
    assert!(matches!(
        failing(io::ErrorKind::PermissionDenied),
        WriteError::Unwritten { .. }
    ));

    let memory = Memory::default();
    let mut writer = Writer::to("out", memory.clone(), &columns, Format::Csv).unwrap();
    let error = writer.write(&[]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "out: a row of 0 values; expected 1, one for each column"
    );
    for columns in [&[][..], &names(&["a", "b", "a"])] {
        let error = Writer::to("out", memory.clone(), columns, Format::Csv)
            .err()
            .unwrap();
        assert!(matches!(error, WriteError::Columns { .. }), "{error}");
    }
    let folder = tempfile::tempdir().unwrap();
    for name in ["p", "p.txt", "p.csv.gz", "p.npz"] {
        let path = folder.path().join(name);
        let error = Writer::create(&path, &columns, None).err().unwrap();
        assert!(matches!(error, WriteError::Format { .. }), "{error}");
        assert!(!path.exists());
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_told() {
    let mut writer = Writer::create(
        "/dev/full".as_ref(),
        &names(&["a"]),
        Some(Format::JsonLines),
    )
    .unwrap();
    writer.write(&[1.0.into()]).unwrap();
    assert!(matches!(writer.flush(), Err(WriteError::Full { .. })));
}
