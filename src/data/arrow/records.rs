//! The rows of record batches one after the other, for those who learn from them.

use arrow_array::{RecordBatch, RecordBatchReader};
use sha2::{Digest, Sha256};

use super::binding::{ArrowRow, ArrowRows, Binding};
use crate::data::options::LabelUse;
use crate::data::row::Row;
use crate::data::source::hexadecimal;
use crate::error::{Error, ErrorKind, Result};
use crate::schema::Schema;

/// The rows of some batches.
pub(in crate::data) struct BatchRecords<'a> {
    batches: Box<dyn RecordBatchReader + 'a>,
    name: String,
    binding: Binding,
    header: Vec<String>,
    current: Option<ArrowRows>,
    /// The row of the current batch, and the number of its first.
    row: usize,
    first_row: u64,
    /// Bytes of the batches that were taken.
    taken: u64,
    hash: Sha256,
}

impl<'a> BatchRecords<'a> {
    /// Binds `schema` to the columns of `batches`. `split` says whether the split's column is read.
    pub(in crate::data) fn new(
        batches: impl RecordBatchReader + 'a,
        name: &str,
        schema: &Schema,
        label: LabelUse,
        split: bool,
    ) -> Result<Self> {
        let binding = Binding::new(schema, &batches.schema(), label, split)
            .map_err(|error| error.in_file(name))?;
        let header: Vec<String> = binding.header().into_iter().map(str::to_owned).collect();
        let mut records = Self {
            batches: Box::new(batches),
            name: name.to_owned(),
            binding,
            header,
            current: None,
            row: 0,
            first_row: 0,
            taken: 0,
            hash: Sha256::new(),
        };
        for name in &records.header {
            note(&mut records.hash, Some(name));
        }
        Ok(records)
    }

    pub(in crate::data) fn header(&self) -> &[String] {
        &self.header
    }

    /// Goes to the next row; `false` at the end.
    pub(in crate::data) fn advance(&mut self) -> Result<bool> {
        self.row += 1;
        while self
            .current
            .as_ref()
            .is_none_or(|rows| self.row >= rows.len())
        {
            self.first_row += self.current.take().map_or(0, |rows| rows.len() as u64);
            self.row = 0;
            match self.batches.next() {
                Some(batch) => self.current = Some(self.rows(batch)?),
                None => return Ok(false),
            }
        }
        Ok(true)
    }

    fn rows(
        &mut self,
        batch: std::result::Result<RecordBatch, arrow_schema::ArrowError>,
    ) -> Result<ArrowRows> {
        let batch = batch
            .map_err(|error| Error::new(ErrorKind::Data, error.to_string()).in_file(&self.name))?;
        self.taken += batch.get_array_memory_size() as u64;
        let rows = self.binding.rows(&batch);
        let rows = rows.map_err(|error| error.in_file(&self.name))?;
        for row in 0..rows.len() {
            for column in 0..self.header.len() {
                // What cannot be read is an error when it is its turn.
                note(&mut self.hash, rows.row(row).cell(column).unwrap_or(None));
            }
        }
        Ok(rows)
    }

    /// The current row.
    pub(in crate::data) fn row(&self) -> Option<ArrowRow<'_>> {
        self.current.as_ref().map(|rows| rows.row(self.row))
    }

    /// Adds the current row to an error.
    pub(in crate::data) fn place(&self, error: Error) -> Error {
        let error = error.in_file(&self.name);
        match &self.current {
            Some(_) => error.prefixed(&format!("row {}: ", self.first_row + self.row as u64)),
            None => error,
        }
    }

    pub(in crate::data) fn taken(&self) -> u64 {
        self.taken
    }

    /// The SHA-256 of the cells that were read, however they are cut into batches.
    pub(in crate::data) fn digest(&self) -> String {
        hexadecimal(self.hash.clone())
    }
}

/// Adds a cell: how long it is, then what it is.
fn note(hash: &mut Sha256, cell: Option<&str>) {
    match cell {
        Some(cell) => {
            hash.update((cell.len() as u64).to_le_bytes());
            hash.update(cell);
        }
        None => hash.update(u64::MAX.to_le_bytes()),
    }
}
