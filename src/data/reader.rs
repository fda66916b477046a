//! The rows of a delimited file, with its header checked and every error at its line.

use std::io::Read;

use csv::ByteRecord;

use super::row::Row;
use super::source::{Counter, Guard, open, read_error};
use crate::error::{Error, ErrorKind, Result, quote};
use crate::schema::{Format, twice};

/// The longest line (or quoted record) in bytes; a longer one is an error and is never held in memory.
pub const LINE_LIMIT: u64 = 1 << 20;

/// A log file being read.
pub(crate) struct LogReader<'a> {
    csv: csv::Reader<Guard<'a>>,
    name: String,
    header: Vec<String>,
    record: ByteRecord,
    line: u64,
    taken: Counter,
    record_start: Counter,
}

impl<'a> LogReader<'a> {
    /// Opens `source` and reads the header; errors call the file `name`.
    pub(crate) fn new(source: impl Read + 'a, name: &str, format: &Format) -> Result<Self> {
        let opened = open(source).map_err(|error| error.in_file(name))?;
        let taken = opened.taken.clone();
        let record_start = Counter::default();
        let csv = csv::ReaderBuilder::new()
            .delimiter(format.delimiter_byte()?)
            .quoting(format.quoting)
            .flexible(true)
            .has_headers(false)
            .buffer_capacity(1 << 16)
            .from_reader(Guard::new(opened, record_start.clone(), LINE_LIMIT));
        let mut reader = Self {
            csv,
            name: name.to_owned(),
            header: Vec::new(),
            record: ByteRecord::new(),
            line: 0,
            taken,
            record_start,
        };
        reader.read_header()?;
        Ok(reader)
    }

    fn read_header(&mut self) -> Result<()> {
        if !self.advance()? {
            return Err(self.place(data("the file is empty")));
        }
        let mut header: Vec<String> = Vec::with_capacity(self.record.len());
        for (index, cell) in self.record.iter().enumerate() {
            let Ok(column) = std::str::from_utf8(cell) else {
                return Err(self.place(data(format!(
                    "the header's column {} is not UTF-8",
                    index + 1
                ))));
            };
            header.push(column.to_owned());
        }
        if let Some(column) = twice(header.iter().map(String::as_str)) {
            let message = format!("the header has two columns {}", quote(column));
            return Err(self.place(data(message)));
        }
        self.header = header;
        Ok(())
    }

    /// The names of the columns.
    pub(crate) fn header(&self) -> &[String] {
        &self.header
    }

    /// Goes to the next row; `false` at the end. An error here ends the file.
    pub(crate) fn advance(&mut self) -> Result<bool> {
        let before = self.csv.position().clone();
        self.record_start.set(before.byte());
        // A line that ends in "\r\n" is taken up to the "\r" only.
        self.line = before.line() + u64::from(self.last_byte() == Some(b'\r'));
        match self.csv.read_byte_record(&mut self.record) {
            Ok(true) => {
                self.line = self.first_line();
                Ok(true)
            }
            Ok(false) => Ok(false),
            Err(error) => Err(self.place(match error.into_kind() {
                csv::ErrorKind::Io(error) => read_error(&error),
                other => data(format!("{other:?}")),
            })),
        }
    }

    /// The line on which the record just read starts: blank lines before it and newlines in it may have
    /// been passed, so it is counted back from where the parser stands.
    fn first_line(&self) -> u64 {
        let inside = self.record.as_slice().iter().filter(|&&byte| byte == b'\n');
        let end = self.csv.position().line();
        let passed = inside.count() as u64 + u64::from(self.last_byte() == Some(b'\n'));
        end.saturating_sub(passed)
    }

    fn last_byte(&self) -> Option<u8> {
        let position = self.csv.position().byte();
        self.csv.get_ref().byte_before(position)
    }

    /// The current row, if it has as many cells as the header.
    pub(crate) fn row(&self) -> Result<CsvRow<'_>> {
        CsvRow::new(&self.record, self.header.len())
    }

    /// Goes to the next row and moves it to `record`, whose memory is used for the one after it. Its line; `None` at
    /// the end.
    pub(super) fn take(&mut self, record: &mut ByteRecord) -> Result<Option<u64>> {
        if !self.advance()? {
            return Ok(None);
        }
        std::mem::swap(&mut self.record, record);
        Ok(Some(self.line))
    }

    /// Adds the file and the current line to an error.
    pub(crate) fn place(&self, error: Error) -> Error {
        error.in_file(&self.name).at_line(self.line)
    }

    /// How many bytes of the (packed) source were taken.
    pub(crate) fn taken(&self) -> u64 {
        self.taken.get()
    }

    /// The SHA-256 of the unpacked bytes read so far.
    pub(crate) fn digest(&self) -> String {
        self.csv.get_ref().digest()
    }
}

fn data(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Data, message)
}

/// A row of the file.
pub(crate) struct CsvRow<'a>(&'a ByteRecord);

impl<'a> CsvRow<'a> {
    /// A record that must have as many cells as the header has `columns`.
    pub(super) fn new(record: &'a ByteRecord, columns: usize) -> Result<Self> {
        let cells = record.len();
        if cells == columns {
            return Ok(Self(record));
        }
        let error = data(format!(
            "the row has {cells} {}, the header {columns}",
            if cells == 1 { "cell" } else { "cells" }
        ));
        Err(if columns == 1 || cells == 1 {
            error.hint("is format.delimiter right?")
        } else {
            error
        })
    }
}

impl Row for CsvRow<'_> {
    fn cell(&self, index: usize) -> Result<Option<&str>> {
        let cell = self.0.get(index).unwrap_or_default();
        match std::str::from_utf8(cell) {
            Ok(text) => Ok(Some(text)),
            Err(error) => Err(data(format!(
                "byte {:#04x} in {} is not UTF-8",
                cell.get(error.valid_up_to()).copied().unwrap_or_default(),
                quote(&String::from_utf8_lossy(cell))
            ))
            .hint("save the file as UTF-8")),
        }
    }
}
