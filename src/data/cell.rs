//! Reading a cell: what a column's text means for an input field.

use crate::error::{Error, ErrorKind, Result, quote};
use crate::schema::{Derived, FieldKind, Format, Input, TimeFormat};

/// How the text of a cell becomes values.
#[derive(Debug, Clone)]
pub(super) enum Extract {
    /// The cell is the value.
    Value,
    /// One item of a list.
    Item { separator: String, index: usize },
    /// A number.
    Number,
    /// All items of a list.
    Items {
        separator: String,
        before: Option<String>,
        most: usize,
    },
    /// Something derived from a time.
    Time {
        format: TimeFormat,
        offset_seconds: i64,
        derived: Derived,
    },
}

impl Extract {
    pub(super) fn of(input: &Input<'_>) -> Self {
        match &input.field.kind {
            FieldKind::Categorical(options) => match &options.item {
                Some(item) => Self::Item {
                    separator: item.separator.clone(),
                    index: item.index as usize,
                },
                None => Self::Value,
            },
            FieldKind::Numeric(_) => Self::Number,
            FieldKind::Multi(options) => Self::Items {
                separator: options.separator.clone(),
                before: options.before.clone(),
                most: options.max_items.map_or(usize::MAX, |most| most as usize),
            },
            FieldKind::Timestamp(options) => Self::Time {
                format: options.format.clone(),
                offset_seconds: options.offset_seconds(),
                derived: input.derived.unwrap_or(Derived::Hour),
            },
        }
    }
}

/// The item at `index` of a list, if there is one and it is not a missing marker.
pub(super) fn item<'a>(
    cell: &'a str,
    separator: &str,
    index: usize,
    format: &Format,
) -> Option<&'a str> {
    let item = cell.split(separator).nth(index)?;
    (!format.is_missing(item)).then_some(item)
}

/// The items of a list, without missing markers, each cut before `before`.
pub(super) fn items<'a>(
    cell: &'a str,
    separator: &'a str,
    before: Option<&'a str>,
    most: usize,
    format: &'a Format,
) -> impl Iterator<Item = &'a str> {
    cell.split(separator)
        .take(most)
        .map(move |item| match before {
            Some(before) => item.split(before).next().unwrap_or(item),
            None => item,
        })
        .filter(|item| !item.is_empty() && !format.is_missing(item))
}

/// A finite number that `f32` can hold.
pub(super) fn number(cell: &str) -> Result<f32> {
    let wrong = |why: &str| {
        Err(Error::new(
            ErrorKind::Data,
            format!("value {} {why}", quote(cell)),
        ))
    };
    match cell.trim().parse::<f64>() {
        Err(_) => wrong("is not a number"),
        Ok(value) if !value.is_finite() => wrong("is not a finite number"),
        Ok(value) if (value as f32).is_infinite() => wrong("is too large"),
        Ok(value) => Ok(value as f32),
    }
}

/// The error of a cell that is no time of `format`.
pub(super) fn not_a_time(cell: &str, format: &TimeFormat) -> Error {
    Error::new(
        ErrorKind::Data,
        format!("value {} is not a time of format \"{format}\"", quote(cell)),
    )
}
