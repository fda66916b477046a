//! Rows of a source before they are encoded: taken one after the other, so that they can be encoded in parallel.

use std::io::{BufRead, BufReader, Read};

use csv::ByteRecord;
use serde_json::value::RawValue;

use super::reader::{CsvRow, LINE_LIMIT, LogReader};
use super::row::Row;
use super::source::{Counter, open, read_error};
use crate::error::{Error, ErrorKind, Result, quote};
use crate::schema::Format;

/// How the rows of a source are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RowFormat {
    /// Delimited text with a header, as the schema's format says.
    #[default]
    Delimited,
    /// A JSON object a line; keys are the columns, and one that is not there is a missing value.
    Ndjson,
}

/// Where rows come from.
pub(super) enum RowSource<'a> {
    Delimited(Box<LogReader<'a>>),
    Ndjson(LineReader<'a>),
}

/// Some rows as they stand in the source.
#[derive(Debug, Default)]
pub struct RawRows {
    /// Those in use and, behind them, memory for more. A line of JSON is a record of one cell.
    records: Vec<ByteRecord>,
    lines: Vec<u64>,
}

impl RawRows {
    /// How many rows.
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    pub(super) fn clear(&mut self) {
        self.lines.clear();
    }

    pub(super) fn record(&self, row: usize) -> &ByteRecord {
        &self.records[row]
    }

    pub(super) fn line(&self, row: usize) -> u64 {
        self.lines[row]
    }

    /// Takes a row from `source`; `false` at the end.
    pub(super) fn take(&mut self, source: &mut RowSource<'_>) -> Result<bool> {
        if self.records.len() == self.lines.len() {
            self.records.push(ByteRecord::new());
        }
        let record = &mut self.records[self.lines.len()];
        let line = match source {
            RowSource::Delimited(reader) => reader.take(record)?,
            RowSource::Ndjson(reader) => reader.take(record)?,
        };
        self.lines.extend(line);
        Ok(line.is_some())
    }
}

impl<'a> RowSource<'a> {
    pub(super) fn open(
        source: impl Read + 'a,
        name: &str,
        rows: RowFormat,
        format: &Format,
    ) -> Result<Self> {
        Ok(match rows {
            RowFormat::Delimited => {
                Self::Delimited(Box::new(LogReader::new(source, name, format)?))
            }
            RowFormat::Ndjson => Self::Ndjson(LineReader::new(source, name)?),
        })
    }

    /// How many bytes of the (packed) source were taken.
    pub(super) fn taken(&self) -> u64 {
        match self {
            Self::Delimited(reader) => reader.taken(),
            Self::Ndjson(reader) => reader.taken.get(),
        }
    }
}

/// The lines of a file.
pub(super) struct LineReader<'a> {
    bytes: BufReader<Box<dyn Read + 'a>>,
    name: String,
    line: u64,
    buffer: Vec<u8>,
    taken: Counter,
}

impl<'a> LineReader<'a> {
    fn new(source: impl Read + 'a, name: &str) -> Result<Self> {
        let opened = open(source).map_err(|error| error.in_file(name))?;
        Ok(Self {
            bytes: BufReader::with_capacity(1 << 16, opened.bytes),
            name: name.to_owned(),
            line: 0,
            buffer: Vec::new(),
            taken: opened.taken,
        })
    }

    /// The next line that is not blank, and its number.
    fn take(&mut self, record: &mut ByteRecord) -> Result<Option<u64>> {
        loop {
            self.buffer.clear();
            let read = (&mut self.bytes)
                .take(LINE_LIMIT + 1)
                .read_until(b'\n', &mut self.buffer)
                .map_err(|error| {
                    read_error(&error)
                        .in_file(&self.name)
                        .at_line(self.line + 1)
                })?;
            if read == 0 {
                return Ok(None);
            }
            self.line += 1;
            if read as u64 > LINE_LIMIT {
                return Err(Error::new(ErrorKind::Data, "the line is longer than 1 MiB")
                    .in_file(&self.name)
                    .at_line(self.line));
            }
            if !self.buffer.trim_ascii().is_empty() {
                record.clear();
                record.push_field(&self.buffer);
                return Ok(Some(self.line));
            }
        }
    }
}

/// Reads rows of one format and one list of columns.
#[derive(Debug, Clone)]
pub(super) struct RowReader {
    pub(super) format: RowFormat,
    pub(super) columns: Vec<String>,
}

impl RowReader {
    /// Gives the cells of a record to `use_row`.
    pub(super) fn read<T>(
        &self,
        record: &ByteRecord,
        use_row: impl FnOnce(&dyn Row) -> Result<T>,
    ) -> Result<T> {
        match self.format {
            RowFormat::Delimited => use_row(&CsvRow::new(record, self.columns.len())?),
            RowFormat::Ndjson => {
                let line = record.get(0).unwrap_or_default();
                use_row(&JsonRow::parse(line, &self.columns)?)
            }
        }
    }
}

/// A cell that is handed on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kept {
    /// There is none.
    Missing,
    /// Text.
    Text(String),
    /// What stood in an object, as JSON.
    Json(String),
}

impl Kept {
    /// As text.
    pub fn text(&self) -> String {
        match self {
            Self::Missing => String::new(),
            Self::Text(text) => text.clone(),
            Self::Json(json) => match cell(json) {
                Ok(text) => text.unwrap_or_default(),
                // A list or an object.
                Err(_) => json.clone(),
            },
        }
    }

    /// As JSON.
    pub fn json(&self) -> String {
        match self {
            Self::Missing => "null".to_owned(),
            Self::Text(text) => serde_json::Value::from(text.as_str()).to_string(),
            Self::Json(json) => json.clone(),
        }
    }
}

impl RowReader {
    pub(super) fn kept(&self, record: &ByteRecord, columns: &[String]) -> Vec<Kept> {
        if self.format == RowFormat::Ndjson {
            let line = record.get(0).unwrap_or_default();
            let object: std::collections::HashMap<String, &RawValue> =
                serde_json::from_slice(line).unwrap_or_default();
            let of = |column| match object.get(column) {
                Some(value) => Kept::Json(value.get().to_owned()),
                None => Kept::Missing,
            };
            return columns.iter().map(of).collect();
        }
        let of = |column: &String| {
            let place = self.columns.iter().position(|name| name == column);
            match place.and_then(|place| record.get(place)) {
                Some(cell) => Kept::Text(String::from_utf8_lossy(cell).into_owned()),
                None => Kept::Missing,
            }
        };
        columns.iter().map(of).collect()
    }
}

/// The cells of a JSON object.
struct JsonRow(Vec<Option<String>>);

impl Row for JsonRow {
    fn cell(&self, index: usize) -> Result<Option<&str>> {
        Ok(self.0.get(index).and_then(Option::as_deref))
    }
}

impl JsonRow {
    fn parse(line: &[u8], columns: &[String]) -> Result<Self> {
        let object: std::collections::HashMap<String, &RawValue> = serde_json::from_slice(line)
            .map_err(|error| {
                Error::new(
                    ErrorKind::Data,
                    format!("the line is not a JSON object: {error}"),
                )
            })?;
        if !columns.iter().any(|column| object.contains_key(column)) {
            let message = format!("the object has none of the columns {}", columns.join(", "));
            return Err(Error::new(ErrorKind::Data, message));
        }
        let cells = columns.iter().map(|column| match object.get(column) {
            Some(value) => cell(value.get()).map_err(|error| error.in_column(column.clone())),
            None => Ok(None),
        });
        Ok(Self(cells.collect::<Result<_>>()?))
    }
}

/// A JSON value as a cell: text as it is meant, numbers as they are written.
fn cell(json: &str) -> Result<Option<String>> {
    match json.as_bytes().first() {
        Some(b'"') => serde_json::from_str(json)
            .map(Some)
            .map_err(|error| Error::new(ErrorKind::Data, error.to_string())),
        Some(b'{' | b'[') => Err(Error::new(
            ErrorKind::Data,
            format!("{} is no value for a cell", quote(json)),
        )
        .hint("write lists as text with the field's separator")),
        _ => Ok((json != "null").then(|| json.to_owned())),
    }
}
