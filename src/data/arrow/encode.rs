//! Record batches to encoded columns.

use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_schema::Schema as ArrowSchema;

use super::binding::{ArrowRows, Binding};
use super::cells::{Cells, NONE};
use crate::data::UNKNOWN;
use crate::data::columns::{Columns, FieldColumn};
use crate::data::encoder::{Encoder, Fitted};
use crate::data::options::{LabelUse, OnBadRow};
use crate::data::row::RowEncoder;
use crate::data::stream::Chunk;
use crate::error::{Error, ErrorKind, Result};

/// An encoder bound to the columns of record batches.
#[derive(Debug, Clone)]
pub struct ArrowEncoder {
    binding: Binding,
    rows: RowEncoder,
}

impl ArrowEncoder {
    /// Binds `encoder` to batches of this schema. Columns that nothing reads may be of any type.
    ///
    /// # Errors
    /// [`ErrorKind::Schema`](crate::ErrorKind::Schema) when a column is not there or of a type that does not fit its
    /// field; it names the column.
    pub fn new(encoder: &Arc<Encoder>, schema: &ArrowSchema, label: LabelUse) -> Result<Self> {
        let binding = Binding::new(encoder.schema(), schema, label, false)?;
        let rows = RowEncoder::new(Arc::clone(encoder), &binding.header(), label)?;
        Ok(Self { binding, rows })
    }

    /// Makes a scenario that was not learnt an error of its row.
    pub fn strict_scenarios(mut self, strict: bool) -> Self {
        self.rows = self.rows.strict_scenarios(strict);
        self
    }

    /// An empty chunk.
    pub fn chunk(&self) -> Chunk {
        Chunk {
            columns: self.rows.columns(),
            bad: Vec::new(),
        }
    }

    /// Puts the encoded rows of a batch where others were. Errors number rows from `first_row`. With
    /// [`OnBadRow::Skip`] a row that cannot be read keeps its place, and the chunk says why.
    ///
    /// # Errors
    /// That of the first row that cannot be read; it names the row and the column.
    pub fn encode(
        &mut self,
        batch: &RecordBatch,
        first_row: u64,
        on_bad_row: OnBadRow,
        chunk: &mut Chunk,
    ) -> Result<()> {
        let rows = self.binding.rows(batch)?;
        let place =
            |error: Error, row| error.prefixed(&format!("row {}: ", first_row + row as u64));
        self.rows.encode_all(&rows, on_bad_row, place, chunk)
    }
}

impl RowEncoder {
    /// Puts the encoded rows where others were; `place` adds to an error which row it is about.
    pub(in crate::data) fn encode_all(
        &mut self,
        rows: &ArrowRows,
        on_bad_row: OnBadRow,
        place: impl Fn(Error, usize) -> Error,
        chunk: &mut Chunk,
    ) -> Result<()> {
        chunk.columns.clear();
        chunk.bad.clear();
        if self.push_all(rows, &mut chunk.columns).is_ok() {
            return Ok(());
        }
        // One by one: which rows are bad, and which is the first?
        for row in 0..rows.len() {
            if let Err(error) = self.push(&rows.row(row), &mut chunk.columns) {
                let error = place(error, row);
                if on_bad_row == OnBadRow::Fail {
                    return Err(error);
                }
                chunk.bad.push((chunk.columns.rows as u32, error));
                self.push_missing(&mut chunk.columns);
            }
        }
        Ok(())
    }

    /// Appends all rows, column by column. After an error, which need not be the first row's, the columns are as before.
    fn push_all(&self, rows: &ArrowRows, columns: &mut Columns) -> Result<()> {
        let before = columns.rows;
        let pushed = self.try_push_all(rows, columns);
        if pushed.is_err() {
            columns.truncate(before);
        }
        pushed
    }

    fn try_push_all(&self, rows: &ArrowRows, columns: &mut Columns) -> Result<()> {
        let (layout, encoder) = self.parts();
        for (index, (field, column)) in layout.fields.iter().zip(&mut columns.fields).enumerate() {
            let cells = rows.columns.get(field.index).unwrap_or(&Cells::Missing);
            push_column(rows.len(), cells, column, |cell, column| {
                layout.push_cell(cell, index, field, &mut Fitted(encoder), column)
            })?;
        }
        for row in 0..rows.len() {
            layout.push_label(&rows.row(row), columns)?;
        }
        let scenario = columns.fields.get(encoder.scenario_field());
        if let Some(FieldColumn::Ids(ids)) = scenario {
            let ids = ids.get(columns.rows..).unwrap_or_default();
            if self.is_strict() && ids.contains(&UNKNOWN) {
                return Err(Error::new(ErrorKind::Data, "a scenario was not learnt"));
            }
            columns.scenario.extend_from_slice(ids);
        }
        columns.rows += rows.len();
        Ok(())
    }
}

/// Appends the cells of a column; what a dictionary's entry becomes is found out once.
fn push_column(
    rows: usize,
    cells: &Cells,
    column: &mut FieldColumn,
    push: impl Fn(Option<&str>, &mut FieldColumn) -> Result<()>,
) -> Result<()> {
    // A dictionary much larger than the batch is not worth a table.
    if let (
        FieldColumn::Ids(ids),
        Cells::Dictionary {
            keys,
            entries,
            size,
        },
    ) = (&mut *column, cells)
        && *size <= 2 * rows
    {
        // The last place is that of a missing value.
        let mut known: Vec<Option<u32>> = vec![None; size + 1];
        let mut one = FieldColumn::Ids(Vec::with_capacity(1));
        ids.reserve(keys.len());
        for key in keys {
            let place = if *key == NONE { *size } else { *key as usize };
            let Some(slot) = known.get_mut(place) else {
                return Err(Error::new(
                    ErrorKind::Data,
                    "a key is beyond its dictionary",
                ));
            };
            let id = match *slot {
                Some(id) => id,
                None => {
                    push(entries.get(place)?, &mut one)?;
                    *slot.insert(one.last_id().unwrap_or(UNKNOWN))
                }
            };
            ids.push(id);
        }
        return Ok(());
    }
    (0..rows).try_for_each(|row| push(cells.get(row)?, column))
}
