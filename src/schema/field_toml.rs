//! A field as it stands in TOML: one flat table, in which every key must suit the kind.

use serde::{Deserialize, Serialize};

use super::field::{
    Categorical, Field, FieldKind, Limit, ListItem, Multi, Numeric, Role, Timestamp,
};
use super::time::{Derived, TimeFormat};
use crate::error::{Error, ErrorKind, Result, quote};

#[derive(Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Categorical,
    Numeric,
    Multi,
    Timestamp,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FieldToml {
    name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    column: Option<String>,
    kind: Kind,
    #[serde(default)]
    role: Role,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    prior: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    min_count: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    max_size: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    hash_buckets: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    separator: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    item: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    before: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    max_items: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    buckets: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    standardise: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    format: Option<TimeFormat>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    utc_offset: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    derived: Option<Vec<Derived>>,
}

const DEFAULT_BUCKETS: u32 = 10;

impl FieldToml {
    fn wrong(&self, key: &str, why: &str) -> Error {
        Error::new(
            ErrorKind::Schema,
            format!("field {}: {key}: {why}", quote(&self.name)),
        )
    }

    /// Rejects keys that are given but belong to other kinds.
    fn only(&self, allowed: &[&str]) -> Result<()> {
        let given = [
            ("min_count", self.min_count.is_some()),
            ("max_size", self.max_size.is_some()),
            ("hash_buckets", self.hash_buckets.is_some()),
            ("separator", self.separator.is_some()),
            ("item", self.item.is_some()),
            ("before", self.before.is_some()),
            ("max_items", self.max_items.is_some()),
            ("buckets", self.buckets.is_some()),
            ("standardise", self.standardise.is_some()),
            ("format", self.format.is_some()),
            ("utc_offset", self.utc_offset.is_some()),
            ("derived", self.derived.is_some()),
        ];
        match given
            .iter()
            .find(|(key, given)| *given && !allowed.contains(key))
        {
            Some((key, _)) => Err(self
                .wrong(key, "this kind of field has no such key")
                .hint(format!("its keys are {}", allowed.join(", ")))),
            None => Ok(()),
        }
    }

    fn limit(&self) -> Limit {
        Limit {
            min_count: self.min_count.unwrap_or(1),
            max_size: self.max_size,
            hash_buckets: self.hash_buckets,
        }
    }

    fn kind(&self) -> Result<FieldKind> {
        Ok(match self.kind {
            Kind::Categorical => {
                self.only(&["min_count", "max_size", "hash_buckets", "separator", "item"])?;
                let item = match (self.separator.clone(), self.item) {
                    (Some(separator), Some(index)) => Some(ListItem { separator, index }),
                    (None, None) => None,
                    (Some(_), None) => {
                        return Err(self
                            .wrong("separator", "needs item, the position to take from 0")
                            .hint("use kind = \"multi\" for the whole list"));
                    }
                    (None, Some(_)) => {
                        return Err(self.wrong("item", "needs separator, the text between items"));
                    }
                };
                FieldKind::Categorical(Categorical {
                    limit: self.limit(),
                    item,
                })
            }
            Kind::Numeric => {
                self.only(&["buckets", "standardise"])?;
                match (self.buckets, self.standardise.unwrap_or(false)) {
                    (Some(_), true) => {
                        return Err(self.wrong("buckets", "does not go with standardise = true"));
                    }
                    (None, true) => FieldKind::Numeric(Numeric::Standardise),
                    (buckets, false) => {
                        FieldKind::Numeric(Numeric::Buckets(buckets.unwrap_or(DEFAULT_BUCKETS)))
                    }
                }
            }
            Kind::Multi => {
                self.only(&[
                    "separator",
                    "before",
                    "max_items",
                    "min_count",
                    "max_size",
                    "hash_buckets",
                ])?;
                FieldKind::Multi(Multi {
                    separator: self.separator.clone().unwrap_or_else(|| ";".into()),
                    before: self.before.clone(),
                    max_items: self.max_items,
                    limit: self.limit(),
                })
            }
            Kind::Timestamp => {
                self.only(&["format", "utc_offset", "derived"])?;
                let format = self.format.clone().unwrap_or_default();
                let derived = self.derived.clone().unwrap_or_else(|| match &format {
                    format if format.has_hour() => vec![Derived::Hour, Derived::Weekday],
                    _ => vec![Derived::Weekday],
                });
                FieldKind::Timestamp(Timestamp {
                    format,
                    utc_offset: self.utc_offset.unwrap_or(0.0),
                    derived,
                })
            }
        })
    }
}

impl TryFrom<FieldToml> for Field {
    type Error = Error;

    fn try_from(toml: FieldToml) -> Result<Self> {
        Ok(Self {
            kind: toml.kind()?,
            column: toml.column.unwrap_or_else(|| toml.name.clone()),
            name: toml.name,
            role: toml.role,
            prior: toml.prior,
        })
    }
}

impl From<Field> for FieldToml {
    fn from(field: Field) -> Self {
        let mut toml = Self {
            column: (field.column != field.name).then_some(field.column),
            name: field.name,
            kind: Kind::Categorical,
            role: field.role,
            prior: field.prior,
            min_count: None,
            max_size: None,
            hash_buckets: None,
            separator: None,
            item: None,
            before: None,
            max_items: None,
            buckets: None,
            standardise: None,
            format: None,
            utc_offset: None,
            derived: None,
        };
        let mut limit = |limit: Limit| {
            toml.min_count = (limit.min_count != 1).then_some(limit.min_count);
            toml.max_size = limit.max_size;
            toml.hash_buckets = limit.hash_buckets;
        };
        match field.kind {
            FieldKind::Categorical(options) => {
                limit(options.limit);
                if let Some(item) = options.item {
                    toml.separator = Some(item.separator);
                    toml.item = Some(item.index);
                }
            }
            FieldKind::Numeric(Numeric::Buckets(buckets)) => {
                toml.kind = Kind::Numeric;
                toml.buckets = Some(buckets);
            }
            FieldKind::Numeric(Numeric::Standardise) => {
                toml.kind = Kind::Numeric;
                toml.standardise = Some(true);
            }
            FieldKind::Multi(options) => {
                limit(options.limit);
                toml.kind = Kind::Multi;
                toml.separator = Some(options.separator);
                toml.before = options.before;
                toml.max_items = options.max_items;
            }
            FieldKind::Timestamp(options) => {
                toml.kind = Kind::Timestamp;
                toml.format = Some(options.format);
                toml.utc_offset = Some(options.utc_offset);
                toml.derived = Some(options.derived);
            }
        }
        toml
    }
}
