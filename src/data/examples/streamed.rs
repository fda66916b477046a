//! Examples that stay on disk.

use std::sync::Arc;

use super::{Batch, Columns, Dataset, Encoder, Examples, LoadReport, Part};
use crate::data::{CHUNK_ROWS, Cache, ShuffledRows};
use crate::error::Result;
use crate::random::Stream;

/// The rows of a cache: to train on, shuffled window by window ([`ShuffledRows`]); to measure on, chunk by chunk.
#[derive(Debug)]
pub struct Streamed {
    cache: Arc<Cache>,
    window: usize,
    epoch: Option<ShuffledRows>,
    /// The chunk that was asked for last, and its rows.
    columns: Columns,
    rows: Vec<u32>,
}

impl Streamed {
    /// Windows have as many chunks as hold `window_rows`.
    pub fn new(cache: Arc<Cache>, window_rows: usize) -> Self {
        Self {
            columns: cache.columns(),
            cache,
            window: window_rows.div_ceil(CHUNK_ROWS).max(1),
            epoch: None,
            rows: Vec::new(),
        }
    }

    #[cfg(all(test, feature = "flex", not(target_family = "wasm")))]
    pub(crate) fn with_window_chunks(cache: Arc<Cache>, window: usize) -> Self {
        Self {
            window,
            ..Self::new(cache, 1)
        }
    }
}

impl Examples for Streamed {
    fn encoder(&self) -> &Arc<Encoder> {
        self.cache.encoder()
    }

    fn report(&self) -> &LoadReport {
        self.cache.report()
    }

    fn has_labels(&self) -> bool {
        self.cache.has_labels()
    }

    fn rows(&self, part: Part) -> u64 {
        self.cache.rows(part)
    }

    fn positives(&self) -> u64 {
        self.cache.positives(Part::Train)
    }

    fn tuple_counts(&self) -> Vec<u64> {
        self.cache.tuple_counts().collect()
    }

    fn window(&self) -> Option<usize> {
        (self.cache.chunks(Part::Train) > self.window).then_some(self.window)
    }

    fn begin_epoch(&mut self, shuffle: &mut Stream, batch: usize, position: u64) -> Result<()> {
        match &mut self.epoch {
            Some(epoch) => epoch.begin(batch, shuffle, position),
            None => {
                let cache = Arc::clone(&self.cache);
                let epoch = ShuffledRows::new(cache, batch, self.window, shuffle, position)?;
                self.epoch = Some(epoch);
                Ok(())
            }
        }
    }

    fn next_batch(&mut self) -> Result<Option<Batch<'_>>> {
        match &mut self.epoch {
            Some(epoch) => epoch.next_batch(),
            None => Ok(None),
        }
    }

    fn block(&mut self, part: Part, index: usize) -> Result<Option<Batch<'_>>> {
        if index >= self.cache.chunks(part) {
            return Ok(None);
        }
        self.cache.read_chunk(part, index, &mut self.columns)?;
        self.rows.clear();
        self.rows.extend(0..self.columns.rows as u32);
        Ok(Some(Batch {
            columns: &self.columns,
            rows: &self.rows,
        }))
    }

    fn dataset(&self) -> Option<&Dataset> {
        None
    }
}
