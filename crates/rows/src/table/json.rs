//! JSON lines: one object a line. Columns are the keys of the first 64 lines in the order in which they
//! appear; a key that comes later is noted and passed over. A value within a value, a list or an object, is
//! its text. Integers that an f64 does not hold are text too.

use std::collections::HashMap;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::{Options, Table, names};
use crate::error::{MAX_COLUMNS, RowsError, shown};
use crate::input::{Lines, content};
use crate::place::Place;
use crate::row::{Row, Value};

/// Most keys that are noted.
const MAX_UNKNOWN: usize = 100;

struct Json {
    lines: Lines,
    columns: Vec<String>,
    places: HashMap<String, usize>,
    line: Vec<u8>,
    /// Number of the row that had the column last.
    seen: Vec<u64>,
    unknown: Vec<String>,
}

/// Opens the table in `lines`; its columns are those that are given, told by `options`, or found.
pub(super) fn open(
    mut lines: Lines,
    options: &Options,
    columns: Option<&[String]>,
) -> Result<Box<dyn Table>, RowsError> {
    let columns = match columns.or(options.columns.as_deref()) {
        Some(columns) => columns.to_vec(),
        None => found(&mut lines)?,
    };
    let columns = names::checked(columns, lines.file())?;
    let places = columns
        .iter()
        .cloned()
        .enumerate()
        .map(|(place, name)| (name, place));
    Ok(Box::new(Json {
        places: places.collect(),
        seen: vec![0; columns.len()],
        line: Vec::new(),
        unknown: Vec::new(),
        columns,
        lines,
    }))
}

/// Keys of the first lines; a line that is no object is an error when it is read.
fn found(lines: &mut Lines) -> Result<Vec<String>, RowsError> {
    let mut keys = Keys::default();
    for line in lines.first(usize::MAX)? {
        let mut reader = serde_json::Deserializer::from_slice(line);
        let _ = (&mut reader).deserialize_map(&mut keys);
    }
    Ok(keys.names)
}

/// Keys in the order in which they appear.
#[derive(Default)]
struct Keys {
    names: Vec<String>,
    known: HashMap<String, ()>,
}

impl<'de> Visitor<'de> for &mut Keys {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some((key, IgnoredAny)) = map.next_entry::<String, IgnoredAny>()? {
            // One more than there may be is enough for the error.
            if self.names.len() <= MAX_COLUMNS && self.known.insert(key.clone(), ()).is_none() {
                self.names.push(key);
            }
        }
        Ok(())
    }
}

impl Table for Json {
    fn columns(&self) -> &[String] {
        &self.columns
    }

    fn read(&mut self, row: &mut Row, place: &mut Place) -> Result<bool, RowsError> {
        loop {
            self.line.clear();
            if !self.lines.read(&mut self.line, Some(row.number))? {
                return Ok(false);
            }
            if !self.line.trim_ascii().is_empty() {
                break;
            }
        }
        let bytes = content(&self.line);
        place.add(bytes);
        let at = || self.lines.at(Some(row.number));
        let text = std::str::from_utf8(bytes).map_err(|error| RowsError::Encoding {
            at: at(),
            byte: bytes[error.valid_up_to()],
        })?;
        row.values.resize(self.columns.len(), Value::Missing);
        let mut reader = serde_json::Deserializer::from_str(text);
        let object = Object {
            number: row.number,
            columns: &self.columns,
            places: &self.places,
            seen: &mut self.seen,
            unknown: &mut self.unknown,
            values: &mut row.values,
        };
        (&mut reader)
            .deserialize_map(object)
            .and_then(|()| reader.end())
            .map_err(|error| RowsError::Json {
                at: at(),
                found: told(&error),
            })?;
        for (value, seen) in row.values.iter_mut().zip(&self.seen) {
            if *seen != row.number {
                *value = Value::Missing;
            }
        }
        Ok(true)
    }

    fn unknown(&self) -> &[String] {
        &self.unknown
    }
}

/// Cause without the line, which is always the first, and with the column, called a character: columns are
/// others.
fn told(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let cause = text.split(" at line ").next().unwrap_or_default();
    format!("{} at byte {}", shown(cause), error.column())
}

/// One object on its way into a row.
struct Object<'a> {
    number: u64,
    columns: &'a [String],
    places: &'a HashMap<String, usize>,
    seen: &'a mut [u64],
    unknown: &'a mut Vec<String>,
    values: &'a mut [Value],
}

impl<'de> Visitor<'de> for Object<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        // Keys mostly come in one order: the next is looked for first.
        let mut next = 0;
        while let Some(place) = map.next_key_seed(Key {
            next,
            columns: self.columns,
            places: self.places,
            unknown: self.unknown,
        })? {
            let Some(place) = place else {
                map.next_value::<IgnoredAny>()?;
                continue;
            };
            next = place + 1;
            if self.seen[place] == self.number {
                let key = shown(&self.columns[place]);
                return Err(A::Error::custom(format!("key {key} twice")));
            }
            self.seen[place] = self.number;
            let raw: &RawValue = map.next_value()?;
            set(&mut self.values[place], raw.get()).map_err(A::Error::custom)?;
        }
        Ok(())
    }
}

/// Key on its way to the place of its column.
struct Key<'a> {
    next: usize,
    columns: &'a [String],
    places: &'a HashMap<String, usize>,
    unknown: &'a mut Vec<String>,
}

impl<'de> DeserializeSeed<'de> for Key<'_> {
    type Value = Option<usize>;

    fn deserialize<D: Deserializer<'de>>(self, key: D) -> Result<Self::Value, D::Error> {
        key.deserialize_str(self)
    }
}

impl Visitor<'_> for Key<'_> {
    type Value = Option<usize>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a key")
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<Self::Value, E> {
        if self
            .columns
            .get(self.next)
            .is_some_and(|column| column == key)
        {
            return Ok(Some(self.next));
        }
        let place = self.places.get(key).copied();
        if place.is_none() && self.unknown.len() < MAX_UNKNOWN {
            let key = shown(key);
            if !self.unknown.contains(&key) {
                self.unknown.push(key);
            }
        }
        Ok(place)
    }
}

/// Sets `value` to what `raw`, a JSON value, stands for.
fn set(value: &mut Value, raw: &str) -> Result<(), String> {
    match raw.as_bytes()[0] {
        b'n' => *value = Value::Missing,
        b't' => *value = Value::Boolean(true),
        b'f' => *value = Value::Boolean(false),
        b'{' | b'[' => value.set_text(raw),
        b'"' if raw.contains('\\') => {
            let text: String = serde_json::from_str(raw).map_err(|error| error.to_string())?;
            value.set_text(&text);
        }
        b'"' => value.set_text(&raw[1..raw.len() - 1]),
        // An integer of 15 digits is far from those that an f64 does not hold.
        _ if raw.len() > 15
            && raw
                .bytes()
                .all(|byte| byte == b'-' || byte.is_ascii_digit()) =>
        {
            match raw.parse() {
                Ok(integer) => value.set_integer(integer),
                Err(_) => value.set_text(raw),
            }
        }
        _ => *value = Value::Number(raw.parse().map_err(|_| format!("number {}", shown(raw)))?),
    }
    Ok(())
}
