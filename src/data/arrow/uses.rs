//! What a schema does with each column, and which types of Arrow suit that.

use arrow_schema::DataType;

use crate::data::TRUTH;
use crate::data::options::LabelUse;
use crate::error::{Error, ErrorKind, Result, quote};
use crate::schema::{FieldKind, Schema, Split, TimeFormat};

/// What a column is read as.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Use {
    Value,
    Items { separator: String },
    Number,
    Flag,
    Time(TimeFormat),
}

/// How the values of a column are written, where more than one way is thinkable.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Style {
    /// As they are.
    Plain,
    /// Booleans as 1 and 0.
    Flag,
    /// Lists with this text between the items.
    Joined(String),
    /// Times in this format.
    Time(TimeFormat),
}

/// The columns a schema reads and what for, one entry a use.
pub(super) fn uses(schema: &Schema, label: LabelUse, split: bool) -> Vec<(&str, Use)> {
    let mut uses = Vec::new();
    for input in schema.inputs() {
        let field = input.field;
        let of = match &field.kind {
            FieldKind::Categorical(options) => match &options.item {
                Some(item) => Use::Items {
                    separator: item.separator.clone(),
                },
                None => Use::Value,
            },
            FieldKind::Multi(options) => Use::Items {
                separator: options.separator.clone(),
            },
            FieldKind::Numeric(_) => Use::Number,
            FieldKind::Timestamp(options) => Use::Time(options.format.clone()),
        };
        uses.push((field.column.as_str(), of));
    }
    if label != LabelUse::Ignored {
        uses.push((&schema.label.column, Use::Flag));
        uses.push((TRUTH, Use::Number));
    }
    if split {
        match &schema.split {
            Split::Column(split) => uses.push((&split.column, Use::Flag)),
            Split::Day(split) => uses.push((&split.column, Use::Time(split.format.clone()))),
            Split::Hash(_) | Split::None {} => {}
        }
    }
    uses
}

impl Use {
    /// How a column of this type is written for this use.
    fn style(&self, of: &DataType) -> Result<Style> {
        use DataType as T;
        match (of, self) {
            (T::Dictionary(_, values), _) => match self.style(values)? {
                Style::Joined(_) => Err(self.unfit(of)),
                style => Ok(style),
            },
            (T::Null | T::Utf8 | T::LargeUtf8 | T::Utf8View, _) => Ok(Style::Plain),
            (integer, _) if integer.is_integer() => Ok(Style::Plain),
            (T::Float16 | T::Float32 | T::Float64, Self::Number | Self::Flag | Self::Time(_)) => {
                Ok(Style::Plain)
            }
            (T::Boolean, Self::Value) => Ok(Style::Plain),
            (T::Boolean, Self::Flag) => Ok(Style::Flag),
            (T::Timestamp(..) | T::Date32 | T::Date64, Self::Time(format)) => {
                Ok(Style::Time(format.clone()))
            }
            (T::List(item) | T::LargeList(item), Self::Items { separator })
                if matches!(item.data_type(), T::Utf8 | T::LargeUtf8 | T::Utf8View)
                    || item.data_type().is_integer() =>
            {
                Ok(Style::Joined(separator.clone()))
            }
            _ => Err(self.unfit(of)),
        }
    }

    fn unfit(&self, of: &DataType) -> Error {
        let (what, hint) = match self {
            Self::Value => ("a categorical field", "cast it to integers or text"),
            Self::Items { .. } => (
                "a list of values",
                "make it text with the field's separator, or a list of text or integers",
            ),
            Self::Number => ("a number", "cast it to integers or floats"),
            Self::Flag => ("a label or a split", "cast it to integers or text"),
            Self::Time(_) => (
                "a time",
                "make it a timestamp, a date, or as the schema's format says",
            ),
        };
        Error::new(
            ErrorKind::Schema,
            format!("the type {of} cannot be read as {what}"),
        )
        .hint(hint)
    }
}

/// How a column of type `of` is written, so that every use of it is served.
pub(super) fn style<'a>(
    column: &str,
    of: &DataType,
    uses: impl Iterator<Item = &'a Use>,
) -> Result<Style> {
    let mut agreed: Option<Style> = None;
    for one in uses {
        let style = one.style(of).map_err(|error| error.in_column(column))?;
        match &agreed {
            Some(other) if *other != style => {
                let message = format!(
                    "the schema reads {} in two ways that a column of type {of} cannot serve both",
                    quote(column)
                );
                return Err(Error::new(ErrorKind::Schema, message)
                    .in_column(column)
                    .hint("make it text, or two columns"));
            }
            _ => agreed = Some(style),
        }
    }
    Ok(agreed.unwrap_or(Style::Plain))
}
