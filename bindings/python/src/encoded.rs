//! Encoded rows as a record batch, for those who train elsewhere.

use std::sync::Arc;

use arrow_array::builder::{Float32Builder, ListBuilder, UInt8Builder, UInt32Builder};
use arrow_array::{ArrayRef, RecordBatch};
use mi_dpg::data::{FieldColumn, LabelUse};
use mi_dpg::scorer::Scorer;
use mi_dpg::{Error, ErrorKind, Result};

use crate::scores::{Reader, Rules, encoded};

enum Column {
    Ids(UInt32Builder),
    Bags(ListBuilder<UInt32Builder>),
    Dense(Float32Builder),
}

impl Column {
    fn like(column: &FieldColumn) -> Self {
        match column {
            FieldColumn::Ids(_) => Self::Ids(UInt32Builder::new()),
            FieldColumn::Bags { .. } => Self::Bags(ListBuilder::new(UInt32Builder::new())),
            FieldColumn::Dense(_) => Self::Dense(Float32Builder::new()),
        }
    }

    fn extend(&mut self, column: &FieldColumn) {
        match (self, column) {
            (Self::Ids(builder), FieldColumn::Ids(ids)) => builder.append_slice(ids),
            (Self::Dense(builder), FieldColumn::Dense(values)) => builder.append_slice(values),
            (Self::Bags(builder), FieldColumn::Bags { offsets, ids }) => {
                for row in offsets.windows(2) {
                    builder
                        .values()
                        .append_slice(&ids[row[0] as usize..row[1] as usize]);
                    builder.append(true);
                }
            }
            _ => {}
        }
    }

    fn finish(mut self) -> ArrayRef {
        match &mut self {
            Self::Ids(builder) => Arc::new(builder.finish()),
            Self::Bags(builder) => Arc::new(builder.finish()),
            Self::Dense(builder) => Arc::new(builder.finish()),
        }
    }
}

/// The rows of a table as ids and numbers, and the labels where `rules` ask for them.
pub(crate) fn encode(scorer: &Scorer, reader: Reader, rules: Rules) -> Result<RecordBatch> {
    let empty = scorer
        .encoder()
        .bind(&scorer.encoder().columns())?
        .columns();
    let mut columns: Vec<Column> = empty.fields.iter().map(Column::like).collect();
    let mut labels = (rules.label == LabelUse::Required).then(UInt8Builder::new);
    encoded(scorer, reader, rules, |chunk| {
        for (column, more) in columns.iter_mut().zip(&chunk.columns.fields) {
            column.extend(more);
        }
        if let (Some(labels), Some(more)) = (&mut labels, &chunk.columns.labels) {
            labels.append_slice(more);
        }
        Ok(())
    })?;
    let names = scorer
        .encoder()
        .fields()
        .iter()
        .map(|field| field.name().to_owned());
    let arrays = columns.into_iter().map(Column::finish);
    let mut named: Vec<(String, ArrayRef)> = names.zip(arrays).collect();
    if let Some(mut labels) = labels {
        named.push(("label".to_owned(), Arc::new(labels.finish())));
    }
    RecordBatch::try_from_iter(named)
        .map_err(|error| Error::new(ErrorKind::Data, error.to_string()))
}
