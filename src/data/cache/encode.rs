//! Writing a cache: the log is read once, its rows wait on disk until it has been seen whole.

use std::io::{Read, Seek, Write};

use super::CHUNK_ROWS;
use super::chunk::Layout;
use super::encoding::Encoding;
use super::out::Out;
use super::spill::Spill;
use crate::data::collect::Rows;
use crate::data::fit::Learner;
use crate::data::layout::Layout as Bound;
use crate::data::load::{self, learnt};
use crate::data::part::Splitter;
use crate::data::records::Records;
use crate::data::{Encoder, LoadOptions, LoadReport};
use crate::error::{Error, Result};
use crate::schema::Schema;

/// Writes a cache.
pub struct CacheWriter<'a, W, S> {
    out: W,
    spill: S,
    chunk_rows: usize,
    progress: Option<&'a mut dyn FnMut(u64, u64)>,
    check: fn(&Encoder) -> Result<()>,
}

/// What was written.
#[derive(Debug, Clone, PartialEq)]
pub struct CacheSummary {
    /// What happened while reading.
    pub report: LoadReport,
    /// The rows to train, to validate and to test on.
    pub rows: [u64; 3],
    /// The known scenarios.
    pub scenarios: usize,
    /// The size of the cache.
    pub bytes: u64,
}

impl<W, S> std::fmt::Debug for CacheWriter<'_, W, S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CacheWriter")
            .field("chunk_rows", &self.chunk_rows)
            .finish_non_exhaustive()
    }
}

impl<'a, W: Write + Seek, S: Read + Write + Seek> CacheWriter<'a, W, S> {
    /// A writer to the start of `out`; rows wait in `spill`, an empty temporary file, until the log has been read.
    pub fn new(out: W, spill: S) -> Self {
        Self {
            out,
            spill,
            chunk_rows: CHUNK_ROWS,
            progress: None,
            check: |_| Ok(()),
        }
    }

    /// Makes chunks of so many rows, at most [`CHUNK_ROWS`]: smaller ones are for tests.
    pub fn chunk_rows(mut self, rows: usize) -> Self {
        self.chunk_rows = rows.clamp(1, CHUNK_ROWS);
        self
    }

    /// Calls `progress` with the rows written and the rows to write, once the log has been read.
    pub fn progress(mut self, progress: &'a mut dyn FnMut(u64, u64)) -> Self {
        self.progress = Some(progress);
        self
    }

    /// Asks `check` about what was learnt, before the rows are written: its error ends the writing.
    pub fn check(mut self, check: fn(&Encoder) -> Result<()>) -> Self {
        self.check = check;
        self
    }

    /// Encodes a text as [`load`](crate::data::load) does.
    ///
    /// # Errors
    /// Those of `load`, and [`ErrorKind::Io`](crate::ErrorKind::Io) where a file cannot be written.
    pub fn write(
        self,
        source: impl Read,
        name: &str,
        schema: &Schema,
        options: LoadOptions<'_>,
    ) -> Result<CacheSummary> {
        self.records(load::text(source, name, schema)?, name, schema, options)
    }

    /// Encodes Parquet files as [`load_parquet`](crate::data::load_parquet) does.
    ///
    /// # Errors
    /// As [`write`](Self::write).
    #[cfg(feature = "parquet")]
    pub fn write_parquet(
        self,
        files: &crate::data::ParquetFiles,
        schema: &Schema,
        options: LoadOptions<'_>,
    ) -> Result<CacheSummary> {
        let records = load::parquet(files, schema, options.label)?;
        self.records(records, files.name(), schema, options)
    }

    fn records(
        self,
        mut reader: Records<'_>,
        name: &str,
        schema: &Schema,
        mut options: LoadOptions<'_>,
    ) -> Result<CacheSummary> {
        let in_file = |error: Error| error.in_file(name);
        let bound = Bound::bind(schema, reader.header(), options.label).map_err(in_file)?;
        let splitter =
            Splitter::bind(&schema.split, &schema.format, reader.header()).map_err(in_file)?;
        let mut learner = Learner::new(schema);
        let (labels, truth) = (bound.label.is_some(), bound.truth.is_some());
        let columns = learner.columns(schema, labels, truth);
        let mut spill = Spill::new(self.spill);
        let mut rows = Rows::new(splitter, columns);
        rows.read_in_pieces(
            &mut reader,
            &mut options,
            |row, columns| bound.push(row, &mut learner, columns),
            self.chunk_rows,
            |columns| spill.push(columns),
        )?;
        spill.push(&rows.columns)?;
        let (parts, split) = rows.split(options.seed).map_err(in_file)?;
        let mut report = rows.report;
        report.sha256 = reader.digest()?;
        drop(reader);

        let (mut vocabularies, mut renumbered) = (Vec::new(), Vec::new());
        for (field, learnt) in learner.into_fields().into_iter().enumerate() {
            let fitted = learnt.fit(|take| spill.column(field, &parts, take))?;
            vocabularies.push(fitted.vocabulary);
            renumbered.push(fitted.renumbered);
        }
        let encoder = learnt(schema, split, vocabularies, name)?;
        (self.check)(&encoder)?;
        let layout = Layout::of(&encoder, labels, truth);
        Encoding {
            out: Out::new(self.out),
            chunk_rows: self.chunk_rows,
            encoder,
            layout,
            report,
        }
        .write(&mut spill, &parts, &renumbered, self.progress)
    }
}
