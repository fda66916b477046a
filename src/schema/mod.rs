//! What the columns of a log mean: its format, label, scenario, split and fields.
//!
//! A schema is a TOML text ([`Schema::parse`]), one of the presets ([`Schema::preset`]) or a guess from the
//! first rows of a file ([`guess`]). Everything in it is checked when it is read, and an error names the
//! section and the key. A schema says nothing about values seen in a file: those are learnt by
//! [`data::load`](crate::data::load) and held by the [`Encoder`](crate::data::Encoder).

mod check;
mod field;
mod field_toml;
mod format;
mod guess;
mod input;
mod label;
mod nearest;
mod presets;
mod split;
mod text;
mod time;

use serde::{Deserialize, Serialize};

pub use field::{Categorical, Field, FieldKind, Limit, ListItem, Multi, Numeric, Role, Timestamp};
pub use format::Format;
pub use guess::guess;
pub use input::{Input, InputKind};
pub use label::{Label, LabelRule};
pub(crate) use nearest::suggestion;
pub use presets::{PRESETS, preset_text};
pub use split::{ColumnSplit, DaySplit, HashSplit, Split};
pub(crate) use text::{same_value, twice};
pub use time::{Derived, Moment, TimeFormat};

use crate::error::{Error, ErrorKind, Result};

/// The meaning of a log file's columns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Schema {
    /// How the file is written.
    #[serde(default)]
    pub format: Format,
    /// What is predicted.
    pub label: Label,
    /// Which field is the scenario.
    pub scenario: Scenario,
    /// Which rows train, validate and test; absent: by hash, 80/10/10.
    #[serde(default)]
    pub split: Split,
    /// The fields the model sees.
    pub fields: Vec<Field>,
}

/// Which field is the scenario.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// The name of the input field whose id is the scenario index.
    pub field: String,
}

impl Schema {
    /// Reads a schema from TOML; `name` is what errors call the text.
    ///
    /// # Errors
    /// [`ErrorKind::Schema`] when it is no TOML, has a key that is unknown or breaks a rule.
    pub fn parse(text: &str, name: &str) -> Result<Self> {
        let schema: Self = toml::from_str(text).map_err(|error| {
            let place = Error::new(ErrorKind::Schema, one_line(error.message())).in_file(name);
            match error.span() {
                Some(span) => place.at_line(line_of(text, span.start)),
                None => place,
            }
        })?;
        schema.check().map_err(|error| error.in_file(name))?;
        Ok(schema)
    }

    /// The schema of a data set the project knows: `amazon`, `iaac` or `ads`.
    ///
    /// # Errors
    /// [`ErrorKind::Schema`] when there is no such preset.
    pub fn preset(name: &str) -> Result<Self> {
        match preset_text(name) {
            Some(text) => Self::parse(text, name),
            None => Err(Error::new(
                ErrorKind::Schema,
                format!("there is no preset {}", crate::error::quote(name)),
            )
            .hint(format!(
                "presets are {}; anything else is the path of a TOML file",
                PRESETS.join(", ")
            ))),
        }
    }

    /// The schema as TOML that [`parse`](Self::parse) reads back to an equal schema.
    ///
    /// # Errors
    /// [`ErrorKind::Schema`] when a number cannot be written.
    pub fn to_toml(&self) -> Result<String> {
        toml::to_string(self).map_err(|error| Error::new(ErrorKind::Schema, error.to_string()))
    }
}

fn line_of(text: &str, offset: usize) -> u64 {
    let before = text.as_bytes().iter().take(offset);
    1 + before.filter(|&&byte| byte == b'\n').count() as u64
}

fn one_line(message: &str) -> String {
    message.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests;
