//! Rows of a source before they are encoded: taken one after the other, so that they can be encoded in parallel.

use std::io::Read;

use csv::ByteRecord;

#[cfg(feature = "ndjson")]
use super::ndjson::{self, LineReader};
#[cfg(feature = "parquet")]
use super::parquet::{ParquetStream, Piece};
use super::reader::{CsvRow, LogReader};
use super::row::Row;
use crate::error::{Error, ErrorKind, Result};
use crate::schema::Format;

/// How the rows of a source are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RowFormat {
    /// Delimited text with a header, as the schema's format says.
    #[default]
    Delimited,
    /// A JSON object a line (feature `ndjson`); keys are the columns, and one that is not there is a missing value.
    #[cfg(feature = "ndjson")]
    Ndjson,
}

/// Where rows come from.
pub(super) enum RowSource<'a> {
    Delimited(Box<LogReader<'a>>),
    #[cfg(feature = "ndjson")]
    Ndjson(LineReader<'a>),
    #[cfg(feature = "parquet")]
    Parquet(Box<ParquetStream>),
}

impl std::fmt::Debug for RowSource<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Delimited(_) => "Delimited",
            #[cfg(feature = "ndjson")]
            Self::Ndjson(_) => "Ndjson",
            #[cfg(feature = "parquet")]
            Self::Parquet(_) => "Parquet",
        })
    }
}

/// Some rows as they stand in the source.
#[derive(Debug, Default)]
pub struct RawRows {
    /// Those in use and, behind them, memory for more. A line of JSON is a record of one cell.
    records: Vec<ByteRecord>,
    lines: Vec<u64>,
    /// Instead of them: rows of a Parquet file.
    #[cfg(feature = "parquet")]
    pub(super) piece: Option<Piece>,
}

impl RawRows {
    /// How many rows.
    pub fn len(&self) -> usize {
        #[cfg(feature = "parquet")]
        if let Some(piece) = &self.piece {
            return piece.batch.num_rows();
        }
        self.lines.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The rows as a record batch, where the source is Parquet.
    #[cfg(feature = "parquet")]
    pub fn batch(&self) -> Option<&arrow_array::RecordBatch> {
        self.piece.as_ref().map(|piece| &piece.batch)
    }

    pub(super) fn clear(&mut self) {
        #[cfg(feature = "parquet")]
        {
            self.piece = None;
        }
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
            #[cfg(feature = "ndjson")]
            RowSource::Ndjson(reader) => reader.take(record)?,
            // Its rows come as pieces.
            #[cfg(feature = "parquet")]
            RowSource::Parquet(_) => None,
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
            #[cfg(feature = "ndjson")]
            RowFormat::Ndjson => Self::Ndjson(LineReader::new(source, name)?),
        })
    }

    /// How many bytes of the (packed) source were taken.
    pub(super) fn taken(&self) -> u64 {
        match self {
            Self::Delimited(reader) => reader.taken(),
            #[cfg(feature = "ndjson")]
            Self::Ndjson(reader) => reader.taken(),
            #[cfg(feature = "parquet")]
            Self::Parquet(stream) => stream.taken(),
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
            #[cfg(feature = "ndjson")]
            RowFormat::Ndjson => {
                let line = record.get(0).unwrap_or_default();
                use_row(&ndjson::JsonRow::parse(line, &self.columns)?)
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
    #[cfg(feature = "ndjson")]
    Json(String),
}

impl Kept {
    /// As text.
    pub fn text(&self) -> String {
        match self {
            Self::Missing => String::new(),
            Self::Text(text) => text.clone(),
            #[cfg(feature = "ndjson")]
            Self::Json(json) => ndjson::text(json),
        }
    }

    /// As text, if there is one.
    pub fn value(&self) -> Option<String> {
        match self {
            Self::Missing => None,
            Self::Text(text) => Some(text.clone()),
            #[cfg(feature = "ndjson")]
            Self::Json(json) => ndjson::value(json),
        }
    }

    /// As JSON.
    pub fn json(&self) -> String {
        match self {
            Self::Missing => "null".to_owned(),
            Self::Text(text) => serde_json::Value::from(text.as_str()).to_string(),
            #[cfg(feature = "ndjson")]
            Self::Json(json) => json.clone(),
        }
    }
}

impl RowReader {
    pub(super) fn kept(&self, record: &ByteRecord, columns: &[String]) -> Result<Vec<Kept>> {
        #[cfg(feature = "ndjson")]
        if self.format == RowFormat::Ndjson {
            return Ok(ndjson::kept(record.get(0).unwrap_or_default(), columns));
        }
        let of = |column: &String| {
            let place = self.columns.iter().position(|name| name == column);
            let Some(cell) = place.and_then(|place| record.get(place)) else {
                return Ok(Kept::Missing);
            };
            match std::str::from_utf8(cell) {
                Ok(text) => Ok(Kept::Text(text.to_owned())),
                Err(_) => Err(Error::new(ErrorKind::Data, "the cell is not valid UTF-8")
                    .in_column(column.clone())
                    .hint("leave the column out of --keep, or convert the file")),
            }
        };
        columns.iter().map(of).collect()
    }
}
