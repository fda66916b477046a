//! From ids to the network's input.

use std::ops::Range;

use crate::data::{Columns, FieldColumn};
use crate::kernels::embed;
use crate::model::Embeddings;

/// What a field holds in a row.
#[derive(Debug, Clone, Copy)]
pub(super) enum Cell<'a> {
    /// One id.
    Id(u32),
    /// Ids to be averaged, at least one.
    Bag(&'a [u32]),
    /// A number as the network sees it.
    Number(f32),
}

/// Rows to be scored.
pub(super) trait Impressions {
    /// How many.
    fn len(&self) -> usize;

    /// What field `field` holds in row `row`.
    fn cell(&self, field: usize, row: usize) -> Cell<'_>;
}

/// Some rows of encoded columns.
pub(super) struct Selected<'a> {
    pub(super) columns: &'a Columns,
    pub(super) rows: &'a [u32],
}

impl Impressions for Selected<'_> {
    fn len(&self) -> usize {
        self.rows.len()
    }

    fn cell(&self, field: usize, row: usize) -> Cell<'_> {
        let row = self.rows[row] as usize;
        match &self.columns.fields[field] {
            FieldColumn::Ids(ids) => Cell::Id(ids[row]),
            FieldColumn::Dense(values) => Cell::Number(values[row]),
            FieldColumn::Bags { offsets, ids } => {
                Cell::Bag(&ids[offsets[row] as usize..offsets[row + 1] as usize])
            }
        }
    }
}

/// h¹ of some rows into `out`, \[rows, D\]: embeddings of single ids, means of those of bags, dense values.
pub(super) fn gather(
    embeddings: &Embeddings,
    from: &impl Impressions,
    rows: Range<usize>,
    out: &mut [f32],
) {
    let width = embeddings.layout().width;
    let fields = embeddings.layout().spans.iter().zip(&embeddings.tables);
    for (field, (span, table)) in fields.enumerate() {
        let table = table.as_deref().unwrap_or_default();
        let lines = out.chunks_exact_mut(width.max(1));
        for (line, row) in lines.zip(rows.clone()) {
            let target = &mut line[span.start..span.end];
            match from.cell(field, row) {
                Cell::Number(value) => target[0] = value,
                Cell::Id(id) => embed(table, &[id], target),
                Cell::Bag(bag) => embed(table, bag, target),
            }
        }
    }
}
