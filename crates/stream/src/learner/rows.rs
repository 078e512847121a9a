//! Rows predicted and then learned, many at a time: members side by side, then the mixture row by row.

use std::borrow::Cow;
use std::collections::BTreeSet;

use mesu_rows::{Row, Value};
use rayon::prelude::*;

use super::StreamLearner;
use super::waiting::WaitingRow;
use super::work::{Settled, Work};
use crate::answer::{Answer, Outcome};
use crate::error::{RowError, StreamError};
use crate::labels;
use crate::members::{Lesson, Member, Opinions};
use crate::metric::{FLOOR, Score};
use crate::mixer::Mixed;
use crate::schema::{Field, Unfit, number};

/// Most rows that members learn before their opinions are mixed.
const CHUNK: usize = 256;

/// Fewest rows for which threads are woken.
const WORTH_THREADS: usize = 8;

/// Rows of a call, read.
struct Read<'a> {
    /// `[rows][columns]`, of the columns that are looked at.
    fields: Vec<Field<'a>>,
    labels: Vec<Option<Cow<'a, str>>>,
    weights: Vec<f32>,
    ids: Vec<Option<String>>,
}

impl StreamLearner {
    /// Predicts rows and learns those that have a label, each before the next: the same as
    /// [`predict_then_learn`](Self::predict_then_learn) of each, bit for bit, on all threads of the current rayon pool.
    ///
    /// A row without a label that has an id waits for it: a later row of this id and a label brings it, and learns it
    /// with the values and the answer of the row that waited.
    ///
    /// # Errors
    /// [`StreamError::Row`] for the first row that is not what the schema says; the learner is then as before.
    pub fn predict_then_learn_rows(&mut self, rows: &[Row]) -> Result<Vec<Outcome>, StreamError> {
        // Everything is read before anything is learned.
        let read = self.read(rows)?;
        let mut outcomes = Vec::with_capacity(rows.len());
        while outcomes.len() < rows.len() {
            self.chunk(rows, &read, &mut outcomes)?;
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
            read.labels.push(labels::name(&row.values[schema.target]));
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
            RowError::value(row.number, name, Unfit::new(value, expected))
        })
    }

    /// Predicts and learns the next rows, as many as go together: up to the first whose class the members have no room
    /// for, or that brings the label of one before it.
    fn chunk(
        &mut self,
        rows: &[Row],
        read: &Read<'_>,
        outcomes: &mut Vec<Outcome>,
    ) -> Result<(), StreamError> {
        let start = outcomes.len();
        // The answer to a row is from before its label was known: of as many outputs as there were.
        let outputs_before = self.outputs;
        let mut unlabeled: BTreeSet<&str> = BTreeSet::new();
        self.work.lessons.clear();
        let most = rows.len().min(start + CHUNK);
        for (i, row) in rows.iter().enumerate().take(most).skip(start) {
            let (label, id) = (read.labels[i].as_deref(), read.ids[i].as_deref());
            match (label, id) {
                (None, Some(id)) => {
                    unlabeled.insert(id);
                }
                (Some(label), Some(id)) if i == start && self.waiting.contains(id) => {
                    if let Some(waited) = self.waiting.take(id) {
                        outcomes.push(self.learn_waited(waited, label, row.number)?);
                    }
                    return Ok(());
                }
                (Some(_), Some(id)) if unlabeled.contains(id) || self.waiting.contains(id) => break,
                _ => {}
            }
            let class = label.map(|name| self.labels.number_or_add(name));
            if self.labels.len() > self.outputs {
                if i > start {
                    break;
                }
                self.grow()?;
            }
            let lesson = class.map(|class| Lesson {
                class,
                weight: read.weights[i] * self.class_weight(class),
            });
            self.work.lessons.push(lesson);
        }
        let end = start + self.work.lessons.len();
        self.encode(&read.fields[start * self.encoder.columns()..]);
        self.learn()?;
        let mut work = std::mem::take(&mut self.work);
        for (i, row) in rows.iter().enumerate().take(end).skip(start) {
            let outputs = if i == start {
                outputs_before
            } else {
                self.outputs
            };
            let outcome = self.settle(&mut work, i - start, outputs, row.number);
            if let (Some(id), None, Answer::Class(answer)) =
                (&read.ids[i], outcome.class, &outcome.answer)
            {
                let width = self.encoder.width();
                let inputs = &work.inputs[(i - start) * width..][..width];
                let (weight, entries) = (read.weights[i], &work.entries);
                let row = WaitingRow::new(outcome.row, inputs, weight, entries, self.known);
                let row = row.answered(answer.clone());
                self.waiting.keep(id, row, self.settings.waiting);
            }
            outcomes.push(outcome);
        }
        self.work = work;
        Ok(())
    }

    /// Makes room for more classes, twice as many as are known.
    pub(super) fn grow(&mut self) -> Result<(), StreamError> {
        self.outputs = 2 * self.labels.len();
        for (number, member) in self.members.iter_mut().enumerate() {
            let grown = member.grow(self.outputs);
            grown.map_err(|error| StreamError::Config {
                member: self.settings.members[number].name(),
                error,
            })?;
        }
        Ok(())
    }

    /// Factor of the losses of a class.
    pub(super) fn class_weight(&self, class: u32) -> f32 {
        if self.settings.class_weights.is_empty() {
            return 1.0;
        }
        let name = &self.labels.names()[class as usize];
        let weight = self.settings.class_weights.get(name);
        weight.copied().unwrap_or(1.0)
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

    /// Mixes the opinions on row `i`, of which members had `outputs`, and learns from its label how to mix.
    fn settle(&mut self, work: &mut Work, i: usize, outputs: usize, row: u64) -> Outcome {
        let Work {
            opinions,
            entries,
            mixed,
            ..
        } = work;
        self.mix(opinions, i, outputs, entries, mixed);
        let mut answer = self.answer(opinions, i, outputs, mixed);
        answer.out_of_range = work.out_of_range[i];
        self.rows += 1;
        self.strangers.learn(answer.spread);
        let lesson = work.lessons[i];
        let (mut loss, mut drift) = (None, None);
        if let Some(lesson) = lesson {
            drift = self.watch(opinions, i, outputs, lesson.class, row);
            let settled = Settled {
                answer: &answer,
                known: self.known,
            };
            loss = Some(self.score(settled, lesson, mixed));
        }
        Outcome {
            row,
            answer: Answer::Class(answer),
            class: lesson.map(|lesson| lesson.class),
            loss,
            drift,
            label_of: None,
        }
    }

    /// Scores an answer, and learns how it should have been mixed; returns its loss.
    pub(super) fn score(&mut self, settled: Settled<'_>, lesson: Lesson, mixed: &Mixed) -> f64 {
        let Settled { answer, known, .. } = settled;
        let Lesson { class, weight } = lesson;
        // A class that was not known is among all others, if members had room for them.
        let entry = (class as usize).min(known);
        if entry < mixed.probabilities.len() {
            self.mixer.learn(mixed, entry, f64::from(weight));
        }
        let own = match entry < known {
            true => answer.probabilities[entry],
            false => answer.unseen,
        };
        let own = f64::from(own);
        let loss = -libm::log(own.max(FLOOR));
        let all = answer.probabilities.iter().chain([&answer.unseen]);
        let squares: f64 = all.map(|p| f64::from(*p) * f64::from(*p)).sum();
        self.scores.add(Score {
            label: class,
            told: answer.class.unwrap_or(u32::MAX),
            loss,
            // sum_c (p_c - [c = label])^2
            brier: squares - 2.0 * own + 1.0,
            confidence: f64::from(answer.confidence()),
        });
        self.known = self.known.max(class as usize + 1);
        loss
    }
}
