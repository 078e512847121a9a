//! Rows read by a thread of their own, ahead of those that are learned.
//!
//! The learner takes all rows there are, a full batch of a file and a few of a slow pipe: no row waits for others, and a
//! run that is to stop does not wait for a row.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use mesu_rows::{Options, Place, Row, Rows, RowsError, Source};

/// Most rows of a batch.
pub(super) const BATCH: usize = 1_024;

/// Time after which it is looked whether the run is to stop.
const LOOK: Duration = Duration::from_millis(50);

/// Rows that follow each other.
#[derive(Debug, Default)]
pub(super) struct Batch {
    pub(super) rows: Vec<Row>,
    /// Place behind each row.
    pub(super) places: Vec<Place>,
    /// Reason why no row follows, or none that can be read.
    pub(super) cut: Option<Cut>,
}

/// End of a batch, behind its rows.
#[derive(Debug)]
pub(super) enum Cut {
    /// A row that can't be read, and the place behind it.
    Bad(RowsError, Place),
    /// An error behind which nothing is read.
    Failed(RowsError),
    /// The end, and keys of JSON lines that were passed over.
    End(Vec<String>),
}

/// Row of a source that is to be read first.
#[derive(Clone, Copy, Debug)]
pub(super) enum Start {
    /// The first.
    First,
    /// The one behind this place.
    Behind(Place),
    /// The first, which is the one behind this place.
    Rest(Place),
}

/// Rows of a source.
pub(super) struct Feed {
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    table: Mutex<Desk>,
    came: Condvar,
    taken: Condvar,
}

/// Rows that were read and not taken.
#[derive(Default)]
struct Desk {
    columns: Option<Vec<String>>,
    batch: Batch,
    /// Rows of earlier batches, whose memory is used again.
    spare: Vec<Row>,
    /// True when nobody takes rows any more.
    left: bool,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Desk> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Feed {
    fn drop(&mut self) {
        self.shared.lock().left = true;
        self.shared.taken.notify_all();
    }
}

impl Feed {
    /// Begins to read.
    pub(super) fn new(source: Source, start: Start) -> Self {
        let shared = Arc::new(Shared::default());
        let of_thread = Arc::clone(&shared);
        // Not joined: it may wait for a pipe that nobody writes to any more.
        thread::spawn(move || {
            let cut = match read(source, start, &of_thread) {
                Ok(keys) => Cut::End(keys),
                Err(error) => Cut::Failed(error),
            };
            put(&of_thread, |batch, _| batch.cut = Some(cut));
        });
        Self { shared }
    }

    /// Waits for what `ready` finds in the desk; `None` if the run is to stop.
    fn wait<T>(&self, stop: &AtomicBool, ready: impl Fn(&mut Desk) -> Option<T>) -> Option<T> {
        let mut desk = self.shared.lock();
        while !stop.load(Ordering::Relaxed) {
            if let Some(found) = ready(&mut desk) {
                return Some(found);
            }
            let waited = self.shared.came.wait_timeout(desk, LOOK);
            desk = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        None
    }

    /// Names of the source's columns; `None` if the run is to stop.
    pub(super) fn columns(&self, stop: &AtomicBool) -> Result<Option<Vec<String>>, RowsError> {
        let found = self.wait(stop, |desk| {
            if let Some(columns) = &desk.columns {
                return Some(Ok(columns.clone()));
            }
            match desk.batch.cut.take()? {
                Cut::Failed(error) | Cut::Bad(error, _) => Some(Err(error)),
                Cut::End(_) => Some(Ok(Vec::new())),
            }
        });
        found.transpose()
    }

    /// Replaces a batch that was used by the next one; `false` if the run is to stop.
    pub(super) fn take(&self, batch: &mut Batch, stop: &AtomicBool) -> bool {
        let mut used = Some(std::mem::take(batch));
        let taken = self.wait(stop, |desk| {
            if desk.batch.rows.is_empty() && desk.batch.cut.is_none() {
                return None;
            }
            Some(std::mem::take(&mut desk.batch))
        });
        let Some(taken) = taken else { return false };
        *batch = taken;
        if let Some(mut used) = used.take() {
            let mut desk = self.shared.lock();
            if desk.spare.len() < BATCH {
                desk.spare.append(&mut used.rows);
            }
        }
        self.shared.taken.notify_one();
        true
    }
}

/// Adds to the batch once there is room for it; `false` if nobody takes rows any more.
fn put(shared: &Shared, add: impl FnOnce(&mut Batch, &mut Vec<Row>)) -> bool {
    let mut desk = shared.lock();
    while !desk.left && (desk.batch.cut.is_some() || desk.batch.rows.len() >= BATCH) {
        desk = shared
            .taken
            .wait(desk)
            .unwrap_or_else(PoisonError::into_inner);
    }
    if desk.left {
        return false;
    }
    let first = desk.batch.rows.is_empty();
    let desk = &mut *desk;
    add(&mut desk.batch, &mut desk.spare);
    if first || desk.batch.cut.is_some() {
        shared.came.notify_one();
    }
    true
}

/// Reads a source to its end; returns the keys that are no columns.
fn read(source: Source, start: Start, shared: &Shared) -> Result<Vec<String>, RowsError> {
    let mut rows = Rows::open(source, &Options::default())?;
    match start {
        Start::First => {}
        Start::Behind(place) => rows.skip_to(&place)?,
        Start::Rest(place) => rows.go_on_at(&place),
    }
    shared.lock().columns = Some(rows.columns().to_vec());
    shared.came.notify_one();
    let mut row = Row::default();
    loop {
        let read = rows.read(&mut row);
        let place = rows.place();
        let goes_on = match read {
            Ok(false) => break,
            Ok(true) => put(shared, |batch, spare| {
                let next = spare.pop().unwrap_or_default();
                batch.rows.push(std::mem::replace(&mut row, next));
                batch.places.push(place);
            }),
            Err(error) if error.is_of_row() => {
                put(shared, |batch, _| batch.cut = Some(Cut::Bad(error, place)))
            }
            Err(error) => return Err(error),
        };
        if !goes_on {
            break;
        }
    }
    Ok(rows.unknown_keys())
}
