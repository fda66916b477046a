//! Learning from the training rows what an encoder holds.

use super::columns::{Columns, FieldColumn};
use super::layout::Coder;
use super::part::Part;
use super::statistics::{quantile_edges, standard};
use super::values::Values;
use super::vocabulary::Vocabulary;
use super::{FIRST_VALUE, UNKNOWN};
use crate::error::Result;
use crate::schema::{Categorical, FieldKind, Input, InputKind, Limit, Multi, Numeric, Schema};

/// What is learnt of one input field while rows stream by.
///
/// Ids of [`Learnt::Values`] are numbered in order of arrival until [`Learner::finish`] renumbers them;
/// numbers are kept as they are, NaN where they are missing.
pub(super) enum Learnt {
    Values(Values, Limit),
    Numbers(Numeric),
    Known(Vocabulary),
}

/// A [`Coder`] that learns.
pub(super) struct Learner(Vec<Learnt>);

impl Coder for Learner {
    fn id(&mut self, field: usize, value: &str) -> Result<u32> {
        match &mut self.0[field] {
            Learnt::Values(values, _) => Ok(values.intern(value)? + FIRST_VALUE),
            Learnt::Known(vocabulary) => Ok(vocabulary.id(value)),
            Learnt::Numbers(_) => Ok(UNKNOWN),
        }
    }

    fn number(&mut self, _: usize, number: Option<f32>, column: &mut FieldColumn) {
        column.push_dense(number.unwrap_or(f32::NAN));
    }
}

impl Learner {
    pub(super) fn new(schema: &Schema) -> Self {
        Self(schema.inputs().iter().map(learnt).collect())
    }

    /// Columns to collect rows in.
    pub(super) fn columns(&self, schema: &Schema, label: bool, truth: bool) -> Columns {
        let inputs = schema.inputs();
        let kinds = inputs.iter().map(|input| match input.field.kind {
            FieldKind::Numeric(_) => InputKind::Dense,
            _ => input.kind(),
        });
        Columns::empty(kinds, label, truth)
    }

    /// Learns from the training rows and turns the collected columns into encoded ones, one at a time.
    pub(super) fn finish(self, columns: &mut Columns, parts: &[Part]) -> Result<Vec<Vocabulary>> {
        let mut vocabularies = Vec::with_capacity(self.0.len());
        for (learnt, column) in self.0.into_iter().zip(&mut columns.fields) {
            let fitted = learnt.fit(|take| {
                take(column, parts);
                Ok(())
            })?;
            fitted.renumbered.apply(&fitted.vocabulary, column);
            vocabularies.push(fitted.vocabulary);
        }
        Ok(vocabularies)
    }

    /// What was collected of each field, to be fitted where the columns are not in memory.
    pub(super) fn into_fields(self) -> Vec<Learnt> {
        self.0
    }
}

/// Takes a piece of a collected column, with the parts of its rows.
pub(super) type Take<'a> = dyn FnMut(&FieldColumn, &[Part]) + 'a;

impl Learnt {
    /// Learns from the training rows of a column; `pieces` gives all of it, in the order of the file.
    pub(super) fn fit(
        self,
        pieces: impl FnOnce(&mut Take<'_>) -> Result<()>,
    ) -> Result<FittedField> {
        Ok(match self {
            Self::Known(vocabulary) => FittedField {
                vocabulary,
                renumbered: Renumbered(None),
            },
            Self::Values(values, limit) => {
                let mut counter = Counter::new(values.len());
                pieces(&mut |column, parts| counter.take(column, parts))?;
                let (values, renumbered) = renumber(&values, limit, counter.counts);
                FittedField {
                    vocabulary: Vocabulary::Values(values),
                    renumbered: Renumbered(Some(renumbered)),
                }
            }
            Self::Numbers(numeric) => {
                let mut training = Vec::new();
                pieces(&mut |column, parts| {
                    if let FieldColumn::Dense(raw) = column {
                        let rows = raw.iter().zip(parts);
                        training.extend(
                            rows.filter(|(number, part)| **part == Part::Train && !number.is_nan())
                                .map(|(&number, _)| number),
                        );
                    }
                })?;
                FittedField {
                    vocabulary: match numeric {
                        Numeric::Buckets(buckets) => quantile_edges(&mut training, buckets),
                        Numeric::Standardise => standard(&training),
                    },
                    renumbered: Renumbered(None),
                }
            }
        })
    }
}

/// What was learnt of a field, and how a collected column becomes an encoded one.
pub(super) struct FittedField {
    pub(super) vocabulary: Vocabulary,
    pub(super) renumbered: Renumbered,
}

/// The final id of each id that was given in order of arrival, where ids were given so.
pub(super) struct Renumbered(Option<Vec<u32>>);

impl Renumbered {
    /// Turns a collected column, or a piece of it, into an encoded one.
    pub(super) fn apply(&self, vocabulary: &Vocabulary, column: &mut FieldColumn) {
        let known = |number: f32| (!number.is_nan()).then_some(number);
        match (&mut *column, vocabulary) {
            (FieldColumn::Ids(ids) | FieldColumn::Bags { ids, .. }, _) => {
                if let Some(renumbered) = &self.0 {
                    for id in ids {
                        *id = renumbered[*id as usize];
                    }
                }
            }
            (FieldColumn::Dense(raw), Vocabulary::Standard { .. }) => {
                for number in raw {
                    *number = vocabulary.dense(known(*number));
                }
            }
            (FieldColumn::Dense(raw), _) => {
                let bucket = |&number: &f32| vocabulary.bucket(known(number));
                let ids = raw.iter().map(bucket).collect();
                *column = FieldColumn::Ids(ids);
            }
        }
    }
}

fn learnt(input: &Input<'_>) -> Learnt {
    match &input.field.kind {
        FieldKind::Categorical(Categorical { limit, .. })
        | FieldKind::Multi(Multi { limit, .. }) => match limit.hash_buckets {
            Some(buckets) => Learnt::Known(Vocabulary::Hashed(buckets)),
            None => Learnt::Values(Values::default(), *limit),
        },
        FieldKind::Numeric(numeric) => Learnt::Numbers(*numeric),
        FieldKind::Timestamp(_) => match input.derived {
            Some(derived) => Learnt::Known(Vocabulary::Calendar(derived)),
            None => Learnt::Values(Values::default(), Limit::default()),
        },
    }
}

/// How many training rows have each value; what a row repeats counts once.
struct Counter {
    counts: Vec<u32>,
    /// The last row that was seen with each id of a bag.
    last_row: Vec<u32>,
    /// Rows of the pieces before.
    rows: u32,
}

impl Counter {
    fn new(values: usize) -> Self {
        Self {
            counts: vec![0; values],
            last_row: Vec::new(),
            rows: 0,
        }
    }

    fn count(&mut self, id: u32) {
        if let Some(raw) = id.checked_sub(FIRST_VALUE)
            && let Some(count) = self.counts.get_mut(raw as usize)
        {
            *count += 1;
        }
    }

    fn take(&mut self, column: &FieldColumn, parts: &[Part]) {
        let training = |part: &Part| *part == Part::Train;
        match column {
            FieldColumn::Ids(ids) => {
                let rows = ids.iter().zip(parts);
                rows.filter(|(_, part)| training(part))
                    .for_each(|(&id, _)| self.count(id));
            }
            FieldColumn::Bags { offsets, ids } => {
                self.last_row
                    .resize(self.counts.len() + FIRST_VALUE as usize, u32::MAX);
                for (row, _) in parts.iter().enumerate().filter(|(_, part)| training(part)) {
                    let number = self.rows + row as u32;
                    for &id in &ids[offsets[row] as usize..offsets[row + 1] as usize] {
                        if self.last_row[id as usize] != number {
                            self.last_row[id as usize] = number;
                            self.count(id);
                        }
                    }
                }
            }
            FieldColumn::Dense(_) => {}
        }
        self.rows += parts.len() as u32;
    }
}

/// The values that `limit` allows, most frequent in training first, and the new id of each old one.
fn renumber(raw: &Values, limit: Limit, counts: Vec<u32>) -> (Values, Vec<u32>) {
    let mut order: Vec<u32> = (0..raw.len() as u32)
        .filter(|&value| counts[value as usize] >= limit.min_count)
        .collect();
    order.sort_unstable_by(|&a, &b| {
        let by_count = counts[b as usize].cmp(&counts[a as usize]);
        by_count.then_with(|| raw.get(a).cmp(&raw.get(b)))
    });
    if let Some(most) = limit.max_size {
        order.truncate(most as usize);
    }
    drop(counts);

    let mut renumbered = vec![UNKNOWN; raw.len() + FIRST_VALUE as usize];
    renumbered[super::MISSING as usize] = super::MISSING;
    let mut values = Values::default();
    for (place, &value) in order.iter().enumerate() {
        // What was interned once can be interned again.
        if let Some(text) = raw.get(value)
            && values.intern(text).is_ok()
        {
            renumbered[(value + FIRST_VALUE) as usize] = place as u32 + FIRST_VALUE;
        }
    }
    (values, renumbered)
}
