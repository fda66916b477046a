//! Which rows train, validate and test.

use serde::de::{self, Error as _};
use serde::{Deserialize, Deserializer, Serialize};

use super::field::offset_seconds;
use super::text::{texts, twice};
use super::time::{Moment, TimeFormat, day_of};
use crate::document::{self, Tagged};
use crate::error::{Error, ErrorKind, Result};

/// How rows are split. Without rows for validation, 10 % of the training rows are taken for it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Split {
    /// A column says it.
    Column(ColumnSplit),
    /// By calendar day.
    Day(DaySplit),
    /// By a hash of the row number and the seed.
    Hash(HashSplit),
    /// Every row is for training (and validation).
    None {},
}

/// The values of a column and the parts they stand for; rows with other values are left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ColumnSplit {
    /// The column of the file.
    pub column: String,
    /// Values of training rows.
    #[serde(deserialize_with = "texts")]
    pub train: Vec<String>,
    /// Values of validation rows.
    #[serde(
        default,
        deserialize_with = "texts",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub valid: Vec<String>,
    /// Values of test rows.
    #[serde(
        default,
        deserialize_with = "texts",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub test: Vec<String>,
}

/// A split in time, either counted back from the last day of the file or at given dates.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DaySplit {
    /// The column with the timestamp.
    pub column: String,
    /// How it is written.
    #[serde(default)]
    pub format: TimeFormat,
    /// Hours to add for local time.
    #[serde(default)]
    pub utc_offset: f64,
    /// The days before the test days that validate.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub valid_days: u32,
    /// The last days, which test.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub test_days: u32,
    /// Instead of counting: the first day of validation, `2018-09-23`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<String>,
    /// Instead of counting: the first day of the test.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test_from: Option<String>,
}

/// The shares of a split by hash; the rest trains.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HashSplit {
    /// Share of the validation rows.
    pub valid: f64,
    /// Share of the test rows.
    pub test: f64,
}

fn one() -> u32 {
    1
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes a reference"
)]
fn is_one(days: &u32) -> bool {
    *days == 1
}

impl<'de> Deserialize<'de> for Split {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::of(&Tagged::read(deserializer, "kind")?).map_err(de::Error::custom)
    }
}

impl Default for Split {
    fn default() -> Self {
        Self::Hash(HashSplit::default())
    }
}

impl Default for HashSplit {
    fn default() -> Self {
        Self {
            valid: 0.1,
            test: 0.1,
        }
    }
}

/// The keys of a split that has none.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NoKeys {}

impl Split {
    fn of(table: &Tagged) -> Result<Self, document::Error> {
        match table.tag.as_str() {
            "column" => table.rest().map(Self::Column),
            "day" => table.rest().map(Self::Day),
            "hash" => table.rest().map(Self::Hash),
            "none" => table.rest().map(|NoKeys {}| Self::None {}),
            other => Err(document::Error::unknown_variant(
                other,
                &["column", "day", "hash", "none"],
            )),
        }
    }

    /// The column the split reads, if it reads one.
    pub fn column(&self) -> Option<&str> {
        match self {
            Self::Column(split) => Some(&split.column),
            Self::Day(split) => Some(&split.column),
            Self::Hash(_) | Self::None {} => None,
        }
    }

    pub(super) fn check(&self) -> Result<()> {
        match self {
            Self::Column(split) => split.check(),
            Self::Day(split) => split.check(),
            Self::Hash(split) => split.check(),
            Self::None {} => Ok(()),
        }
    }
}

fn wrong<T>(message: impl Into<String>) -> Result<T> {
    Err(Error::new(ErrorKind::Schema, message))
}

impl ColumnSplit {
    fn check(&self) -> Result<()> {
        if self.train.is_empty() {
            return wrong("split.train: names no value");
        }
        let all = [&self.train, &self.valid, &self.test];
        match twice(all.into_iter().flatten().map(String::as_str)) {
            Some(value) => wrong(format!(
                "split: value {} stands twice",
                crate::error::quote(value)
            )),
            None => Ok(()),
        }
    }
}

impl DaySplit {
    /// The local time of a cell.
    pub fn moment(&self, cell: &str) -> Option<Moment> {
        self.format.parse(cell, offset_seconds(self.utc_offset))
    }

    /// The first validation and the first test day, where the schema gives dates.
    pub fn dates(&self) -> Option<(i32, i32)> {
        let test = day_of(self.test_from.as_deref()?)?;
        match &self.valid_from {
            Some(date) => Some((day_of(date)?, test)),
            None => Some((test, test)),
        }
    }

    fn check(&self) -> Result<()> {
        super::check::utc_offset(self.utc_offset, "split")?;
        for (key, date) in [
            ("valid_from", &self.valid_from),
            ("test_from", &self.test_from),
        ] {
            if let Some(date) = date
                && day_of(date).is_none()
            {
                return wrong(format!(
                    "split.{key}: {} is not a date like 2018-09-24",
                    crate::error::quote(date)
                ));
            }
        }
        match (&self.valid_from, &self.test_from) {
            (Some(_), None) => return wrong("split.valid_from: needs test_from"),
            (_, Some(_)) if self.valid_days != 1 || self.test_days != 1 => {
                return wrong("split: give dates (test_from) or counts (test_days), not both");
            }
            _ => {}
        }
        match self.dates() {
            Some((valid, test)) if valid > test => wrong("split.valid_from: is after test_from"),
            _ => Ok(()),
        }
    }
}

impl HashSplit {
    fn check(&self) -> Result<()> {
        for (key, share) in [("valid", self.valid), ("test", self.test)] {
            if !(0.0..1.0).contains(&share) {
                return wrong(format!("split.{key}: {share} is not a share from 0 to 1"));
            }
        }
        if self.valid + self.test >= 1.0 {
            return wrong("split: valid and test leave no share for training");
        }
        Ok(())
    }
}
