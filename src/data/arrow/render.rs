//! Arrow columns written as text.

use std::collections::BTreeMap;
use std::fmt::Write;

use arrow_array::builder::StringBuilder;
use arrow_array::cast::AsArray;
use arrow_array::types as t;
use arrow_array::{Array, ArrayRef, ArrowPrimitiveType, PrimitiveArray};
use arrow_schema::{DataType, TimeUnit};
use chrono::{DateTime, NaiveDateTime};

use super::cells::{Cells, NONE};
use super::uses::Style;
use crate::error::{Error, ErrorKind, Result, quote};
use crate::schema::TimeFormat;

/// The cells of a column in some style. Its type was found to suit the style.
pub(super) fn cells(array: &ArrayRef, style: &Style) -> Result<Cells> {
    use DataType as T;
    Ok(match array.data_type() {
        T::Null => Cells::Missing,
        T::Utf8 => Cells::Text(array.as_string().clone()),
        T::LargeUtf8 => Cells::LargeText(array.as_string().clone()),
        T::Utf8View => Cells::TextView(array.as_string_view().clone()),
        T::Int8 => integers::<t::Int8Type>(array),
        T::Int16 => integers::<t::Int16Type>(array),
        T::Int32 => integers::<t::Int32Type>(array),
        T::Int64 => integers::<t::Int64Type>(array),
        T::UInt8 => integers::<t::UInt8Type>(array),
        T::UInt16 => integers::<t::UInt16Type>(array),
        T::UInt32 => integers::<t::UInt32Type>(array),
        T::UInt64 => integers::<t::UInt64Type>(array),
        T::Float16 => primitives::<t::Float16Type>(array, |text, x| float(text, x.to_f32())),
        T::Float32 => primitives::<t::Float32Type>(array, float),
        T::Float64 => primitives::<t::Float64Type>(array, float),
        T::Boolean => booleans(array, *style == Style::Flag),
        T::Date32 => times::<t::Date32Type>(array, style, |days| i64::from(days) * 86_400_000),
        T::Date64 => times::<t::Date64Type>(array, style, |ms| ms),
        T::Timestamp(TimeUnit::Second, _) => {
            times::<t::TimestampSecondType>(array, style, |s| s.saturating_mul(1000))
        }
        T::Timestamp(TimeUnit::Millisecond, _) => {
            times::<t::TimestampMillisecondType>(array, style, |ms| ms)
        }
        T::Timestamp(TimeUnit::Microsecond, _) => {
            times::<t::TimestampMicrosecondType>(array, style, |us| us.div_euclid(1000))
        }
        T::Timestamp(TimeUnit::Nanosecond, _) => {
            times::<t::TimestampNanosecondType>(array, style, |ns| ns.div_euclid(1_000_000))
        }
        T::List(_) => {
            let lists = array.as_list::<i32>();
            joined(
                lists.len(),
                |row| lists.is_valid(row).then(|| lists.value(row)),
                style,
            )?
        }
        T::LargeList(_) => {
            let lists = array.as_list::<i64>();
            joined(
                lists.len(),
                |row| lists.is_valid(row).then(|| lists.value(row)),
                style,
            )?
        }
        T::Dictionary(..) => dictionary(array, style)?,
        other => {
            let message = format!("a column of type {other} cannot be read");
            return Err(Error::new(ErrorKind::Schema, message).hint("cast it to text"));
        }
    })
}

/// The cells of a column as they are handed on, where that is possible: times in ISO form.
#[cfg(feature = "parquet")]
pub(in crate::data) fn plain(array: &ArrayRef) -> Result<impl Fn(usize) -> Option<String> + use<>> {
    let format = match array.data_type() {
        DataType::Date32 | DataType::Date64 => TimeFormat::Date,
        _ => TimeFormat::DateTime,
    };
    let style = match array.data_type() {
        DataType::List(_) | DataType::LargeList(_) => Style::Joined(";".to_owned()),
        of if of.is_temporal() => Style::Time(format),
        _ => Style::Plain,
    };
    let cells = cells(array, &style)?;
    if let Cells::Joined { torn, .. } = &cells
        && let Some(why) = torn.values().next()
    {
        return Err(Error::new(ErrorKind::Data, why.clone()));
    }
    // No other cell is an error.
    Ok(move |row| cells.get(row).ok().flatten().map(str::to_owned))
}

fn written(rows: usize, mut write: impl FnMut(usize, &mut String) -> Option<()>) -> Cells {
    let mut text = String::new();
    let mut builder = StringBuilder::with_capacity(rows, rows * 8);
    for row in 0..rows {
        text.clear();
        builder.append_option(write(row, &mut text).map(|()| text.as_str()));
    }
    Cells::Text(builder.finish())
}

fn primitives<T: ArrowPrimitiveType>(
    array: &ArrayRef,
    write: impl Fn(&mut String, T::Native) -> Option<()>,
) -> Cells {
    let array: &PrimitiveArray<T> = array.as_primitive();
    written(array.len(), |row, text| {
        array.is_valid(row).then(|| write(text, array.value(row)))?
    })
}

fn integers<T: ArrowPrimitiveType>(array: &ArrayRef) -> Cells
where
    T::Native: std::fmt::Display,
{
    primitives::<T>(array, |text, value| write!(text, "{value}").ok())
}

/// The shortest text that gives the same number; none for NaN, with which data frames mark what is missing.
fn float<T: Into<f64> + std::fmt::Display + Copy>(text: &mut String, value: T) -> Option<()> {
    let wide: f64 = value.into();
    if wide.is_nan() {
        return None;
    }
    // Far from one the exponent keeps it short.
    if wide != 0.0 && !(1e-5..1e16).contains(&wide.abs()) && wide.is_finite() {
        write!(text, "{wide:e}").ok()
    } else {
        write!(text, "{value}").ok()
    }
}

fn booleans(array: &ArrayRef, flag: bool) -> Cells {
    let array = array.as_boolean();
    let names = if flag { ["0", "1"] } else { ["false", "true"] };
    written(array.len(), |row, text| {
        array
            .is_valid(row)
            .then(|| text.push_str(names[usize::from(array.value(row))]))
    })
}

/// Times in the format that the schema reads. A time beyond the calendar is written as its number, which no format
/// reads, so that the error names it.
fn times<T: ArrowPrimitiveType>(
    array: &ArrayRef,
    style: &Style,
    milliseconds: impl Fn(T::Native) -> i64,
) -> Cells {
    primitives::<T>(array, |text, value| {
        let ms = milliseconds(value);
        let format = match style {
            Style::Time(format) => format,
            _ => &TimeFormat::DateTime,
        };
        match (format, DateTime::from_timestamp_millis(ms)) {
            (TimeFormat::UnixMillis, _) => write!(text, "{ms}").ok(),
            (TimeFormat::Unix, _) => write!(text, "{}", ms.div_euclid(1000)).ok(),
            (_, None) => write!(text, "{ms} ms").ok(),
            (format, Some(time)) => clock(text, format, time.naive_utc()),
        }
    })
}

fn clock(text: &mut String, format: &TimeFormat, time: NaiveDateTime) -> Option<()> {
    match format {
        TimeFormat::Date => write!(text, "{}", time.format("%Y-%m-%d")).ok(),
        TimeFormat::Pattern(pattern) => write!(text, "{}", time.and_utc().format(pattern)).ok(),
        _ => write!(text, "{}", time.format("%Y-%m-%d %H:%M:%S")).ok(),
    }
}

fn joined(rows: usize, list: impl Fn(usize) -> Option<ArrayRef>, style: &Style) -> Result<Cells> {
    let Style::Joined(separator) = style else {
        return Err(Error::new(ErrorKind::Schema, "a list cannot be read here"));
    };
    let mut torn = BTreeMap::new();
    let mut builder = StringBuilder::with_capacity(rows, rows * 8);
    let mut text = String::new();
    for row in 0..rows {
        let Some(items) = list(row) else {
            builder.append_null();
            continue;
        };
        text.clear();
        let cells = cells(&items, &Style::Plain)?;
        for item in 0..items.len() {
            if item > 0 {
                text.push_str(separator);
            }
            let item = cells.get(item)?.unwrap_or_default();
            if !separator.is_empty() && item.contains(separator.as_str()) {
                torn.entry(row).or_insert_with(|| {
                    format!(
                        "the item {} has the separator {} in it",
                        quote(item),
                        quote(separator)
                    )
                });
            }
            text.push_str(item);
        }
        builder.append_value(&text);
    }
    Ok(Cells::Joined {
        lists: builder.finish(),
        torn,
    })
}

fn dictionary(array: &ArrayRef, style: &Style) -> Result<Cells> {
    let Some(dictionary) = array.as_any_dictionary_opt() else {
        return Err(Error::new(
            ErrorKind::Schema,
            "the dictionary cannot be read",
        ));
    };
    let entries = dictionary.values();
    if entries.is_empty() {
        return Ok(Cells::Missing);
    }
    let mut keys = Vec::with_capacity(array.len());
    for (row, key) in dictionary.normalized_keys().into_iter().enumerate() {
        let key = u32::try_from(key).ok().filter(|_| array.is_valid(row));
        keys.push(key.unwrap_or(NONE));
    }
    Ok(Cells::Dictionary {
        keys,
        size: entries.len(),
        entries: Box::new(cells(entries, style)?),
    })
}
