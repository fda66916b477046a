//! Timestamps: how they are written, and what of them a model sees.

use std::fmt;

use chrono::format::{Fixed, Item, Numeric, Parsed, StrftimeItems};
use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, Timelike};
use serde::{Deserialize, Serialize};

use crate::error::{Error, ErrorKind, Result};

/// How a timestamp is written; in TOML `"unix"`, `"unix_ms"`, `"date"`, `"datetime"` or a pattern of
/// `chrono` such as `"%d/%m/%Y %H:%M"`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum TimeFormat {
    /// Seconds since 1970-01-01 00:00 UTC.
    #[default]
    Unix,
    /// Milliseconds since 1970-01-01 00:00 UTC.
    UnixMillis,
    /// `2018-09-24`.
    Date,
    /// `2018-09-24 13:59:59` or with a `T`; fractions and a final `Z` are read over.
    DateTime,
    /// A pattern with a date and possibly a time.
    Pattern(String),
}

/// A local point in time, to the hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// Days since 1970-01-01.
    pub day: i32,
    /// Hour of the day, 0 to 23.
    pub hour: u32,
    /// Day of the week, Monday is 0.
    pub weekday: u32,
}

/// An input field that a timestamp expands to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Derived {
    /// Hour of the day, 24 values.
    Hour,
    /// Day of the week, 7 values.
    Weekday,
}

impl TimeFormat {
    /// Whether the text holds a time of day.
    pub fn has_hour(&self) -> bool {
        match self {
            Self::Unix | Self::UnixMillis | Self::DateTime => true,
            Self::Date => false,
            Self::Pattern(pattern) => StrftimeItems::new(pattern).any(|item| has_hour(&item)),
        }
    }

    /// Reads `cell` and moves it by `offset_seconds` to local time; `None` when it is not such a time.
    pub fn parse(&self, cell: &str, offset_seconds: i64) -> Option<Moment> {
        let cell = cell.trim();
        let written = match self {
            Self::Unix => from_unix(whole(cell)?)?,
            Self::UnixMillis => from_unix(whole(cell)?.div_euclid(1000))?,
            Self::Date => iso_date(cell)?.and_hms_opt(0, 0, 0)?,
            Self::DateTime => {
                let (date, time) = cell.split_at_checked(10)?;
                let (hour, minute) = time_of(time)?;
                iso_date(date)?.and_hms_opt(hour, minute, 0)?
            }
            Self::Pattern(pattern) => from_pattern(cell, pattern)?,
        };
        let local = written.checked_add_signed(chrono::TimeDelta::try_seconds(offset_seconds)?)?;
        Some(Moment {
            day: day_number(local.date()),
            hour: local.hour(),
            weekday: local.weekday().num_days_from_monday(),
        })
    }
}

impl Derived {
    /// How the derived field is named after its timestamp.
    pub fn suffix(self) -> &'static str {
        match self {
            Self::Hour => "hour",
            Self::Weekday => "weekday",
        }
    }

    /// How many values there are.
    pub fn count(self) -> u32 {
        match self {
            Self::Hour => 24,
            Self::Weekday => 7,
        }
    }

    /// The value at `moment`, below [`count`](Self::count).
    pub fn of(self, moment: Moment) -> u32 {
        match self {
            Self::Hour => moment.hour,
            Self::Weekday => moment.weekday,
        }
    }

    /// The name of value `value`.
    pub fn name(self, value: u32) -> String {
        const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
        match self {
            Self::Hour => format!("{value:02}h"),
            Self::Weekday => DAYS
                .get(value as usize)
                .map_or_else(String::new, |&day| day.into()),
        }
    }
}

/// The day number of an ISO date `2018-09-24`.
pub(super) fn day_of(date: &str) -> Option<i32> {
    iso_date(date).map(day_number)
}

fn day_number(date: NaiveDate) -> i32 {
    const EPOCH: i32 = 719_163;
    date.num_days_from_ce() - EPOCH
}

/// A whole number; one that went through a data frame ends in ".0".
fn whole(cell: &str) -> Option<i64> {
    cell.strip_suffix(".0").unwrap_or(cell).parse().ok()
}

fn from_unix(seconds: i64) -> Option<NaiveDateTime> {
    DateTime::from_timestamp(seconds, 0).map(|time| time.naive_utc())
}

/// Whether an item of a pattern holds the hour; those that stand for several have been taken apart.
fn has_hour(item: &Item<'_>) -> bool {
    matches!(
        item,
        Item::Numeric(Numeric::Hour | Numeric::Hour12 | Numeric::Timestamp, _)
            | Item::Fixed(Fixed::RFC2822 | Fixed::RFC3339)
    )
}

/// Read by a list of items, as chrono itself reads the items that stand for several: one reader for both.
fn from_pattern(cell: &str, pattern: &str) -> Option<NaiveDateTime> {
    let items: Vec<Item<'_>> = StrftimeItems::new(pattern).collect();
    let mut parsed = Parsed::new();
    chrono::format::parse(&mut parsed, cell, items.iter()).ok()?;
    if !items.iter().any(has_hour) {
        return parsed.to_naive_date().ok()?.and_hms_opt(0, 0, 0);
    }
    // An hour is enough, as `%y%m%d%H` has it; chrono wants minutes too.
    if parsed.hour_div_12().is_some() && parsed.minute().is_none() {
        parsed.set_minute(0).ok()?;
    }
    // As a time that is written has no zone, or one that is read over.
    parsed.to_naive_datetime_with_offset(0).ok()
}

fn iso_date(text: &str) -> Option<NaiveDate> {
    let bytes = text.as_bytes();
    if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
        return None;
    }
    NaiveDate::from_ymd_opt(
        digits(&bytes[..4])? as i32,
        digits(&bytes[5..7])?,
        digits(&bytes[8..])?,
    )
}

/// Hour and minute of `T13:59`, `13:59:59` or ` 13:59:59.999Z`, whose seconds must be in range.
fn time_of(text: &str) -> Option<(u32, u32)> {
    let rest = text.strip_prefix(['T', ' '])?;
    let rest = rest.strip_suffix('Z').unwrap_or(rest);
    let mut parts = rest.splitn(3, ':');
    let hour = digits(parts.next()?.as_bytes()).filter(|&hour| hour < 24)?;
    let minute = digits(parts.next()?.as_bytes()).filter(|&minute| minute < 60)?;
    if let Some(seconds) = parts.next() {
        let whole = seconds.split('.').next()?;
        digits(whole.as_bytes()).filter(|&second| second < 61)?;
    }
    Some((hour, minute))
}

fn digits(bytes: &[u8]) -> Option<u32> {
    if bytes.is_empty() || bytes.len() > 4 {
        return None;
    }
    bytes.iter().try_fold(0, |number, byte| {
        byte.is_ascii_digit()
            .then(|| number * 10 + u32::from(byte - b'0'))
    })
}

impl TryFrom<String> for TimeFormat {
    type Error = Error;

    fn try_from(text: String) -> Result<Self> {
        match text.as_str() {
            "unix" => Ok(Self::Unix),
            "unix_ms" => Ok(Self::UnixMillis),
            "date" => Ok(Self::Date),
            "datetime" => Ok(Self::DateTime),
            pattern if pattern.contains('%') => {
                let known = StrftimeItems::new(pattern).all(|item| item != Item::Error);
                if known {
                    return Ok(Self::Pattern(text));
                }
                Err(unknown_format(pattern))
            }
            other => Err(unknown_format(other)),
        }
    }
}

fn unknown_format(text: &str) -> Error {
    Error::new(
        ErrorKind::Schema,
        format!("format: {} is no time format", crate::error::quote(text)),
    )
    .hint(r#"use "unix", "unix_ms", "date", "datetime" or a pattern like "%d/%m/%Y %H:%M""#)
}

impl From<TimeFormat> for String {
    fn from(format: TimeFormat) -> Self {
        format.to_string()
    }
}

impl fmt::Display for TimeFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unix => "unix",
            Self::UnixMillis => "unix_ms",
            Self::Date => "date",
            Self::DateTime => "datetime",
            Self::Pattern(pattern) => pattern,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(format: &str, cell: &str, hours: i64) -> Option<(i32, u32, u32)> {
        let moment = TimeFormat::try_from(format.to_owned())
            .unwrap()
            .parse(cell, hours * 3600)?;
        Some((moment.day, moment.hour, moment.weekday))
    }

    #[test]
    fn every_format_reads_the_same_moment() {
        // 2018-09-18 02:09:04 UTC, a Tuesday.
        let tuesday = Some((17_792, 2, 1));
        assert_eq!(parse("unix", "1537236544", 0), tuesday);
        assert_eq!(parse("unix", "1537236544.0", 0), tuesday);
        assert_eq!(parse("unix_ms", "1537236544999", 0), tuesday);
        assert_eq!(parse("unix_ms", "1537236544999.0", 0), tuesday);
        assert_eq!(parse("datetime", "2018-09-18 02:09:04", 0), tuesday);
        assert_eq!(parse("datetime", "2018-09-18T02:09:04.5Z", 0), tuesday);
        assert_eq!(parse("%d/%m/%Y %H:%M", "18/09/2018 02:09", 0), tuesday);
        assert_eq!(parse("date", "2018-09-18", 0), Some((17_792, 0, 1)));
        assert_eq!(parse("%d.%m.%Y", "18.09.2018", 0), Some((17_792, 0, 1)));
        // Without minutes, and in other ways to write an hour.
        assert_eq!(parse("%y%m%d%H", "18091802", 0), tuesday);
        assert_eq!(parse("%Y-%m-%d %-H:%M", "2018-09-18 2:09", 0), tuesday);
        assert_eq!(parse("%Y-%m-%d %I %p", "2018-09-18 02 AM", 0), tuesday);
        assert_eq!(parse("%Y-%m-%d %r", "2018-09-18 02:09:04 AM", 0), tuesday);
        assert_eq!(parse("%s", "1537236544", 0), tuesday);
        assert_eq!(parse("%+", "2018-09-18T02:09:04Z", 0), tuesday);
    }

    #[test]
    fn a_pattern_has_an_hour_however_it_is_written() {
        let has_hour = |pattern: &str| TimeFormat::Pattern(pattern.to_owned()).has_hour();
        for pattern in [
            "%H", "%-H", "%k", "%l %p", "%r", "%T", "%R", "%c", "%X", "%s", "%+",
        ] {
            assert!(has_hour(pattern), "{pattern}");
        }
        for pattern in ["%d.%m.%Y", "%D", "%F", "%% %M", "%%H %j"] {
            assert!(!has_hour(pattern), "{pattern}");
        }
    }

    #[test]
    fn an_offset_moves_the_day_too() {
        // 20:00 UTC is 04:00 of the next day in UTC+8.
        assert_eq!(parse("unix", "72000", 8), Some((1, 4, 4)));
        assert_eq!(parse("unix", "0", -1), Some((-1, 23, 2)));
        // And one of half an hour carries the minutes.
        let india = TimeFormat::DateTime.parse("2018-09-24 18:45:00", 19_800);
        let midnight = TimeFormat::DateTime.parse("2018-09-25 00:15:00", 0);
        assert_eq!(india, midnight);
        assert_eq!(india, TimeFormat::Unix.parse("1537814700", 19_800));
    }

    #[test]
    fn what_is_not_a_time_is_none() {
        for (format, cell) in [
            ("unix", "yesterday"),
            ("unix", ""),
            ("unix", "9223372036854775807"),
            ("unix_ms", "1e3"),
            ("date", "2018-13-01"),
            ("date", "2018-9-1"),
            ("date", "２０18-09-01"),
            ("datetime", "2018-09-18"),
            ("datetime", "2018-09-18 25:00:00"),
            ("datetime", "2018-09-1é 02:00"),
            ("%d/%m/%Y", "2018-09-18"),
            // Before or after noon?
            ("%Y-%m-%d %I:%M", "2018-09-18 02:09"),
        ] {
            assert_eq!(parse(format, cell, 0), None, "{format} {cell}");
        }
        assert!(TimeFormat::try_from("hours".to_owned()).is_err());
        assert!(TimeFormat::try_from("%Q".to_owned()).is_err());
    }
}
