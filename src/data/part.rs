//! The parts of a data set, and the split that makes them.

use serde::{Deserialize, Serialize};

use super::layout::find;
use super::row::Row;
use crate::error::{Error, ErrorKind, Result, quote};
use crate::random::unit_hash;
use crate::schema::{DaySplit, Format, Split, same_value};

/// What a row is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[repr(u8)]
pub enum Part {
    /// Training.
    Train,
    /// Validation: when to stop, which settings to take.
    Valid,
    /// The final test.
    Test,
}

/// What a split learnt from the file it was first applied to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FittedSplit {
    /// The seed of the hash.
    pub seed: u64,
    /// The first day (since 1970) of validation and of the test, when the split is by day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<(i32, i32)>,
}

/// Salt of the hash that takes validation rows from the training rows.
const CARVE: u64 = 0x7661_6c69_6461_7465;
const CARVED_SHARE: f64 = 0.1;

/// Collects what the split needs of each row while rows stream by.
pub(super) struct Splitter<'s> {
    split: &'s Split,
    format: &'s Format,
    column: Option<(usize, &'s str)>,
    parts: Vec<Part>,
    days: Vec<i32>,
}

impl<'s> Splitter<'s> {
    pub(super) fn bind(
        split: &'s Split,
        format: &'s Format,
        header: &[impl AsRef<str>],
    ) -> Result<Self> {
        let column = match split.column() {
            Some(column) => Some((find(header, column, "split")?, column)),
            None => None,
        };
        Ok(Self {
            split,
            format,
            column,
            parts: Vec::new(),
            days: Vec::new(),
        })
    }

    /// The splitter as it is, leaving one without rows.
    pub(super) fn take(&mut self) -> Self {
        Self {
            parts: std::mem::take(&mut self.parts),
            days: std::mem::take(&mut self.days),
            ..*self
        }
    }

    /// Takes note of a row; `false` when the split leaves it out.
    pub(super) fn push<R: Row + ?Sized>(&mut self, row: &R) -> Result<bool> {
        let Some((index, column)) = self.column else {
            return Ok(true);
        };
        let place = |error: Error| error.in_column(column);
        let cell = row.cell(index).map_err(place)?.unwrap_or_default();
        match self.split {
            Split::Column(split) => {
                let holds = |values: &[String]| values.iter().any(|value| same_value(cell, value));
                let part = if holds(&split.train) {
                    Part::Train
                } else if holds(&split.valid) {
                    Part::Valid
                } else if holds(&split.test) {
                    Part::Test
                } else {
                    return Ok(false);
                };
                self.parts.push(part);
            }
            Split::Day(_) if self.format.is_missing(cell) => {
                return Err(place(Error::new(
                    ErrorKind::Data,
                    "the time is missing, so the row belongs to no day of the split",
                )));
            }
            Split::Day(split) => match split.moment(cell) {
                Some(moment) => self.days.push(moment.day),
                None => return Err(place(super::cell::not_a_time(cell, &split.format))),
            },
            Split::Hash(_) | Split::None {} => {}
        }
        Ok(true)
    }

    /// Forgets the rows from `rows` on: the last one turned out to be bad.
    pub(super) fn truncate(&mut self, rows: usize) {
        self.parts.truncate(rows);
        self.days.truncate(rows);
    }

    /// The parts of all rows; `fitted` is the split to repeat, otherwise one is learnt.
    pub(super) fn finish(
        self,
        rows: usize,
        seed: u64,
        fitted: Option<&FittedSplit>,
    ) -> Result<(Vec<Part>, FittedSplit)> {
        let seed = fitted.map_or(seed, |fitted| fitted.seed);
        let mut days = None;
        let mut parts: Vec<Part> = match self.split {
            Split::Column(_) => self.parts,
            Split::None {} => vec![Part::Train; rows],
            Split::Hash(split) => (0..rows as u64)
                .map(|row| match unit_hash(seed, row) {
                    u if u < split.test => Part::Test,
                    u if u < split.test + split.valid => Part::Valid,
                    _ => Part::Train,
                })
                .collect(),
            Split::Day(split) => {
                let cuts = match fitted.and_then(|fitted| fitted.days) {
                    Some(cuts) => cuts,
                    None => cuts(split, &self.days)?,
                };
                days = Some(cuts);
                let part = |&day: &i32| match day {
                    day if day >= cuts.1 => Part::Test,
                    day if day >= cuts.0 => Part::Valid,
                    _ => Part::Train,
                };
                self.days.iter().map(part).collect()
            }
        };
        if !parts.contains(&Part::Valid) {
            carve(&mut parts, seed);
        }
        Ok((parts, FittedSplit { seed, days }))
    }
}

/// The first validation and the first test day.
fn cuts(split: &DaySplit, days: &[i32]) -> Result<(i32, i32)> {
    if let Some(dates) = split.dates() {
        return Ok(dates);
    }
    let (Some(&first), Some(&last)) = (days.iter().min(), days.iter().max()) else {
        return Ok((0, 0));
    };
    let (valid, test) = (i64::from(split.valid_days), i64::from(split.test_days));
    let spanned = i64::from(last) - i64::from(first) + 1;
    if spanned <= valid + test {
        return Err(Error::new(
            ErrorKind::Schema,
            format!(
                "split: column {} spans {spanned} {}, of which {valid} would validate and {test} test: \
                 none is left to train on",
                quote(&split.column),
                if spanned == 1 { "day" } else { "days" }
            ),
        )
        .hint("use another split, such as kind = \"hash\""));
    }
    let test_from = i64::from(last) - test + 1;
    Ok(((test_from - valid) as i32, test_from as i32))
}

/// Makes a tenth of the training rows validation rows, as long as some are left.
fn carve(parts: &mut [Part], seed: u64) {
    let mut left = parts.iter().filter(|&&part| part == Part::Train).count();
    for (row, part) in parts.iter_mut().enumerate() {
        if *part == Part::Train && left > 1 && unit_hash(seed ^ CARVE, row as u64) < CARVED_SHARE {
            *part = Part::Valid;
            left -= 1;
        }
    }
}
