//! The rows of a part, gathered into chunks.

use std::io::Write;

use super::chunk::{self, Layout};
use super::document::{PartDocument, Place};
use super::out::Out;
use crate::data::Columns;
use crate::data::counts::Answers;
use crate::error::Result;

/// Gathers the rows of a part and writes them when they fill a chunk.
pub(super) struct PartWriter {
    chunk_rows: usize,
    columns: Columns,
    bytes: Vec<u8>,
    document: PartDocument,
}

impl PartWriter {
    pub(super) fn new(layout: &Layout, answers: Answers, chunk_rows: usize) -> Self {
        Self {
            chunk_rows,
            columns: layout.columns(),
            bytes: Vec::new(),
            document: PartDocument {
                answers,
                ..PartDocument::default()
            },
        }
    }

    /// Takes some rows.
    pub(super) fn push<W: Write>(
        &mut self,
        columns: &Columns,
        mut rows: &[u32],
        layout: &Layout,
        out: &mut Out<W>,
    ) -> Result<()> {
        self.document.answers.count(columns, rows);
        self.document.rows += rows.len() as u64;
        while !rows.is_empty() {
            let room = self.chunk_rows - self.columns.rows;
            let (now, later) = rows.split_at(room.min(rows.len()));
            self.columns.append(columns, now)?;
            if self.columns.rows == self.chunk_rows {
                self.write(layout, out)?;
            }
            rows = later;
        }
        Ok(())
    }

    /// Writes the rows that are left; what is known of the part.
    pub(super) fn finish<W: Write>(
        mut self,
        layout: &Layout,
        out: &mut Out<W>,
    ) -> Result<PartDocument> {
        if self.columns.rows > 0 {
            self.write(layout, out)?;
        }
        Ok(self.document)
    }

    fn write<W: Write>(&mut self, layout: &Layout, out: &mut Out<W>) -> Result<()> {
        self.bytes.clear();
        chunk::put(&self.columns, &layout.fields, &mut self.bytes);
        let offset = out.put(&self.bytes)?;
        self.document.chunks.push(Place(
            offset,
            self.bytes.len() as u64,
            self.columns.rows as u32,
            crc32fast::hash(&self.bytes),
        ));
        self.columns.clear();
        Ok(())
    }
}
