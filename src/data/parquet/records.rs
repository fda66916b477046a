//! The rows of Parquet files one after the other, for those who learn from them.

use super::{Batches, ParquetFiles, Piece, Wanted};
use crate::data::arrow::{ArrowRow, ArrowRows};
use crate::error::{Error, Result};

/// The rows of some files.
pub(crate) struct ParquetRecords {
    files: ParquetFiles,
    batches: Batches,
    current: Option<(Piece, ArrowRows)>,
    /// The row of the current batch.
    row: usize,
}

impl ParquetRecords {
    pub(crate) fn new(files: &ParquetFiles, wanted: Wanted) -> Result<Self> {
        Ok(Self {
            files: files.clone(),
            batches: Batches::new(files, wanted)?,
            current: None,
            row: 0,
        })
    }

    pub(crate) fn header(&self) -> &[String] {
        self.batches.header()
    }

    /// Goes to the next row; `false` at the end.
    pub(crate) fn advance(&mut self) -> Result<bool> {
        if let Some((_, rows)) = &self.current
            && self.row + 1 < rows.len()
        {
            self.row += 1;
            return Ok(true);
        }
        self.row = 0;
        self.current = match self.batches.next()? {
            Some(piece) => {
                let rows = piece.file.binding.rows(&piece.batch);
                let rows = rows.map_err(|error| piece.place(error))?;
                Some((piece, rows))
            }
            None => None,
        };
        Ok(self.current.is_some())
    }

    /// The current row.
    pub(crate) fn row(&self) -> Option<ArrowRow<'_>> {
        self.current.as_ref().map(|(_, rows)| rows.row(self.row))
    }

    /// Adds the file and the current row to an error.
    pub(crate) fn place(&self, error: Error) -> Error {
        match &self.current {
            Some((piece, _)) => piece.place_row(error, self.row),
            None => error.in_file(self.files.name()),
        }
    }

    pub(crate) fn taken(&self) -> u64 {
        self.batches.taken()
    }

    pub(crate) fn digest(&self) -> Result<String> {
        self.files.digest()
    }
}
