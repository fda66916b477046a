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
enum Learnt {
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
    pub(super) fn finish(self, columns: &mut Columns, parts: &[Part]) -> Vec<Vocabulary> {
        self.0
            .into_iter()
            .zip(&mut columns.fields)
            .map(|(learnt, column)| match learnt {
                Learnt::Known(vocabulary) => vocabulary,
                Learnt::Values(values, limit) => {
                    Vocabulary::Values(renumber(&values, limit, column, parts))
                }
                Learnt::Numbers(numeric) => numbers(numeric, column, parts),
            })
            .collect()
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

/// Keeps the values that `limit` allows, most frequent in training first, and renumbers `column` by them.
fn renumber(raw: &Values, limit: Limit, column: &mut FieldColumn, parts: &[Part]) -> Values {
    let mut counts = vec![0_u32; raw.len()];
    let mut count = |id: u32| {
        if let Some(raw) = id.checked_sub(FIRST_VALUE)
            && let Some(count) = counts.get_mut(raw as usize)
        {
            *count += 1;
        }
    };
    let training = |part: &Part| *part == Part::Train;
    match &*column {
        FieldColumn::Ids(ids) => {
            let rows = ids.iter().zip(parts);
            rows.filter(|(_, part)| training(part))
                .for_each(|(&id, _)| count(id));
        }
        FieldColumn::Bags { offsets, ids } => {
            // Rows are counted: what a row repeats counts once.
            let mut last_row = vec![u32::MAX; raw.len() + FIRST_VALUE as usize];
            for (row, _) in parts.iter().enumerate().filter(|(_, part)| training(part)) {
                for &id in &ids[offsets[row] as usize..offsets[row + 1] as usize] {
                    if last_row[id as usize] != row as u32 {
                        last_row[id as usize] = row as u32;
                        count(id);
                    }
                }
            }
        }
        FieldColumn::Dense(_) => {}
    }

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
    match column {
        FieldColumn::Ids(ids) | FieldColumn::Bags { ids, .. } => {
            for id in ids {
                *id = renumbered[*id as usize];
            }
        }
        FieldColumn::Dense(_) => {}
    }
    values
}

/// Learns the statistics of a numeric column and applies them to it.
fn numbers(numeric: Numeric, column: &mut FieldColumn, parts: &[Part]) -> Vocabulary {
    let FieldColumn::Dense(raw) = column else {
        return Vocabulary::Buckets(Vec::new());
    };
    let rows = raw.iter().zip(parts);
    let mut training: Vec<f32> = rows
        .filter(|(number, part)| **part == Part::Train && !number.is_nan())
        .map(|(&number, _)| number)
        .collect();
    let known = |number: f32| (!number.is_nan()).then_some(number);
    match numeric {
        Numeric::Buckets(buckets) => {
            let vocabulary = quantile_edges(&mut training, buckets);
            let ids = raw
                .iter()
                .map(|&number| vocabulary.bucket(known(number)))
                .collect();
            *column = FieldColumn::Ids(ids);
            vocabulary
        }
        Numeric::Standardise => {
            let vocabulary = standard(&training);
            for number in raw {
                *number = vocabulary.dense(known(*number));
            }
            vocabulary
        }
    }
}
