//! How scores are written: delimited text, NDJSON, Parquet.

use std::io::Write;
use std::path::Path;

use clap::ValueEnum;

use super::files::Sink;
#[cfg(feature = "parquet")]
use super::parquet::{ParquetOut, batch, schema};
use crate::data::{ChunkEncoder, Kept, RawRows, RawStream};
use crate::error::{Error, ErrorKind, Result};

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// Text with a header: as the schema says going in, comma-separated coming out
    Delimited,
    /// A JSON object a line
    Ndjson,
    /// Parquet files
    #[cfg(feature = "parquet")]
    Parquet,
}

impl Format {
    /// The format that a path speaks of.
    pub(super) fn of(path: &Path) -> Result<Self> {
        #[cfg(feature = "parquet")]
        if crate::data::ParquetFiles::is(path) {
            return Ok(Self::Parquet);
        }
        #[cfg(not(feature = "parquet"))]
        if path.extension().is_some_and(|end| end == "parquet") {
            let message = "this midpg was built without Parquet";
            return Err(Error::new(ErrorKind::Config, message)
                .in_file(path.display())
                .hint("build it with the feature parquet"));
        }
        let name = path.to_string_lossy();
        let name = name.strip_suffix(".gz").unwrap_or(&name);
        Ok(if name.ends_with(".ndjson") || name.ends_with(".jsonl") {
            Self::Ndjson
        } else {
            Self::Delimited
        })
    }
}

/// How scores are written.
#[derive(Debug)]
pub(super) struct Style {
    format: Format,
    keep: Vec<String>,
    #[cfg(feature = "parquet")]
    schema: arrow_schema::SchemaRef,
}

/// Rows and their scores.
pub(super) struct Scored<'a> {
    pub(super) rows: &'a RawRows,
    pub(super) encoder: &'a ChunkEncoder,
    pub(super) scores: &'a [f32],
    /// Whether each row could be read.
    pub(super) usable: &'a [bool],
}

/// Scores as they go into the file.
#[derive(Debug, Default)]
pub(super) struct Written {
    text: Vec<u8>,
    #[cfg(feature = "parquet")]
    batch: Option<arrow_array::RecordBatch>,
}

impl Style {
    /// The columns `keep` of `stream` are written beside each score.
    pub(super) fn new(format: Format, keep: &[String], stream: &RawStream<'_>) -> Self {
        #[cfg(not(feature = "parquet"))]
        let _ = stream;
        Self {
            format,
            keep: keep.to_vec(),
            #[cfg(feature = "parquet")]
            schema: schema(keep, stream),
        }
    }

    /// Writes rows where others were.
    pub(super) fn write(&self, scored: &Scored<'_>, written: &mut Written) -> Result<()> {
        written.text.clear();
        match self.format {
            Format::Delimited => self.delimited(scored, &mut written.text),
            Format::Ndjson => self.ndjson(scored, &mut written.text),
            #[cfg(feature = "parquet")]
            Format::Parquet => {
                written.batch = Some(batch(scored, &self.keep, &self.schema)?);
                Ok(())
            }
        }
    }

    fn delimited(&self, scored: &Scored<'_>, text: &mut Vec<u8>) -> Result<()> {
        for (score, kept) in scored.lines(&self.keep)? {
            let kept: Vec<String> = kept.iter().map(Kept::text).collect();
            let score = score.unwrap_or_default();
            write_delimited(text, kept.iter().map(String::as_str), &score)?;
        }
        Ok(())
    }

    fn ndjson(&self, scored: &Scored<'_>, text: &mut Vec<u8>) -> Result<()> {
        for (score, kept) in scored.lines(&self.keep)? {
            text.push(b'{');
            for (column, cell) in self.keep.iter().zip(&kept) {
                let column = serde_json::Value::from(column.as_str());
                put(text, format_args!("{column}:{},", cell.json()));
            }
            let score = score.as_deref().unwrap_or("null");
            put(text, format_args!("\"score\":{score}}}\n"));
        }
        Ok(())
    }
}

impl Scored<'_> {
    /// Each row's score as the shortest text that gives the same number, and what is written beside it.
    fn lines(&self, keep: &[String]) -> Result<impl Iterator<Item = (Option<String>, Vec<Kept>)>> {
        let kept = match keep {
            [] => vec![Vec::new(); self.scores.len()],
            _ => self.encoder.kept(self.rows, keep)?,
        };
        let scores = self.scores.iter().zip(self.usable);
        let scores = scores.map(|(score, usable)| usable.then(|| score.to_string()));
        Ok(scores.zip(kept))
    }
}

/// Where scores go.
pub(super) enum Scores {
    Text(Sink),
    #[cfg(feature = "parquet")]
    Parquet(Box<ParquetOut>),
}

impl Scores {
    /// Begins the output.
    pub(super) fn create(path: &Path, style: &Style) -> Result<Self> {
        #[cfg(feature = "parquet")]
        if style.format == Format::Parquet {
            let out = ParquetOut::create(path, style.schema.clone())?;
            return Ok(Self::Parquet(Box::new(out)));
        }
        let mut header = Vec::new();
        if style.format == Format::Delimited {
            write_delimited(&mut header, style.keep.iter().map(String::as_str), "score")?;
        }
        let mut out = Sink::create(path)?;
        out.put(&header)?;
        Ok(Self::Text(out))
    }

    pub(super) fn put(&mut self, written: &Written) -> Result<()> {
        match self {
            Self::Text(out) => out.put(&written.text),
            #[cfg(feature = "parquet")]
            Self::Parquet(out) => written.batch.iter().try_for_each(|batch| out.put(batch)),
        }
    }

    /// Moves the output to its place.
    pub(super) fn finish(self) -> Result<()> {
        match self {
            Self::Text(out) => out.finish(),
            #[cfg(feature = "parquet")]
            Self::Parquet(out) => out.finish(),
        }
    }
}

fn put(text: &mut Vec<u8>, what: std::fmt::Arguments<'_>) {
    // Writing to memory cannot fail.
    let _ = text.write_fmt(what);
}

/// A line of comma-separated cells, quoted where they must be.
fn write_delimited<'a>(
    text: &mut Vec<u8>,
    kept: impl ExactSizeIterator<Item = &'a str>,
    score: &'a str,
) -> Result<()> {
    if kept.len() == 0 {
        // Readers skip a blank line; an empty cell in quotes keeps its row.
        let cell = if score.is_empty() { "\"\"" } else { score };
        text.extend_from_slice(cell.as_bytes());
        text.push(b'\n');
        return Ok(());
    }
    let failed = |error: csv::Error| Error::new(ErrorKind::Io, error.to_string());
    let mut writer = csv::Writer::from_writer(text);
    writer
        .write_record(kept.chain(std::iter::once(score)))
        .map_err(failed)?;
    writer.flush().map_err(|error| failed(error.into()))
}
