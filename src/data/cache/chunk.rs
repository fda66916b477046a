//! Some rows as bytes, column after column.

use super::column::{self, Bad, Shape};
use crate::data::{Columns, Encoder};

/// What the columns of all chunks hold.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Layout {
    pub(super) fields: Vec<Shape>,
    /// The place of the scenario among the fields.
    pub(super) scenario: usize,
    pub(super) labels: bool,
    pub(super) truth: bool,
}

impl Layout {
    pub(super) fn of(encoder: &Encoder, labels: bool, truth: bool) -> Self {
        Self {
            fields: encoder.fields().iter().map(Shape::of_field).collect(),
            scenario: encoder.scenario_field(),
            labels,
            truth,
        }
    }

    /// Columns without rows.
    pub(super) fn columns(&self) -> Columns {
        let kinds = self.fields.iter().map(|shape| shape.kind());
        Columns::empty(kinds, self.labels, self.truth)
    }

    /// Whether such columns can be appended to.
    pub(super) fn fits(&self, columns: &Columns) -> bool {
        let kinds = columns
            .fields
            .iter()
            .map(|column| Shape::of_column(column).kind());
        columns.labels.is_some() == self.labels
            && columns.truth.is_some() == self.truth
            && self.fields.iter().map(|shape| shape.kind()).eq(kinds)
    }

    /// The fewest bytes that so many rows can take.
    pub(super) fn least(&self, rows: u64) -> u64 {
        let fields: u64 = self.fields.iter().map(|shape| shape.least(rows)).sum();
        fields + rows * (u64::from(self.labels) + 4 * u64::from(self.truth))
    }

    /// Whether so many bytes are all that so many rows can take.
    pub(super) fn is_fixed(&self) -> bool {
        !self
            .fields
            .iter()
            .any(|shape| matches!(shape, Shape::Bags(_)))
    }
}

/// Appends the rows; the scenarios are not written, since they are ids of a field.
pub(super) fn put(columns: &Columns, shapes: &[Shape], out: &mut Vec<u8>) {
    for (column, &shape) in columns.fields.iter().zip(shapes) {
        column::put(column, shape, out);
    }
    put_answers(columns, out);
}

/// Appends labels and true probabilities, where there are any.
pub(super) fn put_answers(columns: &Columns, out: &mut Vec<u8>) {
    if let Some(labels) = &columns.labels {
        out.extend_from_slice(labels);
    }
    if let Some(truth) = &columns.truth {
        column::put_floats(truth, out);
    }
}

/// Appends the rows of a chunk to `columns`, which fit the layout. After an error the columns are as before.
pub(super) fn take(
    bytes: &[u8],
    rows: usize,
    layout: &Layout,
    columns: &mut Columns,
) -> Result<(), Bad> {
    let before = columns.rows;
    let taken = take_columns(bytes, rows, layout, columns);
    match taken {
        Ok(()) => columns.rows += rows,
        Err(_) => columns.truncate(before),
    }
    taken
}

fn take_columns(
    mut bytes: &[u8],
    rows: usize,
    layout: &Layout,
    columns: &mut Columns,
) -> Result<(), Bad> {
    let before = columns.rows;
    for (column, &shape) in columns.fields.iter_mut().zip(&layout.fields) {
        column::take(&mut bytes, rows, shape, column)?;
    }
    if let Some(labels) = &mut columns.labels {
        column::take_labels(&mut bytes, rows, labels)?;
    }
    if let Some(truth) = &mut columns.truth {
        column::take_floats(&mut bytes, rows, truth)?;
    }
    if !bytes.is_empty() {
        return Err("it is longer than its rows");
    }
    columns.append_scenario(layout.scenario, before);
    Ok(())
}
