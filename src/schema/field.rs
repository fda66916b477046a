//! The fields of a schema.

use serde::{Deserialize, Serialize};

use super::field_toml::FieldToml;
use super::time::{Derived, TimeFormat};

/// A column of the file as the model sees it. One column may feed several fields.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "FieldToml", into = "FieldToml")]
pub struct Field {
    /// The name, unique in the schema.
    pub name: String,
    /// The column of the file.
    pub column: String,
    /// Whether it describes the scenario.
    pub role: Role,
    /// Whether it tells who or what the impression is of (user, item, shop): PEPNet's personal gates
    /// and APG's mix-wise condition see it.
    pub prior: bool,
    /// What its cells hold.
    pub kind: FieldKind,
}

/// The part a field plays in the model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Scenario-aware: parameters are generated from it.
    Scenario,
    /// Scenario-agnostic: an ordinary input.
    #[default]
    Agnostic,
}

/// What the cells of a field hold.
#[derive(Debug, Clone, PartialEq)]
pub enum FieldKind {
    /// One value out of many.
    Categorical(Categorical),
    /// A number.
    Numeric(Numeric),
    /// A list of values, pooled by their mean.
    Multi(Multi),
    /// A point in time, which expands to what is derived from it.
    Timestamp(Timestamp),
}

/// Options of a categorical field.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Categorical {
    /// Which values get an id.
    pub limit: Limit,
    /// When the cell is a list: the item to take.
    pub item: Option<ListItem>,
}

/// One item of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListItem {
    /// The text between two items.
    pub separator: String,
    /// The position, from 0; a shorter list has the value missing.
    pub index: u32,
}

/// Which values get an id of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// Training rows a value must have; rarer ones are out of vocabulary.
    pub min_count: u32,
    /// The most values to keep, the most frequent first.
    pub max_size: Option<u32>,
    /// Instead of a vocabulary: the number of buckets values are hashed to.
    pub hash_buckets: Option<u32>,
}

/// What becomes of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Numeric {
    /// The id of its quantile bucket among at most this many, embedded like a category.
    Buckets(u32),
    /// (x − mean) / standard deviation, as a dense value.
    Standardise,
}

/// Options of a multi-valued field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Multi {
    /// The text between two items.
    pub separator: String,
    /// Takes of each item only what stands before this text (`":"` for `key:value,value`).
    pub before: Option<String>,
    /// Reads only the first items.
    pub max_items: Option<u32>,
    /// Which values get an id.
    pub limit: Limit,
}

/// Options of a timestamp.
#[derive(Debug, Clone, PartialEq)]
pub struct Timestamp {
    /// How it is written.
    pub format: TimeFormat,
    /// Hours to add for local time.
    pub utc_offset: f64,
    /// What the model sees of it.
    pub derived: Vec<Derived>,
}

impl Default for Limit {
    fn default() -> Self {
        Self {
            min_count: 1,
            max_size: None,
            hash_buckets: None,
        }
    }
}

impl Timestamp {
    /// The offset in whole seconds.
    pub fn offset_seconds(&self) -> i64 {
        offset_seconds(self.utc_offset)
    }
}

pub(super) fn offset_seconds(hours: f64) -> i64 {
    (hours * 3600.0).round() as i64
}
