//! The record batches of some files, one file after the other.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_schema::{FieldRef, SchemaRef};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};

use super::ParquetFiles;
use super::guarded::guarded;
use crate::data::arrow::Binding;
use crate::data::options::LabelUse;
use crate::error::{Error, ErrorKind, Result, quote};
use crate::schema::Schema;

/// Rows in a batch: their columns fit the cache of a core.
const BATCH_ROWS: usize = 8192;

/// What is wanted of the files.
#[derive(Debug, Clone)]
pub(crate) struct Wanted {
    pub(crate) schema: Schema,
    pub(crate) label: LabelUse,
    /// Whether the split's column is read.
    pub(crate) split: bool,
    /// Columns that are handed on.
    pub(crate) keep: Vec<String>,
}

/// Some rows of a file.
#[derive(Debug, Clone)]
pub(crate) struct Piece {
    pub(crate) batch: RecordBatch,
    /// The number of the first row in its file, from 0.
    pub(crate) first_row: u64,
    pub(crate) file: Arc<OpenFile>,
}

/// What is known of a file that is being read.
#[derive(Debug)]
pub(crate) struct OpenFile {
    pub(crate) name: String,
    pub(crate) binding: Binding,
}

impl Piece {
    /// The rows of it from `start` on, at most `most`, without a copy.
    pub(crate) fn slice(&self, start: usize, most: usize) -> Self {
        let rows = most.min(self.batch.num_rows().saturating_sub(start));
        Self {
            batch: self.batch.slice(start.min(self.batch.num_rows()), rows),
            first_row: self.first_row + start as u64,
            file: Arc::clone(&self.file),
        }
    }

    /// Names the file of an error that is about all of its rows.
    pub(crate) fn place(&self, error: Error) -> Error {
        error.in_file(&self.file.name)
    }

    /// Names file and row of an error that is about one row of the piece.
    pub(crate) fn place_row(&self, error: Error, row: usize) -> Error {
        let row = self.first_row + row as u64;
        self.place(error.prefixed(&format!("row {row}: ")))
    }
}

/// The batches.
pub(crate) struct Batches {
    wanted: Wanted,
    left: std::vec::IntoIter<PathBuf>,
    current: Reading,
    /// The columns of every file.
    header: Vec<String>,
    /// The fields of the columns that are handed on.
    kept: Vec<FieldRef>,
    /// The bytes of the files that were read whole.
    done: u64,
}

struct Reading {
    reader: ParquetRecordBatchReader,
    file: Arc<OpenFile>,
    kept: Vec<FieldRef>,
    row: u64,
    rows: u64,
    bytes: u64,
}

impl Batches {
    /// Opens the first file.
    pub(crate) fn new(files: &ParquetFiles, wanted: Wanted) -> Result<Self> {
        let mut left = files.files().to_vec().into_iter();
        let first = left
            .next()
            .ok_or_else(|| Error::new(ErrorKind::Io, "there is no file").in_file(files.name()))?;
        let current = open(&first, &wanted)?;
        Ok(Self {
            header: header(&current),
            kept: current.kept.clone(),
            wanted,
            left,
            current,
            done: 0,
        })
    }

    /// The names of the columns that are read.
    pub(crate) fn header(&self) -> &[String] {
        &self.header
    }

    /// The fields of the columns that are handed on.
    pub(crate) fn kept(&self) -> &[FieldRef] {
        &self.kept
    }

    /// How many bytes were read, about.
    pub(crate) fn taken(&self) -> u64 {
        let Reading {
            row, rows, bytes, ..
        } = &self.current;
        self.done + (*bytes as f64 * (*row as f64 / (*rows).max(1) as f64)) as u64
    }

    /// The next batch that is not empty.
    pub(crate) fn next(&mut self) -> Result<Option<Piece>> {
        loop {
            let current = &mut self.current;
            let reader = &mut current.reader;
            let batch = guarded(&current.file.name, || reader.next().transpose())?;
            match batch {
                Some(batch) => {
                    if batch.num_rows() == 0 {
                        continue;
                    }
                    let first_row = current.row;
                    current.row += batch.num_rows() as u64;
                    return Ok(Some(Piece {
                        batch,
                        first_row,
                        file: Arc::clone(&current.file),
                    }));
                }
                None => {
                    let Some(path) = self.left.next() else {
                        return Ok(None);
                    };
                    self.done += current.bytes;
                    let next = open(&path, &self.wanted)?;
                    self.check_like_first(&next)?;
                    self.current = next;
                }
            }
        }
    }

    /// Every file must have the columns of the first.
    fn check_like_first(&self, next: &Reading) -> Result<()> {
        let wrong = |message: String| {
            let error = Error::new(ErrorKind::Data, message).in_file(&next.file.name);
            Err(error.hint("read such files one by one"))
        };
        if header(next) != self.header {
            return wrong("the files before it have other columns".to_owned());
        }
        for (a, b) in self.kept.iter().zip(&next.kept) {
            if a.data_type() != b.data_type() {
                return wrong(format!(
                    "the column {} is of type {}, in the files before it {}",
                    quote(a.name()),
                    b.data_type(),
                    a.data_type()
                ));
            }
        }
        Ok(())
    }
}

fn header(reading: &Reading) -> Vec<String> {
    let names = reading.file.binding.header();
    names.into_iter().map(str::to_owned).collect()
}

fn open(path: &Path, wanted: &Wanted) -> Result<Reading> {
    let name = path.display().to_string();
    let place = |error: Error| error.in_file(&name);
    let file = File::open(path).map_err(|error| Error::io(&name, &error))?;
    let bytes = file.metadata().map_or(0, |metadata| metadata.len());
    let builder = guarded(&name, || ParquetRecordBatchReaderBuilder::try_new(file))
        .map_err(|error| error.hint("is it a Parquet file?"))?;
    let schema: SchemaRef = Arc::clone(builder.schema());
    let binding =
        Binding::new(&wanted.schema, &schema, wanted.label, wanted.split).map_err(place)?;
    let kept = wanted
        .keep
        .iter()
        .map(|column| kept(&schema, column).map_err(place))
        .collect::<Result<Vec<_>>>()?;
    let read = binding.header();
    let roots = schema.fields().iter().enumerate().filter(|(_, field)| {
        read.contains(&field.name().as_str()) || wanted.keep.contains(field.name())
    });
    let roots: Vec<usize> = roots.map(|(place, _)| place).collect();
    let mask = ProjectionMask::roots(builder.parquet_schema(), roots);
    let rows = u64::try_from(builder.metadata().file_metadata().num_rows()).unwrap_or(0);
    let builder = builder.with_projection(mask).with_batch_size(BATCH_ROWS);
    let reader = guarded(&name, || builder.build())?;
    Ok(Reading {
        reader,
        file: Arc::new(OpenFile { name, binding }),
        kept,
        row: 0,
        rows,
        bytes,
    })
}

fn kept(schema: &SchemaRef, column: &str) -> Result<FieldRef> {
    let found = schema.fields().iter().find(|field| field.name() == column);
    found.map(Arc::clone).ok_or_else(|| {
        let names: Vec<&str> = schema
            .fields()
            .iter()
            .map(|field| field.name().as_str())
            .collect();
        Error::new(
            ErrorKind::Config,
            format!("--keep: the file has no column {column:?}"),
        )
        .hint(format!("its columns are {}", names.join(", ")))
    })
}
