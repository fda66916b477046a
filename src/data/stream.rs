//! A file encoded in chunks, in constant memory.

use std::io::Read;
use std::sync::Arc;

use super::columns::Columns;
use super::encoder::Encoder;
use super::options::{OnBadRow, StreamOptions};
#[cfg(feature = "parquet")]
use super::parquet::{ParquetFiles, ParquetStream, Wanted};
use super::row::RowEncoder;
use super::rows::{Kept, RawRows, RowFormat, RowReader, RowSource};
use crate::error::{Error, Result};

/// The rows of a file in chunks, in constant memory, before they are encoded.
#[derive(Debug)]
pub struct RawStream<'a> {
    source: RowSource<'a>,
    columns: Vec<String>,
    /// What ended the source, told once the rows before it are out.
    failed: Option<Error>,
}

impl<'a> RawStream<'a> {
    /// Opens `source` and reads its header; errors call it `name`. The encoder that goes with it encodes the rows, in
    /// as many copies as there are threads.
    ///
    /// # Errors
    /// As [`encode`](super::encode), about the source and its columns.
    pub fn new(
        source: impl Read + 'a,
        name: &str,
        format: RowFormat,
        encoder: &Arc<Encoder>,
        options: StreamOptions,
    ) -> Result<(Self, ChunkEncoder)> {
        let source = RowSource::open(source, name, format, &encoder.schema().format)?;
        let columns: Vec<String> = match &source {
            RowSource::Delimited(reader) => reader.header().to_vec(),
            #[cfg(feature = "ndjson")]
            RowSource::Ndjson(_) => {
                let columns = encoder.columns();
                columns.iter().map(|&name| name.to_owned()).collect()
            }
            #[cfg(feature = "parquet")]
            RowSource::Parquet(stream) => stream.header().to_vec(),
        };
        Self::of(source, columns, name, format, encoder, options)
    }

    /// Opens Parquet files; the columns of `keep` are read too, to be handed on.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    #[cfg(feature = "parquet")]
    pub fn parquet(
        files: &ParquetFiles,
        keep: &[String],
        encoder: &Arc<Encoder>,
        options: StreamOptions,
    ) -> Result<(Self, ChunkEncoder)> {
        let wanted = Wanted {
            schema: encoder.schema().clone(),
            label: options.label,
            split: false,
            keep: keep.to_vec(),
        };
        let stream = ParquetStream::new(files, wanted)?;
        let columns = stream.header().to_vec();
        let source = RowSource::Parquet(Box::new(stream));
        Self::of(
            source,
            columns,
            files.name(),
            RowFormat::Delimited,
            encoder,
            options,
        )
    }

    /// The fields of the columns that are handed on, where the source is Parquet.
    #[cfg(feature = "parquet")]
    pub fn kept_fields(&self) -> Option<Vec<arrow_schema::FieldRef>> {
        match &self.source {
            RowSource::Parquet(stream) => Some(stream.kept().to_vec()),
            _ => None,
        }
    }

    fn of(
        source: RowSource<'a>,
        columns: Vec<String>,
        name: &str,
        format: RowFormat,
        encoder: &Arc<Encoder>,
        options: StreamOptions,
    ) -> Result<(Self, ChunkEncoder)> {
        let rows = RowEncoder::new(Arc::clone(encoder), &columns, options.label)
            .map_err(|error| error.in_file(name))?
            .strict_scenarios(options.strict_scenarios);
        let encoder = ChunkEncoder {
            rows,
            reader: RowReader {
                format,
                columns: columns.clone(),
            },
            on_bad_row: options.on_bad_row,
            name: name.to_owned(),
        };
        let stream = Self {
            source,
            columns,
            failed: None,
        };
        Ok((stream, encoder))
    }

    /// The columns of the file; of NDJSON those that the model reads.
    pub fn header(&self) -> &[String] {
        &self.columns
    }

    /// How many bytes of the (packed) source were taken.
    pub fn bytes_read(&self) -> u64 {
        self.source.taken()
    }

    /// Puts the next rows, at most `most` (and at least one), where others were; `false` when there are no more.
    ///
    /// # Errors
    /// [`ErrorKind::Data`](crate::ErrorKind::Data) or [`Io`](crate::ErrorKind::Io), at which the rows end.
    pub fn next(&mut self, most: usize, rows: &mut RawRows) -> Result<bool> {
        rows.clear();
        #[cfg(feature = "parquet")]
        if let RowSource::Parquet(stream) = &mut self.source {
            rows.piece = stream.next(most.max(1))?;
            return Ok(rows.piece.is_some());
        }
        while self.failed.is_none() && rows.len() < most.max(1) {
            match rows.take(&mut self.source) {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => self.failed = Some(error),
            }
        }
        match self.failed.take() {
            Some(error) if rows.is_empty() => Err(error),
            failed => {
                self.failed = failed;
                Ok(!rows.is_empty())
            }
        }
    }
}

/// Encodes the rows of a [`RawStream`].
#[derive(Debug, Clone)]
pub struct ChunkEncoder {
    rows: RowEncoder,
    reader: RowReader,
    on_bad_row: OnBadRow,
    name: String,
}

impl ChunkEncoder {
    /// An empty chunk.
    pub fn chunk(&self) -> Chunk {
        Chunk {
            columns: self.rows.columns(),
            bad: Vec::new(),
        }
    }

    /// The cells of each row in some columns, to be handed on beside its score; nothing of a row that cannot be read.
    ///
    /// # Errors
    /// [`ErrorKind::Data`](crate::ErrorKind::Data) when a cell cannot be handed on.
    pub fn kept(&self, rows: &RawRows, columns: &[String]) -> Result<Vec<Vec<Kept>>> {
        #[cfg(feature = "parquet")]
        if let Some(piece) = &rows.piece {
            return piece.kept(columns);
        }
        let kept = |row| {
            let kept = self.reader.kept(rows.record(row), columns);
            kept.map_err(|error| error.in_file(&self.name).at_line(rows.line(row)))
        };
        (0..rows.len()).map(kept).collect()
    }

    /// Puts the encoded rows where others were.
    ///
    /// # Errors
    /// That of the first row that could not be read, unless bad rows keep their place.
    pub fn encode(&mut self, rows: &RawRows, chunk: &mut Chunk) -> Result<()> {
        chunk.columns.clear();
        chunk.bad.clear();
        #[cfg(feature = "parquet")]
        if let Some(piece) = &rows.piece {
            return piece.encode(&mut self.rows, self.on_bad_row, chunk);
        }
        for row in 0..rows.len() {
            let (columns, encoder) = (&mut chunk.columns, &mut self.rows);
            let pushed = self
                .reader
                .read(rows.record(row), |cells| encoder.push(cells, columns));
            if let Err(error) = pushed {
                let error = error.in_file(&self.name).at_line(rows.line(row));
                if self.on_bad_row == OnBadRow::Fail {
                    return Err(error);
                }
                chunk.bad.push((chunk.columns.rows as u32, error));
                self.rows.push_missing(&mut chunk.columns);
            }
        }
        Ok(())
    }
}

/// Some rows of a file.
#[derive(Debug, Clone, Default)]
pub struct Chunk {
    /// The encoded rows; one that could not be read has everything missing.
    pub columns: Columns,
    /// The rows that could not be read, with the reason, in order.
    pub bad: Vec<(u32, Error)>,
}

impl Chunk {
    /// The number of rows.
    pub fn rows(&self) -> usize {
        self.columns.rows
    }

    /// Whether each row could be read.
    pub fn usable(&self) -> Vec<bool> {
        let mut usable = vec![true; self.rows()];
        for (row, _) in &self.bad {
            if let Some(usable) = usable.get_mut(*row as usize) {
                *usable = false;
            }
        }
        usable
    }
}

/// A file encoded in chunks: each row of the file is a row of a chunk, in order.
#[derive(Debug)]
pub struct EncodedStream<'a> {
    stream: RawStream<'a>,
    encoder: ChunkEncoder,
    rows: RawRows,
    chunk: Chunk,
}

impl<'a> EncodedStream<'a> {
    /// Opens `source` and reads its header; errors call it `name`.
    ///
    /// # Errors
    /// As [`RawStream::new`].
    pub fn new(
        source: impl Read + 'a,
        name: &str,
        encoder: &Arc<Encoder>,
        options: StreamOptions,
    ) -> Result<Self> {
        let (stream, encoder) =
            RawStream::new(source, name, RowFormat::Delimited, encoder, options)?;
        Ok(Self {
            chunk: encoder.chunk(),
            rows: RawRows::default(),
            stream,
            encoder,
        })
    }

    /// The columns of the file.
    pub fn header(&self) -> &[String] {
        self.stream.header()
    }

    /// How many bytes of the (packed) source were taken.
    pub fn bytes_read(&self) -> u64 {
        self.stream.bytes_read()
    }

    /// The next rows, at most `most` (and at least one); `None` when there are no more.
    ///
    /// The chunk is the stream's own and is overwritten by the next call, so that its memory is used again.
    ///
    /// # Errors
    /// Those of [`RawStream::next`] and of [`ChunkEncoder::encode`].
    pub fn next_chunk(&mut self, most: usize) -> Result<Option<&Chunk>> {
        if !self.stream.next(most, &mut self.rows)? {
            return Ok(None);
        }
        self.encoder.encode(&self.rows, &mut self.chunk)?;
        Ok(Some(&self.chunk))
    }
}
