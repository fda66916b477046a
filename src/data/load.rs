//! Loading a whole file in one pass.

use std::io::Read;
use std::sync::Arc;

#[cfg(feature = "arrow")]
use arrow_array::RecordBatchReader;
use serde::{Deserialize, Serialize};

#[cfg(feature = "arrow")]
use super::arrow::BatchRecords;
use super::collect::Rows;
use super::columns::Columns;
use super::encoder::Encoder;
use super::fit::Learner;
use super::layout::Layout;
use super::options::{LoadOptions, SplitUse};
#[cfg(feature = "parquet")]
use super::parquet::{ParquetFiles, ParquetRecords, Wanted};
use super::part::{FittedSplit, Part, Splitter};
use super::reader::LogReader;
use super::records::Records;
use super::row::RowEncoder;
use super::vocabulary::Vocabulary;
use crate::error::{Error, ErrorKind, Result};
use crate::schema::{Schema, Split};

/// A file, encoded and split.
#[derive(Debug, Clone, PartialEq)]
pub struct Dataset {
    /// What turns raw rows into ids.
    pub encoder: Arc<Encoder>,
    /// The encoded rows, in the order of the file.
    pub columns: Columns,
    /// The part of each row.
    pub parts: Vec<Part>,
    /// What happened while loading.
    pub report: LoadReport,
}

/// What happened while loading.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LoadReport {
    /// Rows of the file, whether used or not.
    pub rows: u64,
    /// Rows that could not be read.
    pub skipped: u64,
    /// The first five reasons why.
    pub skip_reasons: Vec<String>,
    /// Rows that the split leaves out.
    pub unsplit: u64,
    /// Ids that are out of vocabulary, by input field.
    pub unknown: Vec<u64>,
    /// Rows whose scenario was not learnt.
    pub unknown_scenarios: u64,
    /// The SHA-256 of the (unpacked) file, in hexadecimal; of record batches that of their cells.
    pub sha256: String,
}

impl Dataset {
    /// The rows of a part, in the order of the file.
    pub fn rows_of(&self, part: Part) -> Vec<u32> {
        let rows = self.parts.iter().enumerate();
        rows.filter(|(_, of)| **of == part)
            .map(|(row, _)| row as u32)
            .collect()
    }
}

/// Loads a file and learns an encoder from its training rows; errors call it `name`.
///
/// # Errors
/// [`ErrorKind::Schema`] when the schema breaks a rule or does not fit the file, [`ErrorKind::Data`] for a row that
/// cannot be read and when no training row has a scenario, [`ErrorKind::Io`] when the source fails.
pub fn load(
    source: impl Read,
    name: &str,
    schema: &Schema,
    options: LoadOptions<'_>,
) -> Result<Dataset> {
    load_records(text(source, name, schema)?, name, schema, options)
}

/// Loads record batches, as [`load`] does text: of a [`RecordBatchIterator`](arrow_array::RecordBatchIterator) over those that
/// are in memory, or of another reader. Errors number the rows from 0.
///
/// ```
/// use std::sync::Arc;
/// use arrow_array::{ArrayRef, BooleanArray, RecordBatch, RecordBatchIterator, StringArray};
/// use mi_dpg::data::{LoadOptions, load_batches};
/// use mi_dpg::schema::Schema;
///
/// let batch = RecordBatch::try_from_iter([
///     ("page", Arc::new(StringArray::from(vec!["home", "list", "home"])) as ArrayRef),
///     ("bought", Arc::new(BooleanArray::from(vec![true, false, false])) as ArrayRef),
/// ])?;
/// let schema = Schema::parse(
///     r#"
///     label = { column = "bought", positive = ["1"] }
///     scenario = { field = "page" }
///     split = { kind = "none" }
///     [[fields]]
///     name = "page"
///     kind = "categorical"
///     role = "scenario"
///     "#,
///     "schema",
/// )?;
/// let batches = RecordBatchIterator::new([Ok(batch.clone())], batch.schema());
/// let data = load_batches(batches, "batches", &schema, LoadOptions::default())?;
/// assert_eq!(data.columns.rows, 3);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// As [`load`], and [`ErrorKind::Schema`] for a column of a type that does not fit its field.
#[cfg(feature = "arrow")]
pub fn load_batches(
    batches: impl RecordBatchReader,
    name: &str,
    schema: &Schema,
    options: LoadOptions<'_>,
) -> Result<Dataset> {
    schema.check()?;
    let records = BatchRecords::new(batches, name, schema, options.label, true)?;
    load_records(Records::Batches(Box::new(records)), name, schema, options)
}

/// Loads Parquet files, as [`load`] does text.
///
/// # Errors
/// As [`load`].
#[cfg(feature = "parquet")]
pub fn load_parquet(
    files: &ParquetFiles,
    schema: &Schema,
    options: LoadOptions<'_>,
) -> Result<Dataset> {
    let records = parquet(files, schema, options.label)?;
    load_records(records, files.name(), schema, options)
}

/// The rows of a text, to learn from.
pub(super) fn text<'a>(source: impl Read + 'a, name: &str, schema: &Schema) -> Result<Records<'a>> {
    schema.check()?;
    let reader = LogReader::new(source, name, &schema.format)?;
    Ok(Records::Delimited(Box::new(reader)))
}

/// The rows of Parquet files, to learn from.
#[cfg(feature = "parquet")]
pub(super) fn parquet(
    files: &ParquetFiles,
    schema: &Schema,
    label: super::LabelUse,
) -> Result<Records<'static>> {
    schema.check()?;
    let wanted = Wanted {
        schema: schema.clone(),
        label,
        split: true,
        keep: Vec::new(),
    };
    Ok(Records::Parquet(Box::new(ParquetRecords::new(
        files, wanted,
    )?)))
}

fn load_records(
    mut reader: Records<'_>,
    name: &str,
    schema: &Schema,
    mut options: LoadOptions<'_>,
) -> Result<Dataset> {
    let in_file = |error: Error| error.in_file(name);
    let layout = Layout::bind(schema, reader.header(), options.label).map_err(in_file)?;
    let splitter =
        Splitter::bind(&schema.split, &schema.format, reader.header()).map_err(in_file)?;
    let mut learner = Learner::new(schema);
    let columns = learner.columns(schema, layout.label.is_some(), layout.truth.is_some());

    let mut rows = Rows::new(splitter, columns);
    rows.read(&mut reader, &mut options, |row, columns| {
        layout.push(row, &mut learner, columns)
    })?;
    let (parts, split) = rows.split(options.seed).map_err(in_file)?;
    let Rows {
        mut columns,
        mut report,
        ..
    } = rows;
    let vocabularies = learner.finish(&mut columns, &parts)?;
    let encoder = learnt(schema, split, vocabularies, name)?;
    columns.append_scenario(encoder.scenario_field(), 0);
    report.finish(&columns, &reader)?;
    Ok(Dataset {
        encoder: Arc::new(encoder),
        columns,
        parts,
        report,
    })
}

/// The encoder of what was learnt.
pub(super) fn learnt(
    schema: &Schema,
    split: FittedSplit,
    vocabularies: Vec<Vocabulary>,
    name: &str,
) -> Result<Encoder> {
    let encoder = Encoder::new(schema.clone(), split, vocabularies)?;
    if encoder.scenarios().len() == super::FIRST_VALUE as usize {
        return Err(
            Error::new(ErrorKind::Data, "no training row has a scenario")
                .in_column(encoder.fields()[encoder.scenario_field()].column())
                .in_file(name),
        );
    }
    Ok(encoder)
}

/// Loads a file with an existing encoder.
///
/// # Errors
/// [`ErrorKind::Schema`] when a column is missing, [`ErrorKind::Data`] for a row that cannot be read,
/// [`ErrorKind::Io`] when the source fails.
pub fn encode(
    source: impl Read,
    name: &str,
    encoder: &Arc<Encoder>,
    options: LoadOptions<'_>,
) -> Result<Dataset> {
    let reader = LogReader::new(source, name, &encoder.schema().format)?;
    encode_records(Records::Delimited(Box::new(reader)), name, encoder, options)
}

/// Loads record batches with an existing encoder, as [`encode`] does text. To score them, an
/// [`ArrowEncoder`](super::ArrowEncoder) takes one after the other.
///
/// # Errors
/// As [`encode`], and [`ErrorKind::Schema`] for a column of a type that does not fit its field.
#[cfg(feature = "arrow")]
pub fn encode_batches(
    batches: impl RecordBatchReader,
    name: &str,
    encoder: &Arc<Encoder>,
    options: LoadOptions<'_>,
) -> Result<Dataset> {
    let split = options.split != SplitUse::Whole;
    let records = BatchRecords::new(batches, name, encoder.schema(), options.label, split)?;
    encode_records(Records::Batches(Box::new(records)), name, encoder, options)
}

/// Loads Parquet files with an existing encoder, as [`encode`] does text.
///
/// # Errors
/// As [`encode`].
#[cfg(feature = "parquet")]
pub fn encode_parquet(
    files: &ParquetFiles,
    encoder: &Arc<Encoder>,
    options: LoadOptions<'_>,
) -> Result<Dataset> {
    let wanted = Wanted {
        schema: encoder.schema().clone(),
        label: options.label,
        split: options.split != SplitUse::Whole,
        keep: Vec::new(),
    };
    let records = Records::Parquet(Box::new(ParquetRecords::new(files, wanted)?));
    encode_records(records, files.name(), encoder, options)
}

fn encode_records(
    mut reader: Records<'_>,
    name: &str,
    encoder: &Arc<Encoder>,
    mut options: LoadOptions<'_>,
) -> Result<Dataset> {
    let in_file = |error: Error| error.in_file(name);
    let schema = encoder.schema();
    let whole = Split::None {};
    let split = match options.split {
        SplitUse::Whole => &whole,
        _ => &schema.split,
    };
    let mut row_encoder = RowEncoder::new(Arc::clone(encoder), reader.header(), options.label)
        .map_err(in_file)?
        .strict_scenarios(options.strict_scenarios);
    let splitter = Splitter::bind(split, &schema.format, reader.header()).map_err(in_file)?;

    let mut rows = Rows::new(splitter, row_encoder.columns());
    rows.read(&mut reader, &mut options, |row, columns| {
        row_encoder.push(row, columns)
    })?;
    let Rows {
        splitter,
        columns,
        mut report,
        ..
    } = rows;
    let fitted: Option<&FittedSplit> = match options.split {
        SplitUse::Fitted => Some(encoder.split()),
        SplitUse::Refit | SplitUse::Whole => None,
    };
    let mut encoder = Arc::clone(encoder);
    let parts = match options.split {
        SplitUse::Whole => vec![Part::Test; columns.rows],
        _ => {
            let (parts, split) = splitter
                .finish(columns.rows, options.seed, fitted)
                .map_err(in_file)?;
            if options.split == SplitUse::Refit {
                // Whoever measures what is trained on these rows must cut them as they are cut here.
                encoder = Arc::new(encoder.with_split(split));
            }
            parts
        }
    };
    report.finish(&columns, &reader)?;
    Ok(Dataset {
        encoder,
        columns,
        parts,
        report,
    })
}
