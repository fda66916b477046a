//! Scores as a Parquet file.

use std::path::Path;
use std::sync::Arc;

use arrow_array::{ArrayRef, Float32Array, RecordBatch, StringArray};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::properties::WriterProperties;

use super::files::Output;
use super::scores::Scored;
use crate::data::RawStream;
use crate::error::{Error, ErrorKind, Result};

/// Rows in a group: what is held in memory before it is written.
const GROUP: usize = 1 << 17;

/// The columns of the output: those that are kept, with the types they have in Parquet, else text; then the score.
pub(super) fn schema(keep: &[String], stream: &RawStream<'_>) -> SchemaRef {
    let mut fields: Vec<_> = match stream.kept_fields() {
        // The files of a folder may differ in whether a column can be null: the first does not speak for all.
        Some(fields) => fields
            .iter()
            .map(|field| Arc::new(field.as_ref().clone().with_nullable(true)))
            .collect(),
        None => {
            let text = |name: &String| Arc::new(Field::new(name, DataType::Utf8, true));
            keep.iter().map(text).collect()
        }
    };
    fields.push(Arc::new(Field::new("score", DataType::Float32, true)));
    Arc::new(Schema::new(fields))
}

/// Rows as a batch of that schema.
pub(super) fn batch(
    scored: &Scored<'_>,
    keep: &[String],
    schema: &SchemaRef,
) -> Result<RecordBatch> {
    let mut columns: Vec<ArrayRef> = Vec::with_capacity(keep.len() + 1);
    if let Some(batch) = scored.rows.batch() {
        columns.extend(
            keep.iter()
                .filter_map(|name| batch.column_by_name(name).cloned()),
        );
    } else if !keep.is_empty() {
        let rows = scored.encoder.kept(scored.rows, keep)?;
        for column in 0..keep.len() {
            let text = rows
                .iter()
                .map(|row| row.get(column).and_then(crate::data::Kept::value));
            columns.push(Arc::new(text.collect::<StringArray>()));
        }
    }
    let scores = scored.scores.iter().zip(scored.usable);
    let scores: Float32Array = scores
        .map(|(score, usable)| usable.then_some(*score))
        .collect();
    columns.push(Arc::new(scores));
    RecordBatch::try_new(SchemaRef::clone(schema), columns)
        .map_err(|error| Error::new(ErrorKind::Data, error.to_string()))
}

/// A Parquet file being written.
pub(super) struct ParquetOut {
    writer: ArrowWriter<Output>,
    name: String,
}

impl ParquetOut {
    pub(super) fn create(path: &Path, schema: SchemaRef) -> Result<Self> {
        let output = Output::create(path)?;
        let name = output.name();
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_max_row_group_row_count(Some(GROUP))
            .build();
        let writer = ArrowWriter::try_new(output, schema, Some(properties));
        Ok(Self {
            writer: writer.map_err(|error| failed(&error, &name))?,
            name,
        })
    }

    pub(super) fn put(&mut self, batch: &RecordBatch) -> Result<()> {
        let written = self.writer.write(batch);
        written.map_err(|error| failed(&error, &self.name))
    }

    /// Moves the output to its place.
    pub(super) fn finish(self) -> Result<()> {
        let output = self.writer.into_inner();
        output.map_err(|error| failed(&error, &self.name))?.finish()
    }
}

fn failed(error: &dyn std::fmt::Display, name: &str) -> Error {
    Error::new(ErrorKind::Io, error.to_string()).in_file(name)
}
