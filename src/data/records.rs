//! The rows of a file one after the other, whatever it is written in.

#[cfg(feature = "arrow")]
use super::arrow::{ArrowRow, BatchRecords};
#[cfg(feature = "parquet")]
use super::parquet::ParquetRecords;
use super::reader::{CsvRow, LogReader};
use super::row::Row;
use crate::error::{Error, Result};

/// A source of rows.
pub(super) enum Records<'a> {
    Delimited(Box<LogReader<'a>>),
    #[cfg(feature = "arrow")]
    Batches(Box<BatchRecords<'a>>),
    #[cfg(feature = "parquet")]
    Parquet(Box<ParquetRecords>),
}

/// A row of it.
pub(super) enum Record<'a> {
    Delimited(CsvRow<'a>),
    #[cfg(feature = "arrow")]
    Arrow(ArrowRow<'a>),
    /// Behind the end.
    #[cfg(feature = "arrow")]
    None,
}

impl Row for Record<'_> {
    fn cell(&self, index: usize) -> Result<Option<&str>> {
        match self {
            Self::Delimited(row) => row.cell(index),
            #[cfg(feature = "arrow")]
            Self::Arrow(row) => row.cell(index),
            #[cfg(feature = "arrow")]
            Self::None => Ok(None),
        }
    }
}

impl Records<'_> {
    pub(super) fn header(&self) -> &[String] {
        match self {
            Self::Delimited(reader) => reader.header(),
            #[cfg(feature = "arrow")]
            Self::Batches(records) => records.header(),
            #[cfg(feature = "parquet")]
            Self::Parquet(records) => records.header(),
        }
    }

    /// Goes to the next row; `false` at the end. An error here ends the source.
    pub(super) fn advance(&mut self) -> Result<bool> {
        match self {
            Self::Delimited(reader) => reader.advance(),
            #[cfg(feature = "arrow")]
            Self::Batches(records) => records.advance(),
            #[cfg(feature = "parquet")]
            Self::Parquet(records) => records.advance(),
        }
    }

    pub(super) fn row(&self) -> Result<Record<'_>> {
        match self {
            Self::Delimited(reader) => reader.row().map(Record::Delimited),
            #[cfg(feature = "arrow")]
            Self::Batches(records) => Ok(records.row().map_or(Record::None, Record::Arrow)),
            #[cfg(feature = "parquet")]
            Self::Parquet(records) => Ok(records.row().map_or(Record::None, Record::Arrow)),
        }
    }

    /// Adds the place of the current row to an error.
    pub(super) fn place(&self, error: Error) -> Error {
        match self {
            Self::Delimited(reader) => reader.place(error),
            #[cfg(feature = "arrow")]
            Self::Batches(records) => records.place(error),
            #[cfg(feature = "parquet")]
            Self::Parquet(records) => records.place(error),
        }
    }

    /// How many bytes of the (packed) source were taken.
    pub(super) fn taken(&self) -> u64 {
        match self {
            Self::Delimited(reader) => reader.taken(),
            #[cfg(feature = "arrow")]
            Self::Batches(records) => records.taken(),
            #[cfg(feature = "parquet")]
            Self::Parquet(records) => records.taken(),
        }
    }

    /// The SHA-256 of what was read: of the unpacked text, of the cells of batches, of the files as they are.
    pub(super) fn digest(&self) -> Result<String> {
        match self {
            Self::Delimited(reader) => Ok(reader.digest()),
            #[cfg(feature = "arrow")]
            Self::Batches(records) => Ok(records.digest()),
            #[cfg(feature = "parquet")]
            Self::Parquet(records) => records.digest(),
        }
    }
}
