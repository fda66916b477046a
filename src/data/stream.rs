//! A file encoded in chunks, in constant memory.

use std::io::Read;
use std::sync::Arc;

use super::columns::Columns;
use super::encoder::Encoder;
use super::options::{LabelUse, OnBadRow};
use super::reader::LogReader;
use super::row::RowEncoder;
use crate::error::{Error, Result};

/// How a file is to be streamed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StreamOptions {
    /// What to do with a row that cannot be read: stop, or keep its place.
    pub on_bad_row: OnBadRow,
    /// Whether labels are read; by default they are not.
    pub label: LabelUse,
    /// Whether a scenario that was not learnt is an error of its row.
    pub strict_scenarios: bool,
}

impl Default for StreamOptions {
    fn default() -> Self {
        Self {
            on_bad_row: OnBadRow::Fail,
            label: LabelUse::Ignored,
            strict_scenarios: false,
        }
    }
}

/// A file encoded in chunks: each row of the file is a row of a chunk, in order.
pub struct EncodedStream<'a> {
    reader: LogReader<'a>,
    encoder: RowEncoder,
    on_bad_row: OnBadRow,
    chunk: Chunk,
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

impl<'a> EncodedStream<'a> {
    /// Opens `source` and reads its header; errors call it `name`.
    pub fn new(
        source: impl Read + 'a,
        name: &str,
        encoder: &Arc<Encoder>,
        options: StreamOptions,
    ) -> Result<Self> {
        let reader = LogReader::new(source, name, &encoder.schema().format)?;
        let encoder = RowEncoder::new(Arc::clone(encoder), reader.header(), options.label)
            .map_err(|error| error.in_file(name))?
            .strict_scenarios(options.strict_scenarios);
        let chunk = Chunk {
            columns: encoder.columns(),
            bad: Vec::new(),
        };
        Ok(Self {
            reader,
            encoder,
            on_bad_row: options.on_bad_row,
            chunk,
        })
    }

    /// The columns of the file.
    pub fn header(&self) -> &[String] {
        self.reader.header()
    }

    /// How many bytes of the (packed) source were taken.
    pub fn bytes_read(&self) -> u64 {
        self.reader.taken()
    }

    /// The next rows, at most `most` (and at least one); `None` when there are no more.
    ///
    /// The chunk is the stream's own and is overwritten by the next call, so that its memory is used again.
    pub fn next_chunk(&mut self, most: usize) -> Result<Option<&Chunk>> {
        let chunk = &mut self.chunk;
        chunk.columns.clear();
        chunk.bad.clear();
        while chunk.columns.rows < most.max(1) && self.reader.advance()? {
            let pushed = self
                .reader
                .row()
                .and_then(|row| self.encoder.push(&row, &mut chunk.columns));
            if let Err(error) = pushed {
                let error = self.reader.place(error);
                if self.on_bad_row == OnBadRow::Fail {
                    return Err(error);
                }
                chunk.bad.push((chunk.columns.rows as u32, error));
                self.encoder.push_missing(&mut chunk.columns);
            }
        }
        Ok((chunk.columns.rows > 0).then_some(&*chunk))
    }
}
