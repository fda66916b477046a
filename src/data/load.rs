//! Loading a whole file in one pass.

use std::io::Read;
use std::sync::Arc;

use serde::Serialize;

use super::columns::Columns;
use super::encoder::Encoder;
use super::fit::Learner;
use super::layout::Layout;
use super::options::{LoadOptions, OnBadRow, SplitUse};
use super::part::{FittedSplit, Part, Splitter};
use super::reader::{CsvRow, LogReader};
use super::row::RowEncoder;
use crate::error::{Error, ErrorKind, Result};
use crate::schema::{Schema, Split};

/// A file, encoded and split.
#[derive(Debug, Clone)]
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
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
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
    /// The SHA-256 of the (unpacked) file, in hexadecimal.
    pub sha256: String,
}

/// How many reasons of skipped rows a report keeps.
const REASONS: usize = 5;
/// Rows between two calls of the progress callback.
const PROGRESS_ROWS: u64 = 4096;

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
pub fn load(
    source: impl Read,
    name: &str,
    schema: &Schema,
    mut options: LoadOptions<'_>,
) -> Result<Dataset> {
    schema.check()?;
    let in_file = |error: Error| error.in_file(name);
    let mut reader = LogReader::new(source, name, &schema.format)?;
    let layout = Layout::bind(schema, reader.header(), options.label).map_err(in_file)?;
    let splitter =
        Splitter::bind(&schema.split, &schema.format, reader.header()).map_err(in_file)?;
    let mut learner = Learner::new(schema);
    let columns = learner.columns(schema, layout.label.is_some(), layout.truth.is_some());

    let mut rows = Rows::new(splitter, columns);
    rows.read(&mut reader, &mut options, |row, columns| {
        layout.push(row, &mut learner, columns)
    })?;
    let Rows {
        splitter,
        mut columns,
        mut report,
    } = rows;
    let (parts, split) = splitter
        .finish(columns.rows, options.seed, None)
        .map_err(in_file)?;
    if !parts.contains(&Part::Train) {
        let why = match parts.len() {
            0 => "no row could be used",
            _ => "the split leaves no row to train on",
        };
        let error = in_file(Error::new(ErrorKind::Data, why));
        return Err(match report.skip_reasons.into_iter().next() {
            Some(reason) => error.hint(format!("the first row skipped: {reason}")),
            None => error,
        });
    }
    let vocabularies = learner.finish(&mut columns, &parts);
    let encoder = Encoder::new(schema.clone(), split, vocabularies)?;
    if encoder.scenarios().len() == super::FIRST_VALUE as usize {
        return Err(in_file(
            Error::new(ErrorKind::Data, "no training row has a scenario")
                .in_column(encoder.fields()[encoder.scenario_field()].column()),
        ));
    }
    if let Some(super::FieldColumn::Ids(ids)) = columns.fields.get(encoder.scenario_field()) {
        columns.scenario = ids.clone();
    }
    report.finish(&columns, &reader);
    Ok(Dataset {
        encoder: Arc::new(encoder),
        columns,
        parts,
        report,
    })
}

/// Loads a file with an existing encoder.
pub fn encode(
    source: impl Read,
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
    let mut reader = LogReader::new(source, name, &schema.format)?;
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
    } = rows;
    let fitted: Option<&FittedSplit> = match options.split {
        SplitUse::Fitted => Some(encoder.split()),
        SplitUse::Refit | SplitUse::Whole => None,
    };
    let parts = match options.split {
        SplitUse::Whole => vec![Part::Test; columns.rows],
        _ => {
            let (parts, _) = splitter
                .finish(columns.rows, options.seed, fitted)
                .map_err(in_file)?;
            parts
        }
    };
    report.finish(&columns, &reader);
    Ok(Dataset {
        encoder: Arc::clone(encoder),
        columns,
        parts,
        report,
    })
}

/// The rows being collected.
struct Rows<'s> {
    splitter: Splitter<'s>,
    columns: Columns,
    report: LoadReport,
}

impl<'s> Rows<'s> {
    fn new(splitter: Splitter<'s>, columns: Columns) -> Self {
        Self {
            splitter,
            columns,
            report: LoadReport::default(),
        }
    }

    fn read(
        &mut self,
        reader: &mut LogReader<'_>,
        options: &mut LoadOptions<'_>,
        mut push: impl FnMut(&CsvRow<'_>, &mut Columns) -> Result<()>,
    ) -> Result<()> {
        while reader.advance()? {
            if let Err(error) = self.read_row(reader, &mut push) {
                self.columns.truncate(self.columns.rows);
                self.splitter.truncate(self.columns.rows);
                let error = reader.place(error);
                if options.on_bad_row == OnBadRow::Fail {
                    return Err(error);
                }
                self.report.skip(&error);
            }
            self.report.rows += 1;
            if self.report.rows > u64::from(u32::MAX) {
                return Err(
                    reader.place(Error::new(ErrorKind::Data, "the file has over 2^32 rows"))
                );
            }
            if self.report.rows.is_multiple_of(PROGRESS_ROWS)
                && let Some(progress) = &mut options.progress
            {
                progress(reader.taken());
            }
        }
        if let Some(progress) = &mut options.progress {
            progress(reader.taken());
        }
        if self.report.rows == 0 {
            let error = Error::new(ErrorKind::Data, "the file has a header but no rows");
            return Err(reader.place(error));
        }
        Ok(())
    }

    fn read_row(
        &mut self,
        reader: &LogReader<'_>,
        push: &mut impl FnMut(&CsvRow<'_>, &mut Columns) -> Result<()>,
    ) -> Result<()> {
        let row = reader.row()?;
        if self.splitter.push(&row)? {
            push(&row, &mut self.columns)
        } else {
            self.report.unsplit += 1;
            Ok(())
        }
    }
}

impl LoadReport {
    fn skip(&mut self, error: &Error) {
        self.skipped += 1;
        if self.skip_reasons.len() < REASONS {
            self.skip_reasons.push(error.to_string());
        }
    }

    fn finish(&mut self, columns: &Columns, reader: &LogReader<'_>) {
        self.unknown = columns.unknown();
        self.unknown_scenarios = columns.unknown_scenarios();
        self.sha256 = reader.digest();
    }
}
