//! Rows of a source, one after the other.

use std::collections::{HashMap, HashSet};
use std::{fmt, vec};

use crate::error::RowsError;
use crate::input::Input;
use crate::place::Place;
use crate::row::{Row, Value};
use crate::source::{Part, Source};
use crate::table::{self, Options, Table};

/// Most keys that are noted.
const MAX_UNKNOWN: usize = 100;

/// Rows of a source in their order. It holds one row and a buffer, however long the source is.
///
/// ```
/// use mesu_rows::{Options, Row, Rows, Source, Value};
///
/// let source = Source::reader("example", "size;color\n3;red\n;blue\n".as_bytes());
/// let mut rows = Rows::open(source, &Options::default())?;
/// assert_eq!(rows.columns(), ["size", "color"]);
/// let mut row = Row::default();
/// while rows.read(&mut row)? {
///     println!("{}: {:?}", row.number, row.values);
/// }
/// assert_eq!(row.values, [Value::Missing, Value::Text("blue".to_owned())]);
/// # Ok::<(), mesu_rows::RowsError>(())
/// ```
pub struct Rows {
    parts: vec::IntoIter<Part>,
    options: Options,
    columns: Vec<String>,
    current: Option<Current>,
    /// Name of the file that is read.
    file: String,
    unknown: Vec<String>,
    place: Place,
}

/// Table that is read.
struct Current {
    table: Box<dyn Table>,
    /// Places in it of the source's columns, where they are in another order.
    order: Option<Vec<usize>>,
    /// Values in the order of the source's columns.
    ordered: Vec<Value>,
}

impl Rows {
    /// Opens the first file of `source`, and finds out its columns.
    ///
    /// # Errors
    /// [`RowsError::Unopened`], [`RowsError::Empty`], [`RowsError::Content`], and those about a header.
    pub fn open(source: Source, options: &Options) -> Result<Self, RowsError> {
        let mut rows = Self {
            parts: source.0.into_iter(),
            options: options.clone(),
            columns: Vec::new(),
            current: None,
            file: String::new(),
            unknown: Vec::new(),
            place: Place::default(),
        };
        if !rows.next_file()? {
            return Err(RowsError::NoFiles {
                folder: "no path".to_owned(),
                expected: "at least one".to_owned(),
            });
        }
        Ok(rows)
    }

    /// Names of the columns, all different; of a source of several files those of the first.
    #[must_use]
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// Keys of JSON lines that came after the first 64 lines and are no columns: at most 100, in the order
    /// in which they came. Their values are not read.
    #[must_use]
    pub fn unknown_keys(&self) -> Vec<String> {
        let mut keys = self.unknown.clone();
        let current = self
            .current
            .iter()
            .flat_map(|current| current.table.unknown());
        for key in current {
            if keys.len() < MAX_UNKNOWN && !keys.contains(key) {
                keys.push(key.clone());
            }
        }
        keys
    }

    /// Reads the next row into the memory of `row`; `false` at the end of the source.
    ///
    /// # Errors
    /// Any [`RowsError`] but those of opening a source or going on in one. Behind an error
    /// [of one row](RowsError::is_of_row), which counts as read, the next call reads the next row. Behind
    /// any other nothing more is read.
    pub fn read(&mut self, row: &mut Row) -> Result<bool, RowsError> {
        let read = self.read_on(row);
        match &read {
            Err(error) if error.is_of_row() => self.place.rows += 1,
            Err(_) => {
                self.current = None;
                self.parts = Vec::new().into_iter();
            }
            Ok(read) => self.place.rows += u64::from(*read),
        }
        read
    }

    fn read_on(&mut self, row: &mut Row) -> Result<bool, RowsError> {
        while let Some(current) = &mut self.current {
            row.number = self.place.rows + 1;
            if current.read(row, &mut self.place)? {
                return Ok(true);
            }
            self.next_file()?;
        }
        if self.place.rows == 0 {
            return Err(RowsError::NoRows {
                file: self.file.clone(),
            });
        }
        Ok(false)
    }

    /// Opens the next file; `false` where there is none.
    fn next_file(&mut self) -> Result<bool, RowsError> {
        self.unknown = self.unknown_keys();
        self.current = None;
        let Some(part) = self.parts.next() else {
            return Ok(false);
        };
        let input = Input::open(part)?;
        self.file.clone_from(&input.name);
        let first = self.columns.is_empty();
        let known = (!first).then_some(&self.columns[..]);
        let table = table::open(input, &self.options, known)?;
        if first {
            self.columns = table.columns().to_vec();
        }
        self.current = Some(Current {
            order: order(&self.columns, table.columns(), &self.file)?,
            ordered: vec![Value::Missing; self.columns.len()],
            table,
        });
        Ok(true)
    }

    /// Place behind the rows that were read.
    #[must_use]
    pub fn place(&self) -> Place {
        self.place
    }

    /// Reads on to `place`, which an earlier reading of the same source told, passing rows with errors too.
    ///
    /// # Errors
    /// [`RowsError::Shorter`] where the source ends before it, [`RowsError::Changed`] where its rows are
    /// others than at that time, or that place is already passed; those of files that can't be read.
    pub fn skip_to(&mut self, place: &Place) -> Result<(), RowsError> {
        let mut row = Row::default();
        while self.place.rows < place.rows {
            match self.read(&mut row) {
                Ok(true) => (),
                Ok(false) | Err(RowsError::NoRows { .. }) => {
                    return Err(RowsError::Shorter {
                        found: self.place.rows,
                        expected: place.rows,
                    });
                }
                Err(error) if error.is_of_row() => (),
                Err(error) => return Err(error),
            }
        }
        if self.place != *place {
            return Err(RowsError::Changed {
                rows: self.place.rows,
                found: self.place.checksum,
                expected: place.checksum,
            });
        }
        Ok(())
    }

    /// Goes on from `place` without reading up to it: the source is a pipe whose first row is the one behind.
    pub fn go_on_at(&mut self, place: &Place) {
        self.place = *place;
    }
}

impl fmt::Debug for Rows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rows")
            .field("file", &self.file)
            .field("columns", &self.columns)
            .field("place", &self.place)
            .finish_non_exhaustive()
    }
}

impl Current {
    fn read(&mut self, row: &mut Row, place: &mut Place) -> Result<bool, RowsError> {
        let read = self.table.read(row, place)?;
        if let (true, Some(order)) = (read, &self.order) {
            for (value, from) in self.ordered.iter_mut().zip(order) {
                std::mem::swap(value, &mut row.values[*from]);
            }
            std::mem::swap(&mut self.ordered, &mut row.values);
        }
        Ok(read)
    }
}

/// Places in `columns` of the columns `wanted`, or nothing where they are the same.
fn order(
    wanted: &[String],
    columns: &[String],
    file: &str,
) -> Result<Option<Vec<usize>>, RowsError> {
    if wanted == columns {
        return Ok(None);
    }
    let places: HashMap<&String, usize> = columns.iter().zip(0..).collect();
    let order: Vec<usize> = wanted
        .iter()
        .filter_map(|name| places.get(name).copied())
        .collect();
    if order.len() == wanted.len() && order.len() == columns.len() {
        return Ok(Some(order));
    }
    Err(RowsError::Columns {
        file: file.to_owned(),
        missing: without(wanted, columns),
        more: without(columns, wanted),
    })
}

/// Names among `names` that are not among `others`, the first five of them.
fn without(names: &[String], others: &[String]) -> String {
    let others: HashSet<&String> = others.iter().collect();
    let mut rest: Vec<&str> = names
        .iter()
        .filter(|name| !others.contains(name))
        .map(String::as_str)
        .collect();
    if rest.is_empty() {
        return "none".to_owned();
    }
    if rest.len() > 5 {
        rest.truncate(5);
        rest.push("…");
    }
    rest.join(", ")
}
