//! The rows of Parquet files in pieces, for those who score them.

use super::{Batches, ParquetFiles, Piece, Wanted};
use crate::data::arrow::plain;
use crate::data::options::OnBadRow;
use crate::data::row::RowEncoder;
use crate::data::rows::Kept;
use crate::data::stream::Chunk;
use crate::error::{Error, ErrorKind, Result};

/// Pieces of at most so many rows as are asked for.
pub(crate) struct ParquetStream {
    batches: Batches,
    /// A batch, and how many of its rows are out.
    current: Option<(Piece, usize)>,
}

impl ParquetStream {
    pub(crate) fn new(files: &ParquetFiles, wanted: Wanted) -> Result<Self> {
        Ok(Self {
            batches: Batches::new(files, wanted)?,
            current: None,
        })
    }

    pub(crate) fn header(&self) -> &[String] {
        self.batches.header()
    }

    pub(crate) fn kept(&self) -> &[arrow_schema::FieldRef] {
        self.batches.kept()
    }

    pub(crate) fn taken(&self) -> u64 {
        self.batches.taken()
    }

    /// The next rows, at most `most`; `None` at the end.
    pub(crate) fn next(&mut self, most: usize) -> Result<Option<Piece>> {
        let spent = |(piece, out): &(Piece, usize)| *out >= piece.batch.num_rows();
        if self.current.as_ref().is_none_or(spent) {
            self.current = self.batches.next()?.map(|piece| (piece, 0));
        }
        Ok(self.current.as_mut().map(|(piece, out)| {
            let next = piece.slice(*out, most);
            *out += next.batch.num_rows();
            next
        }))
    }
}

impl Piece {
    /// Puts the encoded rows where others were.
    pub(crate) fn encode(
        &self,
        encoder: &mut RowEncoder,
        on_bad_row: OnBadRow,
        chunk: &mut Chunk,
    ) -> Result<()> {
        let rows = self
            .file
            .binding
            .rows(&self.batch)
            .map_err(|error| self.place(error))?;
        encoder.encode_all(
            &rows,
            on_bad_row,
            |error, row| self.place_row(error, row),
            chunk,
        )
    }

    /// The cells of each row in some columns.
    pub(crate) fn kept(&self, columns: &[String]) -> Result<Vec<Vec<Kept>>> {
        let mut rows: Vec<Vec<Kept>> = vec![Vec::new(); self.batch.num_rows()];
        for column in columns {
            let array = self.batch.column_by_name(column).ok_or_else(|| {
                self.place(Error::new(ErrorKind::Data, "there is no such column"))
                    .in_column(column.as_str())
            })?;
            #[cfg(feature = "ndjson")]
            let json = {
                let of = array.data_type();
                of.is_numeric() || *of == arrow_schema::DataType::Boolean
            };
            let cell = plain(array).map_err(|error| {
                self.place(error)
                    .in_column(column.as_str())
                    .hint("write the scores to a .parquet file: there it keeps its type")
            })?;
            for (row, kept) in rows.iter_mut().enumerate() {
                kept.push(match cell(row) {
                    None => Kept::Missing,
                    #[cfg(feature = "ndjson")]
                    Some(text) if json && !text.ends_with("inf") => Kept::Json(text),
                    Some(text) => Kept::Text(text),
                });
            }
        }
        Ok(rows)
    }
}
