//! A schema bound to the columns of record batches.

use arrow_array::RecordBatch;
use arrow_schema::{DataType, Schema as ArrowSchema};

use super::cells::Cells;
use super::render;
use super::uses::{self, Style};
use crate::data::layout::Layout;
use crate::data::options::LabelUse;
use crate::data::row::Row;
use crate::error::{Error, ErrorKind, Result, quote};
use crate::schema::Schema;

/// The columns that a schema reads of a source, and how each is written.
#[derive(Debug, Clone)]
pub(crate) struct Binding {
    columns: Vec<(String, DataType, Style)>,
}

impl Binding {
    /// Finds the columns and checks their types. `split` says whether the split's column is read.
    pub(crate) fn new(
        schema: &Schema,
        source: &ArrowSchema,
        label: LabelUse,
        split: bool,
    ) -> Result<Self> {
        let names: Vec<&str> = source
            .fields()
            .iter()
            .map(|field| field.name().as_str())
            .collect();
        // What is not there is told as for a delimited file.
        Layout::bind(schema, &names, label)?;
        if let (true, Some(column)) = (split, schema.split.column()) {
            crate::data::layout::find(&names, column, "split")?;
        }
        let all = uses::uses(schema, label, split);
        let mut columns: Vec<(String, DataType, Style)> = Vec::new();
        for (name, _) in &all {
            let mut places = names.iter().enumerate().filter(|(_, other)| *other == name);
            let Some((place, _)) = places.next() else {
                continue;
            };
            if columns.iter().any(|(known, ..)| known == name) {
                continue;
            }
            if places.next().is_some() {
                let message = format!("there are two columns {}", quote(name));
                return Err(Error::new(ErrorKind::Data, message));
            }
            let of = source.field(place).data_type();
            let uses = all
                .iter()
                .filter(|(other, _)| other == name)
                .map(|(_, of)| of);
            columns.push(((*name).to_owned(), of.clone(), uses::style(name, of, uses)?));
        }
        Ok(Self { columns })
    }

    /// The names of the columns that are read: the header of the rows.
    pub(crate) fn header(&self) -> Vec<&str> {
        self.columns
            .iter()
            .map(|(name, ..)| name.as_str())
            .collect()
    }

    /// The rows of a batch.
    pub(crate) fn rows(&self, batch: &RecordBatch) -> Result<ArrowRows> {
        let mut columns = Vec::with_capacity(self.columns.len());
        for (name, of, style) in &self.columns {
            let place = |error: Error| error.in_column(name.as_str());
            let array = batch.column_by_name(name).ok_or_else(|| {
                place(Error::new(
                    ErrorKind::Data,
                    "a later batch lacks the column",
                ))
            })?;
            if array.data_type() != of {
                let message = format!("the type changes from {of} to {}", array.data_type());
                return Err(place(Error::new(ErrorKind::Data, message)));
            }
            columns.push(render::cells(array, style).map_err(place)?);
        }
        Ok(ArrowRows {
            rows: batch.num_rows(),
            columns,
        })
    }
}

/// The rows of a batch, under the header of their binding.
#[derive(Debug, Clone)]
pub(crate) struct ArrowRows {
    pub(super) rows: usize,
    pub(super) columns: Vec<Cells>,
}

impl ArrowRows {
    pub(crate) fn len(&self) -> usize {
        self.rows
    }

    pub(crate) fn row(&self, row: usize) -> ArrowRow<'_> {
        ArrowRow { rows: self, row }
    }
}

/// One of them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ArrowRow<'a> {
    rows: &'a ArrowRows,
    row: usize,
}

impl Row for ArrowRow<'_> {
    fn cell(&self, index: usize) -> Result<Option<&str>> {
        match self.rows.columns.get(index) {
            Some(cells) => cells.get(self.row),
            None => Ok(None),
        }
    }
}
