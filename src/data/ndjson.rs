//! Rows as JSON objects, one a line.

use std::io::{BufRead, BufReader, Read};

use csv::ByteRecord;

use super::json_keys::values;
use super::reader::LINE_LIMIT;
use super::row::Row;
use super::rows::Kept;
use super::source::{Counter, open, read_error};
use crate::error::{Error, ErrorKind, Result, quote};

/// The lines of a file.
pub(super) struct LineReader<'a> {
    bytes: BufReader<Box<dyn Read + 'a>>,
    name: String,
    line: u64,
    buffer: Vec<u8>,
    taken: Counter,
}

impl<'a> LineReader<'a> {
    pub(super) fn new(source: impl Read + 'a, name: &str) -> Result<Self> {
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
    pub(super) fn take(&mut self, record: &mut ByteRecord) -> Result<Option<u64>> {
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

    /// How many bytes of the (packed) source were taken.
    pub(super) fn taken(&self) -> u64 {
        self.taken.get()
    }
}

/// The cells of a JSON object.
pub(super) struct JsonRow(Vec<Option<String>>);

impl Row for JsonRow {
    fn cell(&self, index: usize) -> Result<Option<&str>> {
        Ok(self.0.get(index).and_then(Option::as_deref))
    }
}

impl JsonRow {
    pub(super) fn parse(line: &[u8], columns: &[String]) -> Result<Self> {
        let values = values(line, columns).map_err(|error| {
            Error::new(
                ErrorKind::Data,
                format!("the line is not a JSON object: {error}"),
            )
        })?;
        if values.iter().all(Option::is_none) {
            let message = format!("the object has none of the columns {}", columns.join(", "));
            return Err(Error::new(ErrorKind::Data, message));
        }
        let cells = columns
            .iter()
            .zip(values)
            .map(|(column, value)| match value {
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

/// A JSON value as text; a list or an object stays as it is.
pub(super) fn text(json: &str) -> String {
    value(json).unwrap_or_default()
}

/// The same, none where it is null.
pub(super) fn value(json: &str) -> Option<String> {
    cell(json).unwrap_or_else(|_| Some(json.to_owned()))
}

/// The values of some keys, as they stand in the line, to be handed on.
pub(super) fn kept(line: &[u8], columns: &[String]) -> Vec<Kept> {
    let values = values(line, columns).unwrap_or_else(|_| vec![None; columns.len()]);
    let kept = values.into_iter().map(|value| match value {
        Some(value) => Kept::Json(value.get().to_owned()),
        None => Kept::Missing,
    });
    kept.collect()
}
