//! From ids to the network's input.

use crate::data::{Columns, FieldColumn};
use crate::model::Embeddings;

/// h¹ of `rows` of `columns` into `out`, \[rows, D\]: embeddings of single ids, means of those of bags, dense values.
pub(super) fn gather(embeddings: &Embeddings, columns: &Columns, rows: &[u32], out: &mut [f32]) {
    let width = embeddings.layout().width;
    let fields = columns
        .fields
        .iter()
        .zip(&embeddings.layout().spans)
        .zip(&embeddings.tables);
    for ((column, span), table) in fields {
        let table = table.as_deref().unwrap_or_default();
        let dim = span.end - span.start;
        let targets = out
            .chunks_exact_mut(width.max(1))
            .map(|line| &mut line[span.start..span.end]);
        for (target, &row) in targets.zip(rows) {
            let row = row as usize;
            let of = |id: u32| &table[id as usize * dim..][..dim];
            match column {
                FieldColumn::Dense(values) => target[0] = values[row],
                FieldColumn::Ids(ids) => target.copy_from_slice(of(ids[row])),
                FieldColumn::Bags { offsets, ids } => {
                    let bag = &ids[offsets[row] as usize..offsets[row + 1] as usize];
                    target.fill(0.0);
                    let weight = 1.0 / bag.len() as f32;
                    for &id in bag {
                        for (t, value) in target.iter_mut().zip(of(id)) {
                            *t += weight * value;
                        }
                    }
                }
            }
        }
    }
}
