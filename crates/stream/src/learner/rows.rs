//! Rows predicted and then learned, many at a time: members side by side, then the mixture row by row.

use std::collections::BTreeSet;

use mesu_rows::{Row, Value};
use rayon::prelude::*;

use super::StreamLearner;
use super::task::{Task, truth};
use super::waiting::WaitingRow;
use super::work::{Label, Work};
use crate::answer::Outcome;
use crate::error::{RowError, StreamError};
use crate::history::Scored;
use crate::members::{Lesson, Member, Opinions};
use crate::schema::{Field, Unfit, number};

/// Most rows that members learn before their opinions are mixed.
const CHUNK: usize = 256;

/// Fewest rows for which threads are woken.
const WORTH_THREADS: usize = 8;

/// Rows of a call, read.
struct Read<'a> {
    /// `[rows][columns]`, of the columns that are looked at.
    fields: Vec<Field<'a>>,
    labels: Vec<Label<'a>>,
    weights: Vec<f32>,
    ids: Vec<Option<String>>,
}

impl StreamLearner {
    /// Predicts rows and learns those that have a label, each before the next: the same as
    /// [`predict_then_learn`](Self::predict_then_learn) of each, bit for bit, on all threads of the current
    /// rayon pool.
    ///
    /// A row without a label that has an id waits for it: a later row of this id and a label brings it, and
    /// learns it with the values and the answer of the row that waited.
    ///
    /// # Errors
    /// [`StreamError::Row`] for the first row that is not what the schema says; the learner is then as
    /// before.
    pub fn predict_then_learn_rows(&mut self, rows: &[Row]) -> Result<Vec<Outcome>, StreamError> {
        // Everything is read before anything is learned.
        let read = self.read(rows)?;
        let ahead = self.ahead.take(&self.schema, rows);
        let mut outcomes = Vec::with_capacity(rows.len());
        while outcomes.len() < rows.len() {
            self.chunk(rows, &read, ahead, &mut outcomes)?;
        }
        Ok(outcomes)
    }

    fn read<'a>(&self, rows: &'a [Row]) -> Result<Read<'a>, StreamError> {
        let schema = &self.schema;
        let mut read = Read {
            fields: Vec::with_capacity(rows.len() * self.encoder.columns()),
            labels: Vec::with_capacity(rows.len()),
            weights: Vec::with_capacity(rows.len()),
            ids: Vec::with_capacity(rows.len()),
        };
        for (index, row) in rows.iter().enumerate() {
            let refused = |error| StreamError::Row { index, error };
            let fields = self.encoder.read(schema, row, &mut read.fields);
            fields.map_err(refused)?;
            let label = self.label(&row.values[schema.target], row.number);
            read.labels.push(label.map_err(refused)?);
            read.weights.push(self.weight(row).map_err(refused)?);
            read.ids.push(self.id(row));
        }
        Ok(read)
    }

    /// Factor of a row's loss.
    fn weight(&self, row: &Row) -> Result<f32, RowError> {
        let Some(column) = self.schema.weight else {
            return Ok(1.0);
        };
        let value = &row.values[column];
        if *value == Value::Missing {
            return Ok(1.0);
        }
        let expected = "a finite number, 0 or more";
        let weight = number(value).ok().map(|weight| weight as f32);
        let sound = weight.filter(|weight| weight.is_finite() && *weight >= 0.0);
        sound.ok_or_else(|| {
            let name = &self.schema.columns[column].name;
            RowError::value(row.number, name, Unfit::value(value, expected))
        })
    }

    /// Predicts and learns the next rows, as many as go together: up to the first whose class the members
    /// have no room for, or that brings the label of one before it. `ahead` of a row whose inputs and
    /// opinions are there.
    fn chunk(
        &mut self,
        rows: &[Row],
        read: &Read<'_>,
        ahead: bool,
        outcomes: &mut Vec<Outcome>,
    ) -> Result<(), StreamError> {
        let start = outcomes.len();
        // The answer to a row is from before its label was known: of as many outputs as there were.
        let outputs_before = self.task.class_outputs();
        let mut unlabeled: BTreeSet<&str> = BTreeSet::new();
        self.work.lessons.clear();
        let most = rows.len().min(start + CHUNK);
        for (i, row) in rows.iter().enumerate().take(most).skip(start) {
            let (label, id) = (&read.labels[i], read.ids[i].as_deref());
            match (label, id) {
                (Label::Missing, Some(id)) => {
                    unlabeled.insert(id);
                }
                (_, Some(id)) if i == start => {
                    if let Some(waited) = self.waiting.take(id) {
                        outcomes.extend(self.learn_waited(id, waited, label, row.number)?);
                        return Ok(());
                    }
                }
                (_, Some(id)) if unlabeled.contains(id) || self.waiting.contains(id) => break,
                _ => {}
            }
            let lesson = self.lesson(label, read.weights[i]);
            if self.lacks_room() && i > start {
                break;
            }
            self.grow_if_needed()?;
            self.work.lessons.push(lesson);
        }
        let end = start + self.work.lessons.len();
        let grown = self.task.class_outputs() != outputs_before;
        match self.work.lessons[..] {
            [Some(lesson)] if ahead && !grown => {
                self.encoder.learn(&read.fields);
                self.learn_ahead(lesson)?;
            }
            _ => {
                self.encode(&read.fields[start * self.encoder.columns()..]);
                self.learn()?;
            }
        }
        let mut work = std::mem::take(&mut self.work);
        for (i, row) in rows.iter().enumerate().take(end).skip(start) {
            let outputs = match i == start {
                true => outputs_before,
                false => self.task.class_outputs(),
            };
            let id = read.ids[i].as_deref();
            let mut outcome = self.settle(&mut work, i - start, outputs, (row, id));
            if let (Some(id), None) = (id, outcome.truth) {
                let width = self.encoder.width();
                let row = WaitingRow {
                    row: outcome.row,
                    inputs: work.inputs[(i - start) * width..][..width].to_vec(),
                    weight: read.weights[i],
                    entries: work.mixing.entries.clone(),
                    known: self.task.known(),
                    answer: outcome.answer.clone(),
                };
                outcome.replaced = self.waiting.keep(id, row, self.settings.waiting);
            }
            outcomes.push(outcome);
        }
        self.work = work;
        Ok(())
    }

    /// Lesson of a label; its class is added if it is new.
    pub(super) fn lesson(&mut self, label: &Label<'_>, weight: f32) -> Option<Lesson> {
        match (label, &mut self.task) {
            (Label::Class(name), Task::Classes(classes)) => {
                let class = classes.labels.number_or_add(name);
                let of_class = self.settings.class_weights.get(&**name);
                Some(Lesson {
                    target: class.into(),
                    weight: weight * of_class.copied().unwrap_or(1.0),
                })
            }
            (Label::Value(value), _) => Some(Lesson {
                target: (*value).into(),
                weight,
            }),
            _ => None,
        }
    }

    /// Returns whether there are more classes than members have room for.
    fn lacks_room(&self) -> bool {
        match &self.task {
            Task::Classes(classes) => classes.lacks_room(),
            Task::Values(_) => false,
        }
    }

    /// Makes room for twice as many classes as are known, if there is none for them.
    pub(super) fn grow_if_needed(&mut self) -> Result<(), StreamError> {
        let outputs = match &mut self.task {
            Task::Classes(classes) if classes.lacks_room() => {
                classes.outputs = 2 * classes.labels.len();
                classes.outputs
            }
            _ => return Ok(()),
        };
        for (number, member) in self.members.iter_mut().enumerate() {
            let grown = member.grow(outputs);
            grown.map_err(|error| StreamError::Config {
                member: self.settings.members[number].name(),
                error,
            })?;
        }
        Ok(())
    }

    /// Turns rows into inputs, each scaled by those before it.
    fn encode(&mut self, fields: &[Field<'_>]) {
        let (width, columns) = (self.encoder.width(), self.encoder.columns());
        let work = &mut self.work;
        work.inputs.clear();
        work.inputs.resize(work.lessons.len() * width, 0.0);
        work.out_of_range.clear();
        for (i, inputs) in work.inputs.chunks_exact_mut(width).enumerate() {
            let fields = &fields[i * columns..(i + 1) * columns];
            work.out_of_range.push(self.encoder.write(fields, inputs));
            self.encoder.learn(fields);
        }
    }

    /// Lets every member predict and learn the rows.
    fn learn(&mut self) -> Result<(), StreamError> {
        let width = self.encoder.width();
        let Work {
            inputs,
            lessons,
            opinions,
            ..
        } = &mut self.work;
        opinions.resize(self.members.len(), Opinions::default());
        let (inputs, lessons) = (&*inputs, &*lessons);
        let of_member = |(member, opinions): (&mut Box<dyn Member>, &mut Opinions)| {
            opinions.clear();
            for (inputs, lesson) in inputs.chunks_exact(width).zip(lessons) {
                match lesson {
                    Some(lesson) => member.learn(inputs, *lesson, opinions)?,
                    None => member.predict(inputs, opinions)?,
                }
            }
            Ok(())
        };
        let members = &mut self.members;
        let done: Vec<Result<(), mesu::LearnError>> = match lessons.len() < WORTH_THREADS {
            true => members.iter_mut().zip(opinions).map(of_member).collect(),
            false => {
                let each = members.par_iter_mut().zip(opinions).with_max_len(1);
                each.map(of_member).collect()
            }
        };
        for (number, result) in done.into_iter().enumerate() {
            result.map_err(|error| self.failed(number, error))?;
        }
        Ok(())
    }

    /// Lets every member learn the row that was predicted ahead.
    fn learn_ahead(&mut self, lesson: Lesson) -> Result<(), StreamError> {
        let Work {
            inputs, opinions, ..
        } = &self.work;
        for (number, opinions) in opinions.iter().enumerate() {
            let learned = self.members[number].learn_ahead(inputs, lesson, opinions.last());
            learned.map_err(|error| self.failed(number, error))?;
        }
        Ok(())
    }

    /// Mixes the opinions on row `i`, when members had so many outputs, and learns from its label how to mix.
    fn settle(
        &mut self,
        work: &mut Work,
        i: usize,
        outputs: usize,
        (row, id): (&Row, Option<&str>),
    ) -> Outcome {
        let Work {
            opinions, mixing, ..
        } = work;
        let answer = self.answer(opinions, i, outputs, work.out_of_range[i], mixing);
        self.rows += 1;
        self.strangers.learn(answer.spread);
        let lesson = work.lessons[i];
        let (mut loss, mut drift) = (None, None);
        if let Some(lesson) = lesson {
            for (loss, opinions) in self.losses.iter_mut().zip(&*opinions) {
                *loss += self.task.loss(opinions.of(i), outputs, lesson.target);
            }
            self.labeled += 1;
            drift = self.watch(opinions, i, outputs, lesson.target, row.number);
            let known = self.task.known();
            loss = self.task.score(&answer.told, known, lesson, mixing);
            if let Some(loss) = loss {
                self.history.add(&Scored {
                    answer: &answer,
                    truth: truth(lesson.target),
                    loss,
                    weights: self.task.weights(),
                    rows: self.rows,
                    row: row.number,
                    id,
                    time: self.schema.time.map(|time| &row.values[time]),
                });
            }
        }
        Outcome {
            row: row.number,
            answer,
            truth: lesson.map(|lesson| truth(lesson.target)),
            loss,
            drift,
            label_of: None,
            replaced: None,
        }
    }
}
