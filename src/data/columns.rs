//! Encoded rows, column by column.

use super::vocabulary::Vocabulary;
use super::{MISSING, UNKNOWN};
use crate::error::{Error, ErrorKind, Result};
use crate::schema::InputKind;

/// Encoded rows.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Columns {
    /// The number of rows.
    pub rows: usize,
    /// One column per input field, in the order of [`Encoder::fields`](super::Encoder::fields).
    pub fields: Vec<FieldColumn>,
    /// The scenario index of each row: its id in the scenario field.
    pub scenario: Vec<u32>,
    /// The labels, 0 or 1, where the source has them.
    pub labels: Option<Vec<u8>>,
    /// The true probabilities, where the source was generated with them.
    pub truth: Option<Vec<f32>>,
}

/// The values of an input field.
#[derive(Debug, Clone, PartialEq)]
pub enum FieldColumn {
    /// One id per row.
    Ids(Vec<u32>),
    /// Some ids per row, at least one: row `i` has `ids[offsets[i]..offsets[i + 1]]`.
    Bags {
        /// Where each row starts, and the end of the last: one more than there are rows.
        offsets: Vec<u32>,
        /// The ids of all rows.
        ids: Vec<u32>,
    },
    /// One number per row.
    Dense(Vec<f32>),
}

impl Columns {
    pub(super) fn empty(
        kinds: impl IntoIterator<Item = InputKind>,
        labels: bool,
        truth: bool,
    ) -> Self {
        Self {
            rows: 0,
            fields: kinds.into_iter().map(FieldColumn::empty).collect(),
            scenario: Vec::new(),
            labels: labels.then(Vec::new),
            truth: truth.then(Vec::new),
        }
    }

    /// Drops all rows but the first `rows`.
    pub fn truncate(&mut self, rows: usize) {
        for column in &mut self.fields {
            column.truncate(rows);
        }
        self.scenario.truncate(rows);
        if let Some(labels) = &mut self.labels {
            labels.truncate(rows);
        }
        if let Some(truth) = &mut self.truth {
            truth.truncate(rows);
        }
        self.rows = self.rows.min(rows);
    }

    /// Drops all rows but keeps the memory.
    pub fn clear(&mut self) {
        self.truncate(0);
    }

    /// Takes the ids of a field as the scenarios of the rows from `from` on.
    pub(super) fn append_scenario(&mut self, field: usize, from: usize) {
        if let Some(FieldColumn::Ids(ids)) = self.fields.get(field) {
            self.scenario.extend_from_slice(&ids[from..]);
        }
    }

    /// Makes room for so many more rows; of a bag, for as many items.
    pub(super) fn reserve(&mut self, rows: usize) {
        for column in &mut self.fields {
            match column {
                FieldColumn::Ids(ids) => ids.reserve_exact(rows),
                FieldColumn::Dense(values) => values.reserve_exact(rows),
                FieldColumn::Bags { offsets, ids } => {
                    offsets.reserve_exact(rows);
                    ids.reserve(rows);
                }
            }
        }
        self.scenario.reserve_exact(rows);
        if let Some(labels) = &mut self.labels {
            labels.reserve_exact(rows);
        }
        if let Some(truth) = &mut self.truth {
            truth.reserve_exact(rows);
        }
    }

    /// Appends some rows of other columns of the same encoder, which have labels and true probabilities where these do.
    ///
    /// # Errors
    /// [`ErrorKind::Data`] when a bag's items would exceed 2^32: the columns are uneven then, until they are
    /// [cut](Self::truncate) to the rows that they had.
    ///
    /// # Panics
    /// When there are fewer rows than `rows` asks for.
    pub fn append(&mut self, other: &Self, rows: &[u32]) -> Result<()> {
        for (column, other) in self.fields.iter_mut().zip(&other.fields) {
            column.append(other, rows)?;
        }
        extend(&mut self.scenario, &other.scenario, rows);
        if let (Some(labels), Some(other)) = (&mut self.labels, &other.labels) {
            extend(labels, other, rows);
        }
        if let (Some(truth), Some(other)) = (&mut self.truth, &other.truth) {
            extend(truth, other, rows);
        }
        self.rows += rows.len();
        Ok(())
    }

    /// The labels of `rows` as 0.0 and 1.0, where the source has labels.
    ///
    /// # Panics
    /// When there are fewer rows than `rows` asks for.
    pub fn labels_of(&self, rows: &[u32]) -> Option<Vec<f32>> {
        let labels = self.labels.as_deref()?;
        Some(
            rows.iter()
                .map(|&row| f32::from(labels[row as usize]))
                .collect(),
        )
    }

    /// How many ids of each field are out of vocabulary (of a bag: items).
    pub fn unknown(&self) -> Vec<u64> {
        let count = |ids: &[u32]| ids.iter().filter(|&&id| id == UNKNOWN).count() as u64;
        self.fields
            .iter()
            .map(|column| match column {
                FieldColumn::Ids(ids) | FieldColumn::Bags { ids, .. } => count(ids),
                FieldColumn::Dense(_) => 0,
            })
            .collect()
    }

    /// How many rows have no scenario.
    pub fn missing_scenarios(&self) -> u64 {
        self.scenario.iter().filter(|&&id| id == MISSING).count() as u64
    }

    /// How many rows have a scenario that was not learnt.
    pub fn unknown_scenarios(&self) -> u64 {
        self.scenario.iter().filter(|&&id| id == UNKNOWN).count() as u64
    }
}

impl FieldColumn {
    pub(super) fn empty(kind: InputKind) -> Self {
        match kind {
            InputKind::Id => Self::Ids(Vec::new()),
            InputKind::Bag => Self::Bags {
                offsets: vec![0],
                ids: Vec::new(),
            },
            InputKind::Dense => Self::Dense(Vec::new()),
        }
    }

    fn truncate(&mut self, rows: usize) {
        match self {
            Self::Ids(ids) => ids.truncate(rows),
            Self::Dense(values) => values.truncate(rows),
            Self::Bags { offsets, ids } => {
                offsets.truncate(rows + 1);
                // A row that failed half-way has items but no end yet.
                ids.truncate(offsets.last().copied().unwrap_or_default() as usize);
            }
        }
    }

    fn append(&mut self, other: &Self, rows: &[u32]) -> Result<()> {
        match (self, other) {
            (Self::Ids(ids), Self::Ids(other)) => extend(ids, other, rows),
            (Self::Dense(values), Self::Dense(other)) => extend(values, other, rows),
            (
                Self::Bags { offsets, ids },
                Self::Bags {
                    offsets: starts,
                    ids: items,
                },
            ) => {
                for &row in rows {
                    let row = row as usize;
                    ids.extend_from_slice(&items[starts[row] as usize..starts[row + 1] as usize]);
                    offsets.push(end_of(ids)?);
                }
            }
            _ => {}
        }
        Ok(())
    }

    pub(super) fn push_missing(&mut self, vocabulary: &Vocabulary) {
        match self {
            Self::Ids(ids) => ids.push(MISSING),
            Self::Dense(values) => values.push(vocabulary.dense(None)),
            Self::Bags { offsets, ids } => {
                ids.push(MISSING);
                offsets.push(ids.len() as u32);
            }
        }
    }

    pub(super) fn last_id(&self) -> Option<u32> {
        match self {
            Self::Ids(ids) => ids.last().copied(),
            _ => None,
        }
    }

    pub(super) fn push_id(&mut self, id: u32) {
        if let Self::Ids(ids) = self {
            ids.push(id);
        }
    }

    pub(super) fn push_dense(&mut self, value: f32) {
        if let Self::Dense(values) = self {
            values.push(value);
        }
    }

    pub(super) fn push_item(&mut self, id: u32) {
        if let Self::Bags { ids, .. } = self {
            ids.push(id);
        }
    }

    /// Ends the bag of a row; an empty one gets the id of a missing value.
    pub(super) fn end_bag(&mut self) -> Result<()> {
        if let Self::Bags { offsets, ids } = self {
            if offsets.last().copied() == Some(ids.len() as u32) {
                ids.push(MISSING);
            }
            offsets.push(end_of(ids)?);
        }
        Ok(())
    }
}

/// Where the last bag ends.
fn end_of(ids: &[u32]) -> Result<u32> {
    u32::try_from(ids.len())
        .map_err(|_| Error::new(ErrorKind::Data, "a list column has over 2^32 items"))
}

fn extend<T: Copy>(to: &mut Vec<T>, from: &[T], rows: &[u32]) {
    to.extend(rows.iter().map(|&row| from[row as usize]));
}
