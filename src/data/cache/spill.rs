//! Collected rows that wait on disk until the whole log has been seen.

use std::io::{self, Read, Seek, SeekFrom, Write};
use std::ops::Range;

use super::chunk::{self, Layout};
use super::column::{self, Bad, Shape};
use crate::data::fit::Take;
use crate::data::{Columns, FieldColumn, Part};
use crate::error::{Error, ErrorKind, Result};

/// Some rows in the spill.
struct Piece {
    rows: usize,
    start: u64,
    /// What the column of each field holds, and where it ends (from `start`).
    columns: Vec<(Shape, u32)>,
    /// Where labels and true probabilities end.
    end: u32,
}

/// A temporary file of collected rows.
pub(super) struct Spill<S> {
    file: S,
    pieces: Vec<Piece>,
    end: u64,
    buffer: Vec<u8>,
}

impl<S: Read + Write + Seek> Spill<S> {
    pub(super) fn new(file: S) -> Self {
        Self {
            file,
            pieces: Vec::new(),
            end: 0,
            buffer: Vec::new(),
        }
    }

    pub(super) fn pieces(&self) -> usize {
        self.pieces.len()
    }

    /// Adds some rows.
    pub(super) fn push(&mut self, columns: &Columns) -> Result<()> {
        if columns.rows == 0 {
            return Ok(());
        }
        self.buffer.clear();
        let mut ends = Vec::with_capacity(columns.fields.len());
        for column in &columns.fields {
            let shape = Shape::of_column(column);
            column::put(column, shape, &mut self.buffer);
            ends.push((shape, self.ended()?));
        }
        chunk::put_answers(columns, &mut self.buffer);
        let end = self.ended()?;
        self.file.write_all(&self.buffer).map_err(|e| failed(&e))?;
        self.pieces.push(Piece {
            rows: columns.rows,
            start: self.end,
            columns: ends,
            end,
        });
        self.end += self.buffer.len() as u64;
        Ok(())
    }

    fn ended(&self) -> Result<u32> {
        u32::try_from(self.buffer.len())
            .map_err(|_| Error::new(ErrorKind::Data, "65,536 rows hold over 4 GiB"))
    }

    /// Gives the column of a field, piece by piece, with the parts of its rows.
    pub(super) fn column(
        &mut self,
        field: usize,
        parts: &[Part],
        take: &mut Take<'_>,
    ) -> Result<()> {
        let mut first = 0;
        for index in 0..self.pieces.len() {
            let piece = &self.pieces[index];
            let (rows, start) = (piece.rows, piece.start);
            let (shape, end) = piece.columns[field];
            let from = match field.checked_sub(1) {
                Some(before) => piece.columns[before].1,
                None => 0,
            };
            let mut column = FieldColumn::empty(shape.kind());
            let mut bytes = self.read(start, from..end)?;
            column::take(&mut bytes, rows, shape, &mut column).map_err(changed)?;
            take(&column, &parts[first..first + rows]);
            first += rows;
        }
        Ok(())
    }

    /// The rows of a piece.
    pub(super) fn piece(&mut self, index: usize, labels: bool, truth: bool) -> Result<Columns> {
        let piece = &self.pieces[index];
        let (rows, start, end) = (piece.rows, piece.start, piece.end);
        let layout = Layout {
            fields: piece.columns.iter().map(|(shape, _)| *shape).collect(),
            scenario: usize::MAX,
            labels,
            truth,
        };
        let mut columns = layout.columns();
        let bytes = self.read(start, 0..end)?;
        chunk::take(bytes, rows, &layout, &mut columns).map_err(changed)?;
        Ok(columns)
    }

    fn read(&mut self, start: u64, range: Range<u32>) -> Result<&[u8]> {
        let place = SeekFrom::Start(start + u64::from(range.start));
        self.buffer.resize(range.len(), 0);
        self.file
            .seek(place)
            .and_then(|_| self.file.read_exact(&mut self.buffer))
            .map_err(|error| failed(&error))?;
        Ok(&self.buffer)
    }
}

fn failed(error: &io::Error) -> Error {
    Error::new(
        ErrorKind::Io,
        format!("the temporary file beside it: {error}"),
    )
}

fn changed(why: Bad) -> Error {
    let message = format!("the temporary file beside it was changed meanwhile: {why}");
    Error::new(ErrorKind::Io, message)
}
