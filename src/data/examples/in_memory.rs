//! Examples in memory.

use std::sync::Arc;

use super::{Batch, Dataset, Encoder, Examples, LoadReport, Part};
use crate::data::counts::Tuples;
use crate::error::{Error, ErrorKind, Result};
use crate::random::Stream;

/// A data set, and the order in which an epoch takes its rows.
#[derive(Debug, Clone)]
pub struct InMemory {
    data: Arc<Dataset>,
    train: Vec<u32>,
    order: Vec<u32>,
    batch: usize,
    position: usize,
    /// The rows of the block that was asked for last.
    block: Vec<u32>,
}

impl From<Arc<Dataset>> for InMemory {
    fn from(data: Arc<Dataset>) -> Self {
        Self {
            train: data.rows_of(Part::Train),
            data,
            order: Vec::new(),
            batch: 1,
            position: 0,
            block: Vec::new(),
        }
    }
}

impl From<Dataset> for InMemory {
    fn from(data: Dataset) -> Self {
        Arc::new(data).into()
    }
}

impl Examples for InMemory {
    fn encoder(&self) -> &Arc<Encoder> {
        &self.data.encoder
    }

    fn report(&self) -> &LoadReport {
        &self.data.report
    }

    fn has_labels(&self) -> bool {
        self.data.columns.labels.is_some()
    }

    fn rows(&self, part: Part) -> u64 {
        let parts = self.data.parts.iter();
        parts.filter(|&&of| of == part).count() as u64
    }

    fn positives(&self) -> u64 {
        let labels = self.data.columns.labels.as_deref().unwrap_or_default();
        let label = |&row: &u32| labels.get(row as usize).copied().map_or(0, u64::from);
        self.train.iter().map(label).sum()
    }

    fn tuple_counts(&self) -> Vec<u64> {
        let mut tuples = Tuples::of(&self.data.encoder);
        tuples.count(&self.data.columns, &self.train);
        tuples.counts()
    }

    fn window(&self) -> Option<usize> {
        None
    }

    fn begin_epoch(&mut self, shuffle: &mut Stream, batch: usize, position: u64) -> Result<()> {
        let position = usize::try_from(position).ok();
        let position = position
            .filter(|&row| row <= self.train.len())
            .ok_or_else(|| {
                Error::new(
                    ErrorKind::ModelFile,
                    "the checkpoint stands past the end of the data",
                )
            })?;
        self.order.clone_from(&self.train);
        shuffle.shuffle(&mut self.order);
        (self.batch, self.position) = (batch.max(1), position);
        Ok(())
    }

    fn next_batch(&mut self) -> Result<Option<Batch<'_>>> {
        let start = self.position;
        self.position = (start + self.batch).min(self.order.len());
        let rows = &self.order[start..self.position];
        Ok((!rows.is_empty()).then_some(Batch {
            columns: &self.data.columns,
            rows,
        }))
    }

    fn block(&mut self, part: Part, index: usize) -> Result<Option<Batch<'_>>> {
        if index > 0 {
            return Ok(None);
        }
        self.block = self.data.rows_of(part);
        Ok((!self.block.is_empty()).then_some(Batch {
            columns: &self.data.columns,
            rows: &self.block,
        }))
    }

    fn dataset(&self) -> Option<&Dataset> {
        Some(&self.data)
    }
}
