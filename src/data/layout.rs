//! Which column of a source feeds which input field, and the pushing of one row.

use super::MISSING;
use super::cell::{self, Extract};
use super::columns::{Columns, FieldColumn};
use super::options::LabelUse;
use super::row::Row;
use crate::error::{Error, ErrorKind, Result, quote};
use crate::schema::{Format, Label, Schema, suggestion};

/// The column with the true probabilities of generated data.
pub(crate) const TRUTH: &str = "true_probability";

/// Turns values into ids, either learning them or looking them up.
pub(super) trait Coder {
    /// The id of a value of input field `field`.
    fn id(&mut self, field: usize, value: &str) -> Result<u32>;
    /// Appends a number of input field `field`.
    fn number(&mut self, field: usize, number: Option<f32>, column: &mut FieldColumn);
}

/// A schema bound to the header of a source.
#[derive(Debug, Clone)]
pub(super) struct Layout {
    format: Format,
    pub(super) fields: Vec<BoundField>,
    pub(super) label: Option<(usize, Label)>,
    pub(super) truth: Option<usize>,
}

/// An input field bound to a column.
#[derive(Debug, Clone)]
pub(super) struct BoundField {
    pub(super) index: usize,
    pub(super) name: String,
    extract: Extract,
}

impl Layout {
    pub(super) fn bind(
        schema: &Schema,
        header: &[impl AsRef<str>],
        label: LabelUse,
    ) -> Result<Self> {
        let mut fields = Vec::new();
        for input in schema.inputs() {
            fields.push(BoundField {
                index: find(header, &input.field.column, "field")?,
                name: input.field.column.clone(),
                extract: Extract::of(&input),
            });
        }
        let label = match label {
            LabelUse::Required => Some(find(header, &schema.label.column, "label")?),
            LabelUse::Optional => position(header, &schema.label.column),
            LabelUse::Ignored => None,
        };
        Ok(Self {
            format: schema.format.clone(),
            fields,
            label: label.map(|index| (index, schema.label.clone())),
            truth: label.and_then(|_| position(header, TRUTH)),
        })
    }

    /// Appends a row, all but its scenario. After an error the columns may be uneven: truncate them.
    pub(super) fn push<R: Row + ?Sized>(
        &self,
        row: &R,
        coder: &mut impl Coder,
        columns: &mut Columns,
    ) -> Result<()> {
        for (index, (field, column)) in self.fields.iter().zip(&mut columns.fields).enumerate() {
            let place = |error: Error| error.in_column(field.name.clone());
            let cell = row.cell(field.index).map_err(place)?;
            self.push_cell(cell, index, field, coder, column)?;
        }
        self.push_label(row, columns)?;
        columns.rows += 1;
        Ok(())
    }

    /// Appends the label and the true probability of a row, where they are read.
    pub(super) fn push_label<R: Row + ?Sized>(&self, row: &R, columns: &mut Columns) -> Result<()> {
        if let (Some((index, label)), Some(labels)) = (&self.label, &mut columns.labels) {
            let cell = row
                .cell(*index)
                .map_err(|error| error.in_column(label.column.clone()))?
                .unwrap_or_default();
            labels.push(label.decode(cell, self.format.is_missing(cell))?);
        }
        if let (Some(index), Some(truth)) = (self.truth, &mut columns.truth) {
            let cell = row.cell(index)?.unwrap_or_default();
            truth.push(cell::number(cell).map_err(|error| error.in_column(TRUTH))?);
        }
        Ok(())
    }

    /// Appends a cell of a field.
    pub(super) fn push_cell(
        &self,
        cell: Option<&str>,
        index: usize,
        field: &BoundField,
        coder: &mut impl Coder,
        column: &mut FieldColumn,
    ) -> Result<()> {
        self.try_push_cell(cell, index, field, coder, column)
            .map_err(|error| error.in_column(field.name.clone()))
    }

    fn try_push_cell(
        &self,
        cell: Option<&str>,
        index: usize,
        field: &BoundField,
        coder: &mut impl Coder,
        column: &mut FieldColumn,
    ) -> Result<()> {
        let cell = cell.filter(|cell| !self.format.is_missing(cell));
        match &field.extract {
            Extract::Value => {
                column.push_id(match cell {
                    Some(value) => coder.id(index, value)?,
                    None => MISSING,
                });
            }
            Extract::Item {
                separator,
                index: place,
            } => {
                let value = cell.and_then(|cell| cell::item(cell, separator, *place, &self.format));
                column.push_id(match value {
                    Some(value) => coder.id(index, value)?,
                    None => MISSING,
                });
            }
            Extract::Number => {
                let number = cell.map(cell::number).transpose()?;
                coder.number(index, number, column);
            }
            Extract::Items {
                separator,
                before,
                most,
            } => {
                let items = cell.into_iter().flat_map(|cell| {
                    cell::items(cell, separator, before.as_deref(), *most, &self.format)
                });
                for item in items {
                    column.push_item(coder.id(index, item)?);
                }
                column.end_bag()?;
            }
            Extract::Time {
                format,
                offset_seconds,
                derived,
            } => {
                let id = match cell {
                    Some(cell) => match format.parse(cell, *offset_seconds) {
                        Some(moment) => super::FIRST_VALUE + derived.of(moment),
                        None => return Err(cell::not_a_time(cell, format)),
                    },
                    None => MISSING,
                };
                column.push_id(id);
            }
        }
        Ok(())
    }
}

fn position(header: &[impl AsRef<str>], column: &str) -> Option<usize> {
    header.iter().position(|name| name.as_ref() == column)
}

/// The place of a column, or an error that names the columns there are.
pub(in crate::data) fn find(header: &[impl AsRef<str>], column: &str, what: &str) -> Result<usize> {
    position(header, column).ok_or_else(|| {
        let names = || header.iter().map(AsRef::as_ref);
        let mut shown: String = names().take(40).collect::<Vec<_>>().join(", ");
        if header.len() > 40 {
            shown.push_str(", …");
        }
        let error = Error::new(
            ErrorKind::Schema,
            format!(
                "the file has no column {} for the {what}; its columns are {shown}",
                quote(column)
            ),
        );
        match suggestion(column, names()) {
            Some(hint) => error.hint(hint),
            None if header.len() == 1 => error.hint("is format.delimiter right?"),
            None => error,
        }
    })
}
