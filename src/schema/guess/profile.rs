//! What the sampled cells of each column look like.

use std::collections::BTreeMap;

use super::SAMPLE_ROWS;
use super::delimiter::Delimiter;
use crate::error::{Error, ErrorKind, Result, quote};
use crate::schema::{TimeFormat, twice};

/// The sample, column by column.
pub(super) struct Profile {
    pub(super) delimiter: u8,
    pub(super) quoting: bool,
    pub(super) why_delimiter: String,
    pub(super) rows: usize,
    /// Cells that mean "no value".
    pub(super) missing: Vec<&'static str>,
    pub(super) columns: Vec<Column>,
}

/// A column of the sample.
pub(super) struct Column {
    pub(super) name: String,
    /// How often each value occurs, missing ones left out.
    pub(super) counts: BTreeMap<String, usize>,
    /// Cells that are not missing.
    pub(super) present: usize,
    /// Cells that are finite numbers.
    pub(super) numbers: usize,
    /// Cells that are whole numbers.
    pub(super) integers: usize,
    /// The format that all cells have, if they are times.
    pub(super) time: Option<TimeFormat>,
    /// The separator that a tenth of the cells contain, and an item of which may have a `:`.
    pub(super) list: Option<char>,
    pub(super) pairs: bool,
}

/// Missing markers besides the empty cell. `-1` counts only where it is the only negative number.
const MARKERS: [&str; 7] = ["NA", "N/A", "NaN", "nan", "null", "NULL", "\\N"];

impl Profile {
    pub(super) fn read(text: &str, delimiter: &Delimiter) -> Result<Self> {
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(delimiter.byte)
            .quoting(delimiter.quoting)
            .flexible(true)
            .from_reader(text.as_bytes());
        let broken = |error: csv::Error| Error::new(ErrorKind::Data, error.to_string());
        let header = reader.headers().map_err(broken)?.clone();
        if let Some(name) = twice(&header) {
            return Err(Error::new(
                ErrorKind::Data,
                format!("the header has two columns {}", quote(name)),
            ));
        }
        let mut counts = vec![BTreeMap::<String, usize>::new(); header.len()];
        let mut rows = 0;
        for record in reader.records().take(SAMPLE_ROWS) {
            let record = record.map_err(broken)?;
            if record.len() != header.len() {
                continue;
            }
            rows += 1;
            for (counts, cell) in counts.iter_mut().zip(&record) {
                match counts.get_mut(cell) {
                    Some(count) => *count += 1,
                    None => {
                        counts.insert(cell.to_owned(), 1);
                    }
                }
            }
        }
        let missing = missing_markers(&counts);
        let columns = header
            .iter()
            .zip(counts)
            .map(|(name, counts)| Column::new(name, counts, &missing))
            .collect();
        Ok(Self {
            delimiter: delimiter.byte,
            quoting: delimiter.quoting,
            why_delimiter: delimiter.why.clone(),
            rows,
            missing,
            columns,
        })
    }
}

fn missing_markers(columns: &[BTreeMap<String, usize>]) -> Vec<&'static str> {
    let mut missing = vec![""];
    let only_negative = |counts: &BTreeMap<String, usize>| {
        counts.contains_key("-1")
            && counts.len() > 2
            && !counts
                .keys()
                .any(|value| value != "-1" && value.starts_with('-'))
    };
    if columns.iter().any(only_negative) {
        missing.push("-1");
    }
    let used = |marker: &&str| columns.iter().any(|counts| counts.contains_key(*marker));
    missing.extend(MARKERS.into_iter().filter(used));
    missing
}

impl Column {
    fn new(name: &str, mut counts: BTreeMap<String, usize>, missing: &[&str]) -> Self {
        counts.retain(|value, _| !missing.contains(&value.as_str()));
        let cells = |test: &dyn Fn(&str) -> bool| -> usize {
            let matching = counts.iter().filter(|(value, _)| test(value));
            matching.map(|(_, count)| count).sum()
        };
        let present = cells(&|_| true);
        let numbers = cells(&|value| value.trim().parse::<f64>().is_ok_and(f64::is_finite));
        let integers = cells(&|value| value.trim().parse::<i64>().is_ok());
        let list = [';', '|', ',']
            .into_iter()
            .find(|&separator| cells(&|value| value.contains(separator)) * 10 > present)
            // A comma before a space is punctuation.
            .filter(|&separator| separator != ',' || cells(&|value| value.contains(", ")) == 0);
        let pairs = cells(&|value| value.contains(':')) * 2 > present;
        let time = (present > 0).then(|| time_format(name, &counts)).flatten();
        Self {
            name: name.to_owned(),
            present,
            numbers,
            integers,
            time,
            list,
            pairs,
            counts,
        }
    }

    pub(super) fn is_number(&self) -> bool {
        self.present > 0 && self.numbers == self.present
    }

    /// The days between the first and the last time, both counted.
    pub(super) fn days(&self) -> i32 {
        let Some(format) = &self.time else { return 0 };
        let days = || {
            let moments = self
                .counts
                .keys()
                .filter_map(|value| format.parse(value, 0));
            moments.map(|moment| moment.day)
        };
        match (days().min(), days().max()) {
            (Some(first), Some(last)) => last - first + 1,
            _ => 0,
        }
    }
}

/// The format of a column in which every cell is a time. Bare numbers need a name that says so.
fn time_format(name: &str, counts: &BTreeMap<String, usize>) -> Option<TimeFormat> {
    let all = |format: &TimeFormat| counts.keys().all(|value| format.parse(value, 0).is_some());
    let name = name.to_lowercase();
    let named = ["time", "date", "_ts", "ts_"]
        .iter()
        .any(|part| name.contains(part))
        || name == "ts";
    let between = |low: i64, high: i64| {
        let inside = |value: &String| {
            let whole = value.strip_suffix(".0").unwrap_or(value);
            whole
                .parse()
                .is_ok_and(|seconds: i64| (low..high).contains(&seconds))
        };
        counts.keys().all(inside)
    };
    [TimeFormat::Date, TimeFormat::DateTime]
        .into_iter()
        .find(|format| all(format))
        .or_else(|| {
            if !named {
                None
            } else if between(500_000_000, 4_000_000_000) {
                Some(TimeFormat::Unix)
            } else if between(500_000_000_000, 4_000_000_000_000) {
                Some(TimeFormat::UnixMillis)
            } else {
                None
            }
        })
}
